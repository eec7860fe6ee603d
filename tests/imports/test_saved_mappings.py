"""Mappings that people keep for files to come."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.db import reading
from salesman_core.deals.imports import DEAL_FIELDS
from salesman_core.errors import InvalidError, MissingError
from salesman_core.records.imports import mapping_of
from salesman_core.records.imports.mapping import Options, mapping_from
from salesman_core.records.imports.mapping_words import column_words, further_words
from salesman_core.records.imports.recognition import reading_words
from salesman_core.records.imports.saved import (
    change_mapping,
    delete_mapping,
    keep_mapping,
    mapping_toml,
    mappings_of,
    restore_mapping,
    usable_mapping,
)
from salesman_core.records.models import FileImport, ImportMapping
from salesman_core.testing.people import Make

from .conftest import Upload, chosen, words, work

pytestmark = pytest.mark.usefixtures("forms_without_proof")

BrowserFor = Callable[[str], FlaskClient]

DEALS = "Title;Paid;Planned;Status\r\nBoilers;100;;Closed\r\nPipes;;70;Draft\r\n"
TABLES = {
    "columns": {
        "Title": "name",
        "Paid": {"field": "amount", "decimal": ",", "when": {"Status": "Closed"}},
        "Planned": {"field": "amount", "when": {"Status": ["Draft", ""]}},
    },
    "compose": {"note": "{Title}, {Status}"},
    "values": {"outcome": {"Won": "won", "*": ""}},
    "defaults": {"currency": "USD", "opened_on": "2026-03-01"},
    "options": {
        "source": "old",
        "match": ["external_id"],
        "only": "update",
        "create_missing": ["client"],
        "ignore": ["Status"],
    },
}
HEADINGS = ["Title", "Paid", "Planned", "Status"]


def kept(make: Make, user_id: int, name: str = "Old system", sharing: str = "private") -> int:
    with make.acting(user_id):
        values = {"name": name, "sharing": sharing, "mapping": TABLES, "headings": HEADINGS}
        return keep_mapping("deals", values)


def names(make: Make, user_id: int) -> list[str]:
    with make.acting(user_id):
        return [one.name for one in mappings_of(["deals"])]


def keep_on_page(browser: FlaskClient, place: str, name: str) -> None:
    """Press “Keep the mapping” on the page of an import, and give the name."""
    form = browser.post(place, data={"action": "keep"}).location
    answer = browser.post(form, data={"name": name, "sharing": "private"})
    assert (answer.status_code, answer.location) == (303, place)


def test_private_mapping_is_its_owners_and_a_shared_one_everybodys(make: Make) -> None:
    owner, other = make.user("head"), make.user("head")
    kept(make, owner)
    kept(make, owner, "For all", "company")

    assert names(make, owner) == ["For all", "Old system"]
    assert names(make, other) == ["For all"]


def test_name_stands_for_one_mapping_of_a_kind(make: Make) -> None:
    owner = make.user("head")
    kept(make, owner, sharing="company")

    with pytest.raises(InvalidError) as caught:
        kept(make, make.user("head"))

    assert set(caught.value.fields) == {"name"}


def test_mapping_is_renamed_deleted_and_brought_back_by_its_owner_alone(make: Make) -> None:
    owner = make.user("head")
    mapping_id = kept(make, owner, sharing="company")
    with make.acting(make.user("head")), pytest.raises(MissingError):
        change_mapping(mapping_id, {"name": "Mine"})
    with make.acting(owner):
        change_mapping(mapping_id, {"name": "New system"})
        delete_mapping(mapping_id)
    assert names(make, owner) == []

    with make.acting(owner):
        restore_mapping(mapping_id)
    assert names(make, owner) == ["New system"]


def test_mapping_does_not_come_back_under_a_name_that_is_taken(make: Make) -> None:
    owner = make.user("head")
    mapping_id = kept(make, owner)
    with make.acting(owner):
        delete_mapping(mapping_id)
    kept(make, owner)

    with make.acting(owner), pytest.raises(InvalidError):
        restore_mapping(mapping_id)


def test_file_of_a_kept_mapping_says_all_that_it_says(make: Make) -> None:
    owner = make.user("head")
    with make.acting(owner):
        toml = mapping_toml(usable_mapping(kept(make, owner)))

    assert tomllib.loads(toml) == TABLES
    assert mapping_of(toml, DEAL_FIELDS) == mapping_from(TABLES, DEAL_FIELDS)


def test_mapping_is_told_in_words_conditions_included(make: Make) -> None:
    make.user()
    mapping = mapping_from(TABLES, DEAL_FIELDS)

    assert column_words(mapping, DEAL_FIELDS) == [
        ("Title", "Name"),
        ("Paid", "Amount; only where “Status” is “Closed”; decimal mark: comma, as 45 000,50"),
        ("Planned", "Amount; only where “Status” is “Draft” or empty"),
        ("Status", "is left out"),
    ]
    assert further_words(mapping, DEAL_FIELDS) == [
        ("Note", "is made of “{Title}, {Status}”"),
        ("Outcome", "“Won” means “won”; anything else means nothing at all"),
        ("Currency", "“USD” where a row has none"),
        ("Opened on", "“2026-03-01” where a row has none"),
        ("External ids are kept as those of", "“old”"),
        ("Create or update", "update only"),
        ("A row finds its record by", "External id"),
        ("Made where they are missing", "Client"),
    ]


def test_mapping_tells_how_its_files_are_read(make: Make) -> None:
    make.user()
    options = Options(encoding="cp1251", delimiter=";", dates="mdy", sheet="Deals")

    assert [(str(about), str(said)) for about, said in reading_words(options)] == [
        ("Sheet", "Deals"),
        ("Encoding", "Windows-1251"),
        ("Between cells", "“;” semicolon"),
        ("Order of dates", "12/31/2026, month first"),
    ]


def test_mapping_kept_on_the_page_is_offered_for_a_file_with_the_same_headings(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload("Firm;Colour\r\nOmega;red\r\n", "clients")
    browser.post(place, data={"action": "read", "column-0": "name", "column-1": "source"})
    keep_on_page(browser, place, "Firms")

    again = upload("Colour;Firm\r\nblue;Alpha\r\n", "clients")
    page = browser.get(again)
    assert "There are mappings for such a file Firms" in words(page)
    number = re.search(r'name="mapping" value="(\d+)"', page.text)
    assert number is not None
    browser.post(f"{again}/use", data={"mapping": number[1]})

    page = browser.get(again)
    assert (chosen(page, "column-0"), chosen(page, "column-1")) == ("Source", "Name")
    assert "What the columns are by the mapping Firms" in words(page)


def test_mapping_is_not_offered_where_a_heading_that_it_names_is_missing(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload("Firm;Colour\r\nOmega;red\r\n", "clients")
    browser.post(place, data={"action": "read", "column-0": "name", "column-1": "source"})
    keep_on_page(browser, place, "Firms")

    page = browser.get(upload("Firm;Size\r\nOmega;9\r\n", "clients"))

    assert "There are mappings for such a file" not in words(page)


def test_nearest_mapping_is_offered_first(browser: FlaskClient, upload: Upload) -> None:
    for text, name in (("Firm\r\nOmega\r\n", "Brief"), ("Firm;Colour\r\nOmega;red\r\n", "Whole")):
        place = upload(text, "clients")
        browser.post(place, data={"action": "read", "column-0": "name"})
        keep_on_page(browser, place, name)

    page = words(browser.get(upload("Firm;Colour\r\nOmega;red\r\n", "clients")))

    assert page.index("Whole") < page.index("Brief")


def test_all_that_an_uploaded_mapping_says_is_kept_and_used(
    browser: FlaskClient, upload: Upload, make: Make
) -> None:
    make.client(name="Omega")
    toml = (
        "[columns]\nTitle = 'name'\nPaid = { field = 'amount', when = { Status = 'Closed' } }\n"
        "Planned = { field = 'amount', when = { Status = 'Draft' } }\n"
        "[compose]\nnote = '{Title}: {Status}'\n[defaults]\nclient = 'Omega'\ncurrency = 'USD'\n"
    )
    place = upload(DEALS, mapping=toml)
    page = words(browser.get(place))
    assert "only where “Status” is “Closed”" in page
    assert "Note is made of “{Title}: {Status}”" in page
    keep_on_page(browser, place, "Old system")

    held = reading().scalars(sa.select(ImportMapping.mapping)).one()
    said = mapping_from(held, DEAL_FIELDS)
    assert said.columns == mapping_of(toml, DEAL_FIELDS).columns
    assert (said.compose, said.defaults) == (
        mapping_of(toml, DEAL_FIELDS).compose,
        mapping_of(toml, DEAL_FIELDS).defaults,
    )


def test_mapping_in_use_is_kept_anew_where_it_came_from(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload("Firm;Colour\r\nOmega;red\r\n", "clients")
    browser.post(place, data={"action": "read", "column-0": "name"})
    keep_on_page(browser, place, "Firms")

    browser.post(place, data={"action": "renew", "column-1": "source"})

    reading().rollback()
    held = reading().scalars(sa.select(ImportMapping.mapping)).one()
    assert held["columns"] == {"Firm": ["name"], "Colour": ["source"]}


def test_name_that_is_taken_is_refused_at_its_field(browser: FlaskClient, upload: Upload) -> None:
    place = upload("Company\r\nOmega\r\n", "clients")
    keep_on_page(browser, place, "Firms")

    answer = browser.post(f"{place}/mapping", data={"name": "Firms", "sharing": "private"})

    assert answer.status_code == 422
    assert 'id="wrong-name"' in answer.text


def test_what_another_mapping_would_have_made_is_forgotten(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload("Company;Colour\r\nOmega;red\r\n", "clients")
    browser.post(place, data={"action": "try"})
    work()
    assert "What would become of the rows" in words(browser.get(place))

    browser.post(place, data={"action": "read", "column-1": "source"})

    assert "What would become of the rows" not in words(browser.get(place))


@pytest.mark.databases("sqlite")
def test_mapping_of_others_is_not_there(browser_for: BrowserFor, make: Make) -> None:
    mapping_id = kept(make, make.user_of("head"))
    other = browser_for("assistant")

    for address in ("", ".toml"):
        assert other.get(f"/admin/import/mappings/{mapping_id}{address}").status_code == 404
    assert other.post(f"/admin/import/mappings/{mapping_id}/delete").status_code == 404
    own = browser_for("head").get(f"/admin/import/mappings/{mapping_id}.toml")
    assert own.headers["Content-Disposition"] == 'attachment; filename="Old system.toml"'


@pytest.mark.databases("sqlite")
def test_command_line_goes_by_a_mapping_that_is_shared_with_everybody(
    command_on: Callable[[str, Path], Callable[..., list[str]]],
    database_url: str,
    tmp_path: Path,
    write_csv: Callable[..., Path],
    make: Make,
) -> None:
    owner = make.user("head")
    tables = {"columns": {"Firm": "name", "Colour": "source"}}
    with make.acting(owner):
        for name, sharing in (("Firms", "company"), ("Mine", "private")):
            values = {"name": name, "sharing": sharing, "mapping": tables, "headings": []}
            keep_mapping("clients", values)
    command = command_on(database_url, tmp_path / "data")
    file = str(write_csv("Firm;Colour", "Omega;red"))

    assert "  source ← Colour" in command("import", "clients", file, "--mapping", "Firms")
    said = command("import", "clients", file, "--mapping", "Mine")[-1]
    assert said.startswith("There is no mapping “Mine”")


def test_import_knows_by_which_mapping_it_went(browser: FlaskClient, upload: Upload) -> None:
    place = upload("Company\r\nOmega\r\n", "clients")
    keep_on_page(browser, place, "Firms")

    mapping_id = reading().scalars(sa.select(ImportMapping.id)).one()
    assert reading().scalars(sa.select(FileImport.mapping_id)).one() == mapping_id
