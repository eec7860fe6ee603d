"""An old link or view whose filter cannot be read: the list says so, and shows no rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from salesman_core.records.custom.service import define_field, delete_field, retire_field
from salesman_core.records.list_views import keep_view
from salesman_core.testing.people import Api, Make

BrowserFor = Callable[[str], FlaskClient]

NO_ROWS = "This filter cannot be read, so nothing is shown"


def words(html: str) -> str:
    """What a person reads of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def leads_on(page: str) -> dict[str, str]:
    """Where the message leads, by what its buttons say."""
    actions = page.partition("empty-action")[2].partition("</div>")[0]
    found = re.findall(r'<a class="[^"]*" href="([^"]*)">([^<]*)</a>', actions)
    return {title: unescape(address) for address, title in found}


@pytest.fixture
def full(make: Make) -> None:
    """Something in each list."""
    deal = make.deal(name="Boilers", client_id=make.client(name="Omega"))
    assert deal


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("/deals?amount__gte=abc", "Amount: abc is not a number."),
        ("/deals?amount_from=abc", "amount_from: This list has no such filter (any more)."),
        (
            "/deals?any1.colour=red&any1.amount=5",
            "any1.colour: This list has no such filter (any more).",
        ),
        ("/deals?sort=colour", "sort: The list cannot be sorted by colour."),
        (
            "/deals/board?pipeline_id=first&owner_id=me",
            "Pipeline: first is not the id of a record.",
        ),
        ("/reports/funnel?since=soon", "From: A date like 31.12.2026 is expected."),
        ("/clients?rung_id=first", "Relationship: first is not the id of a record."),
        ("/bin?deleted_at__gte=soon", "In the bin since: soon is not a moment"),
        ("/admin/audit?at__gte=soon", "When: soon is not a moment as 2026-11-23T09:30:00Z."),
    ],
)
def test_list_names_the_filter_and_shows_no_rows(
    browser_for: BrowserFor, address: str, wrong: str
) -> None:
    answer = browser_for("administrator").get(address)
    told = words(answer.text)
    assert answer.status_code == 200
    assert NO_ROWS in told
    assert wrong in told
    assert "card-table" not in answer.text
    assert leads_on(answer.text)["Show all"] == address.partition("?")[0]


@pytest.mark.usefixtures("full")
def test_what_can_be_read_of_a_filter_stays_and_what_cannot_is_dropped(
    browser_for: BrowserFor,
) -> None:
    browser = browser_for("head")
    page = browser.get("/deals?amount__gte=abc&state=won&q=boi&sort=name").text
    assert leads_on(page) == {
        "Drop what cannot be read": "/deals?state=won&sort=name&q=boi",
        "Show all": "/deals",
    }
    assert 'name="q" value="boi"' in page


@pytest.mark.usefixtures("full")
def test_list_of_which_a_filter_cannot_be_read_offers_nothing_to_be_done_with_all_of_it(
    browser_for: BrowserFor,
) -> None:
    browser = browser_for("administrator")
    assert "/lists/deal/export/form" in browser.get("/deals?amount__gte=5").text
    page = browser.get("/deals?amount__gte=abc").text
    assert "/lists/deal/export/form" not in page
    assert "data-mark-all" not in page


@pytest.mark.usefixtures("full")
def test_view_whose_field_was_deleted_says_which_one_is_gone(
    make: Make, browser_for: BrowserFor
) -> None:
    head = make.user_of("head")
    field = define_field("deal", {"type": "text", "label": "Colour"})
    browser = browser_for("head")
    with make.acting(head):
        view = keep_view("deal", {"name": "Red ones", "address": "custom.colour=red&state=open"})
    retire_field(field)
    delete_field(field)
    page = browser.get(f"/deals?view={view}&custom.colour=red&state=open").text
    assert "custom.colour: This list has no such filter (any more)." in words(page)
    assert leads_on(page)["Drop what cannot be read"] == f"/deals?view={view}&state=open"


@pytest.mark.parametrize(
    ("address", "without", "text"),
    [
        ("/admin/users?team_id=north&active=false", "/admin/users?active=false", "team_id=north"),
        ("/deals?cursor=abc&state=open", "/deals?state=open", "cursor=abc"),
    ],
)
def test_page_that_is_no_list_leads_to_itself_without_what_cannot_be_read(
    browser_for: BrowserFor, address: str, without: str, text: str
) -> None:
    answer = browser_for("administrator").get(address)
    assert answer.status_code == 422
    link = f'<a class="btn btn-primary" href="{without}">Open it without {text}</a>'
    assert link in unescape(answer.text)


def test_api_refuses_the_same_as_before(api_for: Callable[[str], Api]) -> None:
    answer = api_for("head").get("/deals?amount__gte=abc")
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["amount__gte"]
