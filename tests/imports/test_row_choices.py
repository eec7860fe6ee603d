"""Whether rows create, update or both, and by what they find their records: chosen on the page."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.access.models import User
from salesman_core.clients.import_keys import (
    CLIENTS_FOUND_BY,
    CONTACTS_FOUND_BY,
    matching_of_clients,
    matching_of_contacts,
)
from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals.import_keys import DEALS_FOUND_BY, matching_of
from salesman_core.deals.models import Deal
from salesman_core.records.imports.matching import EXTERNAL_ID, OWN_KEY, Matching
from salesman_core.records.models import ImportMapping
from salesman_core.testing.people import Make
from salesman_hookspecs import ImportBatch

from .conftest import Upload, brought, chosen, words, work

pytestmark = pytest.mark.usefixtures("forms_without_proof")

BrowserFor = Callable[[str], FlaskClient]

CLIENTS = (
    "Company;Email;Source\r\nOmega Group;info@omega.com;fair\r\nAlpha;hello@alpha.com;fair\r\n"
)
DEALS = "ID;Deal;Client;Owner\r\n1;Boilers;Omega;Anna\r\n2;Pipes;Alpha;Boris\r\n"


@pytest.fixture
def omega(make: Make) -> int:
    """The client whom the first row of ``CLIENTS`` means by its address."""
    return make.client(name="Omega", emails=["info@omega.com"])


def tried(browser: FlaskClient, place: str, action: str = "try", **options: str) -> str:
    """Choose, let the job do it, and give what the page says of the result."""
    answer = browser.post(place, data={"action": action, **options})
    assert answer.status_code == 302, words(answer)
    work()
    return words(browser.get(place))


def sources() -> dict[str, str]:
    """Each client with where it came from."""
    reading().rollback()
    return {one.name: one.source for one in reading().scalars(sa.select(Client))}


@pytest.mark.parametrize(
    ("record", "text", "usual"),
    [
        ("clients", CLIENTS, "External id, or else name and phone"),
        (
            "contacts",
            "Name;Client\r\nAnna;Omega\r\n",
            "External id, or else name at the same client",
        ),
        ("deals", DEALS, "SalesMan key or external id, or else the very same row"),
    ],
)
def test_page_begins_with_what_is_usual(
    browser: FlaskClient, upload: Upload, record: str, text: str, usual: str
) -> None:
    page = browser.get(upload(text, record))

    assert (chosen(page, "only"), chosen(page, "match")) == ("create and update", usual)


@pytest.mark.parametrize(
    ("only", "counts"),
    [
        ("", "Created 1 Updated 1 Unchanged 0 Refused 0"),
        ("create", "Created 1 Updated 0 Unchanged 1 Refused 0"),
        ("update", "Created 0 Updated 1 Unchanged 0 Refused 1"),
    ],
)
@pytest.mark.usefixtures("omega")
def test_dry_run_and_import_count_what_may_be_done(
    browser: FlaskClient, upload: Upload, only: str, counts: str
) -> None:
    place = upload(CLIENTS, "clients")

    assert counts in tried(browser, place, only=only, match="emails")
    assert counts in tried(browser, place, "import")


@pytest.mark.usefixtures("omega")
def test_create_only_leaves_what_is_there_as_it_is(browser: FlaskClient, upload: Upload) -> None:
    tried(browser, upload(CLIENTS, "clients"), "import", only="create", match="emails")

    assert sources() == {"Omega": "", "Alpha": "fair"}


@pytest.mark.usefixtures("omega")
def test_update_only_refuses_a_row_that_finds_nothing_with_the_reason(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload(CLIENTS, "clients")
    page = tried(browser, place, "import", only="update", match="emails")

    assert sources() == {"Omega Group": "fair"}
    assert "1 the whole row No record fits this row, and none is to be created." in page
    with browser.get(f"{place}/refused.csv") as file:
        rows = file.text.splitlines()[1:]
    assert [row.split(";")[0] for row in rows] == ["Alpha"]


@pytest.mark.usefixtures("omega")
def test_without_a_key_that_fits_a_row_is_a_new_record(
    browser: FlaskClient, upload: Upload
) -> None:
    page = tried(browser, upload(CLIENTS, "clients"), match="name")

    assert "Created 2 Updated 0" in page


def test_rows_that_may_not_be_written_make_no_client_and_no_owner(
    browser_for: BrowserFor, make: Make
) -> None:
    browser = browser_for("administrator")
    form = {"create_missing": ["client", "owner"], "action": "import"}
    people = sa.select(sa.func.count()).select_from(User)
    before = reading().scalar(people)

    place = brought(browser, DEALS, "deals")
    browser.post(place, data={**form, "only": "update", "match": "external_id"})
    work()

    assert "Created 0 Updated 0 Unchanged 0 Refused 2" in words(browser.get(place))
    assert sources() == {}
    assert reading().scalar(people) == before


def test_deal_that_is_there_stays_and_makes_no_client_where_only_new_ones_are_made(
    browser: FlaskClient, upload: Upload, make: Make
) -> None:
    make.deal(name="Boilers", external_ids={"import": "1"})
    text = "ID;Deal;Client\r\n1;Big boilers;Omega\r\n2;Pipes;Alpha\r\n"
    place = upload(text, "deals")

    form = {"create_missing": "client", "only": "create", "action": "import"}
    browser.post(place, data=form)
    work()

    assert "Created 1 Updated 0 Unchanged 1 Refused 0" in words(browser.get(place))
    assert set(sources()) == {"Alpha"}
    assert sorted(reading().scalars(sa.select(Deal.name))) == ["Boilers", "Pipes"]


def test_key_whose_column_is_missing_is_refused_at_its_field(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload("Company;Colour\r\nOmega;red\r\n", "clients")

    answer = browser.post(place, data={"action": "try", "match": "emails"})

    assert answer.status_code == 422
    assert chosen(answer, "match") == "Email addresses"
    assert 'aria-describedby="wrong-match help-match"' in answer.text
    said = "No column fills “Email addresses”, by which rows find their records"
    assert said in words(answer)


def test_key_counts_as_soon_as_a_column_is_chosen_for_it(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload("Company;Where\r\nOmega;info@omega.com\r\n", "clients")

    page = tried(browser, place, match="emails", **{"column-1": "emails"})

    assert "Created 1" in page


@pytest.mark.parametrize("option", [{"only": "delete"}, {"match": "note"}])
def test_what_is_not_offered_is_refused(
    browser: FlaskClient, upload: Upload, option: dict[str, str]
) -> None:
    answer = browser.post(upload(CLIENTS, "clients"), data={"action": "try", **option})

    assert answer.status_code == 422
    assert f'id="wrong-{next(iter(option))}"' in answer.text


def test_keys_of_an_uploaded_mapping_stay_though_nobody_else_would_be_offered_them(
    browser: FlaskClient, upload: Upload
) -> None:
    mapping = "[options]\nonly = 'create'\nmatch = ['name', 'site', 'emails']"
    text = "Company;Email;Site\r\nOmega;info@omega.com;omega.com\r\n"
    place = upload(text, "clients", mapping)
    browser.post(place, data={"action": "read"})

    page = browser.get(place)

    assert chosen(page, "only") == "create only"
    assert chosen(page, "match") == "Name + Site + Email addresses"


def test_choice_is_kept_with_the_mapping_and_stands_in_its_file(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload(CLIENTS, "clients")
    options = {"only": "update", "match": "name+emails"}
    form = browser.post(place, data={"action": "keep", **options}).location
    browser.post(form, data={"name": "Fairs", "sharing": "private"})

    number = reading().scalars(sa.select(ImportMapping.id)).one()
    told = tomllib.loads(browser.get(f"/admin/import/mappings/{number}.toml").text)["options"]
    assert (told["only"], told["match"]) == ("update", ["name", "emails"])
    page = words(browser.get(f"/admin/import/mappings/{number}"))
    assert "Create or update update only" in page
    assert "A row finds its record by Name + Email addresses" in page
    again = upload(CLIENTS, "clients")
    browser.post(f"{again}/use", data={"mapping": str(number)})
    assert chosen(browser.get(again), "only") == "update only"
    assert chosen(browser.get(again), "match") == "Name + Email addresses"


def test_kind_with_one_way_only_offers_no_other(browser_for: BrowserFor) -> None:
    browser = browser_for("administrator")
    text = "Currency;Day;Rate\r\nUSD;2026-11-02;80\r\n"
    place = brought(browser, text, "rates", "[options]\nonly = 'update'")

    page = browser.get(place)
    assert ('name="only"' in page.text, 'name="match"' in page.text) == (False, False)
    told = tried(browser, place)
    assert "[options] only: “Currency rates” are always created and updated" in told


@pytest.mark.parametrize(
    ("matching", "way"),
    [
        *((matching_of_clients, way) for way in CLIENTS_FOUND_BY),
        *((matching_of_contacts, way) for way in CONTACTS_FOUND_BY),
        *((matching_of, way) for way in DEALS_FOUND_BY),
    ],
)
def test_every_key_that_is_offered_finds_records(
    matching: Callable[[ImportBatch], Matching], way: tuple[str, ...]
) -> None:
    found_by = matching(ImportBatch([], {"match": way}, "import"))

    assert set(found_by.keys) == set(way) - {EXTERNAL_ID, OWN_KEY}
    assert (found_by.own is not None) == (OWN_KEY in way)
