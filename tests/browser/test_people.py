"""Looking as somebody else, and margins that stay hidden, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from salesman_core.deals.service import change_deal
from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def test_bar_says_whose_eyes_these_are_and_a_change_is_refused(
    make: Make, page_for: PageFor
) -> None:
    seller = make.user_of("seller")
    client = make.client(name="Omega", owner_id=seller)
    task = page_for("administrator")
    task.begin(f"/admin/users/{seller}")
    task.page.get_by_role("button", name="See what they see").click()
    bar = task.page.get_by_label("Looking as somebody else")
    expect(bar).to_contain_text("Nothing can be changed.")

    task.page.goto(f"{task.address}/clients/{client}")
    task.page.get_by_role("button", name="Change: Name", exact=True).click()
    expect(task.page.locator("input[name=name]")).to_be_focused()
    task.page.keyboard.type("Sigma")
    task.page.keyboard.press("Enter")

    expect(task.page.locator("#toasts")).to_contain_text("so nothing can be changed")
    assert Axe().run(task.page).response["violations"] == []
    task.page.reload()
    expect(task.page.locator("h1")).to_contain_text("Omega")
    bar.get_by_role("button", name="Stop looking").click()
    expect(bar).to_have_count(0)
    assert task.problems == []


def test_role_without_margin_sees_none_on_pages_of_deals(make: Make, page_for: PageFor) -> None:
    lawyer = make.user_of("lawyer")
    deal = make.deal(name="Beams", amount=Decimal("9000.00"), participants=[{"user_id": lawyer}])
    change_deal(deal, {"cost": Decimal("5432.00")})
    task = page_for("lawyer")
    for path in (f"/deals/{deal}", "/deals", "/deals/board", f"/records/deal/{deal}/history"):
        task.begin(path)
        expect(task.page.locator("main")).to_contain_text("Beams")
        if "/records/" not in path and path.endswith(str(deal)):
            expect(task.page.locator("#story-entries")).to_contain_text("opened at")
        read = "".join(task.page.locator("body").inner_text().split())
        for hidden in ("5,432", "5432", "3,568", "3568", "Margin", "Cost"):
            assert hidden not in read, (path, hidden)
    assert task.problems == []


def test_reach_of_a_permission_is_read_whole_on_a_phone(
    signed_in_page: Callable[..., Page],
) -> None:
    page = signed_in_page("administrator", viewport={"width": 360, "height": 780})
    page.goto("/admin/roles/3")
    narrow = page.locator("select[name^='grant:']").evaluate_all(
        "lists => lists.filter(one => one.getBoundingClientRect().width < 100).length"
    )
    assert narrow == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 360
