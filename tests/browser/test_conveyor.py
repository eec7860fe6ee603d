"""A deal goes over the conveyor in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from salesman_conveyor.testing import staff, stays

from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

pytestmark = [pytest.mark.browser, pytest.mark.plugins, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]

ROLES = ("marketer", "seller", "assistant", "service")


def give(page: Page, deal_id: int, note: str = "") -> None:
    """Hand a deal over to the next station from the panel of its card."""
    page.goto(f"/deals/{deal_id}")
    page.locator("#conveyor-of-deal").get_by_role("link", name="Hand over").click()
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Hand over to").click()
    expect(page.locator("#conveyor-of-deal")).to_contain_text("waiting")


def take_next(page: Page) -> None:
    """Take the next one by its key."""
    page.goto("/conveyor")
    expect(page.get_by_role("heading", name="Conveyor", level=1)).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="Its way ends here")).to_be_visible()


@pytest.mark.timeout(240)
def test_deal_goes_from_marketing_to_service_through_four_people_with_one_return(
    make: Make, page_for: PageFor
) -> None:
    people = {role: make.user_of(role) for role in ROLES}
    for place, role in enumerate(ROLES):
        staff(place, people[role])
    deal = make.deal(name="Boilers", owner_id=people["marketer"])
    marketer, seller, assistant, servant = (page_for(role) for role in ROLES)

    give(marketer.page, deal, "They wait for an offer")
    take_next(seller.page)
    expect(seller.page.get_by_text("They wait for an offer")).to_be_visible()
    give(seller.page, deal)
    take_next(assistant.page)
    assistant.page.get_by_role("button", name="Return it …").click()
    assistant.page.get_by_label("In words").fill("No signature")
    assistant.page.locator("#return-handover").get_by_role("button", name="Return it").click()
    expect(assistant.page.get_by_text("It goes back.")).to_be_visible()

    seller.page.goto("/conveyor")
    expect(seller.page.get_by_role("heading", name="Came back to you")).to_be_visible()
    take_next(seller.page)
    give(seller.page, deal, "Signed now")
    take_next(assistant.page)
    give(assistant.page, deal)
    take_next(servant.page)
    servant.page.get_by_role("button", name="Its way ends here").click()
    expect(servant.page.get_by_text("Its way ends here.")).to_be_visible()

    reading().rollback()
    assert [row.state for row in stays(deal)] == [
        "passed",
        "returned",
        "passed",
        "passed",
        "done",
    ]
    assert [row.taken_by_id for row in stays(deal)] == [
        people[role] for role in ("seller", "assistant", "seller", "assistant", "service")
    ]
    marketer.page.goto(f"/deals/{deal}")
    expect(marketer.page.locator("#conveyor-of-deal")).to_contain_text("No signature")
    for task in (marketer, seller, assistant, servant):
        assert task.problems == []
