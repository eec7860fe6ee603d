"""Every column that a file may have is written, changed, found the same again, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from salesman_core.clients.models import Client, Contact
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.records.custom.kinds import key_of, owner_of
from salesman_core.records.custom.service import define_field
from salesman_core.records.imports import mapping_of
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.matching import OWN_KEY
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.records.models import Note
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]

MADE = {"clients": ["owner"], "contacts": ["client"], "deals": ["client", "owner", "reason"]}
COLOUR = "custom.colour"
OF_EVERY_CHANGE = {"updated_at", "version"}


@dataclass(frozen=True)
class Column:
    """What a column says first, and then.

    :param at: what it changes in the answer of the JSON API; more only where one follows from it.
    :param then: empty where a record keeps what it was given when it was made.
    :param beside: what else the row says, both times.
    """

    first: str
    then: str
    at: str
    follows: frozenset[str] = frozenset()
    beside: Mapping[str, str] = field(default_factory=dict)


PHONES = Column("+7 495 123-45-67", "+7 495 765-43-21", "phones", frozenset({"normalised_phones"}))
EMAILS = Column("a@example.com", "b@example.com", "emails", frozenset({"normalised_emails"}))
CUSTOM = Column("red", "blue", "custom")
PEOPLE = Column("Clara (lawyer)", "Doris", "participants")
MODELS: Mapping[str, type[Client | Contact | Deal]] = {
    "clients": Client,
    "contacts": Contact,
    "deals": Deal,
}
REQUIRED: Mapping[str, Mapping[str, str]] = {
    "clients": {"name": "Omega"},
    "contacts": {"name": "Vera", "client": "Omega"},
    "deals": {"name": "Boilers"},
}
COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "clients": {
        "name": Column("Alpha", "Alpha Ltd", "name"),
        "kind": Column("person", "company", "kind"),
        "owner": Column("Anna", "Bert", "owner_id"),
        "participants": PEOPLE,
        "phones": PHONES,
        "emails": EMAILS,
        "site": Column("alpha.example", "beta.example", "site"),
        "address": Column("Tver", "Kazan", "addresses"),
        "addresses": Column("Legal: Tver | Kazan", "Legal: Omsk", "addresses"),
        "legal_address": Column("Tver", "Kazan", "addresses"),
        "postal_address": Column("Tver", "Kazan", "addresses"),
        "delivery_address": Column("Tver", "Kazan", "addresses"),
        "source": Column("fair", "web", "source"),
        "tags": Column("vip", "old", "tags"),
        "rung": Column("Potential", "Regular", "rung_id", frozenset({"rung_pinned_at"})),
        "note": Column("They pay late", "They pay well", "notes"),
        COLOUR: CUSTOM,
    },
    "contacts": {
        "name": Column("Anna", "Anna Petrova", "name"),
        "client": Column("Alpha", "", "client_id"),
        "phones": PHONES,
        "emails": EMAILS,
        "position": Column("buyer", "director", "position"),
        "primary": Column("no", "yes", "primary"),
        COLOUR: CUSTOM,
    },
    "deals": {
        "name": Column("Pipes", "Pumps", "name"),
        "client": Column("Omega", "Alpha", "client_id"),
        "client_external_id": Column("7", "8", "client_id", beside={"client": "Omega"}),
        "contacts": Column("Vera", "+7 495 000-00-01", "contact_ids", beside={"client": "Gamma"}),
        "owner": Column("Anna", "Bert", "owner_id"),
        "participants": PEOPLE,
        "stage": Column("40 %", "60 %", "stage_id", frozenset({"progress", "stage_since"})),
        "pipeline": Column("Sales", "", ""),
        "outcome": Column("won", "lost", "outcome", frozenset({"reason_id", "stage_since"})),
        "reason": Column("Too slow", "Too dear", "reason_id", beside={"outcome": "lost"}),
        "amount": Column("100", "200.50", "amount", frozenset({"margin", "company_amount"})),
        "cost": Column("10", "20", "cost", frozenset({"margin"})),
        "margin": Column("10", "20", "margin", frozenset({"cost"}), {"amount": "100"}),
        "currency": Column("USD", "EUR", "currency", frozenset({"rate", "rate_currency"})),
        "opened_on": Column("2026-01-02", "2026-01-03", "opened_on"),
        "stage_since": Column("2026-01-02", "", "stage_since"),
        "expected_on": Column("2027-01-02", "2027-01-03", "expected_on"),
        "closed_on": Column("2026-01-02", "2026-01-03", "closed_on", beside={"outcome": "won"}),
        "note": Column("They pay late", "They pay well", "notes"),
        COLOUR: CUSTOM,
    },
}
pytestmark = pytest.mark.databases("sqlite")  # both write by the same steps

KEY = "external_id"
"""By which the tests find their record again: so it is proved by each of them."""

EACH = [(record, name) for record, columns in COLUMNS.items() for name in columns]


@pytest.fixture(autouse=True)
def people(app: object, make: Make) -> None:
    """Colleagues to take part, and a client with contacts to be named in deals."""
    make.user(name="Clara")
    make.user(name="Doris")
    gamma = make.client(name="Gamma")
    make.contact(gamma, name="Vera")
    make.contact(gamma, name="Nina", phones=["8 495 000 00 01"])


@pytest.fixture(autouse=True)
def colours(app: object) -> None:
    """A custom field for each kind of record."""
    for kind in ("client", "contact", "deal"):
        define_field(kind, {"label": "Colour", "type": "text", "key": "colour"})


def bring(record: str, folder: Path, row: Mapping[str, str], key: str = "1") -> tuple[int, str]:
    """Import one row; give the number of the import and what it said."""
    path = folder / "row.csv"
    path.write_text(";".join((KEY, *row)) + "\n" + ";".join((key, *row.values())))
    type_, number = import_type(record), note_import(record, path.name)
    options = f"[options]\nmatch = ['{KEY}']\ncreate_missing = {MADE[record]}"
    mapping = mapping_of(options, type_.fields)
    run = import_run(type_, path, mapping, journal=Journal(number))
    run.apply()
    assert run.result.refused_rows == []
    assert run.result.kept == ()
    return number, run.result.last_line


def told(api: Api, record: str) -> dict[str, Any]:
    """What there is to know of the latest record."""
    reading().rollback()
    id_ = reading().scalar(sa.select(sa.func.max(MODELS[record].id)))
    found: dict[str, Any] = dict(api.get(f"/{record}/{id_}").json)
    row = reading().get_one(MODELS[record], id_)
    if isinstance(row, Deal):
        found |= {"stage_since": row.stage_since, "rate": row.rate}
    return found | {"notes": sorted(reading().scalars(sa.select(Note.text)))}


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    return {name for name in one if one[name] != other[name]}


def _is_of_plugin(name: str) -> bool:
    """Tell whether a column is an extension of a record, or a part that a plugin keeps of it."""
    return owner_of(name) is not None or ("." in name and key_of(name) is None)


@pytest.mark.parametrize("record", COLUMNS)
def test_no_column_is_left_out_here(record: str) -> None:
    fields = {
        each.name
        for each in import_type(record).fields
        if each.kind != "nothing" and not _is_of_plugin(each.name)  # their plugins prove them
    }

    assert fields - {KEY, OWN_KEY} == COLUMNS[record].keys()  # own keys: test_own_keys.py


@pytest.mark.parametrize(("record", "name"), EACH)
@pytest.mark.turns(3)
def test_column_is_written_and_taken_back(
    record: str, name: str, api_for: ApiFor, tmp_path: Path
) -> None:
    column, api = COLUMNS[record][name], api_for("administrator")
    plain = REQUIRED[record] | column.beside
    bring(record, tmp_path, plain)
    without = told(api, record)

    number, said = bring(record, tmp_path, plain | {name: column.first}, key="2")

    assert said == "created 1, updated 0, unchanged 0, refused 0"
    with_it = told(api, record)
    assert not column.at or column.at in differing(without, with_it)
    take_back(number)
    assert told(api, record) == without


@pytest.mark.parametrize(
    ("record", "name"), [each for each in EACH if COLUMNS[each[0]][each[1]].then]
)
@pytest.mark.turns(3)
def test_column_is_changed_alone_and_gets_back_what_stood_there(
    record: str, name: str, api_for: ApiFor, tmp_path: Path
) -> None:
    column, api = COLUMNS[record][name], api_for("administrator")
    plain = REQUIRED[record] | column.beside
    bring(record, tmp_path, plain | {name: column.first})
    before = told(api, record)

    number, said = bring(record, tmp_path, plain | {name: column.then})

    assert said == "created 0, updated 1, unchanged 0, refused 0"
    changed = differing(before, told(api, record)) - OF_EVERY_CHANGE
    assert changed - column.follows == {column.at}
    _again, said = bring(record, tmp_path, plain | {name: column.then})
    assert said == "created 0, updated 0, unchanged 1, refused 0"
    take_back(number)
    assert told(api, record) == before
