"""The board: columns by progress, sums by currency, columns that are fetched again."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.deals.pipelines import create_pipeline
from salesman_core.deals.service import close_deal
from salesman_core.records.list_views import keep_view
from salesman_core.services.company import company
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]
Statements = Callable[[], AbstractContextManager[list[str]]]


def stages(pipeline: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queries.pipelines(reading())[pipeline]["stages"]
    return found


def column(page: str, stage_id: int) -> str:
    """What a person reads of one column."""
    found = re.search(
        rf'<section class="board-column" id="column-{stage_id}".*?</section>', page, re.DOTALL
    )
    assert found is not None, f"no column of stage {stage_id}"
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).replace("\u202f", " ").split())


def cards(page: str) -> list[str]:
    """The names of the deals on the board, sorted."""
    found = re.findall(r'<a class="board-name"[^>]*>([^<]*)</a>', page)
    return sorted(html.unescape(one) for one in found)


def test_columns_stand_in_the_order_of_progress(make: Make, browser_for: BrowserFor) -> None:
    page = browser_for("head").get("/deals/board").text
    shown = [int(id_) for id_ in re.findall(r'id="column-(\d+)"', page)]
    assert shown == [stage["id"] for stage in stages()]


def test_head_of_a_column_counts_sums_and_weighs(make: Make, browser_for: BrowserFor) -> None:
    stage = stages()[3]
    for amount in (1000, 500):
        make.deal(stage_id=stage["id"], amount=Decimal(amount))
    read = column(browser_for("head").get("/deals/board").text, stage["id"])
    assert "2 deals" in read
    assert "1,500" in read
    assert "Forecast" in read
    assert "600" in read


def test_card_of_the_board_says_what_client_and_sum(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Boilers", client_id=make.client(name="Omega"), amount=Decimal(1250))
    read = column(browser_for("head").get("/deals/board").text, stages()[0]["id"])
    for text in ("Boilers", "Omega", "1,250", "0 days of 3"):
        assert text in read


def test_closed_deals_leave_the_board(make: Make, browser_for: BrowserFor) -> None:
    close_deal(make.deal(name="Finished boilers"), "won")
    assert "Finished boilers" not in browser_for("head").get("/deals/board").text


def test_board_shows_each_person_their_own_deals_only(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Own boilers", owner_id=make.user_of("seller"))
    make.deal(name="Foreign boilers", owner_id=make.user_of("head"))
    page = browser_for("seller").get("/deals/board").text
    assert "Own boilers" in page
    assert "Foreign boilers" not in page


def test_owner_in_the_address_narrows_the_board(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Mine", owner_id=make.user_of("head"))
    make.deal(name="Another's", owner_id=make.user_of("seller"))
    browser = browser_for("head")
    assert cards(browser.get("/deals/board?owner_id=me").text) == ["Mine"]
    page = browser.get(f"/deals/board?owner_id={make.user_of('seller')}").text
    assert cards(page) == ["Another's"]


def test_pipeline_in_the_address_chooses_the_columns(make: Make, browser_for: BrowserFor) -> None:
    other = create_pipeline("Service", like_id=queries.pipelines(reading())[0]["id"])
    make.deal(name="Repair", pipeline_id=other)
    browser = browser_for("head")
    assert "Repair" not in browser.get("/deals/board").text
    assert "Repair" in browser.get(f"/deals/board?pipeline_id={other}").text


def test_sums_are_of_one_currency_and_the_others_can_be_chosen(
    make: Make, browser_for: BrowserFor
) -> None:
    first = stages()[0]["id"]
    make.deal(amount=Decimal(1000))
    make.deal(amount=Decimal(77), currency="EUR")
    browser = browser_for("head")
    assert "₽1,000" in column(browser.get("/deals/board").text, first)
    assert "€77" in column(browser.get("/deals/board?sums=EUR").text, first)


def test_deal_that_one_may_not_move_cannot_be_dragged(make: Make, browser_for: BrowserFor) -> None:
    part = {"user_id": make.user_of("lawyer")}
    deal = make.deal(participants=[part])
    assert f"/deals/{deal}/move" not in browser_for("lawyer").get("/deals/board").text
    assert f"/deals/{deal}/move" in browser_for("head").get("/deals/board").text


def test_change_brings_the_column_that_was_left_and_the_one_that_was_reached(
    make: Make, browser_for: BrowserFor
) -> None:
    left, reached = stages()[0]["id"], stages()[2]["id"]
    deal = make.deal(stage_id=reached)
    page = browser_for("head").get(f"/deals/board/changed?deal={deal}&shown={left}").text
    targets = {int(id_) for id_ in re.findall(r'hx-target="#column-(\d+)"', page)}
    assert targets == {left, reached}


def test_change_of_a_deal_that_one_does_not_see_brings_no_column(
    make: Make, browser_for: BrowserFor
) -> None:
    answer = browser_for("seller").get(f"/deals/board/changed?deal={make.deal()}")
    assert answer.status_code == 200
    assert "column-" not in answer.text


def test_address_that_is_no_filter_shows_no_deals_and_says_why(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(name="Boilers")
    page = browser_for("head").get("/deals/board?owner_id=nobody").text
    assert "Owner: nobody is not the id of a record." in page
    assert "Boilers" not in page


def test_board_takes_as_many_statements_for_many_deals_as_for_one(
    make: Make, browser_for: BrowserFor, statements: Statements
) -> None:
    browser = browser_for("head")
    make.deal()
    browser.get("/deals/board")
    with statements() as for_one:
        browser.get("/deals/board")
    for stage in stages():
        make.deal(stage_id=stage["id"], client_id=make.client())
    with statements() as for_many:
        browser.get("/deals/board")
    assert len(for_many) == len(for_one)


def test_filter_of_the_board_takes_no_further_statements_for_many_deals(
    make: Make, browser_for: BrowserFor, statements: Statements
) -> None:
    browser = browser_for("head")
    address = "/deals/board?q=Deal&progress__gte=10&any1.amount__gte=5&any1.owner_id=me"
    make.deal(amount=Decimal(9), stage_id=stages()[1]["id"])
    browser.get(address)
    with statements() as for_one:
        browser.get(address)
    for stage in stages():
        make.deal(amount=Decimal(9), stage_id=stage["id"], client_id=make.client())
    with statements() as for_many:
        browser.get(address)
    assert len(for_many) == len(for_one)


# -- the filter of the list


def rows(page: str) -> list[str]:
    """The names of the deals of a list, sorted."""
    return sorted(html.unescape(one) for one in re.findall(r"data-row-link>([^<]*)</a>", page))


def leads_to(page: str, title: str) -> str:
    """Where the link with a title, or with a word in it, leads."""
    found = re.search(
        rf'<a class="btn[^"]*" href="([^"]*)"(?: aria-label="{title}"|>(?:(?!</a>).)*{title})',
        page,
        re.DOTALL,
    )
    assert found is not None, f"nothing leads to {title}"
    return html.unescape(found[1])


FILTERS = (
    "amount__gte=500",
    "q=boil",
    "progress__gte=10",
    "any1.amount__gte=900&any1.owner_id=me",
    "expected_on=this_year&amount__lt=900",
    "owner_id__in=my_team",
    "owner_id__in=me,999",
)


@pytest.fixture
def several(make: Make) -> None:
    """Open deals of all sorts, and a closed one."""
    first, second = (stage["id"] for stage in stages()[:2])
    head = make.user_of("head")
    today_ = today(company().tz)
    make.deal(name="Boilers", amount=Decimal(1000), stage_id=first, owner_id=head)
    make.deal(name="Boiler parts", amount=Decimal(400), stage_id=second, expected_on=today_)
    make.deal(name="Pipes", amount=Decimal(950), stage_id=second)
    make.deal(name="Valves", amount=Decimal(10), stage_id=first, owner_id=head)
    close_deal(make.deal(name="Boilers of old", amount=Decimal(2000)), "won")


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("asked", FILTERS)
def test_board_shows_what_the_list_of_the_same_filter_shows(
    browser_for: BrowserFor, asked: str
) -> None:
    browser = browser_for("head")
    on_board = cards(browser.get(f"/deals/board?{asked}").text)
    in_list = rows(browser.get(f"/deals?state=open&{asked}").text)
    assert on_board == in_list
    assert 0 < len(on_board) < 4, "the filter tells nothing apart"


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("asked", FILTERS)
def test_list_and_board_lead_to_each_other_with_the_whole_filter(
    browser_for: BrowserFor, asked: str
) -> None:
    browser = browser_for("head")
    in_list = browser.get(f"/deals?state=open&{asked}&sort=-amount").text
    to_board = leads_to(in_list, "Board")
    on_board = browser.get(to_board).text
    back = leads_to(on_board, "As a list")
    assert cards(on_board) == rows(in_list)
    assert rows(browser.get(back).text) == rows(in_list)
    kept = dict(parse_qsl(asked)) | {"sort": "-amount"}
    for address in (to_board, back):
        assert kept.items() <= dict(parse_qsl(urlsplit(address).query)).items()


def test_board_says_its_filter_in_words_with_the_way_to_drop_it(browser_for: BrowserFor) -> None:
    page = browser_for("head").get("/deals/board?amount__gte=500&owner_id=me").text
    assert "Amount at least <strong>500" in page
    assert 'href="/deals/board?owner_id=me" class="chip-drop"' in page


def test_heads_of_the_columns_count_what_the_filter_finds(
    make: Make, browser_for: BrowserFor
) -> None:
    first = stages()[0]["id"]
    for amount in (1000, 500, 20):
        make.deal(amount=Decimal(amount), stage_id=first)
    read = column(browser_for("head").get("/deals/board?amount__gte=500").text, first)
    assert "2 deals ₽1,500" in read


def test_columns_that_come_again_keep_to_the_filter(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Large", amount=Decimal(1000))
    make.deal(name="Small", amount=Decimal(10))
    browser = browser_for("head")
    page = browser.get("/deals/board?amount__gte=500&sums=RUB").text
    found = re.search(r'data-board="([^"]*)"', page)
    assert found is not None
    again = browser.get(f"{html.unescape(found[1])}&shown={stages()[0]['id']}").text
    assert cards(again) == ["Large"]


def test_board_opens_on_the_pipeline_in_which_the_filter_finds_deals(
    make: Make, browser_for: BrowserFor
) -> None:
    other = create_pipeline("Service", like_id=queries.pipelines(reading())[0]["id"])
    make.deal(name="Repair", pipeline_id=other, amount=Decimal(7000))
    make.deal(name="Sale", amount=Decimal(10))
    browser = browser_for("head")
    assert cards(browser.get("/deals/board").text) == ["Sale"]
    assert cards(browser.get("/deals/board?amount__gte=500").text) == ["Repair"]


def test_board_of_which_the_filter_leaves_nothing_says_what_to_drop(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(name="Small", amount=Decimal(10))
    page = browser_for("head").get("/deals/board?amount__gte=500").text
    assert "Nothing matches all of these" in page


def test_kept_view_of_the_list_is_a_tab_of_the_board(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Large", amount=Decimal(1000))
    make.deal(name="Small", amount=Decimal(10))
    with make.acting(make.user_of("head")):
        values = {"name": "Large ones", "sharing": "private", "address": "amount__gte=500"}
        keep_view("deal", values)
    browser = browser_for("head")
    page = browser.get("/deals/board").text
    found = re.search(r'href="([^"]*)"[^>]*>(?:(?!</a>).)*Large ones</a>', page, re.DOTALL)
    assert found is not None
    assert cards(browser.get(html.unescape(found[1])).text) == ["Large"]


def test_dialog_of_the_board_leads_to_the_board(browser_for: BrowserFor) -> None:
    address = "/deals/board/filter?amount__gte=1+000,00&owner_id=&pipeline_id=1&sums=EUR"
    answer = browser_for("head").get(address)
    assert answer.headers["Location"] == ("/deals/board?amount__gte=1000.00&pipeline_id=1&sums=EUR")
