"""What stages promise, beside what came of it; and giving a stage the percent that fits."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_analytics.calibrating.counting import ENOUGH, Calibration, calibration
from salesman_analytics.closed import closed_deals

from salesman_core.deals.service import close_deal
from salesman_core.testing.people import Browser, Make, browser_of
from salesman_core.toolkit import DEALS, Deal, Stage, parse_list_query, reading


@dataclass
class Department:
    """Two sellers, one of whom wins more of what comes as far as the third stage."""

    good: int
    other: int


@pytest.fixture
def department(make: Make, stages: list[int], reasons: list[int]) -> Department:
    """Close thirty deals: eight of them won, all but four lost at the third stage."""
    good, other = make.user("seller", name="Anna"), make.user("seller", name="Boris")
    for number in range(30):
        deal = make.deal(
            stage_id=stages[0 if number < 4 else 2], owner_id=(good, other)[number % 2]
        )
        won = number in {4, 6, 8, 10, 12, 14, 16, 5}
        close_deal(deal, "won" if won else "lost", None if won else reasons[0])
    return Department(good, other)


def counted() -> Calibration:
    query = parse_list_query({}, DEALS.spec)
    return calibration(reading(), query, closed_deals(reading(), query))


def percent_of(stage_id: int) -> int:
    return reading().scalars(sa.select(Stage.percent).where(Stage.id == stage_id)).one()


def test_share_that_was_won_stands_beside_the_percent_by_seller(
    department: Department, stages: list[int]
) -> None:
    found = counted()
    first, _second, third = found.stages[:3]
    assert (first.all.reached, first.all.won) == (30, 8)
    assert (third.all.reached, third.all.won) == (26, 8)
    assert {name: third.of_sellers[id_].won for id_, name in found.sellers.items()} == {
        "Anna": 7,
        "Boris": 1,
    }
    assert third.stage.id == stages[2]


def test_percent_is_suggested_between_the_neighbours_alone(
    department: Department, stages: list[int]
) -> None:
    percents = [percent_of(one) for one in stages]
    for one, before, after in zip(counted().stages[1:-1], percents, percents[2:], strict=False):
        share = one.all.winning
        assert share is not None
        fits = before < round(share) < after and one.all.reached >= ENOUGH
        assert (one.suggestion == round(share)) == (fits and round(share) != one.stage.percent)
    assert counted().stages[0].suggestion is None
    assert counted().stages[-1].suggestion is None
    assert any(one.suggestion is not None for one in counted().stages)


def test_nothing_is_suggested_of_few_deals(make: Make, stages: list[int]) -> None:
    for _number in range(ENOUGH - 1):
        close_deal(make.deal(stage_id=stages[3]), "won")
    assert [one.suggestion for one in counted().stages] == [None] * len(stages)


def test_every_figure_opens_its_deals(app: Flask, make: Make, department: Department) -> None:
    browser = browser_of(app, make.user("head"))
    page = browser.get("/analytics/calibration?closed_on__isnull=false").text
    links = set(re.findall(r'href="(/deals\?[^"]+)" title="(\d+) deals?"', page))
    assert len(links) >= 4
    for address, number in links:
        rows = browser.get(html.unescape(address)).text
        assert len(set(re.findall(r'href="/deals/(\d+)"', rows))) == int(number), address


def offered(page: str) -> dict[str, str]:
    """Give the first suggestion as its form sends it, and where."""
    found = re.search(
        r'action="(/analytics/calibration/\d+)".*?name="percent" value="(\d+)"'
        r'.*?name="was" value="(\d+)"',
        page,
        re.DOTALL,
    )
    assert found is not None
    return {"at": found[1], "percent": found[2], "was": found[3]}


def send(browser: Browser, form: dict[str, str]) -> int:
    sent = {"percent": form["percent"], "was": form["was"], "csrf_token": token_of(browser)}
    return int(browser.post(form["at"], data=sent).status_code)


def token_of(browser: Browser) -> str:
    """Give what proves that a form is one of ours."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/deals/new").text)
    return found[1] if found is not None else ""


def test_suggestion_is_taken_by_a_click_and_undone(
    app: Flask, make: Make, department: Department
) -> None:
    browser = browser_of(app, make.user("administrator"))
    address = "/analytics/calibration?closed_on__isnull=false"
    form = offered(browser.get(address).text)
    stage_id = int(form["at"].rpartition("/")[2])
    proof = {"csrf_token": token_of(browser)}
    assert send(browser, form) == 302
    assert percent_of(stage_id) == int(form["percent"])
    undo = re.search(r'"(/analytics/calibration/\d+\?[^"]+)"', browser.get(address).text)
    assert undo is not None
    assert browser.post(html.unescape(undo[1]), data=proof).status_code == 302
    assert percent_of(stage_id) == int(form["was"])


def test_stage_that_somebody_else_has_changed_is_left_alone(
    app: Flask, make: Make, department: Department
) -> None:
    browser = browser_of(app, make.user("administrator"))
    form = offered(browser.get("/analytics/calibration?closed_on__isnull=false").text)
    stage_id = int(form["at"].rpartition("/")[2])
    assert send(browser, {**form, "was": str(int(form["was"]) + 1)}) == 412
    assert percent_of(stage_id) == int(form["was"])


def test_who_may_not_change_stages_reads_the_suggestion(
    app: Flask, make: Make, department: Department, stages: list[int]
) -> None:
    browser = browser_of(app, make.user("marketer"))
    page = browser.get("/analytics/calibration?closed_on__isnull=false").text
    assert "Suggestion" in page
    assert 'name="percent"' not in page
    assert (
        send(browser, {"at": f"/analytics/calibration/{stages[1]}", "percent": "15", "was": "10"})
        == 403
    )
    assert reading().scalar(sa.select(sa.func.count(Deal.id))) == 30
