"""Migrations of every owner, on both databases."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

import salesman_core.app  # noqa: F401  # every table of the core
from salesman_core.db import Base, make_engine, owner_of_table
from salesman_core.db.types import ScaledDecimal
from salesman_core.plugins import migrations
from salesman_core.plugins.discovery import Installed, installed_plugins, needed_by
from salesman_core.plugins.migrations import CORE_OWNER, Owner
from salesman_core.testing.databases import EMPTY, Template

INSTALLED = [*installed_plugins(), Installed("sample", "1.0", "salesman_sample")]
for _plugin in INSTALLED:
    importlib.import_module(f"{_plugin.module}.hooks")  # every table of plugins
OWNED = {
    name: table
    for name, table in Base.metadata.tables.items()
    if owner_of_table(name) in {"core", *(plugin.id for plugin in INSTALLED)}
}
"""Every table of the core and of those plugins; other tests may have made some of their own."""


@pytest.fixture
def database_template() -> Template:
    return EMPTY


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def every_owner() -> list[Owner]:
    return migrations.owners(INSTALLED, {plugin.id: plugin.manifest() for plugin in INSTALLED})


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def test_what_is_not_loaded_comes_behind_what_it_needs_all_the_same() -> None:
    loaded = [owner.id for owner in every_owner() if owner.id != "sample"]
    unloaded = [owner.id for owner in migrations.owners(installed_plugins(), {})]

    assert set(unloaded) == set(loaded)
    for id_, needed in needed_by(installed_plugins()).items():
        assert all(unloaded.index(one) < unloaded.index(id_) for one in needed)


def test_distributions_need_what_their_plugins_require() -> None:
    needed = needed_by(installed_plugins())

    assert needed == {one.id: tuple(sorted(one.manifest().requires)) for one in installed_plugins()}


@pytest.mark.turns(3, among="long")
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


@pytest.mark.turns(3, among="long")
def test_tables_of_strangers_are_never_touched(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE other_things (id INTEGER)"))
    owners = every_owner()
    migrations.upgrade_all(engine, owners)

    assert [migrations.drift(engine, owner) for owner in owners] == [[] for _owner in owners]
    assert "other_things" in tables(engine)


Rows = dict[str, list[tuple[object, ...]]]

A_VALUE: dict[type[Any], object] = {
    bool: True,
    bytes: b"x",
    date: date(2026, 1, 1),
    datetime: datetime(2026, 1, 1, tzinfo=UTC),
    float: 1.0,
    int: 1,
    str: "x",
    time: time(9),
}
"""A value of each type; as a key and as a reference it is the same, so every reference holds."""

TIED = [
    {"deal_id": None, "about_kind": None, "about_id": None},
    {"id": 2, "client_id": None, "about_kind": None, "about_id": None},
    {"id": 3, "client_id": None, "deal_id": None},
]
OF_ANY = [
    {"deal_id": None, "kind": None, "record_id": None},
    {"id": 2, "client_id": None, "kind": None, "record_id": None},
    {"id": 3, "client_id": None, "deal_id": None},
]
AS_CHECKED: dict[str, list[dict[str, object]]] = {
    "calendar_activity": [{"priority": "high"}],
    "calendar_guest": [{"answer": "waiting"}],
    "calendar_kind": [{"base": "call"}],
    "discussions_message": [{"act": "said"}],
    "discussions_preference": [{"mail": "daily"}],
    "conveyor_handover": [
        {"state": "returned", "client_id": None},
        {"id": 2, "state": "returned", "deal_id": None},
    ],
    "conveyor_rule": [
        {"on_what": "rung", "percent": None},
        {"id": 2, "on_what": "progress", "rung_id": None},
    ],
    "discussions_reader": [{"level": "all", "mail": "daily"}],
    "discussions_thread_tie": TIED,
    "documents_maker": [{"role_id": None}, {"id": 2, "user_id": None}],
    "documents_status": [{"base": "begun"}],
    "plans_limits": [{"good": 90, "behind": 70}],
    "plans_plan": [{"metric": "turnover"}],
    "catalogue_product": [{"kind": "goods"}],
    "catalogue_line": [{"discount_amount": None}, {"id": 2, "discount_percent": None}],
    "documents_approval": [{"state": "running"}],
    "documents_approval_step": [{"state": "asked"}],
    "invoices_act": [{"state": "issued", "kind": "service"}],
    "invoices_act_line": [{"discount_amount": None}, {"id": 2, "discount_percent": None}],
    "invoices_invoice": [{"state": "issued"}],
    "invoices_line": [{"discount_amount": None}, {"id": 2, "discount_percent": None}],
    "invoices_payment": [{"direction": "in", "returned": Decimal(0)}],
    "invoices_reminding": [{"before": [3], "after": [3]}],
    "invoices_sending": [{"act_id": None}, {"id": 2, "invoice_id": None, "reminder": None}],
    "invoices_step": [{"percent": None}, {"id": 2, "amount": None}],
    "leads_letter": [{"made": "lead"}],
    "leads_mailbox": [{"way": "imaps", "afterwards": "seen"}],
    "leads_call_result": [{"base": "no_answer"}],
    "inquiries_inquiry": [
        {"direction": "incoming", "status": "new", "became_kind": "lead"},
    ],
    "leads_result": [{"base": "spam"}],
    "mailing_campaign": [{"state": "done"}],
    "mailing_consent": [{"state": "refused"}],
    "mailing_consent_entry": [
        {"state": "refused", "group_id": None},
        {"id": 2, "state": "refused", "purpose_id": None},
    ],
    "mailing_group_filter": [{"whom": "contacts"}],
    "mailing_link": [{"state": "planned", "mode": "look"}],
    "mailing_link_change": [{"what": "add"}],
    "mailing_service_event": [{"what": "opened"}],
    "mailing_member": [
        {"way": "list", "contact_id": None, "kind": None, "record_id": None},
        {"id": 2, "way": "list", "client_id": None, "kind": None, "record_id": None},
        {"id": 3, "way": "list", "client_id": None, "contact_id": None},
    ],
    "mailing_recipient": [{"fate": "interrupted"}],
    "core_attachment": OF_ANY,
    "core_contact_ban": [
        {"way": "calls", "address": "x", "client_id": None, "contact_id": None},
        {"id": 2, "way": "calls", "address": None, "contact_id": None},
        {"id": 3, "way": "calls", "address": None, "client_id": None},
    ],
    "core_deal": [{"outcome": "lost"}],
    "core_import_mapping": [{"sharing": "team"}],
    "core_list_view": [{"sharing": "team"}],
    "core_note": OF_ANY,
    "leads_lead": [{"status": "closed"}],
    "requisites_counter": [{"starts": "yearly"}],
    "requisites_picture": [{"use": "signature"}],
    "leads_rule": [{"hours": "any", "method": "in_turn"}],
}
"""What differs from those values in the rows of a table that has a rule."""


def a_value(column: sa.Column[Any]) -> object:
    if isinstance(column.type, sa.JSON):
        return {}
    if isinstance(column.type, ScaledDecimal):
        return Decimal(1)
    kept_as = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
    return A_VALUE[kept_as.python_type]


def filled(engine: sa.Engine) -> Rows:
    """Put rows into every table, with no column left empty, and give all that is there."""
    with engine.begin() as connection:
        for table in (one for one in Base.metadata.sorted_tables if one.name in OWNED):
            row = {column.name: a_value(column) for column in table.columns}
            for different in AS_CHECKED.get(table.name, [{}]):
                connection.execute(table.insert(), row | different)
    return rows(engine)


def rows(engine: sa.Engine) -> Rows:
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.select(table))]
            for name, table in OWNED.items()
        }


def altered(engine: sa.Engine, table: str) -> None:
    """Add a column in the way in which a migration does; on SQLite the table is made anew."""
    how: Literal["always", "never"] = "always" if engine.dialect.name == "sqlite" else "never"
    with migrations.migrating(engine) as connection:  # as Alembic runs inside it
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(table, recreate=how) as batch:
            batch.add_column(sa.Column("added", sa.String(20), nullable=True))


@pytest.mark.turns(3, among="long")
def test_change_of_any_core_table_leaves_every_row_of_everybody(engine: sa.Engine) -> None:
    migrations.upgrade_all(engine, every_owner())
    before = filled(engine)
    empty = [
        column.name
        for name, table in OWNED.items()
        for column, values in zip(table.columns, zip(*before[name], strict=True), strict=True)
        if all(value is None for value in values)
    ]
    assert (empty, [name for name, found in before.items() if not found]) == ([], [])
    assert {owner_of_table(name) for name in before} == {owner.id for owner in every_owner()}

    for name in sorted(before):
        if owner_of_table(name) == "core":
            altered(engine, name)
            assert rows(engine) == before, f"after a change of {name}"


def test_migration_that_would_leave_rows_without_their_target_is_refused(
    engine: sa.Engine,
) -> None:
    migrations.upgrade_all(engine, every_owner())
    filled(engine)

    with pytest.raises(sa.exc.IntegrityError), migrations.migrating(engine) as connection:
        connection.execute(sa.text("DELETE FROM core_rung"))

    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM core_rung")) == 1


@pytest.mark.parametrize("name", sorted(OWNED))
def test_every_reference_says_what_happens_when_its_target_goes(name: str) -> None:
    for key in OWNED[name].foreign_keys:
        assert key.ondelete in {"CASCADE", "SET NULL", "RESTRICT"}, f"{name}.{key.parent.name}"


@pytest.mark.parametrize("name", sorted(OWNED))
def test_references_to_other_owners_go_to_the_core_or_to_what_is_required(name: str) -> None:
    manifests = {plugin.id: plugin.manifest() for plugin in INSTALLED}
    owner = owner_of_table(name)
    allowed = {owner, "core", *(manifests[owner].requires if owner in manifests else ())}
    for key in OWNED[name].foreign_keys:
        assert owner_of_table(key.column.table.name) in allowed
