"""Column types: exact, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Dialect

from salesman_core.db import Money, UtcDateTime, make_engine, normalised

pytestmark = pytest.mark.databases("sqlite", "postgresql")

SQLITE: Dialect = sa.create_engine("sqlite://").dialect


@given(st.decimals("-9e15", "9e15", places=2))
def test_money_comes_back_exactly(amount: Decimal) -> None:
    money = Money()

    kept = money.process_bind_param(amount, SQLITE)

    assert isinstance(kept, int)
    assert money.process_result_value(kept, SQLITE) == amount


def test_money_refuses_what_it_would_have_to_round() -> None:
    with pytest.raises(InvalidOperation, match="more than 2 digits"):
        Money().process_bind_param(Decimal("1.005"), SQLITE)


def test_money_sums_exactly_on_both_databases(database_url: str) -> None:
    table = sa.Table("sums", sa.MetaData(), sa.Column("amount", Money))
    engine = make_engine(database_url)
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"amount": Decimal("0.10")}] * 1000)
        total = sa.type_coerce(sa.func.sum(sa.type_coerce(table.c.amount, sa.BigInteger)), Money)
        found = connection.scalar(sa.select(total))
        table.drop(connection)
    engine.dispose()

    assert found == Decimal("100.00")


def test_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), SQLITE)  # noqa: DTZ001


def test_moment_is_kept_in_utc() -> None:
    moscow = timezone(timedelta(hours=3))

    kept = UtcDateTime().process_bind_param(datetime(2026, 1, 1, 2, tzinfo=moscow), SQLITE)

    read = UtcDateTime().process_result_value(kept, SQLITE)
    assert read == datetime(2025, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("ООО «Ромашка»", "ооо «ромашка»"),
        ("  Ёлка\u00a0 и\tель ", "елка и ель"),
        ("ＡＢＣ ﬁn", "abc fin"),
        ("Straße", "strasse"),
    ],
)
def test_normalised_text_forgives_case_space_and_notation(typed: str, compared: str) -> None:
    assert normalised(typed) == compared
