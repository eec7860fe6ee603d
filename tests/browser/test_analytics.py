"""An owner looks into the reports in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Route, expect

from salesman_core.deals.models import CloseReason
from salesman_core.deals.service import close_deal
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

pytestmark = [pytest.mark.browser, pytest.mark.plugins, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


@pytest.mark.timeout(120)
def test_owner_goes_from_the_reports_over_the_losses_to_a_deal_and_takes_the_chart_along(
    make: Make, page_for: PageFor
) -> None:
    reason = reading().execute(sa.select(CloseReason.id, CloseReason.name).limit(1)).one()
    close_deal(make.deal(name="Boilers", amount="120.00"), "lost", reason.id)
    close_deal(make.deal(name="Pumps", amount="80.00"), "won")
    owner = page_for("head")
    page = owner.page

    owner.begin("/analytics")
    page.get_by_label("Find a report").fill("lost")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="How far deals came")).to_have_count(0)
    page.get_by_role("link", name="Where and why deals are lost").click()
    expect(page.locator("#chart svg")).to_be_visible()

    page.get_by_role("button", name="As a file").focus()
    page.keyboard.press("Enter")
    picture = page.get_by_role("button", name="The chart (PNG)")
    picture.focus()
    with page.expect_download() as downloaded:
        page.keyboard.press("Enter")
    assert downloaded.value.suggested_filename == "analytics-losses.png"
    assert Path(downloaded.value.path()).read_bytes().startswith(b"\x89PNG")

    row = page.get_by_role("row").filter(has_text="0%")
    row.get_by_role("link", name="1", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/deals\?"))
    page.get_by_role("link", name="Boilers").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Boilers")
    assert owner.problems == []


@pytest.mark.timeout(120)
def test_pinned_report_opens_the_deals_behind_its_bars(make: Make, page_for: PageFor) -> None:
    seller = make.user("seller", name="Anna")
    close_deal(make.deal(name="Pumps", amount="80.00", owner_id=seller), "won")
    owner = page_for("head")
    page = owner.page

    owner.begin("/analytics")
    page.get_by_role("button", name="Pin “Sellers”").click()
    expect(page.get_by_role("heading", name="Pinned")).to_be_visible()
    page.get_by_role("link", name="Sellers").click()
    chart = page.locator("#chart")
    expect(chart.locator("svg")).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] / 2, "y": box["height"] / 2 - 60})
    expect(page.get_by_role("link", name="Pumps")).to_be_visible()
    assert owner.problems == []


@pytest.mark.timeout(120)
def test_first_chart_stands_while_another_is_on_its_way_or_does_not_come(
    make: Make, page_for: PageFor
) -> None:
    close_deal(make.deal(amount="80.00", owner_id=make.user("seller", name="Anna")), "won")
    make.deal(amount="10.00")
    owner = page_for("head")
    page = owner.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/analytics.closed_months/glance", hold)
    page.route("**/analytics.sellers/glance", lambda route: route.abort())

    owner.begin("/analytics")
    expect(page.locator("[data-report='analytics.forecast'] .chart svg")).to_be_visible()
    months = page.locator("[data-report='analytics.closed_months']")
    expect(months.get_by_role("status")).to_have_text("Loading …")

    sellers = page.locator("[data-report='analytics.sellers']")
    expect(sellers.get_by_role("alert")).to_contain_text("the server did not answer")
    page.unroute("**/analytics.sellers/glance")
    sellers.get_by_role("button", name="Try again").click()
    expect(sellers.get_by_role("alert")).to_have_count(0)
    expect(sellers.locator(".chart svg")).to_be_visible()

    held[0].continue_()
    expect(months.locator(".chart svg")).to_be_visible()
    expect(months.get_by_role("status")).to_have_count(0)
    assert owner.problems == []
