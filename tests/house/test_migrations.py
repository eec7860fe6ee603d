"""Migrations of every owner, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

import salesman_core.app  # noqa: F401  # every table of the core
from salesman_core.db import Base, make_engine, owner_of_table
from salesman_core.plugins import migrations
from salesman_core.plugins.discovery import installed_plugins
from salesman_core.plugins.migrations import CORE_OWNER, Owner
from salesman_core.testing.databases import EMPTY, Template


@pytest.fixture
def database_template() -> Template:
    return EMPTY


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def every_owner() -> list[Owner]:
    installed = installed_plugins()
    manifests = {plugin.id: plugin.manifest() for plugin in installed}
    for plugin in installed:
        __import__(f"{plugin.module}.hooks")
    return migrations.owners(installed, manifests)


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def test_every_owner_goes_up_down_and_up_again_without_drift(engine: sa.Engine) -> None:
    owners = every_owner()
    migrations.upgrade_all(engine, owners)
    whole = tables(engine)

    for owner in reversed(owners):
        migrations.downgrade(engine, owner)
    left = {name for name in tables(engine) if not name.endswith("_alembic_version")}
    migrations.upgrade_all(engine, owners)

    assert left == set()
    assert tables(engine) == whole
    assert [migrations.drift(engine, owner) for owner in owners] == [[] for _owner in owners]


def test_upgrade_runs_only_what_has_not_been_run(engine: sa.Engine) -> None:
    owners = every_owner()

    assert migrations.upgrade_all(engine, owners) == [owner.id for owner in owners]
    assert migrations.upgrade_all(engine, owners) == []


def test_plugin_that_is_gone_hurts_nobody_elses_migrations(engine: sa.Engine) -> None:
    migrations.upgrade_all(engine, every_owner())
    whole = tables(engine)

    assert migrations.upgrade_all(engine, [CORE_OWNER]) == []
    assert migrations.drift(engine, CORE_OWNER) == []
    assert tables(engine) == whole


def test_tables_of_strangers_are_never_touched(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE other_things (id INTEGER)"))
    owners = every_owner()
    migrations.upgrade_all(engine, owners)

    assert [migrations.drift(engine, owner) for owner in owners] == [[] for _owner in owners]
    assert "other_things" in tables(engine)


def filled(engine: sa.Engine) -> dict[str, int]:
    """Put a row into tables that refer to one another, and count all rows."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    kept = {"created_at": moment, "updated_at": moment, "version": 1}
    metadata = Base.metadata.tables
    with engine.begin() as connection:
        rows = {
            "core_rung": {"id": 1, "name": "Cold", "position": 0, "colour": "azure"}
            | {"interests": 0, "sales": 0},
            "core_client": {"id": 1, "kind": "company", "name": "A", "search_name": "a"}
            | {"rung_id": 1, "site": "", "address": "", "source": "", "custom": {}, "imported": {}}
            | kept,
            "leads_lead": {"id": 1, "title": "L", "search_title": "l", "name": "L", "company": ""}
            | {"text": "", "source": "", "status": "open", "comment": "", "client_id": 1}
            | kept,
        }
        for name, row in rows.items():
            connection.execute(metadata[name].insert(), row)
    return counts(engine)


def counts(engine: sa.Engine) -> dict[str, int]:
    there = tables(engine)
    with engine.connect() as connection:
        found = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
            if name in there
        }
        lead = Base.metadata.tables["leads_lead"]
        found["leads with a client"] = connection.scalar(
            sa.select(sa.func.count()).where(lead.c.client_id.is_not(None))
        )
    return {name: number or 0 for name, number in found.items()}


@pytest.mark.parametrize("table", ["core_client", "core_rung", "core_deal", "core_user"])
def test_change_of_a_core_table_leaves_every_plugins_rows(engine: sa.Engine, table: str) -> None:
    migrations.upgrade_all(engine, every_owner())
    before = filled(engine)

    how: Literal["always", "never"] = "always" if engine.dialect.name == "sqlite" else "never"
    with migrations._migrating(engine) as connection:  # as Alembic runs inside it
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(table, recreate=how) as batch:
            batch.add_column(sa.Column("added", sa.String(20), nullable=True))

    assert counts(engine) == before
    assert before["leads with a client"] == 1


def test_migration_that_would_leave_rows_without_their_target_is_refused(
    engine: sa.Engine,
) -> None:
    migrations.upgrade_all(engine, every_owner())
    filled(engine)

    with pytest.raises(sa.exc.IntegrityError), migrations._migrating(engine) as connection:
        connection.execute(sa.text("DELETE FROM core_rung"))

    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM core_rung")) == 1


@pytest.mark.parametrize("name", sorted(Base.metadata.tables))
def test_every_reference_says_what_happens_when_its_target_goes(name: str) -> None:
    for key in Base.metadata.tables[name].foreign_keys:
        assert key.ondelete in {"CASCADE", "SET NULL", "RESTRICT"}, f"{name}.{key.parent.name}"


@pytest.mark.parametrize("name", sorted(Base.metadata.tables))
def test_references_to_other_owners_go_to_the_core_or_to_what_is_required(name: str) -> None:
    manifests = {plugin.id: plugin.manifest() for plugin in installed_plugins()}
    owner = owner_of_table(name)
    allowed = {owner, "core", *(manifests[owner].requires if owner in manifests else ())}
    for key in Base.metadata.tables[name].foreign_keys:
        assert owner_of_table(key.column.table.name) in allowed
