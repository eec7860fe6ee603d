"""What becomes of rows of clients and contacts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from salesman_core.clients.merging import merge_clients
from salesman_core.clients.models import Client, ClientEmail, ClientPhone, Contact, Rung, RungMove
from salesman_core.db import reading
from salesman_core.records.imports import ImportResult, mapping_of, read_mapping
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.models import Audit
from salesman_core.records.worded import worded
from salesman_core.testing.people import Make

pytestmark = pytest.mark.usefixtures("app")

WriteCsv = Callable[..., Path]
Bring = Callable[..., ImportResult]

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data/salesman"
CLIENTS = "ID;Company;Phone;Email;Tags;Relationship"
CONTACTS = "Contact;Company;Phone;Position"


@pytest.fixture
def bring(write_csv: WriteCsv) -> Bring:
    """A function that imports lines of CSV."""

    def bring(
        *lines: str, record: str = "clients", head: str = CLIENTS, mapping: str = ""
    ) -> ImportResult:
        type_ = import_type(record)
        path = write_csv(head, *lines)
        return import_run(type_, path, mapping_of(mapping, type_.fields)).apply()

    return bring


def values(query: sa.Select[Any]) -> list[Any]:
    reading().rollback()
    return list(reading().scalars(query))


def phones() -> list[str]:
    return values(
        sa.select(ClientPhone.typed).order_by(ClientPhone.client_id, ClientPhone.position)
    )


def test_row_fills_the_fields_of_a_client(bring: Bring) -> None:
    bring("7;Omega;+7 495 123-45-67;info@omega.com;big, south")

    client = values(sa.select(Client))[0]
    reading().refresh(client)
    assert client.name == "Omega"
    assert [one.normalised for one in client.phones] == ["+74951234567"]
    assert [one.normalised for one in client.emails] == ["info@omega.com"]
    assert [one.tag for one in client.tags] == ["big", "south"]
    assert [(one.source, one.key) for one in client.external_ids] == [("import", "7")]


def test_same_rows_again_change_nothing(bring: Bring) -> None:
    rows = ("7;Omega;+7 495 123-45-67;info@omega.com;big", ";Alpha;;;")
    bring(*rows)

    assert bring(*rows).last_line == "created 0, updated 0, unchanged 2, refused 0"


def test_name_and_phone_in_another_notation_mean_the_same_client(bring: Bring, make: Make) -> None:
    make.client(name="Omega", phones=["8 (495) 123-45-67"])

    result = bring(";OMEGA;+7 495 1234567;info@omega.com;")

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 0"
    assert phones() == ["8 (495) 123-45-67"]


def test_name_alone_does_not_join_two_clients(bring: Bring, make: Make) -> None:
    make.client(name="Omega", phones=["+7 495 123-45-67"])

    bring(";Omega;+7 495 765-43-21;;")

    assert values(sa.select(Client.name)) == ["Omega", "Omega"]


def test_namesakes_with_keys_of_their_own_stay_two(bring: Bring) -> None:
    rows = ("1;Omega;;;", "2;Omega;;;")

    assert bring(*rows).last_line == "created 2, updated 0, unchanged 0, refused 0"
    assert bring(*rows).last_line == "created 0, updated 0, unchanged 2, refused 0"


def test_key_joins_before_name_and_phone(bring: Bring) -> None:
    bring("7;Omega;+7 495 123-45-67;;")

    bring("7;Omega Group;+7 495 765-43-21;;")

    assert values(sa.select(Client.name)) == ["Omega Group"]
    assert phones() == ["+7 495 123-45-67", "+7 495 765-43-21"]


def test_client_found_by_name_and_phone_gets_the_key(bring: Bring, make: Make) -> None:
    make.client(name="Omega", phones=["+7 495 123-45-67"])
    bring("7;Omega;+7 495 123-45-67;;")

    assert bring("7;Renamed;;;").last_line == "created 0, updated 1, unchanged 0, refused 0"


def test_phone_that_is_none_is_kept_and_worth_a_look(bring: Bring) -> None:
    result = bring(";Omega;12345;;")

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"
    assert [str(one) for one in result.warnings[0].problems.values()] == [
        "“12345”: No valid phone number, kept as typed."
    ]
    assert phones() == ["12345"]


def test_mapping_may_match_by_email(bring: Bring, make: Make) -> None:
    make.client(name="Omega", emails=["Info@Omega.com"])

    bring(";Omega Group;;info@omega.com;", mapping="[options]\nmatch = ['emails']")

    assert values(sa.select(Client.name)) == ["Omega Group"]


def test_rung_of_a_file_is_a_move_with_its_reason(bring: Bring) -> None:
    bring(";Omega;;;;regular")

    assert values(sa.select(Rung.name).join(Client)) == ["Regular"]
    moves = values(sa.select(RungMove.words).where(RungMove.automatic.is_(False)))
    assert [worded("", words) for words in moves] == ["the imported file says so"]


def test_unknown_rung_is_refused(bring: Bring) -> None:
    problems = bring(";Omega;;;;friendly").refused_rows[0].problems

    assert problems["rung"].reason.startswith("There is no such rung, only: ")


def test_changes_are_audited_once(bring: Bring) -> None:
    bring(";Omega;;;")
    bring(";Omega;;info@omega.com;")

    audit = sa.select(Audit.action).where(Audit.kind == "client").order_by(Audit.id)
    assert values(audit) == ["created", "changed"]


def test_contact_goes_to_its_client_and_the_first_is_the_primary_one(
    bring: Bring, make: Make
) -> None:
    omega = make.client(name="Omega")

    bring(
        "Anna Weber;Omega;+7 495 123-45-67;Director",
        "Boris;Omega;;",
        record="contacts",
        head=CONTACTS,
    )

    rows = reading().execute(
        sa.select(Contact.name, Contact.client_id, Contact.primary).order_by(Contact.id)
    )
    assert [tuple(row) for row in rows] == [("Anna Weber", omega, True), ("Boris", omega, False)]


def test_same_contact_again_changes_nothing(bring: Bring, make: Make) -> None:
    make.client(name="Omega")
    row = "Anna Weber;Omega;+7 495 123-45-67;Director"
    bring(row, record="contacts", head=CONTACTS)

    again = bring(row, record="contacts", head=CONTACTS)

    assert again.last_line == "created 0, updated 0, unchanged 1, refused 0"


def test_contact_of_an_unknown_client_is_refused(bring: Bring) -> None:
    result = bring("Anna Weber;Omega;;", record="contacts", head=CONTACTS)

    assert result.refused_rows[0].problems["client"].reason == "There is no such client."


@pytest.mark.usefixtures("real_files")
def test_clients_of_the_predecessor_come_in_from_both_files(bring: Bring) -> None:
    type_ = import_type("clients")
    mapping = read_mapping(ROOT / "tests/mappings/salesman-clients.toml", type_.fields)

    first = import_run(type_, DATA / "clients.csv", mapping).apply()
    again = import_run(type_, DATA / "clients.csv", mapping).apply()
    sheet = import_run(type_, DATA / "clients.xlsx", mapping).apply()

    assert first.last_line == "created 47, updated 0, unchanged 0, refused 0"
    assert again.last_line == "created 0, updated 0, unchanged 47, refused 0"
    assert sheet.last_line == "created 0, updated 47, unchanged 0, refused 0"
    assert values(sa.select(sa.func.count(Client.id))) == [47]


@pytest.mark.usefixtures("real_files")
@pytest.mark.parametrize("name", ["clients.csv", "clients.xlsx"])
def test_invalid_addresses_of_the_predecessor_are_kept_and_each_is_named(
    bring: Bring, name: str
) -> None:
    type_ = import_type("clients")
    mapping = read_mapping(ROOT / "tests/mappings/salesman-clients.toml", type_.fields)

    result = import_run(type_, DATA / name, mapping).apply()

    addresses = [f"client@ya.ru{number}" for number in range(1, 48)]
    assert [
        (remark.row.number, {field: str(one) for field, one in remark.problems.items()})
        for remark in result.warnings
    ] == [
        (row, {"emails": f"“{address}”: No valid email address, kept as typed."})
        for row, address in enumerate(addresses, start=2)
    ]
    kept = sa.select(ClientEmail.typed, ClientEmail.normalised).order_by(ClientEmail.client_id)
    assert [tuple(row) for row in reading().execute(kept)] == [(one, None) for one in addresses]


# -- clients that were merged


def test_row_of_a_merged_client_means_the_one_that_stayed(bring: Bring, make: Make) -> None:
    rows = ("1;Omega;+7 495 123-45-67;;", "2;Omega Group;+7 495 765-43-21;;")
    bring(*rows)
    first, second = values(sa.select(Client.id).order_by(Client.id))
    merge_clients(first, [second])

    result = bring(*rows)

    assert result.last_line == "created 0, updated 0, unchanged 2, refused 0"


def test_former_name_and_a_phone_mean_the_client_that_stayed(bring: Bring, make: Make) -> None:
    kept = make.client(name="Omega", phones=["+7 495 123-45-67"])
    merge_clients(kept, [make.client(name="Omega Group", phones=["+7 495 765-43-21"])])

    result = bring(";Omega Group;8 (495) 765-43-21;info@omega.com;")

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 0"
    assert values(sa.select(Client.name).where(Client.id == kept)) == ["Omega"]


def test_who_is_called_so_now_comes_before_who_was(bring: Bring, make: Make) -> None:
    kept = make.client(name="Omega")
    merge_clients(kept, [make.client(name="Alpha")])
    now = make.client(name="Alpha")

    bring("Anna;Alpha;;", record="contacts", head=CONTACTS)

    assert values(sa.select(Contact.client_id)) == [now]


def test_contact_of_a_merged_client_is_found_at_the_one_that_stayed(
    bring: Bring, make: Make
) -> None:
    lost = make.client(name="Omega Group")
    bring("Anna;Omega Group;;", record="contacts", head=CONTACTS)
    merge_clients(make.client(name="Omega"), [lost])

    result = bring("Anna;Omega Group;;", record="contacts", head=CONTACTS)

    assert result.last_line == "created 0, updated 0, unchanged 1, refused 0"
