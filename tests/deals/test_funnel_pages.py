"""The funnel as a page: each figure leads to exactly the deals that it is made of."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from salesman_core.access.models import RoleGrant
from salesman_core.access.person import SUBJECT
from salesman_core.db import reading, writing
from salesman_core.db.revisions import bump
from salesman_core.deals import queries
from salesman_core.deals.models import Deal
from salesman_core.deals.service import close_deal
from salesman_core.testing.people import Make
from salesman_hookspecs import Scope

BrowserFor = Callable[[str], FlaskClient]


def chart(page: str) -> dict[str, Any]:
    """What the chart of a page draws."""
    found = re.search(r'data-chart="([^"]*)"', page)
    assert found is not None
    drawn: dict[str, Any] = json.loads(html.unescape(found[1]))
    return drawn


def rows(page: str) -> list[str]:
    """The names of the deals of a list."""
    return re.findall(r"data-row-link>([^<]*)</a>", page)


def links(page: str, text: str) -> set[str]:
    """The addresses that a text of a page leads to."""
    return {html.unescape(one) for one in re.findall(rf'<a href="([^"]*)">{text}</a>', page)}


def tile(page: str, title: str) -> str:
    """The address that a tile leads to."""
    found = re.search(
        rf'<a class="tile" href="([^"]*)"\s*>\s*<span class="tile-title">{title}<', page
    )
    assert found is not None, f"no tile {title} that leads anywhere"
    return html.unescape(found[1])


def stage(place: int) -> int:
    id_: int = queries.pipelines(reading())[0]["stages"][place]["id"]
    return id_


def test_stage_leads_to_exactly_its_open_deals(make: Make, browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    make.deal(name="Counted", stage_id=stage(3), amount=Decimal(1000))
    make.deal(name="Elsewhere", stage_id=stage(1), amount=Decimal(1000))
    make.deal(name="Foreign money", stage_id=stage(3), currency="EUR")
    close_deal(make.deal(name="Closed", stage_id=stage(3)), "won")
    drawn = chart(browser.get("/reports/funnel?currency=RUB").text)
    assert drawn["series"][0]["values"][3] == 1000
    assert drawn["series"][1]["values"][3] == 400
    assert rows(browser.get(drawn["series"][0]["links"][3]).text) == ["Counted"]


def test_forecasts_and_totals_lead_to_their_deals(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Counted", stage_id=stage(1), amount=Decimal(1000))
    close_deal(make.deal(name="Closed", stage_id=stage(1)), "won")
    browser = browser_for("head")
    page = browser.get("/reports/funnel").text
    addresses = links(page, r"[^<]*\b100") | {tile(page, "Forecast")}
    assert len(addresses) == 2
    for address in addresses:
        assert rows(browser.get(address).text) == ["Counted"]


@pytest.mark.parametrize(("title", "found"), [("Won", ["Boilers"]), ("Lost", ["Pipes"])])
def test_outcome_leads_to_exactly_its_deals(
    make: Make, browser_for: BrowserFor, title: str, found: list[str]
) -> None:
    browser = browser_for("head")
    make.deal(name="Open")
    close_deal(make.deal(name="Boilers"), "won")
    close_deal(make.deal(name="Pipes"), "lost", queries.close_reasons(reading())[0].id)
    page = browser.get("/reports/funnel").text
    assert rows(browser.get(tile(page, title)).text) == found


def test_reason_leads_to_the_deals_that_were_lost_for_it(
    make: Make, browser_for: BrowserFor
) -> None:
    price, competitor = (one.id for one in queries.close_reasons(reading())[:2])
    close_deal(make.deal(name="Too dear"), "lost", price)
    close_deal(make.deal(name="Went away"), "lost", competitor)
    browser = browser_for("head")
    page = browser.get("/reports/funnel").text
    (address,) = [one for one in links(page, "1") if f"reason_id={price}" in one]
    assert rows(browser.get(address).text) == ["Too dear"]


def test_period_counts_what_was_closed_in_it(make: Make, browser_for: BrowserFor) -> None:
    old = make.deal(name="Old")
    close_deal(old, "won")
    with writing() as session:
        session.get_one(Deal, old).closed_on = date(2020, 5, 17)
    browser = browser_for("head")
    address = "/reports/funnel?period=own&since=1.5.2020&until=31.5.2020"
    assert rows(browser.get(tile(browser.get(address).text, "Won")).text) == ["Old"]
    assert rows(browser.get(tile(browser.get("/reports/funnel").text, "Won")).text) == []


def test_owner_narrows_every_figure(make: Make, browser_for: BrowserFor) -> None:
    seller = make.user_of("seller")
    make.deal(name="Hers", owner_id=seller, amount=Decimal(100))
    make.deal(name="Another's", owner_id=make.user_of("head"), amount=Decimal(900))
    browser = browser_for("head")
    page = browser.get(f"/reports/funnel?owner_id={seller}").text
    assert chart(page)["series"][0]["values"][0] == 100
    assert rows(browser.get(tile(page, "In work")).text) == ["Hers"]


def test_form_as_it_stands_counts_everything(make: Make, browser_for: BrowserFor) -> None:
    """The browser sends each of its fields, those that nobody has chosen from as well."""
    make.deal(name="Of anybody")
    chosen_nothing = "/reports/funnel?period=month&since=&until=&owner_id=&team_id="
    page = browser_for("head").get(chosen_nothing).text
    assert rows(browser_for("head").get(tile(page, "In work")).text) == ["Of anybody"]


def test_team_narrows_every_figure(make: Make, browser_for: BrowserFor) -> None:
    team = make.team()
    make.deal(name="Of the team", owner_id=make.user("seller", team_id=team), amount=Decimal(100))
    make.deal(name="Another's", owner_id=make.user_of("head"), amount=Decimal(900))
    browser = browser_for("head")
    page = browser.get(f"/reports/funnel?team_id={team}").text
    assert chart(page)["series"][0]["values"][0] == 100
    assert rows(browser.get(tile(page, "In work")).text) == ["Of the team"]


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/reports/funnel?owner_id=%s", 200, "A whole number is expected."),
        ("/reports/funnel?team_id=%s", 200, "A whole number is expected."),
        ("/deals/board?pipeline_id=%s", 200, "is not the id of a record."),
        ("/deals/new?client_id=%s", 422, "A whole number is expected."),
    ],
)
@pytest.mark.parametrize("number", [str(2**63), "9" * 5000])
def test_number_that_no_id_can_be_is_told(
    browser_for: BrowserFor, address: str, status: int, told: str, number: str
) -> None:
    answer = browser_for("head").get(address % number)
    assert (answer.status_code, told in answer.text) == (status, True)


def test_win_rate_is_of_all_closed_deals(make: Make, browser_for: BrowserFor) -> None:
    for _one in range(3):
        close_deal(make.deal(), "won")
    close_deal(make.deal(), "lost", queries.close_reasons(reading())[0].id)
    assert "75.0%" in browser_for("head").get("/reports/funnel").text


def test_who_sees_more_deals_than_their_report_counts_gets_the_rows_of_the_report(
    make: Make, browser_for: BrowserFor
) -> None:
    seller = make.user_of("seller")
    make.deal(name="Own", owner_id=seller)
    make.deal(name="Foreign", owner_id=make.user_of("head"))
    with writing() as session:
        role = session.query(RoleGrant).filter_by(permission="core.deal.view", scope=Scope.OWN)
        for grant in role:
            grant.scope = Scope.ALL
        bump(session, SUBJECT)
    browser = browser_for("seller")
    assert set(rows(browser.get("/deals").text)) == {"Own", "Foreign"}
    page = browser.get("/reports/funnel").text
    assert rows(browser.get(tile(page, "In work")).text) == ["Own"]


def test_funnel_without_deals_says_what_it_is_for(browser_for: BrowserFor) -> None:
    assert "Nothing to count yet" in browser_for("head").get("/reports/funnel").text


def test_funnel_is_not_open_to_who_lacks_the_permission(browser_for: BrowserFor) -> None:
    assert browser_for("lawyer").get("/reports/funnel").status_code == 403


def test_chart_draws_how_many_where_no_open_deal_has_an_amount(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal()
    make.deal()
    make.deal(stage_id=stage(1))
    drawn = chart(browser_for("head").get("/reports/funnel").text)
    assert [one["name"] for one in drawn["series"]] == ["Deals"]
    assert drawn["series"][0]["values"][:3] == [2, 1, 0]
    assert drawn["series"][0]["texts"][:3] == ["2", "1", "0"]
