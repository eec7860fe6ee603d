"""What people do with activities all day, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from salesman_calendar import choosing, service
from salesman_leads.intake import create_lead

from salesman_core.testing.people import Make
from salesman_core.toolkit import company, reading, today

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def test_call_is_planned_and_done_with_a_result_by_five_clicks_two_fields_no_load(
    make: Make, page_for: PageFor
) -> None:
    client = make.client(name="Boilers Ltd", owner_id=make.user_of("seller"))
    task = page_for("seller")
    task.begin(f"/clients/{client}")
    panel = task.page.locator("#activities-of-client")
    task.click("#activities-of-client a:has-text('Call')")
    expect(task.page.get_by_label("Subject", exact=True)).to_be_focused()
    task.fill("Subject", "Ask about boilers", within="#new-activity")
    task.fill("When", "today", within="#new-activity")
    task.page.keyboard.press("Enter")
    expect(panel).to_contain_text("Ask about boilers")
    expect(task.page.locator("#next-step-of-client")).to_contain_text("Ask about boilers")
    task.click("[aria-label='Done: Ask about boilers']")
    task.click("#done-activity label:has-text('Agreed')")
    task.click("#done-activity button:has-text('Done')")
    expect(panel).to_contain_text("Agreed")
    expect(task.page.locator("#dialog")).to_be_hidden()
    expect(task.page.locator("#next-step-of-client")).to_contain_text("plan it")
    clicks, fields, loads = task.cost
    assert (clicks <= 5, fields, loads) == (True, 2, 0)
    assert task.problems == []


def test_call_to_a_lead_is_planned_and_done_on_its_card(make: Make, page_for: PageFor) -> None:
    lead = create_lead({"name": "Anna", "owner_id": make.user_of("seller")})
    task = page_for("seller")
    task.begin(f"/leads/{lead}")
    panel = task.page.locator("#activities-of-leads-lead")
    task.click("#activities-of-leads-lead a:has-text('Call')")
    expect(task.page.locator("#new-activity")).to_contain_text("Lead: Anna")
    task.fill("Subject", "Ask about boilers", within="#new-activity")
    task.fill("When", "today", within="#new-activity")
    task.page.keyboard.press("Enter")
    expect(panel).to_contain_text("Ask about boilers")
    expect(task.page.locator("#next-step-of-leads-lead")).to_contain_text("Ask about boilers")
    task.click("[aria-label='Done: Ask about boilers']")
    task.click("#done-activity label:has-text('Agreed')")
    task.click("#done-activity button:has-text('Done')")
    expect(panel).to_contain_text("Agreed")
    assert task.problems == []


def test_wrong_time_keeps_the_dialog_open_with_what_was_typed(page_for: PageFor) -> None:
    task = page_for("seller")
    task.begin("/calendar")
    task.click("main a:has-text('Plan an activity')")
    task.fill("Subject", "Ask", within="#new-activity")
    task.fill("When", "soon", within="#new-activity")
    task.page.keyboard.press("Enter")
    form = task.page.locator("#new-activity")
    expect(form).to_contain_text("is no time")
    expect(form.get_by_label("Subject", exact=True)).to_have_value("Ask")
    expect(task.page.locator("#dialog")).to_be_visible()


def test_what_a_colleague_plans_for_me_appears_on_my_day_and_in_the_menu(
    make: Make, page_for: PageFor
) -> None:
    task = page_for("seller")
    task.begin("/calendar")
    number = task.page.locator(".side-menu-entry", has_text="My day").locator("[data-number]")
    expect(number).to_have_text("")
    (kind, *_others) = choosing.kinds(reading())
    day = today(company().tz)
    values = {"kind_id": kind.id, "subject": "From the head", "day": day}
    with make.acting(make.user_of("head")):
        service.create_activity({**values, "owner_id": make.user_of("seller")})
    expect(task.page.locator("#day")).to_contain_text("From the head")
    expect(number).to_have_text("1")


def test_planned_one_goes_into_the_bin_by_undo(make: Make, page_for: PageFor) -> None:
    task = page_for("seller")
    task.begin("/calendar")
    task.click("main a:has-text('Plan an activity')")
    task.fill("When", "today", within="#new-activity")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("#day")).to_contain_text("Call")
    task.page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(task.page.locator("#day")).not_to_contain_text("Call")


def test_days_are_turned_and_something_is_planned_by_the_keyboard_alone(page_for: PageFor) -> None:
    task = page_for("seller")
    task.begin("/calendar")
    press = task.page.keyboard.press
    press("f")
    expect(task.page.locator("h1")).not_to_have_text("Today")
    press("b")
    expect(task.page.locator("h1")).to_have_text("Today")
    press("p")
    expect(task.page.get_by_label("Subject", exact=True)).to_be_focused()
    task.page.keyboard.type("Ask")
    press("Enter")
    expect(task.page.locator("#day")).to_contain_text("Ask")
