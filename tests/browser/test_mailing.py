"""A group from its filter to somebody who unsubscribes, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from salesman_mailing.leaving.links import leave_url

from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]


def test_marketer_builds_a_group_and_sees_who_leaves_it(
    make: Make, signed_in_page: Callable[..., Page]
) -> None:
    client = make.client(name="Boilers", emails=["office@example.com"], tags=["fair"])
    make.client(name="Pumps", emails=["pumps@example.com"], tags=["web"])
    page = signed_in_page("marketer")
    page.goto("/mailing")
    page.get_by_role("link", name="Make the first one").click()
    page.get_by_label("Name").fill("Spring")
    what_for = page.locator("select[name=purpose_id]")
    what_for.select_option(label="On orders and contracts", force=True)
    page.get_by_role("button", name="Make it").click()

    page.get_by_role("link", name="Clients", exact=True).last.click()
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Tag").fill("fair")
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("main")).to_contain_text("It finds 1 record at the moment.")
    page.get_by_role("button", name="Let the group follow it").click()

    row = page.locator("tr", has_text="Boilers")
    expect(row).to_contain_text("follows: Tag is fair")
    expect(row).to_contain_text("yes")
    expect(page.locator("tr", has_text="Pumps")).to_have_count(0)
    group_id = int(urlsplit(page.url).path.rpartition("/")[2])

    path = urlsplit(leave_url("office@example.com", group_id)).path
    stranger = signed_in_page(None, viewport={"width": 390, "height": 800})
    stranger.goto(path)
    stranger.get_by_role("button", name="No more letters of “Spring”").click()
    expect(stranger.get_by_role("heading")).to_have_text("You are unsubscribed")

    page.reload()
    expect(row).to_contain_text("left this group")
    page.goto(f"/clients/{client}")
    panel = page.locator("section, .card", has=page.get_by_role("heading", name="Mailing")).last
    expect(panel).to_contain_text("refused: group “Spring”")
    expect(panel).to_contain_text("on our page")
