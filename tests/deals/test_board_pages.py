"""The board: columns by progress, sums by currency, columns that are fetched again."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.deals.pipelines import create_pipeline
from salesman_core.deals.service import close_deal
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
    assert "Another" not in browser.get("/deals/board?owner_id=me").text
    page = browser.get(f"/deals/board?owner_id={make.user_of('seller')}").text
    assert "Another" in page
    assert "Mine</a>" not in page


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
    assert "€77" in column(browser.get("/deals/board?currency=EUR").text, first)


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
    assert "Owner: A whole number is expected." in page
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
