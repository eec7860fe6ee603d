"""The list of deals: filters that can be read aloud, totals, columns, and an empty place."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.deals import queries
from salesman_core.deals.models import Deal
from salesman_core.deals.service import close_deal
from salesman_core.records.list_views import choose_default, keep_view
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]
Statements = Callable[[], AbstractContextManager[list[str]]]


def rows(page: str) -> list[str]:
    """The names of the deals of a page, from top to bottom."""
    return re.findall(r"data-row-link>([^<]*)</a>", page)


def words(html: str) -> str:
    """What a person reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def test_list_shows_what_one_may_see(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Own", owner_id=make.user_of("seller"))
    make.deal(name="Foreign", owner_id=make.user_of("head"))
    assert rows(browser_for("seller").get("/deals").text) == ["Own"]
    assert set(rows(browser_for("head").get("/deals").text)) == {"Own", "Foreign"}


@pytest.mark.parametrize(
    ("state", "found"), [("open", ["Open"]), ("won", ["Won"]), ("lost", ["Lost"])]
)
def test_state_filters(make: Make, browser_for: BrowserFor, state: str, found: list[str]) -> None:
    make.deal(name="Open")
    close_deal(make.deal(name="Won"), "won")
    close_deal(make.deal(name="Lost"), "lost", queries.close_reasons(reading())[0].id)
    assert rows(browser_for("head").get(f"/deals?state={state}").text) == found


@pytest.mark.parametrize(
    ("typed", "found"), [("boil", ["Boilers"]), ("омег", ["Boilers"]), ("омега boil", [])]
)
def test_search_finds_deals_by_their_name_or_their_clients(
    make: Make, browser_for: BrowserFor, typed: str, found: list[str]
) -> None:
    client = make.client(name="ООО «Омега»")
    lawyer = [{"user_id": make.user_of("lawyer")}]  # who reads the name of the client there
    make.deal(name="Boilers", client_id=client, participants=lawyer)
    make.deal(name="Pipes", participants=lawyer)
    make.deal(name="Foreign", client_id=client)

    assert rows(browser_for("lawyer").get("/deals", query_string={"q": typed}).text) == found


def test_attention_finds_what_stands_too_long_and_what_is_overdue(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(name="In time", expected_on=date(2999, 1, 1))
    make.deal(name="Overdue", expected_on=date(2020, 1, 1))
    slow = make.deal(name="Slow")
    with writing() as session:
        session.get_one(Deal, slow).stage_since = now() - timedelta(days=4)
    page = browser_for("head").get("/deals?attention=true&sort=name").text
    assert rows(page) == ["Overdue", "Slow"]


def test_deal_within_the_last_day_of_its_plan_needs_no_attention(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(name="Boilers")
    with writing() as session:
        session.get_one(Deal, deal).stage_since = now() - timedelta(days=3, hours=20)
    assert rows(browser_for("head").get("/deals?attention=true").text) == []


def test_filter_is_shown_in_words_with_the_way_to_drop_it(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(client_id=make.client(name="Omega"))
    client = make.client(name="Sigma")
    page = browser_for("head").get(f"/deals?client_id={client}&state=open").text
    assert "Client is Sigma" in words(page)
    assert "State is In work" in words(page)
    assert 'href="/deals?state=open"' in page


def test_client_whom_one_does_not_see_is_not_named_by_a_filter(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Secret Ltd")
    page = browser_for("seller").get(f"/deals?client_id={client}").text
    assert "Secret" not in page


def test_totals_are_of_the_whole_filter_by_currency(make: Make, browser_for: BrowserFor) -> None:
    stage = queries.pipelines(reading())[0]["stages"][3]["id"]
    for _one in range(3):
        make.deal(amount=Decimal(1000), cost=Decimal(400), stage_id=stage)
    make.deal(amount=Decimal("77.50"), currency="EUR")
    read = words(browser_for("head").get("/deals?limit=1").text)
    assert "3 deals Amount ₽3,000.00 Forecast ₽1,200 Margin ₽1,800.00" in read
    assert "1 deal Amount €77.50" in read


@pytest.mark.parametrize(
    ("amounts", "shown"),
    [(("1250", "10"), ["₽1,250", "₽10"]), (("1250.50", "10"), ["₽1,250.50", "₽10.00"])],
)
def test_column_shows_hundredths_everywhere_or_nowhere(
    make: Make, browser_for: BrowserFor, amounts: tuple[str, ...], shown: list[str]
) -> None:
    for amount in amounts:
        make.deal(amount=Decimal(amount))
    page = browser_for("head").get("/deals?sort=-amount").text
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert [one.replace("\xa0", "") for one in re.findall("[₽][^<]*", table)] == shown


def test_next_page_goes_on_where_the_last_one_ended(make: Make, browser_for: BrowserFor) -> None:
    for name in ("A", "B", "C"):
        make.deal(name=name)
    browser = browser_for("head")
    first = browser.get("/deals?sort=name&limit=2").text
    assert rows(first) == ["A", "B"]
    further = re.search(r'href="([^"]*)" rel="next"', first)
    assert further is not None
    assert rows(browser.get(further[1].replace("&amp;", "&")).text) == ["C"]


def test_filter_form_reads_amounts_and_dates_as_people_write_them(
    make: Make, browser_for: BrowserFor
) -> None:
    typed = {"amount__gte": "45 000,00", "expected_on__lte": "12.3.27", "state": "open"}
    answer = browser_for("head").get("/deals/filter", query_string=typed)
    assert answer.location == "/deals?amount__gte=45000.00&expected_on__lte=2027-03-12&state=open"


def test_filter_form_keeps_the_filters_that_it_has_no_field_for(browser_for: BrowserFor) -> None:
    page = browser_for("head").get("/deals?attention=true&state=open").text
    form = page[page.index('action="/deals/filter"') :]
    assert '<input type="hidden" name="attention" value="true">' in form
    assert '<input type="hidden" name="state"' not in form
    assert '<input type="hidden" name="sort"' not in form


def test_filter_form_holds_what_is_asked_for_as_people_write_it(browser_for: BrowserFor) -> None:
    page = browser_for("head").get("/deals?amount__gte=45000.50&expected_on__lte=2027-03-12").text
    assert 'name="amount__gte" value="45000.50"' in page
    assert 'name="expected_on__lte" value="12.03.2027"' in page


def test_filter_form_holds_a_zero(browser_for: BrowserFor) -> None:
    assert 'name="amount__gte" value="0"' in browser_for("head").get("/deals?amount__gte=0").text


def test_filter_that_cannot_be_read_says_which_and_why(browser_for: BrowserFor) -> None:
    answer = browser_for("head").get("/deals/filter?amount__gte=much&expected_on__lte=soon")
    assert answer.status_code == 422
    told = re.findall(r"<li>([^<]*)</li>", answer.text)
    assert [one.partition(":")[0] for one in told] == ["Amount", "Expected on"]


def test_address_holds_the_columns_for_whoever_gets_it(make: Make, browser_for: BrowserFor) -> None:
    make.deal()
    sent = {"column": ["name", "cost"], "next": "/deals?owner_id=1&owner_id=2&columns=amount"}

    answer = browser_for("head").post("/deals/columns", data=sent)
    page = browser_for("administrator").get("/deals?columns=name,cost").text
    head = page.partition("<thead>")[2].partition("</thead>")[0]

    assert answer.location == "/deals?owner_id=1&owner_id=2&columns=name%2Ccost"
    assert re.findall(r">(Cost|Amount|Owner)\b", head) == ["Cost"]


def test_columns_chosen_where_the_list_opens_as_a_view_leave_its_filter(
    make: Make, browser_for: BrowserFor
) -> None:
    with make.acting(make.user_of("head")):
        kept = {"name": "Large", "sharing": "private", "address": "amount__gte=100"}
        view = keep_view("deal", kept)
        choose_default("deal", view)

    answer = browser_for("head").post("/deals/columns", data={"column": ["name"], "next": "/deals"})

    assert answer.location == f"/deals?view={view}&amount__gte=100&columns=name"


def test_link_to_a_list_says_all_of_it(make: Make, browser_for: BrowserFor) -> None:
    make.deal()
    browser = browser_for("head")
    browser.post("/deals/columns", data={"column": ["name", "cost"]})

    page = browser.get("/deals?state=open&sort=name").text

    assert 'href="/deals?state=open&amp;sort=name&amp;columns=name,cost"' in page


def test_chosen_columns_stay(make: Make, browser_for: BrowserFor) -> None:
    make.deal(cost=Decimal(400))
    browser = browser_for("head")
    assert ">Cost</a>" not in browser.get("/deals").text
    browser.post("/deals/columns", data={"column": ["amount", "cost"]})
    page = browser.get("/deals").text
    assert ">Cost</a>" in page
    assert ">Owner</a>" not in page


def test_empty_list_says_what_it_is_for(make: Make, browser_for: BrowserFor) -> None:
    page = browser_for("seller").get("/deals").text
    assert "No deals yet" in page
    assert 'href="/deals/new"' in page


def test_empty_list_of_who_may_not_open_deals_says_why(make: Make, browser_for: BrowserFor) -> None:
    page = browser_for("lawyer").get("/deals").text
    assert "There are no deals that you may see" in page
    assert 'href="/deals/new"' not in page


def test_nothing_found_says_which_filter_to_drop(make: Make, browser_for: BrowserFor) -> None:
    make.deal()
    page = browser_for("head").get("/deals?state=won&amount__gte=5").text
    assert "Nothing matches all of these" in page
    assert 'href="/deals?amount__gte=5"' in page


def test_list_takes_as_many_statements_for_many_deals_as_for_one(
    make: Make, browser_for: BrowserFor, statements: Statements
) -> None:
    browser = browser_for("head")
    make.deal()
    browser.get("/deals")
    with statements() as for_one:
        browser.get("/deals")
    for _one in range(5):
        make.deal(client_id=make.client())
    with statements() as for_many:
        browser.get("/deals")
    assert len(for_many) == len(for_one)
