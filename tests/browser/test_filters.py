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
