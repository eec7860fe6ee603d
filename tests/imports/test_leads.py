"""Lists of leads, through the command line and through the page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_leads import intake, service
from salesman_leads.models import Lead, LeadExternalId, LeadProduct
from salesman_leads.queries import offered_results
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups.queries import Counted, counted
from salesman_mailing.groups.service import create_group, follow
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from salesman_core.db import make_engine, reading
from salesman_core.db.engine import readonly
from salesman_core.records.imports import mapping_of
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.records.models import Audit, Note
from salesman_core.records.notes import write_note
from salesman_core.services import bans
from salesman_core.services.models import ContactBan
from salesman_core.testing.application import UPGRADED
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.people import Make

from .conftest import brought, words, work

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "../shared/data/leads/leads.csv"
RUSSIAN = ROOT / "../shared/data/salesman/leads.xls"
MAPPING = ROOT / "tests/mappings/leads.toml"

Bring = Callable[..., int]
Command = Callable[..., list[str]]
Statements = Callable[[], AbstractContextManager[list[str]]]
WriteCsv = Callable[..., Path]

HEAD = "ID;Name;Company;Phone;Email;Lead Source;Do Not Email;Owner;Result"
MATCHING = "[options]\nsource = 'list'\nmatch = ['external_id']"


pytestmark = [
    pytest.mark.plugins,
    pytest.mark.timeout(300),
]


@dataclass(frozen=True)
class Imported:
    """A database into which the public set of leads was imported, and what was said."""

    session: Session
    lines: list[str]
    again: list[str]


@pytest.fixture(scope="module")
def imported(
    real_files: None,
    module_database_kind: Kind,
    databases: Databases,
    command_on: Callable[[str, Path], Command],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Imported]:
    with databases.lent(module_database_kind, UPGRADED) as url:
        command = command_on(url, tmp_path_factory.mktemp("leads"))
        bring = ("import", "leads", str(FILE), "--mapping", str(MAPPING))
        lines, again = command(*bring), command(*bring)
        engine = readonly(make_engine(url))
        with Session(engine) as session:
            yield Imported(session, lines, again)
        engine.dispose()


def count(session: Session, *conditions: sa.ColumnElement[bool]) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count(Lead.id)).where(*conditions)) or 0


@pytest.mark.turns(3, among="long")
@pytest.mark.xdist_group("leads")
def test_every_lead_comes_in(imported: Imported) -> None:
    assert imported.lines[-1] == "created 9240, updated 0, unchanged 0, refused 0"
    assert count(imported.session) == 9240


@pytest.mark.turns(3, among="long")
@pytest.mark.xdist_group("leads")
def test_second_import_changes_nothing(imported: Imported) -> None:
    assert imported.again[-1] == "created 0, updated 0, unchanged 9240, refused 0"


@pytest.mark.turns(3, among="long")
@pytest.mark.xdist_group("leads")
def test_source_that_differs_by_case_is_one(imported: Imported) -> None:
    assert count(imported.session, Lead.source == "Google") == 2868 + 5
    assert count(imported.session, sa.func.lower(Lead.source) == "google") == 2868 + 5


@pytest.mark.turns(3, among="long")
@pytest.mark.xdist_group("leads")
def test_those_who_want_no_mailing_are_known(imported: Imported) -> None:
    assert count(imported.session, Lead.no_mailing) == 734
    assert count(imported.session, Lead.no_calls) == 2


@pytest.mark.turns(3, among="long")
@pytest.mark.xdist_group("leads")
def test_converted_ones_are_closed_as_such_without_a_client(imported: Imported) -> None:
    converted = (Lead.status == "closed", Lead.result == "converted", Lead.client_id.is_(None))
    assert count(imported.session, *converted) == 3561
    assert count(imported.session, Lead.status == "open") == 9240 - 3561


@pytest.mark.turns(3, among="long")
@pytest.mark.xdist_group("leads")
def test_what_no_field_holds_stays_readable(imported: Imported) -> None:
    first = (
        sa.select(Lead.imported)
        .join(LeadExternalId)
        .where(LeadExternalId.key == "7927b2df-8bba-4d29-b9a2-b6e0beafe620")
    )
    held = imported.session.scalar(first)
    assert held is not None
    assert held["Tags"] == "Interested in other courses"


@pytest.fixture
def bring(write_csv: WriteCsv) -> Bring:
    """A function that imports lines of CSV as leads, and gives the number of the import."""

    def bring(*lines: str, head: str = HEAD, mapping: str = MATCHING) -> int:
        type_ = import_type("leads")
        path, number = write_csv(head, *lines), note_import("leads", "rows.csv")
        chosen = mapping_of(mapping, type_.fields)
        import_run(type_, path, chosen, journal=Journal(number)).apply()
        return number

    return bring


def leads() -> list[Lead]:
    reading().rollback()
    return list(reading().scalars(sa.select(Lead).order_by(Lead.id)))


def close(lead_id: int) -> None:
    results = offered_results(reading())
    service.close_lead(lead_id, next(one.id for one in results if one.base == "not_our_customer"))


def test_address_of_those_who_want_no_mailing_is_known_to_every_plugin(
    app: Flask, real_files: None, write_csv: WriteCsv
) -> None:
    type_ = import_type("leads")
    addressed = MAPPING.read_text() + '\n[compose]\nemails = "{Lead Number}@example.com"\n'
    chosen = mapping_of(addressed, type_.fields)

    import_run(type_, FILE, chosen, journal=Journal(note_import("leads", FILE.name))).apply()

    banned = sa.select(sa.func.count(ContactBan.id)).where(ContactBan.way == bans.MAILING)
    assert reading().scalar(banned) == 734
    held = bans.bans_of(reading(), addresses=["660737@example.com"])
    assert held.addresses == {}

    free = sa.select(Purpose.id).where(Purpose.needs_consent.is_(False))
    everybody = create_group({"name": "Everybody", "purpose_id": reading().scalar(free)})
    follow(everybody, "leads.lead", "")
    assert counted(reading(), everybody) == Counted(9240, 9240, 9240 - 734)


def test_lead_is_found_by_its_key_and_changed(app: Flask, bring: Bring) -> None:
    bring("7;Anna;Boilers;;;site;;;")

    bring("7;Anna Kern;Boilers;+7 916 123-45-67;;;;;")

    (lead,) = leads()
    assert (lead.name, lead.source, [one.normalised for one in lead.phones]) == (
        "Anna Kern",
        "site",
        ["+79161234567"],
    )


def test_lead_without_a_key_is_found_by_phone_or_email(app: Flask, bring: Bring) -> None:
    intake.create_lead({"name": "Anna", "phones": ["8 916 123-45-67"]})
    intake.create_lead({"name": "Boris", "emails": ["boris@example.com"]})

    bring(
        ";Anna;;+7 (916) 123-45-67;;site;;;",
        ";Boris;;;Boris@Example.com;site;;;",
        mapping="",
    )

    assert [(lead.name, lead.source) for lead in leads()] == [("Anna", "site"), ("Boris", "site")]


def test_same_file_once_more_changes_nothing_without_keys(app: Flask, bring: Bring) -> None:
    rows = (";Anna;Boilers;;;site;yes;;", ";Boris;;8 916 123-45-67;;site;;;Spam")
    bring(*rows, mapping="")
    before = [(lead.id, lead.version) for lead in leads()]

    bring(*rows, mapping="")

    assert [(lead.id, lead.version) for lead in leads()] == before


def test_closed_lead_has_the_companys_result(app: Flask, bring: Bring) -> None:
    bring("1;Anna;;;;;;;spam", "2;Boris;;;;;;;Cannot be reached", "3;Clara;;;;;;;converted")

    assert [(lead.result, bool(lead.result_id)) for lead in leads()] == [
        ("spam", True),
        ("other", True),
        ("converted", False),
    ]


def test_unknown_result_refuses_its_row_alone(app: Flask, bring: Bring) -> None:
    bring("1;Anna;;;;;;;eaten", "2;Boris;;;;;;;")

    assert [lead.name for lead in leads()] == ["Boris"]


def test_later_list_says_what_came_of_an_open_lead(app: Flask, bring: Bring) -> None:
    bring("1;Anna;;;;;;;")

    bring("1;Anna;;;;;;;converted")

    assert [(lead.status, lead.result) for lead in leads()] == [("closed", "converted")]


def test_later_list_says_how_far_an_open_lead_is(app: Flask, bring: Bring) -> None:
    head = "ID;Name;Status"
    bring("1;Anna;new", "2;Boris;in work", "3;Clara;", head=head)

    bring("1;Anna;in work", "2;Boris;processed", "3;Clara;new", head=head)

    told = sa.select(Audit.action).where(Audit.kind == "leads.lead", Audit.action != "created")
    assert [lead.status for lead in leads()] == ["in_work", "processed", "open"]
    assert list(reading().scalars(told.order_by(Audit.id))) == ["changed", "processed"]


def test_later_list_takes_no_closed_lead_up_again(app: Flask, bring: Bring) -> None:
    bring("1;Anna;;;;;;;spam")
    (before,) = leads()

    bring("1;Anna;in work", head="ID;Name;Status")

    (lead,) = leads()
    assert (lead.status, lead.result, lead.version) == ("closed", "spam", before.version)


def test_name_alone_finds_only_leads_of_which_no_more_is_known(app: Flask, bring: Bring) -> None:
    intake.create_lead({"name": "Anna", "phones": ["8 916 123-45-67"]})
    intake.create_lead({"name": "Anna", "emails": ["anna@example.com"]})
    intake.create_lead({"name": "Anna"})
    intake.create_lead({"name": "Boris", "phones": ["8 916 123-45-68"]})

    bring(";Anna;;;;site;;;", ";Boris;;;;site;;;", mapping="")

    assert [(lead.name, lead.source) for lead in leads()] == [
        ("Anna", ""),
        ("Anna", ""),
        ("Anna", "site"),
        ("Boris", ""),
        ("Boris", "site"),
    ]


@pytest.mark.parametrize(
    "reached", ["+7 (916) 123-45-67;", ";anna@example.com"], ids=["phone", "email"]
)
def test_whose_lead_is_closed_comes_in_again_with_a_new_interest(
    app: Flask, bring: Bring, reached: str
) -> None:
    who = {"name": "Anna", "phones": ["8 916 123-45-67"], "emails": ["anna@example.com"]}
    old = intake.create_lead({**who, "source": "site"})
    close(old)
    before = leads()[0].version

    head, row = "Name;Phone;Email;Lead Source;Message", f"Anna;{reached};fair;Wants a pump now"
    bring(row, head=head, mapping="")
    bring(row, head=head, mapping="")

    closed, new = leads()
    assert (closed.status, closed.source, closed.version) == ("closed", "site", before)
    assert (new.status, new.source, new.text) == ("open", "fair", "Wants a pump now")


def test_who_is_known_by_name_alone_comes_in_again_with_a_new_interest(
    app: Flask, bring: Bring
) -> None:
    close(intake.create_lead({"name": "Anna"}))

    bring(";Anna;;;;fair;;;", mapping="")

    assert [(lead.status, lead.source) for lead in leads()] == [("closed", ""), ("open", "fair")]


def test_file_that_came_in_already_says_nothing_new_of_closed_leads(
    app: Flask, bring: Bring
) -> None:
    head = "Name;Phone;Message;Result"
    first, second, third = "Anna;8 916 123-45-67;", "Anna;+79161234567;", "Boris;;A boiler;"
    rows = [f"{first}A boiler;Spam", f"{second}A pump;", third]
    bring(*rows, head=head, mapping="")
    close(leads()[2].id)
    before = [(lead.id, lead.version) for lead in leads()]

    bring(*rows, head=head, mapping="")

    assert [(lead.id, lead.version) for lead in leads()] == before
    assert [lead.status for lead in leads()] == ["closed", "open", "closed"]


def test_closed_lead_that_is_found_by_its_key_stays_as_it_is(app: Flask, bring: Bring) -> None:
    bring("7;Anna;;8 916 123-45-67;;site;;;")
    close(leads()[0].id)

    bring("7;Anna;;8 916 123-45-67;;fair;;;")

    assert [lead.source for lead in leads()] == ["site"]


def test_list_that_is_only_to_change_leads_opens_none_for_closed_ones(
    app: Flask, bring: Bring
) -> None:
    old = intake.create_lead({"name": "Anna", "phones": ["8 916 123-45-67"]})
    close(old)

    bring(";Anna;;8 916 123-45-67;;fair;;;", mapping="[options]\nonly = 'update'")

    assert [(lead.status, lead.source) for lead in leads()] == [("closed", "")]


def test_whole_list_goes_to_one_person(app: Flask, make: Make, bring: Bring) -> None:
    seller = make.user("seller", name="Vera Stone")
    default = f'{MATCHING}\n[defaults]\nowner = "Vera Stone"'

    bring("1;Anna;;;;;;;", "2;Boris;;;;;;;", mapping=default)

    assert [lead.owner_id for lead in leads()] == [seller, seller]


def test_import_that_is_taken_back_leaves_no_lead(app: Flask, bring: Bring) -> None:
    kept = intake.create_lead({"name": "Anna", "external_ids": {"list": "1"}})
    number = bring("1;Anna Kern;;;;site;;;", "2;Boris;;;;;;;")

    take_back(number)

    (lead,) = leads()
    assert (lead.id, lead.name, lead.source) == (kept, "Anna", "")
    assert reading().scalar(sa.select(sa.func.count()).select_from(LeadExternalId)) == 1


def test_lead_with_a_note_of_a_colleague_stays(app: Flask, bring: Bring) -> None:
    number = bring("Anna;Omega", "Bert;Alpha", head="Name;Company", mapping="")
    anna = reading().scalars(sa.select(Lead.id).where(Lead.name == "Anna")).one()
    write_note("leads.lead", anna, "They pay late")

    undone = take_back(number)

    assert undone.counts == {"removed": 1, "restored": 0, "left": 1}
    assert [(one["label"], one["why"]) for one in undone.left.values()] == [
        ("Anna, Omega", "it was changed since")
    ]
    assert reading().scalars(sa.select(Note.record_id)).all() == [anna]


def test_reads_do_not_grow_with_rows(app: Flask, bring: Bring, statements: Statements) -> None:
    def of(first: int, rows: int) -> int:
        lines = [f"{n};N{n};;;n{n}@example.com;site;yes;;" for n in range(first, first + rows)]
        with statements() as seen:
            bring(*lines)
        return len([one for one in seen if one.lstrip().startswith("SELECT")])

    few, many = of(1000, 20), of(2000, 200)

    assert many <= few + 3


def test_products_of_a_row_are_kept(app: Flask, bring: Bring) -> None:
    bring("1;Anna;Boilers, pumps", head="ID;Name;Products")

    named = reading().scalars(sa.select(LeadProduct.name).order_by(LeadProduct.position)).all()
    assert named == ["Boilers", "pumps"]


@pytest.mark.usefixtures("real_files", "forms_without_proof")
def test_russian_list_comes_in_through_the_page(browser: FlaskClient) -> None:
    address = brought(browser, RUSSIAN.read_bytes(), "leads")

    browser.post(address, data={"action": "import"})
    work()

    assert "Власов Владимир Алексеевич" in words(browser.get("/leads"))
    assert len(leads()) == 10
    first = leads()[0]
    assert (first.company, first.source, first.text) == (
        "Тестовый клиент 1",
        "Сайт №1",
        "Есть интерес к продукту",
    )
    assert [one.typed for one in first.emails] == ["client1@ya.ru"]


def sent_whole(browser: FlaskClient, path: Path) -> str:
    """Bring a large file to the page, all at once: the client would leave it open."""
    form: dict[str, object] = {
        "record": "leads",
        "file": FileStorage(io.BytesIO(path.read_bytes()), path.name),
    }
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.post("/admin/import", data=body, content_type=kind).location


@pytest.mark.soak
@pytest.mark.usefixtures("real_files", "forms_without_proof")
def test_public_list_comes_in_through_the_page_for_one_person(
    browser: FlaskClient, make: Make
) -> None:
    vera = make.user("seller", name="Vera Stone")
    address = sent_whole(browser, FILE)
    headings = FILE.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    column = f"column-{headings.index('Converted')}"
    asked = browser.post(address, data={"action": "values-result", column: "result"})
    assert re.search(r"0 5\W?679 times", words(browser.get(asked.location)))

    browser.post(asked.location, data={"value-0": "-", "value-1": "=converted"})
    browser.post(address, data={"action": "import", "all-owner": "Vera Stone"})
    work()

    session = reading()
    assert count(session) == count(session, Lead.owner_id == vera) == 9240
    assert count(session, Lead.result == "converted", Lead.status == "closed") == 3561
    assert count(session, Lead.status == "open") == 9240 - 3561
    assert count(session, Lead.no_mailing) == 734
    assert count(session, Lead.source == "Google") == 2868 + 5
