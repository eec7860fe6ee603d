"""A telemarketer works through the queue, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Route, expect
from salesman_leads.intake import create_lead
from salesman_leads.models import Lead

from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]

NAMES = ("Anna", "Boris", "Clara", "David", "Emma")


def leads() -> dict[str, Lead]:
    reading().rollback()
    return {one.name: one for one in reading().scalars(sa.select(Lead))}


@pytest.mark.timeout(180)
def test_queue_of_five_is_worked_through_with_the_keyboard_alone(
    make: Make, page_for: PageFor
) -> None:
    for number, name in enumerate(NAMES):
        create_lead({"name": name, "phones": [f"+7 495 000-00-0{number}"]})
    make.user("seller", name="Vera Stone")
    task = page_for("telemarketer")
    task.begin("/leads/queue")
    heading = task.page.locator("h1")
    press, say = task.page.keyboard.press, task.page.keyboard.type
    expect(task.page.get_by_role("button", name="Begin to call")).to_be_focused()

    press("Enter")
    expect(heading).to_have_text("Anna")
    press("1")  # no answer
    press("Enter")
    expect(heading).to_have_text("Boris")
    press("2")  # call back
    expect(task.page.get_by_label("When", exact=True)).to_be_focused()
    say("tomorrow 10")
    press("Enter")
    expect(heading).to_have_text("Clara")
    press("3")  # wrong number
    press("Enter")
    expect(heading).to_have_text("David")
    press("4")
    expect(task.page.get_by_role("radio", name="No interest")).to_be_checked()
    press("Tab")
    press("Tab")
    say("They have one")
    press("Enter")
    expect(heading).to_have_text("Emma")
    expect(task.page.locator("#progress")).to_have_text("4 of 5 today")
    press("5")  # interest
    press("Enter")
    expect(task.page.get_by_label("Deal", exact=True)).to_be_focused()
    say("Boilers")
    press("Enter")
    told = task.page.get_by_text("The lead has become a client. It is with Vera Stone now.")
    expect(told).to_be_visible()

    done = leads()
    assert [(name, done[name].status) for name in NAMES] == [
        ("Anna", "in_work"),
        ("Boris", "in_work"),
        ("Clara", "in_work"),
        ("David", "closed"),
        ("Emma", "closed"),
    ]
    assert (done["David"].comment, done["Emma"].result) == ("They have one", "converted")
    assert task.problems == []


def test_call_is_taken_back_by_the_notice(page_for: PageFor) -> None:
    create_lead({"name": "Anna", "phones": ["+7 495 000-00-01"]})
    task = page_for("telemarketer")
    task.begin("/leads/queue")
    press = task.page.keyboard.press
    press("Enter")
    expect(task.page.locator("h1")).to_have_text("Anna")
    press("4")
    press("Enter")
    expect(task.page.locator("h1")).to_have_text("Call queue")
    task.page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(task.page.locator("h1")).to_have_text("Anna")


def test_keys_count_that_are_pressed_before_the_page_has_its_scripts(page_for: PageFor) -> None:
    for number, name in enumerate(NAMES[:2]):
        create_lead({"name": name, "phones": [f"+7 495 000-00-0{number}"]})
    task = page_for("telemarketer")
    page, script, held = task.page, "**/dist/salesman-*.js", []
    task.begin("/leads/queue")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Anna")

    def hold(route: Route) -> None:
        held.append(route)

    page.route(script, hold)
    page.goto(f"{task.address}/leads/queue", wait_until="commit")
    expect(page.locator("dialog#keys")).to_be_attached()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Anna")
    held[0].continue_()
    page.unroute(script)
    expect(page.locator("h1")).to_have_text("Boris")
    assert task.problems == []
