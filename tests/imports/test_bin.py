"""Rows of records that lie in the bin, or that whoever imports does not see: refused in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from salesman_core.access.models import Role
from salesman_core.clients.models import Client, Contact
from salesman_core.clients.service import change_client, delete_client, delete_contact
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.service import delete_deal
from salesman_core.people.roles import change_grants
from salesman_core.records.bin.service import take_out
from salesman_core.records.imports import ImportResult, mapping_of
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.testing.people import Make
from salesman_hookspecs import Scope

pytestmark = pytest.mark.usefixtures("app")

WriteCsv = Callable[..., Path]
Bring = Callable[..., ImportResult]

MAKING = "[options]\ncreate_missing = ['client']"
BY_NAME = "[options]\nmatch = ['name']"
DEALS = "ID;Deal;Client;client_external_id"


@pytest.fixture
def bring(write_csv: WriteCsv) -> Bring:
    """A function that imports lines of CSV; the first holds the headings."""

    def bring(record: str, *lines: str, mapping: str = "") -> ImportResult:
        type_ = import_type(record)
        return import_run(type_, write_csv(*lines), mapping_of(mapping, type_.fields)).apply()

    return bring


@pytest.fixture
def importer(make: Make) -> int:
    """A seller who may import, and sees only what is their own."""
    user_id = make.user_of("seller")
    role = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
    change_grants(role, {"core.client.import": Scope.ALL, "core.deal.import": Scope.ALL})
    return user_id


def problems(result: ImportResult) -> list[dict[str, str]]:
    return [
        {name: problem.reason for name, problem in each.problems.items()}
        for each in result.refused_rows
    ]


def count(model: type[Client | Contact | Deal]) -> int:
    reading().rollback()
    return reading().scalar(sa.select(sa.func.count(model.id))) or 0


def in_bin(record_id: int) -> str:
    return f"The record {record_id} is in the bin: restore it first."


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize("match", ["name", "phones", "emails", "site"])
def test_client_in_the_bin_is_not_made_anew(bring: Bring, make: Make, match: str) -> None:
    client_id = make.client(
        name="Omega", phones=["+7 495 123-45-67"], emails=["a@omega.com"], site="omega.com"
    )
    delete_client(client_id)

    result = bring(
        "clients",
        "Company;Phone;Email;Site",
        "Omega;84951234567;a@omega.com;omega.com",
        mapping=f"[options]\nmatch = ['{match}']",
    )

    assert problems(result) == [{"": in_bin(client_id)}]
    assert count(Client) == 1


@pytest.mark.databases("sqlite", "postgresql")
def test_base_in_the_bin_does_not_come_in_once_more(bring: Bring) -> None:
    lines = ("Company;Phone", "Omega;+7 495 123-45-67", "Alpha;", "Beta;")
    bring("clients", *lines)
    ids = list(reading().scalars(sa.select(Client.id).order_by(Client.id)))
    for client_id in ids:
        delete_client(client_id)

    result = bring("clients", *lines)

    assert problems(result) == [{"": in_bin(client_id)} for client_id in ids]
    assert count(Client) == len(ids)


def test_client_in_use_comes_before_its_namesake_in_the_bin(bring: Bring, make: Make) -> None:
    delete_client(make.client(name="Omega"))
    make.client(name="Omega")

    result = bring("clients", "Company;Site", "Omega;omega.com", mapping=BY_NAME)

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 0"


def test_client_that_was_taken_out_of_the_bin_is_found_again(bring: Bring, make: Make) -> None:
    client_id = make.client(name="Omega")
    delete_client(client_id)
    take_out("client", client_id)

    result = bring("clients", "Company", "Omega")

    assert result.last_line == "created 0, updated 0, unchanged 1, refused 0"


def test_client_in_a_bin_that_one_does_not_see_is_not_told(
    bring: Bring, make: Make, importer: int
) -> None:
    delete_client(make.client(name="Omega", owner_id=None))

    with make.acting(importer):
        result = bring("clients", "Company", "Omega")

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"


def test_key_of_a_client_in_a_bin_that_one_does_not_see_says_no_more(
    bring: Bring, make: Make, importer: int
) -> None:
    bring("clients", "ID;Company", "7;Omega")
    delete_client(1)

    with make.acting(importer):
        result = bring("clients", "ID;Company", "7;Alpha")

    assert problems(result) == [{"": "This record is there already, and you may not change it."}]


@pytest.mark.databases("sqlite", "postgresql")
def test_contact_in_the_bin_is_not_made_anew(bring: Bring, make: Make) -> None:
    contact_id = make.contact(make.client(name="Omega"), name="Anna Weber")
    delete_contact(contact_id)

    result = bring("contacts", "Contact;Company", "Anna Weber;Omega")

    assert problems(result) == [{"": in_bin(contact_id)}]
    assert count(Contact) == 1


def test_contact_of_a_client_in_the_bin_is_refused_at_its_client(bring: Bring, make: Make) -> None:
    client_id = make.client(name="Omega")
    delete_client(client_id)

    result = bring("contacts", "Contact;Company", "Anna Weber;Omega", mapping=MAKING)

    reason = f"The client {client_id} is in the bin: restore it first."
    assert problems(result) == [{"client": reason}]
    assert count(Client) == 1


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize(
    ("match", "more"), [("name", ""), ("client", ";Omega"), ("opened_on", ";;2026-03-01")]
)
def test_deal_in_the_bin_is_not_made_anew(bring: Bring, make: Make, match: str, more: str) -> None:
    client_id = make.client(name="Omega")
    deal_id = make.deal(name="Boilers", client_id=client_id, opened_on=date(2026, 3, 1))
    delete_deal(deal_id)

    mapping = f"[options]\nmatch = ['{match}']"
    result = bring("deals", "Deal;Client;Opened", f"Boilers{more}", mapping=mapping)

    assert problems(result) == [{"": in_bin(deal_id)}]
    assert count(Deal) == 1


# -- clients that rows of deals name


@pytest.mark.databases("sqlite", "postgresql")
def test_deal_of_a_client_in_the_bin_is_refused_and_the_others_come_in(
    bring: Bring, make: Make
) -> None:
    bring("deals", DEALS, "1;Boilers;Omega;", mapping=MAKING)
    client_id = reading().scalars(sa.select(Client.id)).one()
    change_client(client_id, {"name": "Omega & Sons"})
    delete_client(client_id)

    result = bring("deals", DEALS, "2;Pipes;Omega;", "3;Beams;Alpha;", mapping=MAKING)

    reason = f"The client {client_id} is in the bin: restore it first."
    assert problems(result) == [{"client": reason}]
    assert result.last_line == "created 1, updated 0, unchanged 0, refused 1"


@pytest.mark.databases("sqlite", "postgresql")
def test_deal_of_a_client_whose_key_lies_in_the_bin_is_refused(bring: Bring) -> None:
    bring("deals", DEALS, "1;Boilers;Omega;k7", mapping=MAKING)
    client_id = reading().scalars(sa.select(Client.id)).one()
    delete_client(client_id)

    result = bring("deals", DEALS, "2;Pipes;Alpha;k7", mapping=MAKING)

    reason = f"The client {client_id} is in the bin: restore it first."
    assert problems(result) == [{"client_external_id": reason}]


@pytest.mark.databases("sqlite", "postgresql")
def test_deal_of_a_client_that_one_does_not_see_is_refused_and_the_others_come_in(
    bring: Bring, make: Make, importer: int
) -> None:
    bring("deals", DEALS, "1;Boilers;Omega;k7", mapping=MAKING)

    with make.acting(importer):
        result = bring("deals", DEALS, "2;Pipes;Omega;k7", "3;Beams;Alpha;", mapping=MAKING)

    assert problems(result) == [{"client_external_id": "The external id “k7” is taken already."}]
    assert result.last_line == "created 1, updated 0, unchanged 0, refused 1"


def test_unseen_client_in_the_bin_is_refused_in_the_same_words(
    bring: Bring, make: Make, importer: int
) -> None:
    bring("deals", DEALS, "1;Boilers;Omega;k7", mapping=MAKING)
    delete_client(reading().scalars(sa.select(Client.id)).one())

    with make.acting(importer):
        result = bring("deals", DEALS, "2;Pipes;Omega;k7", mapping=MAKING)

    assert problems(result) == [{"client_external_id": "The external id “k7” is taken already."}]


def test_client_that_rows_write_in_two_ways_keeps_the_key_that_was_looked_up(
    bring: Bring,
) -> None:
    lines = (DEALS, "1;Boilers;Omega;", "2;Pipes;OMEGA;")
    bring("deals", *lines, mapping=MAKING)
    change_client(reading().scalars(sa.select(Client.id)).one(), {"name": "Omega & Sons"})

    result = bring("deals", *lines, mapping=MAKING)

    assert result.last_line == "created 0, updated 0, unchanged 2, refused 0"
