"""Who has a part in what a file brings: participants, contacts of deals, the primary contact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.clients.models import Client, ClientParticipant, Contact
from salesman_core.db import reading
from salesman_core.deals.models import Deal, DealContact, DealParticipant, Stage
from salesman_core.deals.pipelines import change_stage
from salesman_core.records.imports import ImportResult, mapping_of
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.records.models import Audit
from salesman_core.records.participants import with_parts
from salesman_core.testing.people import Make

pytestmark = pytest.mark.usefixtures("app")

WriteCsv = Callable[..., Path]
Tables = dict[str, set[str]]
Brought = tuple[ImportResult, int]
Bring = Callable[..., Brought]

CLIENTS = "ID;Company;Participants"
CONTACTS = "ID;Contact;Company;Primary"
DEALS = "ID;Deal;Client;Contacts;Participants;Stage"


@pytest.fixture
def bring(write_csv: WriteCsv) -> Bring:
    """A function that imports lines of CSV; gives what came of it, and the import's number."""

    def bring(record: str, head: str, *lines: str) -> Brought:
        type_, number = import_type(record), note_import(record, "rows.csv")
        mapping = mapping_of("[options]\nmatch = ['external_id']", type_.fields)
        run = import_run(type_, write_csv(head, *lines), mapping, journal=Journal(number))
        return run.apply(), number

    return bring


AllRows = Callable[[], Tables]


@pytest.fixture
def gamma(make: Make) -> int:
    """A client with three contacts, two of them of one name."""
    client = make.client(name="Gamma")
    make.contact(client, name="Vera", phones=["8 495 000 00 01"])
    make.contact(client, name="Nina", emails=["Nina@example.com"])
    make.contact(client, name="Nina")
    return client


def rows(query: sa.Select[Any]) -> list[Any]:
    reading().rollback()
    return [tuple(row) for row in reading().execute(query)]


def parts(model: Any) -> set[tuple[int, str]]:
    return set(rows(sa.select(model.user_id, model.part)))


def problem(result: ImportResult) -> dict[str, str]:
    (refused,) = result.refused_rows
    return {name: one.reason for name, one in refused.problems.items()}


def primary() -> list[str]:
    reading().rollback()
    return list(reading().scalars(sa.select(Contact.name).where(Contact.primary)))


@pytest.mark.parametrize(
    ("record", "head", "model"),
    [
        ("clients", "ID;Company;Participants", ClientParticipant),
        ("deals", "ID;Deal;Participants", DealParticipant),
    ],
)
def test_participants_are_named_by_name_and_login(
    record: str, head: str, model: Any, bring: Bring, make: Make, all_rows: AllRows
) -> None:
    anna, bert = make.user(name="Anna"), make.user(name="Bert")
    login = rows(sa.select(User.login).where(User.id == bert))[0][0]
    before = all_rows()

    result, number = bring(record, head, f'1;Omega;"Anna (lawyer), {login.upper()}"')

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"
    assert parts(model) == {(anna, "lawyer"), (bert, "")}
    take_back(number)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("record", "head", "model"),
    [
        ("clients", "ID;Company;Participants", ClientParticipant),
        ("deals", "ID;Deal;Participants", DealParticipant),
    ],
)
def test_row_adds_participants_and_undoing_it_restores_those_that_were(
    record: str, head: str, model: Any, bring: Bring, make: Make, all_rows: AllRows
) -> None:
    anna, bert, carl = (make.user(name=name) for name in ("Anna", "Bert", "Carl"))
    bring(record, head, '1;Omega;"Anna (lawyer), Bert"')
    before = all_rows()

    result, number = bring(record, head, '1;Omega;"Anna, Bert (service), Carl"')

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 0"
    assert parts(model) == {(anna, "lawyer"), (bert, "service"), (carl, "")}
    again, _number = bring(record, head, '1;Omega;"Carl, Anna"')
    assert again.last_line == "created 0, updated 0, unchanged 1, refused 0"
    take_back(number)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Anna", "lawyer (main)"),
        ("Anna", "(main) lawyer (of contracts) too"),
        ("Anna", "lawyer (main"),
        ("Anna", "lawyer :)"),
        ("Anna (the elder)", "lawyer (main)"),
        ("Anna (the elder)", ""),
    ],
)
def test_participant_comes_back_whatever_brackets_stand_in_name_and_part(
    name: str, part: str, bring: Bring, make: Make
) -> None:
    make.user(name="Bert")
    anna = make.user(name=name)
    written = with_parts([{"name": name, "part": part}]).replace('"', '""')

    result, _number = bring("clients", CLIENTS, f'1;Omega;"{written}"')

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"
    assert parts(ClientParticipant) == {(anna, part)}


def test_brackets_go_to_the_longer_of_two_names(bring: Bring, make: Make) -> None:
    make.user(name="Bert")
    elder = make.user(name="Bert (the elder)")

    bring("clients", CLIENTS, "1;Omega;Bert (the elder) (lawyer (main))")

    assert parts(ClientParticipant) == {(elder, "lawyer (main)")}


@pytest.mark.parametrize("named", ["Nobody", "Namesake", "Anna (lawyer) (twice)"])
def test_participant_whom_nobody_is_sure_of_is_an_error_at_the_cell(
    named: str, bring: Bring, make: Make
) -> None:
    make.user(name="Anna")
    make.user(name="Namesake")
    make.user(name="Namesake")

    for record, head in (("clients", CLIENTS), ("deals", "ID;Deal;Participants")):
        result, _number = bring(record, head, f"1;Omega;{named}")

        expected = f"There is no such user, or more than one: {named}."
        assert problem(result) == {"participants": expected}


def test_participants_are_told_in_the_history(bring: Bring, make: Make) -> None:
    anna, bert = make.user(name="Anna"), make.user(name="Bert")

    bring("clients", CLIENTS, "1;Omega;Anna")
    bring("clients", CLIENTS, "1;Omega;Bert")

    changes = [
        row[0]["participants"]
        for row in rows(sa.select(Audit.changes).where(Audit.kind == "client").order_by(Audit.id))
    ]
    assert changes == [[None, [anna]], [[anna], sorted([anna, bert])]]


@pytest.mark.parametrize("named", ["vera", "+7 495 000-00-01", "Vera; 8 (495) 000-00-01"])
def test_deal_names_contacts_of_its_client(
    named: str, gamma: int, bring: Bring, all_rows: AllRows
) -> None:
    before = all_rows()

    result, number = bring("deals", DEALS, f'1;Boilers;Gamma;"{named}";;')

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"
    query = sa.select(Contact.name).join(DealContact, DealContact.contact_id == Contact.id)
    assert rows(query) == [("Vera",)]
    again, _number = bring("deals", DEALS, f'1;Boilers;Gamma;"{named}";;')
    assert again.last_line == "created 0, updated 0, unchanged 1, refused 0"
    take_back(number)
    assert all_rows() == before


def test_row_adds_contacts_and_undoing_it_restores_those_that_were(
    gamma: int, bring: Bring, all_rows: AllRows
) -> None:
    bring("deals", DEALS, "1;Boilers;Gamma;Vera;;")
    before = all_rows()

    result, number = bring("deals", DEALS, "1;Boilers;;nina@example.com;;")

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 0"
    assert len(rows(sa.select(DealContact.contact_id))) == 2
    take_back(number)
    assert all_rows() == before


def test_deal_of_another_client_leaves_the_contacts_of_the_former(
    gamma: int, bring: Bring, make: Make, all_rows: AllRows
) -> None:
    omega = make.client(name="Omega")
    olga = make.contact(omega, name="Olga")
    bring("deals", DEALS, "1;Boilers;Gamma;Vera;;")
    before = all_rows()

    _result, number = bring("deals", DEALS, "1;Boilers;Omega;Olga;;")

    assert rows(sa.select(DealContact.contact_id)) == [(olga,)]
    take_back(number)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("client", "named", "why"),
    [
        ("Gamma", "Nobody", "The client has no such contact: Nobody."),
        ("Gamma", "Olga", "The client has no such contact: Olga."),
        ("Gamma", "Nina", "Several contacts of the client are meant by Nina."),
        ("", "Vera", "A deal without a client has no contacts."),
    ],
)
def test_contact_that_the_client_has_not_is_an_error_at_the_cell(
    client: str, named: str, why: str, gamma: int, bring: Bring, make: Make
) -> None:
    make.contact(make.client(name="Omega"), name="Olga")
    made, _number = bring("deals", DEALS, f"1;Boilers;{client};{named};;")
    bring("deals", DEALS, f"2;Pipes;{client};;;")

    changed, _number = bring("deals", DEALS, f"2;Pipes;{client};{named};;")

    assert problem(made) == problem(changed) == {"contacts": why}
    assert rows(sa.select(DealContact.contact_id)) == []
    assert rows(sa.select(Deal.name)) == [("Pipes",)]


def test_contact_of_a_row_lets_its_deal_into_a_stage_that_asks_for_one(
    gamma: int, bring: Bring, make: Make
) -> None:
    stage_id = reading().scalars(sa.select(Stage.id).where(Stage.percent == 40)).one()
    change_stage(stage_id, {"required": ["contact_ids"]})

    refused, _number = bring("deals", DEALS, "1;Boilers;Gamma;;;40 %")
    result, _number = bring("deals", DEALS, "1;Boilers;Gamma;Vera;;40 %")

    assert refused.last_line == "created 0, updated 0, unchanged 0, refused 1"
    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"


def test_file_says_which_contact_is_the_primary_one(bring: Bring, make: Make) -> None:
    make.client(name="Omega")

    bring("contacts", CONTACTS, "1;Anna;Omega;no", "2;Boris;Omega;yes", "3;Clara;Omega;")

    assert primary() == ["Boris"]


def test_another_primary_contact_takes_its_place_until_the_import_is_undone(
    bring: Bring, make: Make, all_rows: AllRows
) -> None:
    make.client(name="Omega")
    bring("contacts", CONTACTS, "1;Anna;Omega;", "2;Boris;Omega;")
    before = all_rows()
    assert primary() == ["Anna"]

    result, number = bring("contacts", CONTACTS, "2;Boris;Omega;yes", "3;Clara;Omega;no")

    assert result.last_line == "created 1, updated 1, unchanged 0, refused 0"
    assert primary() == ["Boris"]
    again, _number = bring("contacts", CONTACTS, "2;Boris;Omega;yes")
    assert again.last_line == "created 0, updated 0, unchanged 1, refused 0"
    take_back(number)
    assert all_rows() == before


def test_new_primary_contact_leaves_the_former_one_when_it_goes(
    bring: Bring, make: Make, all_rows: AllRows
) -> None:
    make.contact(make.client(name="Omega"), name="Anna")
    before = all_rows()

    _result, number = bring("contacts", CONTACTS, "2;Boris;Omega;yes")

    assert primary() == ["Boris"]
    take_back(number)
    assert all_rows() == before


@pytest.mark.parametrize("batch", [500, 1])
def test_second_primary_contact_of_a_client_is_an_error_at_the_cell(
    batch: int, bring: Bring, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesman_core.records.imports.run.BATCH", batch)
    make.contact(make.client(name="Omega"), name="Anna")
    lines = ("1;Boris;Omega;yes", "2;Anna;Omega;yes", "3;Clara;Omega;yes", "1;Boris;Omega;yes")

    first, _number = bring("contacts", CONTACTS, *lines)
    again, _number = bring("contacts", CONTACTS, *lines)

    assert first.last_line == "created 1, updated 0, unchanged 1, refused 2"
    assert again.last_line == "created 0, updated 0, unchanged 2, refused 2"
    assert [
        {name: one.reason for name, one in row.problems.items()} for row in again.refused_rows
    ] == [{"primary": "Another row already names the primary contact of this client."}] * 2
    assert primary() == ["Boris"]


def test_primary_contact_that_is_neither_yes_nor_no_is_an_error_at_the_cell(
    bring: Bring, make: Make
) -> None:
    make.client(name="Omega")

    result, _number = bring("contacts", CONTACTS, "1;Anna;Omega;perhaps")

    assert problem(result) == {"primary": "Yes or no is expected."}
    assert rows(sa.select(Client.name)) == [("Omega",)]


def test_statements_for_contacts_and_participants_do_not_grow_with_the_rows(
    gamma: int, bring: Bring, make: Make, statements: Callable[[], Any]
) -> None:
    make.user(name="Anna")

    def written(first: int, last: int, people: str) -> int:
        lines = [f"{n};Deal {n};Gamma;{people};" for n in range(first, last)]
        with statements() as said:
            bring("deals", DEALS, *lines)
        return len(said)

    named, nobody = "Vera;Anna (lawyer)", ";"
    written(0, 2, named)  # what is looked up once
    few = written(2, 4, named) - written(4, 6, nobody)
    assert written(6, 46, named) - written(46, 86, nobody) == few
