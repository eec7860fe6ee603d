"""The dialog of filters in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from salesman_core.testing.people import Make

from .conftest import Counted

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Counted]


def open_filters(counted: Counted, address: str) -> Page:
    counted.begin(address)
    counted.click("[data-dialog=filters]")
    return counted.page


def test_dialog_leads_to_the_list_that_it_asks_for(make: Make, page_for: PageFor) -> None:
    make.deal(name="Small", amount="10.00")
    make.deal(name="Large", amount="5000.00")
    page = open_filters(page_for("head"), "/deals?state=open")

    page.get_by_label("Amount: from", exact=True).fill("1 000,00")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/deals\?state=open&amount__gte=1000\.00$"))
    expect(page.locator("[data-row-link]")).to_have_text(["Large"])


def test_what_cannot_be_read_leaves_the_dialog_as_it_was_typed(
    make: Make, page_for: PageFor
) -> None:
    make.deal()
    page = open_filters(page_for("head"), "/deals")

    page.get_by_label("Amount: from", exact=True).fill("much")
    page.keyboard.press("Enter")

    expect(page.locator("#filters-problem")).to_contain_text("An amount is expected")
    expect(page.get_by_label("Amount: from", exact=True)).to_have_value("much")
    expect(page.locator("dialog#filters")).to_be_visible()


def test_groups_are_added_filled_in_and_taken_out(make: Make, page_for: PageFor) -> None:
    make.deal(name="Small", amount="10.00")
    make.deal(name="Medium", amount="500.00")
    make.deal(name="Large", amount="5000.00")
    page = open_filters(page_for("head"), "/deals?sort=name")

    for place in (0, 1):
        page.get_by_role("button", name="either all of these").click()
        case = page.get_by_role("group", name="Group of conditions").nth(place)
        case.get_by_label("Amount: from", exact=True).fill(("1000", "5")[place])
        case.get_by_label("Amount: to", exact=True).fill(("9000", "50")[place])
    page.get_by_role("button", name="and any of these").click()
    page.get_by_role("button", name="Take this group out").last.click()
    page.get_by_role("button", name="Show these").click()

    expect(page.locator("[data-row-link]")).to_have_text(["Large", "Small"])
    expect(page.locator(".chips")).to_contain_text("either Amount at least 1,000, at most 9,000")
    expect(page.locator(".chips")).to_contain_text("or Amount at least 5, at most 50")


def test_group_keeps_what_it_asks_for_until_it_is_taken_out(make: Make, page_for: PageFor) -> None:
    make.deal(name="Small", amount="10.00")
    page = open_filters(page_for("head"), "/deals?any2.amount__gte=100&any2.name=Large")

    expect(page.get_by_role("group", name="Group of conditions")).to_have_count(1)
    page.get_by_role("button", name="Take this group out").click()
    page.get_by_role("button", name="Show these").click()

    expect(page).to_have_url(re.compile(r"/deals$"))
    expect(page.locator("[data-row-link]")).to_have_text(["Small"])


def test_all_but_the_chosen_can_be_asked_for(make: Make, page_for: PageFor) -> None:
    first = make.deal(name="Small")
    assert first
    page = open_filters(page_for("head"), "/deals?pipeline_id=1")

    page.get_by_label("Pipeline: all but these").check()
    page.get_by_role("button", name="Show these").click()

    expect(page).to_have_url(re.compile(r"/deals\?pipeline_id__ne=1$"))
    expect(page.locator(".chips")).to_contain_text("Pipeline is not")


def test_link_to_a_list_is_copied_whole(make: Make, signed_in_page: Callable[..., Page]) -> None:
    make.deal()
    page = signed_in_page("head", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/deals?state=open&sort=name")

    page.get_by_role("button", name="More about this list").click()
    page.get_by_role("link", name="Copy the link to this list").click()

    expect(page.locator("#toasts")).to_contain_text("The link is copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "/deals?state=open&sort=name&columns=name," in copied
