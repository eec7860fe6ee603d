"""Many rows written at once hold the same as rows written one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from salesman_core.db import Money, Norm, Rate, UtcDateTime, insert_rows, make_engine, new_ids

TABLE = sa.Table(
    "bulk_row",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("normal", Norm),
    sa.Column("amount", Money),
    sa.Column("rate", Rate),
    sa.Column("share", sa.Float),
    sa.Column("sum", sa.Numeric(10, 2, asdecimal=True)),
    sa.Column("on", sa.Date),
    sa.Column("at", UtcDateTime),
    sa.Column("yes", sa.Boolean),
    sa.Column("told", sa.JSON),
    sa.Column("kept", sa.JSON(none_as_null=True)),
    sa.Column("version", sa.Integer, default=1),
)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=3)))
FULL = {
    "name": 'Ёж "x" \\ {a,b} \'\n\t ☃',
    "normal": "ЁЖ  и Ко",
    "amount": Decimal("1234567890123.45"),
    "rate": Decimal("0.00000001"),
    "share": 0.1,
    "sum": Decimal("1.10"),
    "on": date(2026, 1, 2),
    "at": MOMENT,
    "yes": True,
    "told": {"a": [1, None, "ё"], "b": {"c": 0.5}},
    "kept": ["x"],
}
EMPTY: dict[str, Any] = dict.fromkeys(FULL)


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        TABLE.create(connection)
        yield connection
        TABLE.drop(connection)
    engine.dispose()


@pytest.mark.filterwarnings("ignore:Dialect sqlite.*does.*not.*support Decimal")
def test_many_rows_hold_what_a_single_one_holds(connection: sa.Connection) -> None:
    insert_rows(connection, TABLE, [FULL])
    insert_rows(connection, TABLE, [EMPTY])
    insert_rows(connection, TABLE, [FULL, EMPTY] * 10)

    written = connection.execute(sa.select(TABLE).order_by(TABLE.c.id)).all()
    one, none, *many = [tuple(row)[1:] for row in written]
    assert many == [one, none] * 10
    assert one[0] == FULL["name"]
    assert one[7] == MOMENT.astimezone(UTC)
    assert one[-1] == 1
    nulls = sa.select(sa.func.count()).where(TABLE.c.told.is_(None))
    assert connection.scalar(nulls) == 0  # JSON's own null, as SQLAlchemy has it
    assert connection.scalar(sa.select(sa.func.count()).where(TABLE.c.kept.is_(None))) == 11


def test_value_that_no_text_holds_is_refused(connection: sa.Connection) -> None:
    with pytest.raises((TypeError, sa.exc.StatementError)):
        insert_rows(connection, TABLE, [EMPTY | {"told": {"x": object()}}] * 20)


@pytest.mark.databases("postgresql")
def test_ids_that_are_given_out_before_are_nobody_elses(connection: sa.Connection) -> None:
    ids = new_ids(connection, TABLE, 20)
    insert_rows(connection, TABLE, [EMPTY] * 20)

    assert ids is not None
    assert list(ids) == sorted(ids)
    assert set(ids).isdisjoint(connection.scalars(sa.select(TABLE.c.id)))
