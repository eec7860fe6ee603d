"""Parts of names are found by an index, and the very same ones as without it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask

from salesman_core.access.records import visible
from salesman_core.clients.lists import CLIENTS, CONTACTS, search_clients
from salesman_core.clients.models import Client, Contact
from salesman_core.clients.service import change_client
from salesman_core.db import Base, db, normalised, reading, trigrams
from salesman_core.deals.lists import DEALS
from salesman_core.deals.models import Deal
from salesman_core.plugins.migrations import migrating, upgrade_all
from salesman_core.records.hooks import salesman_health
from salesman_core.records.list_fields import contains
from salesman_core.records.lists import ListSpec, parse_list_query, select_page
from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite", "postgresql")

MODELS = (Client, Contact, Deal)

NAMES = (
    "ПАО «Северсталь»",
    "Семёнов и сыновья",
    "100 % cotton_wool",
    'The "quoted" one',
    "O'Neill AND NOT near*",
    "Straße 12",
    "emoji 🚚 haulage",
    "ааааа",
)
TYPED = (
    *("сталь", "Семенов", "север сталь", "100 %", "%", "_wo", "n_w", '"quo', 'te"d', '"'),
    *("and not", "near*", "o'n", "strasse", "🚚", "🚚 haul", "🚚 hau", "аааа", "аа", "аб"),
    *("nothing of the kind", "(", "a OR b", "rowid:1", "-one", "^the", "+one"),
)


def plan_of(statement: sa.Select[Any]) -> str:
    """Give how the database would go about it where an index can serve.

    PostgreSQL reads and sorts a table that is small, or that it thinks small, without any.
    """
    compiled = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    with db.view() as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
            return "\n".join(row.detail for row in rows)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
        question = sa.text("EXPLAIN " + str(compiled).replace(":", r"\:").replace("%%", "%"))
        return "\n".join(connection.scalars(question))


@pytest.fixture
def many(make: Make) -> None:
    """So many clients, contacts and deals that an index is worth while."""
    make.contact(make.client())
    make.deal()
    with db.engine.begin() as connection:
        for model in MODELS:
            table = model.__table__
            row = dict(connection.execute(sa.select(table)).mappings().first() or {})
            del row["id"]
            rows = [
                row | {"name": f"N{number}", "search_name": f"n{number}"} for number in range(2000)
            ]
            connection.execute(sa.insert(table), rows)
        connection.exec_driver_sql("ANALYZE")


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("model", MODELS)
def test_search_goes_by_the_index(model: Any) -> None:
    wanted = {"sqlite": "VIRTUAL TABLE", "postgresql": f"{model.__tablename__}_trigrams"}
    plan = plan_of(sa.select(model.id).where(contains(model.search_name, "сталь")))
    assert wanted[db.engine.dialect.name] in plan
    assert f"SCAN {model.__tablename__}\n" not in f"{plan}\n"


@pytest.mark.usefixtures("many")
@pytest.mark.databases("sqlite")  # PostgreSQL goes by how large the tables are
def test_search_by_name_or_address_goes_by_both_indexes() -> None:
    plan = plan_of(sa.select(Client.id).where(search_clients("info@severstal.example")))
    assert "trigrams" in plan
    assert "core_client_email_normalised" in plan


@pytest.mark.parametrize("typed", TYPED)
def test_every_record_that_holds_all_words_is_found_and_no_other(make: Make, typed: str) -> None:
    for name in NAMES:
        make.client(name=name)
    names = reading().scalars(sa.select(Client.name).where(contains(Client.search_name, typed)))
    words = normalised(typed).split()
    expected = [name for name in NAMES if all(word in normalised(name) for word in words)]
    assert sorted(names) == sorted(expected)


def found(spec: ListSpec, column: Any, typed: str) -> Sequence[str]:
    query = parse_list_query({"q": typed}, spec)
    reading().rollback()
    return [row[0] for row in select_page(reading(), (column,), spec, query, sa.true()).rows]


def test_list_of_each_kind_finds_what_was_just_written(make: Make) -> None:
    client = make.client(name="Severstal")
    make.contact(client, name="Anna Severnaya")
    make.deal(name="Beams of the Sever")
    assert found(CLIENTS, Client.name, "sever") == ["Severstal"]
    assert found(CONTACTS, Contact.name, "sever") == ["Anna Severnaya"]
    assert found(DEALS, Deal.name, "sever") == ["Beams of the Sever"]


def test_renamed_record_is_found_by_its_new_name_alone(make: Make) -> None:
    client = make.client(name="Before")
    change_client(client, {"name": "Afterwards"})
    assert found(CLIENTS, Client.name, "before") == []
    assert found(CLIENTS, Client.name, "afterw") == ["Afterwards"]


@pytest.mark.databases("sqlite")
def test_index_follows_what_is_written_removed_and_made_anew(make: Make) -> None:
    make.client(name="Removed")
    kept = make.client(name="Renamed")
    with migrating(db.engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("core_client", recreate="always") as batch:
            batch.add_column(sa.Column("added", sa.String(20), nullable=True))
    with db.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM core_client WHERE search_name = 'removed'"))
        change = "UPDATE core_client SET search_name = 'another' WHERE id = :id"
        connection.execute(sa.text(change), {"id": kept})
        check = "INSERT INTO core_client_trigrams (core_client_trigrams, rank) VALUES (:how, 1)"
        connection.execute(sa.text(check), {"how": "integrity-check"})
    names = reading().scalars(sa.select(Client.name).where(contains(Client.search_name, "anot")))
    assert names.all() == ["Renamed"]


@pytest.mark.plugins
@pytest.mark.databases("sqlite")
def test_index_of_a_table_that_is_gone_goes_with_the_next_migration(make: Make) -> None:
    with migrating(db.engine) as connection:
        connection.exec_driver_sql("DROP TABLE leads_lead")
    names = sa.inspect(db.engine).get_table_names()
    assert [name for name in names if name.startswith("leads_lead")] == []


@pytest.mark.databases("postgresql")
def test_database_whose_user_may_not_have_the_extension_goes_without(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("DROP EXTENSION pg_trgm CASCADE")
        connection.exec_driver_sql("CREATE ROLE plain")
        connection.exec_driver_sql("SET LOCAL ROLE plain")
        with caplog.at_level(logging.WARNING):
            trigrams.create(connection, "core_client", "search_name")
        lacking = [one.table.name for one in trigrams.missing(connection, Base.metadata)]
        connection.rollback()
    assert {"core_client", "core_contact", "core_deal", "core_client_phone"} <= set(lacking)
    assert "CREATE EXTENSION pg_trgm" in caplog.text


@pytest.mark.databases("postgresql")
def test_upgrade_makes_the_indexes_that_could_not_be_made_before(app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP EXTENSION pg_trgm CASCADE")
    (before,) = salesman_health()
    upgrade_all(db.engine, app.extensions["salesman_owners"])
    (after,) = salesman_health()
    assert (before.ok, after.ok) == (False, True)


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("-updated_at", "ix_core_deal_updated_at"),
        ("expected_on", "ix_core_deal_expected_on"),
        ("-expected_on", "ix_core_deal_expected_on"),
    ],
)
def test_deals_are_sorted_by_an_index(make: Make, sort: str, index: str) -> None:
    asked: list[sa.Select[Any]] = []
    query = parse_list_query({"sort": sort}, DEALS)
    note: Callable[..., None] = lambda *event: asked.append(event[1])  # noqa: E731
    sa.event.listen(sa.Engine, "before_execute", note)
    try:
        select_page(reading(), (Deal.id,), DEALS, query, sa.true())
    finally:
        sa.event.remove(sa.Engine, "before_execute", note)
    assert index in plan_of(asked[-1])


@pytest.mark.parametrize("role", ["seller", "assistant"])
def test_what_is_ones_own_is_found_by_the_indexes_of_owner_and_participant(
    make: Make, role: str
) -> None:
    with make.acting(make.user(role, team_id=make.team())):
        plan = plan_of(sa.select(sa.func.count(Deal.id)).where(visible("deal")))
    assert "ix_core_deal_owner_id_created_at" in plan
    assert "ix_core_deal_participant_user_id" in plan
    assert "SCAN core_deal" not in plan
