"""An owner looks into the reports in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

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
