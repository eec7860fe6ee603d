"""Many rows written at once hold the same as rows written one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from salesman_core.db import (
    Money,
    Norm,
    Rate,
    UtcDateTime,
    add_objects,
    insert_numbered,
    insert_rows,
    make_engine,
    one_of,
    reading,
    writing,
)
from salesman_core.deals.models import Deal, DealExternalId, Stage

pytestmark = pytest.mark.databases("sqlite", "postgresql")

TOKENS = itertools.count()
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
    sa.Column("token", sa.Text, default=lambda: str(next(TOKENS))),
)
REMEMBERING = sa.Table(
    "bulk_remembering_row",
    TABLE.metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("name", sa.Text),
    sqlite_autoincrement=True,
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
        TABLE.metadata.create_all(connection)
        yield connection
        TABLE.metadata.drop_all(connection)
    engine.dispose()


@pytest.mark.filterwarnings("ignore:Dialect sqlite.*does.*not.*support Decimal")
def test_many_rows_hold_what_a_single_one_holds(connection: sa.Connection) -> None:
    insert_rows(connection, TABLE, [FULL])
    insert_rows(connection, TABLE, [EMPTY])
    insert_rows(connection, TABLE, [FULL, EMPTY] * 10)

    written = connection.execute(sa.select(TABLE).order_by(TABLE.c.id)).all()
    assert len({row.token for row in written}) == len(written)
    one, none, *many = [tuple(row)[1:-1] for row in written]
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


@pytest.mark.parametrize("count", [0, 1, 5, 40])
@pytest.mark.parametrize("table", [TABLE, REMEMBERING], ids=["plain", "remembering"])
def test_rows_are_numbered_in_their_order(
    connection: sa.Connection, table: sa.Table, count: int
) -> None:
    insert_numbered(connection, table, [{"name": "before"}] * 3)
    connection.execute(sa.delete(table).where(table.c.id == 3))
    statements: list[str] = []
    sa.event.listen(connection, "before_cursor_execute", lambda *told: statements.append(told[2]))

    ids = insert_numbered(connection, table, [{"name": f"n{number}"} for number in range(count)])

    assert len(statements) <= 2
    assert list(ids) == sorted(ids)
    if table is REMEMBERING:
        assert min(ids, default=4) > 3
    (one,) = insert_numbered(connection, table, [{"name": "behind"}])
    assert one > max(ids, default=0)
    rows = connection.execute(sa.select(table.c.id, table.c.name).order_by(table.c.id)).all()
    assert rows[2:] == [*((id_, f"n{n}") for n, id_ in enumerate(ids)), (one, "behind")]


def deals(count: int) -> list[Deal]:
    stage = reading().scalars(sa.select(Stage)).first()
    assert stage is not None
    return [
        Deal(
            name=f"Deal {number}",
            search_name=f"Deal {number}",
            pipeline_id=stage.pipeline_id,
            stage_id=stage.id,
            stage_since=MOMENT,
            currency="EUR",
            opened_on=date(2026, 1, 2),
            created_at=MOMENT,
            updated_at=MOMENT,
        )
        for number in range(count)
    ]


def told_of(deal: Deal) -> dict[str, Any]:
    left_out = {"id", "name", "search_name"}
    columns = {one.name for one in Deal.__table__.columns} - left_out
    return {name: getattr(deal, name) for name in columns}


@pytest.mark.parametrize("parts", ["alone", "with a key"])
@pytest.mark.usefixtures("app")
def test_objects_added_together_hold_what_a_single_one_holds(parts: str) -> None:
    with writing() as session:
        (single,) = deals(1)
        session.add(single)
        many = deals(20)
        if parts != "alone":
            many[3].external_ids = [DealExternalId(source="x", key="1")]
        written = add_objects(session, many)
        session.flush()
        assert written == (parts == "alone")
        as_held = [told_of(one) for one in many]
    stored = reading().scalars(sa.select(Deal).order_by(Deal.id)).all()
    assert [one.name for one in stored] == ["Deal 0", *(f"Deal {n}" for n in range(20))]
    first = told_of(stored[0])
    assert [told_of(one) for one in stored] == [first] * 21
    assert as_held == [first] * 20
    assert len(stored[4].external_ids) == (parts != "alone")


@pytest.mark.usefixtures("app")
def test_objects_added_in_a_savepoint_go_with_it() -> None:
    with writing() as session:
        savepoint = session.begin_nested()
        assert not add_objects(session, deals(20))
        savepoint.rollback()
        add_objects(session, deals(20))
    assert reading().scalar(sa.select(sa.func.count()).select_from(Deal)) == 20


@pytest.mark.usefixtures("app")
def test_objects_are_added_behind_those_that_wait() -> None:
    first, second = deals(12), deals(12)
    for one in (*first, *second):
        one.external_ids = [DealExternalId(source="x", key=str(id(one)))]
    with writing() as session:
        add_objects(session, first)
        add_objects(session, second)
    assert reading().scalar(sa.select(sa.func.count()).select_from(Deal)) == 24


@pytest.mark.usefixtures("app")
def test_objects_added_together_are_changed_like_any_other() -> None:
    with writing() as session:
        many = deals(20)
        add_objects(session, many)
        many[5].name = "Another"
        session.flush()
        session.delete(many[6])
    names = reading().execute(sa.select(Deal.name, Deal.version).order_by(Deal.id)).all()
    assert len(names) == 19
    assert names[5] == ("Another", 2)


@pytest.mark.parametrize("values", [[], [3], list(range(2000))])
def test_one_of_finds_what_is_among_the_values(
    connection: sa.Connection, values: list[int]
) -> None:
    insert_rows(connection, TABLE, [EMPTY | {"id": id_, "name": f"n{id_}"} for id_ in range(1, 6)])
    found = sa.select(TABLE.c.id).order_by(TABLE.c.id)

    by_ids = found.where(one_of(TABLE.c.id, "ids"))
    by_names = found.where(sa.not_(one_of(TABLE.c.name, [f"n{id_}" for id_ in values])))

    there = [id_ for id_ in range(1, 6) if id_ in values]
    assert list(connection.scalars(by_ids, {"ids": values})) == there
    assert list(connection.scalars(by_names)) == [n for n in range(1, 6) if n not in there]
