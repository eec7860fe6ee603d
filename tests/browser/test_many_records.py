"""Many records at once, in a browser: marked by keyboard, given to a colleague, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from salesman_core.testing.people import Make

from .conftest import Counted

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Counted]


def test_marked_deals_are_given_to_a_colleague_and_taken_back(
    make: Make, page_for: PageFor
) -> None:
    head = make.user_of("head")
    make.user("seller", name="Zoya Petrova")
    for name in ("First", "Second", "Third"):
        make.deal(name=name, owner_id=head)
    counted = page_for("head")
    counted.begin("/deals?sort=name")
    page = counted.page
    bar = page.locator("[data-bulk-bar]")
    expect(bar).to_be_hidden()

    page.get_by_role("link", name="First").focus()
    page.keyboard.press("Space")
    page.keyboard.press("j")
    page.keyboard.press("Shift+Space")
    expect(bar.locator("[data-bulk-count]")).to_have_text("2")
    bar.get_by_role("button", name="Give to").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("For 2 marked records.")
    dialog.locator(".ts-control input").press_sequentially("Zoya")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Give to")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("[data-toast]")).to_contain_text("Give to: done for 2 records.")
    owners = page.locator("tbody tr td:nth-child(5)")
    expect(owners).to_contain_text(["Zoya Petrova", "Zoya Petrova", "Head"])

    page.get_by_role("button", name="Undo").click()

    expect(page.locator("[data-toast]").last).to_contain_text("Undo: Give to: done for 2 records.")
    expect(owners.filter(has_text="Zoya Petrova")).to_have_count(0)
    assert counted.problems == []


def test_columns_are_put_in_order_by_keyboard(make: Make, page_for: PageFor) -> None:
    make.deal(owner_id=make.user_of("head"))
    counted = page_for("head")
    counted.begin("/deals")
    page = counted.page

    page.get_by_role("button", name="Choose columns").click()
    page.locator("[data-columns]").get_by_label("Owner", exact=True).focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    page.get_by_role("button", name="Show these").first.click()

    expect(page.locator("thead th:nth-child(3)")).to_contain_text("Owner")
    assert counted.problems == []
