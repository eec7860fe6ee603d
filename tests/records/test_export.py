"""Exports: what one sees, in the columns that one sees, as a file in which nothing runs."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from salesman_core.access.models import Role
from salesman_core.db import reading, writing
from salesman_core.errors import ForbiddenError, InvalidError, MissingError
from salesman_core.i18n import speaking
from salesman_core.jobs.port import jobs
from salesman_core.people.roles import change_grants
from salesman_core.records import export
from salesman_core.records.bulk.choosing import Chosen, asked_again, chosen_by_ids
from salesman_core.records.custom.service import define_field
from salesman_core.records.export import Wanted, begin_export, export_to, file_of_export
from salesman_core.records.export_files import write_csv, write_xlsx
from salesman_core.records.models import Audit, BulkRun
from salesman_core.records.record_list import record_list
from salesman_core.testing.people import Make
from salesman_hookspecs import Person, Scope

BrowserFor = Callable[[str], FlaskClient]


@pytest.fixture
def head(make: Make) -> Iterator[Person]:
    with make.acting(make.user_of("head")) as person:
        yield person


def whole(kind: str, address: str = "") -> Chosen:
    return Chosen(query=asked_again(record_list(kind).spec, address))


def lines(run_id: int, delimiter: str = ",") -> list[list[str]]:
    path, _run = file_of_export(run_id)
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(
        csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    )


def test_export_holds_the_chosen_columns_of_all_that_the_filter_finds(
    make: Make, head: Person
) -> None:
    make.client(name="Boilers Ltd", source="fair", tags=["vip"])
    make.client(name="Other", source="web")

    run_id = begin_export(
        "client", whole("client", "source=fair"), Wanted(["name", "tags", "owner"], "csv")
    )

    assert lines(run_id) == [["Name", "Tags", "Owner"], ["Boilers Ltd", "vip", head.name]]


@pytest.mark.parametrize("kind", ["client", "deal"])
def test_export_holds_the_team_of_the_owner(make: Make, head: Person, kind: str) -> None:
    owner = make.user("seller", team_id=make.team("North"))
    {"client": make.client, "deal": make.deal}[kind](name="Boilers", owner_id=owner)

    run_id = begin_export(kind, whole(kind), Wanted(["name", "team"], "csv"))

    assert [line[:2] for line in lines(run_id)][1] == ["Boilers", "North"]


def test_export_of_marked_rows_holds_these_alone(make: Make, head: Person) -> None:
    wanted, _other = make.client(name="Boilers Ltd"), make.client()

    run_id = begin_export("client", chosen_by_ids([wanted]), Wanted(["name"], "csv"))

    assert lines(run_id) == [["Name"], ["Boilers Ltd"]]


def test_amounts_are_exact_and_stand_beside_their_currency(make: Make, head: Person) -> None:
    make.deal(name="Boiler", amount=Decimal("1234567.80"))

    run_id = begin_export("deal", whole("deal"), Wanted(["name", "amount"], "csv"))

    headings, (*told, currency, _key) = lines(run_id)
    assert headings == ["Deal", "Amount", "Currency", "SalesMan key"]
    assert (told, currency) == (["Boiler", "1234567.80"], "RUB")


def test_export_in_russian_has_semicolons_and_decimal_commas(make: Make, head: Person) -> None:
    make.deal(name="Котёл", amount=Decimal("10.50"), expected_on=date(2026, 3, 2))

    with speaking("ru"):
        wanted = Wanted(["name", "amount", "expected_on"], "csv")
        run_id = begin_export("deal", whole("deal"), wanted)

    assert lines(run_id, ";")[1][:3] == ["Котёл", "10,50", "02.03.2026"]


def test_texts_that_spreadsheets_would_run_do_not_begin_as_such(make: Make, head: Person) -> None:
    for name in ("=1+1", "+7 495", "-1", "@SUM(A1)", "\uff1d1+1", "\uff20SUM(A1)", "plain"):
        make.client(name=name)

    run_id = begin_export("client", whole("client", "sort=id"), Wanted(["name"], "csv"))

    assert [line[0] for line in lines(run_id)[1:]] == [
        "'=1+1",
        "'+7 495",
        "'-1",
        "'@SUM(A1)",
        "'\uff1d1+1",
        "'\uff20SUM(A1)",
        "plain",
    ]


def test_sheet_holds_numbers_and_days_as_such_and_no_formula(make: Make, head: Person) -> None:
    make.deal(name="=1+1", amount=Decimal("10.50"), expected_on=date(2026, 3, 2))

    wanted = Wanted(["name", "amount", "expected_on"], "xlsx")
    path, _run = file_of_export(begin_export("deal", whole("deal"), wanted))

    (row,) = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    assert row[:3] == ["=1+1", 10.5, date(2026, 3, 2)]
    with zipfile.ZipFile(path) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_export_takes_a_permission_of_its_own(make: Make) -> None:
    with make.acting(make.user()):
        make.client()
        with pytest.raises(ForbiddenError) as caught:
            begin_export("client", whole("client"), Wanted(["name"], "csv"))

    assert caught.value.permission == "core.client.export"


def test_records_that_one_sees_but_may_not_export_stay_out(make: Make) -> None:
    marketer = make.user("marketer")  # sees all clients, and is given the export of their own
    make.client(name="Of a stranger")
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "marketer")).one()
    change_grants(role_id, {"core.client.export": Scope.OWN})
    with make.acting(marketer):
        make.client(name="Own")
        run_id = begin_export("client", whole("client"), Wanted(["name"], "csv"))

    with make.acting(marketer):
        assert lines(run_id) == [["Name"], ["Own"]]


def test_column_that_one_may_not_see_stays_out(
    make: Make, head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.deal(name="Boiler", cost=Decimal(7))
    listed = record_list("deal")
    hidden = [one for one in listed.columns if one.name == "margin"]
    monkeypatch.setattr(
        type(listed),
        "seen_columns",
        lambda self, person=None: [one for one in self.columns if one not in hidden],
    )

    run_id = begin_export("deal", whole("deal"), Wanted(["name", "margin"], "csv"))

    assert lines(run_id)[0] == ["Deal", "Currency", "SalesMan key"]


def test_file_with_a_column_that_was_taken_away_is_handed_out_no_more(make: Make) -> None:
    head = make.user_of("head")
    with make.acting(head):
        make.deal(name="Boiler", cost=Decimal(7))
        with_margin = begin_export("deal", whole("deal"), Wanted(["name", "margin"], "csv"))
        without = begin_export("deal", whole("deal"), Wanted(["name"], "csv"))
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "head")).one()

    change_grants(role_id, {"core.deal.margin": Scope.NONE})

    with make.acting(head):
        with pytest.raises(ForbiddenError) as refused:
            file_of_export(with_margin)
        headings, told = lines(without)
    assert headings == ["Deal", "Currency", "SalesMan key"]
    assert told[:2] == ["Boiler", "RUB"]
    assert refused.value.permission == "core.deal.margin"


def grant_contact_data(scope: Scope) -> None:
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "head")).one()
    change_grants(role_id, {"core.client.contact_data": scope})


def test_file_with_phones_is_handed_out_only_to_whoever_may_still_read_them(make: Make) -> None:
    make.client(name="Omega", phones=["+7 912 345-67-67"])
    head = make.user_of("head")
    with make.acting(head):
        with_phones = begin_export("client", whole("client"), Wanted(["name", "reach"], "csv"))
        without = begin_export("client", whole("client"), Wanted(["name"], "csv"))

    grant_contact_data(Scope.NONE)

    with make.acting(head):
        with pytest.raises(ForbiddenError) as refused:
            file_of_export(with_phones)
        assert lines(without) == [["Name"], ["Omega"]]
    assert refused.value.permission == "core.client.contact_data"


def test_phones_and_emails_stay_out_of_the_file_of_whoever_reads_them_masked(make: Make) -> None:
    make.client(name="Omega", phones=["+7 912 345-67-67"], emails=["anna@example.com"])
    grant_contact_data(Scope.NONE)
    with make.acting(make.user_of("head")):
        run = begin_export("client", whole("client"), Wanted(["name", "reach"], "csv"))
        every = io.BytesIO()
        export.export_to("client", every, "csv")
        assert lines(run) == [["Name"], ["Omega"]]
    assert "Phones" not in every.getvalue().decode().splitlines()[0]
    assert "***" not in every.getvalue().decode()


def test_file_that_does_not_say_what_it_masks_is_taken_for_one_that_masks_nothing(
    make: Make,
) -> None:
    make.client(name="Omega", phones=["+7 912 345-67-67"])
    grant_contact_data(Scope.NONE)
    head = make.user_of("head")
    with make.acting(head):
        run = begin_export("client", whole("client"), Wanted(["name", "reach"], "csv"))
    with writing() as session:
        kept = session.get_one(BulkRun, run)
        kept.given = {"columns": ["name", "reach"], "format": "csv"}

    with make.acting(head), pytest.raises(ForbiddenError):
        file_of_export(run)


@pytest.mark.parametrize(
    ("columns", "format_", "field"),
    [([], "csv", "columns"), (["colour"], "csv", "columns"), (["name"], "exe", "format")],
)
def test_export_of_nothing_or_of_an_unknown_kind_is_refused(
    make: Make, head: Person, columns: list[str], format_: str, field: str
) -> None:
    make.client()
    with pytest.raises(InvalidError) as caught:
        begin_export("client", whole("client"), Wanted(columns, format_))

    assert set(caught.value.fields) == {field}


def test_export_is_noted_in_the_audit_with_its_filter_and_number(make: Make, head: Person) -> None:
    make.client(source="fair")

    begin_export("client", whole("client", "source=fair"), Wanted(["name"], "csv"))

    query = sa.select(Audit.actor_id, Audit.changes).where(Audit.action == "exported")
    ((actor_id, changes),) = reading().execute(query).all()
    assert (actor_id, changes["narrowed"], changes["rows"]) == (
        head.id,
        [None, "Source is fair"],
        [None, 1],
    )


def test_export_at_the_command_line_is_noted_before_anybody_gets_it(
    make: Make, head: Person
) -> None:
    make.client(source="fair")

    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="No space"),
    ):
        export_to("client", full, "csv", "source=fair")

    reading().rollback()
    noted = reading().scalars(sa.select(Audit.changes).where(Audit.action == "exported")).all()
    narrowed = [None, "Source is fair"]
    assert [(one["narrowed"], one["rows"]) for one in noted] == [(narrowed, [None, 1])]


def test_large_export_is_written_by_a_job(
    make: Make, head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 2)
    monkeypatch.setattr(export, "_PAGE", 2)
    for number in range(5):
        make.client(name=f"Client {number}")

    run_id = begin_export("client", whole("client"), Wanted(["name"], "csv"))
    with pytest.raises(MissingError):
        file_of_export(run_id)
    jobs().drain()
    reading().rollback()

    assert lines(run_id) == [["Name"], *([f"Client {number}"] for number in range(5))]
    assert reading().get_one(BulkRun, run_id).done == 5


def test_file_of_another_person_is_not_there(make: Make, browser_for: BrowserFor) -> None:
    with make.acting(make.user_of("head")):
        make.client()
        run_id = begin_export("client", whole("client"), Wanted(["name"], "csv"))

    with browser_for("head").get(f"/lists/runs/{run_id}/file") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert browser_for("seller").get(f"/lists/runs/{run_id}/file").status_code == 404


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_writers_take_rows_one_after_another(app: Any, write: Callable[..., int]) -> None:
    file = io.BytesIO()

    assert write(file, ["A"], ([number] for number in range(1000))) == 1000
    assert file.getbuffer().nbytes > 1000


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        ("3", "3", "3"),
        ("0.5", "0.5", "0,5"),
        ("1200", "1200", "1200"),
        ("-2.50", "-2.5", "-2,5"),
        ("1234.567", "1234.567", "1234,567"),
        ("1.054", "1.0540", "1,0540"),  # else spreadsheets take it for a thousand and more
        ("0", "0", "0"),
    ],
)
def test_number_of_a_custom_field_stands_as_it_is_shown(
    make: Make, number: str, english: str, russian: str
) -> None:
    define_field("deal", {"label": "Weight", "type": "number", "key": "weight"})
    make.deal(name="Boiler", custom={"weight": Decimal(number)})

    told = []
    with make.acting(make.user_of("head")):
        for language, delimiter in (("en", ","), ("ru", ";")):
            with speaking(language):
                run_id = begin_export("deal", whole("deal"), Wanted(["custom.weight"], "csv"))
            told.append(lines(run_id, delimiter)[1][0])

    assert told == [english, russian]


def test_sheet_shows_all_digits_of_what_is_no_amount() -> None:
    file = io.BytesIO()
    write_xlsx(file, ["Amount", "Weight"], [[Decimal("7.00"), Decimal("1.054")]])
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    amount, weight = (sheet.partition(f'<c r="{place}2"')[2][:3] for place in "AB")
    assert (amount, weight) == (" s=", "><v")
