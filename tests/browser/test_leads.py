"""What people do with leads all day, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from salesman_leads import intake, service

from salesman_core.testing.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def lead_of(owner_id: int | None = None, **values: Any) -> int:
    known = {"name": "Anna Kern", "company": "Boilers Ltd", "phones": ["8 912 345 67 89"]}
    return intake.create_lead({**known, "owner_id": owner_id, **values})


def number_of_leads(page: Page) -> Locator:
    return page.locator(".side-menu-entry", has_text="Leads").locator("[data-number]")


def asked_for_numbers(page: Page) -> list[str]:
    """Give a list that grows with each request for the numbers of the menu."""
    found: list[str] = []
    page.on("request", lambda one: found.append(one.url) if "/numbers" in one.url else None)
    return found


def test_lead_becomes_client_contact_and_deal_by_two_clicks_one_field_one_load(
    make: Make, page_for: PageFor
) -> None:
    lead = lead_of(make.user_of("seller"))
    task = page_for("seller")
    task.begin(f"/leads/{lead}")
    task.click("button:has-text('Make it a client')")
    expect(task.page.get_by_label("Deal", exact=True)).to_be_focused()
    task.fill("Deal", "Three boilers", within="#qualify-lead")
    task.click("#qualify-lead button:has-text('Make it a client')")
    expect(task.page.locator("h1")).to_contain_text("Three boilers")
    expect(task.page.locator("#deal-head")).to_contain_text("Boilers Ltd")
    expect(task.page.locator("main")).to_contain_text("Anna Kern")
    assert task.cost == (2, 1, 1)
    assert task.problems == []


def test_refused_client_leaves_the_window_open_with_what_was_typed(
    make: Make, page_for: PageFor
) -> None:
    make.client(name="Known Ltd", owner_id=make.user_of("seller"), phones=["+7 912 345-67-89"])
    lead = lead_of(make.user_of("seller"))
    task = page_for("seller")
    task.begin(f"/leads/{lead}")
    task.click("button:has-text('Make it a client')")
    window = task.page.locator("#qualify-lead")
    choice = window.locator("select[name=client_id]")
    expect(choice).to_have_value("1")  # the one that is known
    choice.evaluate("one => (one.selectedOptions[0].value = '99999')")
    task.fill("Deal", "Three boilers", within="#qualify-lead")
    task.page.keyboard.press("Enter")
    expect(window).to_be_visible()
    expect(window).to_contain_text("There is no such client, or you may not see it.")
    expect(window.get_by_label("Deal", exact=True)).to_have_value("Three boilers")


def test_what_is_typed_of_a_lead_stands_in_no_address(make: Make, page_for: PageFor) -> None:
    known = make.client(name="Known Ltd", phones=["+7 912 345-67-89"])
    anna = make.contact(known, name="Anna Kern", phones=["+7 912 345-67-80"])
    asked: list[str] = []
    task = page_for("head")
    task.page.on("request", lambda one: asked.append(one.url))
    task.begin("/leads/new")
    task.page.get_by_role("textbox", name="Phones").fill("8 912 345 67 89")
    expect(task.page.locator("#known-clients")).to_contain_text("Known Ltd")
    task.begin(f"/leads/{lead_of(phones=['8 912 345 67 80'])}")
    task.click("button:has-text('Make it a client')")
    window = task.page.locator("#qualify-lead")
    expect(window.locator("[name=contact_id]")).to_have_value(str(anna))
    window.locator("select[name=client_id]").evaluate(
        "one => { one.tomselect ? one.tomselect.clear() : (one.value = ''); }"
    )
    window.locator("select[name=client_id]").dispatch_event("change")
    expect(window.get_by_label("New client")).to_have_value("Boilers Ltd")
    assert [one for one in asked if "?" in one and ("345" in one or "Boilers" in one)] == []
    assert task.problems == []


def test_lead_in_the_bin_comes_back_by_undo(page_for: PageFor) -> None:
    lead = lead_of()
    task = page_for("head")
    task.begin(f"/leads/{lead}")
    task.click("[aria-label='Put into the bin']")
    expect(task.page.locator("main")).to_contain_text("No leads yet")
    task.page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(task.page.locator("h1")).to_have_text("Anna Kern, Boilers Ltd")


def test_number_in_the_menu_follows_what_a_colleague_does(make: Make, page_for: PageFor) -> None:
    task = page_for("marketer")
    task.begin("/clients")
    expect(number_of_leads(task.page)).to_be_hidden()
    lead = lead_of()
    expect(number_of_leads(task.page)).to_have_text("1")
    with make.acting(make.user("telemarketer")):
        service.take_lead(lead)
    expect(number_of_leads(task.page)).to_be_hidden()
    assert task.loads == 0
    assert task.problems == []


def test_many_changes_at_once_ask_for_the_numbers_once_and_others_not_at_all(
    make: Make, page_for: PageFor
) -> None:
    task = page_for("marketer")
    task.begin("/clients")
    lead_of()
    expect(number_of_leads(task.page)).to_have_text("1")
    asked = asked_for_numbers(task.page)
    make.client(name="No lead")
    for number in range(9):
        lead_of(name=f"Lead {number}")
    expect(number_of_leads(task.page)).to_have_text("10")
    assert len(asked) <= 2  # the stream may have brought the changes in two pieces


def test_number_that_no_change_tells_of_is_asked_for_each_minute(page_for: PageFor) -> None:
    lead = lead_of()
    task = page_for("marketer")
    task.page.clock.install()
    task.begin("/clients")
    expect(number_of_leads(task.page)).to_have_text("1")
    asked = asked_for_numbers(task.page)
    service.delete_lead(lead)  # of what is in the bin, nobody hears any more
    task.page.clock.fast_forward("00:59")
    assert asked == []
    task.page.clock.fast_forward("00:02")
    expect(number_of_leads(task.page)).to_be_hidden()


def test_note_and_file_of_a_lead_go_along_to_the_deal_that_it_becomes(
    make: Make, page_for: PageFor
) -> None:
    lead = lead_of(make.user_of("seller"))
    task = page_for("seller")
    task.begin(f"/leads/{lead}")
    page = task.page
    page.get_by_label("New note").fill("They want red ones.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#story-entries")).to_contain_text("They want red ones.")
    page.get_by_label("Attach files").set_input_files(
        {"name": "brief.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\nboilers"}
    )
    expect(page.locator("#files")).to_contain_text("brief.pdf")

    page.get_by_role("button", name="Make it a client").first.click()
    window = page.locator("#qualify-lead")
    window.get_by_label("Deal", exact=True).fill("Three boilers")
    window.get_by_role("button", name="Make it a client").click()

    expect(page.locator("h1")).to_contain_text("Three boilers")
    expect(page.locator("#files")).to_contain_text("brief.pdf")
    expect(page.locator("#story-entries")).to_contain_text("They want red ones.")
    page.goto(page.url.partition("/deals")[0] + f"/leads/{lead}")
    expect(page.locator("#files")).to_contain_text("No files yet.")
    assert task.problems == []
