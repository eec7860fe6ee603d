"""The calendar in a real browser: what comes again, what is dragged, and who is invited."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from salesman_calendar import choosing, grid, invitation_letters, service
from salesman_calendar.models import Activity, Guest

from salesman_core.services.company import change_company
from salesman_core.services.sealing import unsealed
from salesman_core.testing.people import Make
from salesman_core.toolkit import company, reading, today

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]
SignedIn = Callable[..., Any]


def monday() -> Any:
    """Give the Monday of next week in the company."""
    this_day = today(company().tz)
    return this_day + timedelta(days=7 - this_day.weekday())


def meeting(make: Make, **values: Any) -> int:
    kind = next(row.id for row in choosing.kinds(reading()) if row.base == "meeting")
    begins = grid.moved_to({"start": f"{monday()}T10:00"})["starts_at"]

    usual = {"kind_id": kind, "subject": "Samples", "starts_at": datetime.fromisoformat(begins)}
    return service.create_activity({**usual, "owner_id": make.user_of("seller"), **values})


def times() -> list[tuple[int, str]]:
    """Give of each activity the days after the Monday, and its hour."""
    reading().rollback()
    reading().expire_all()
    rows = reading().scalars(sa.select(Activity).order_by(Activity.id))
    return [((one.day - monday()).days, grid.by_the_clock(one.starts_at)[11:]) for one in rows]


def test_meeting_that_comes_again_is_planned_and_one_of_it_is_dragged(
    make: Make, page_for: PageFor
) -> None:
    make.user_of("seller")
    task = page_for("seller")
    task.begin(f"/calendar/grid?view=week&on={monday()}")
    page = task.page
    page.locator("[data-key=p]").click()
    form = page.locator("#new-activity")
    form.get_by_text("Meeting", exact=True).click()
    form.get_by_label("Subject", exact=True).fill("Weekly talk")
    form.get_by_label("When", exact=False).first.fill(f"{monday():%d.%m.%Y} 10:00")
    form.locator("[name=repeat]").select_option("DAILY", force=True)
    form.get_by_label("How many times").fill("3")
    form.get_by_role("button", name="Plan it").click()
    expect(page.locator(".fc-event", has_text="Weekly talk")).to_have_count(3)

    second = page.locator(".fc-event", has_text="Weekly talk").nth(1)
    box = second.bounding_box()
    column = page.locator(f".fc-timegrid-col[data-date='{monday() + timedelta(days=3)}']")
    target = column.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 20, box["y"] + 30, steps=8)
    page.mouse.move(target["x"] + 20, box["y"] + 8, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="this one alone").click()
    expect(page.locator("#toasts")).to_contain_text("It is moved.")

    assert [day for day, _hour in times()] == [0, 3, 2]
    assert task.problems == []


def test_activity_is_moved_and_stretched_by_the_keyboard_and_put_back(
    make: Make, page_for: PageFor
) -> None:
    activity = meeting(make, minutes=60)
    task = page_for("seller")
    task.begin(f"/calendar/grid?view=week&on={monday()}")
    page = task.page
    entry = page.locator(f"[data-entry=activity-{activity}]")
    entry.focus()
    with page.expect_response(re.compile("/move")):
        page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(f"[data-date='{monday() + timedelta(days=1)}'] .fc-event")).to_be_focused()
    with page.expect_response(re.compile("/move")):
        page.keyboard.press("Alt+ArrowDown")
    expect(entry).to_contain_text("10:30")
    with page.expect_response(re.compile("/move")):
        page.keyboard.press("Alt+Shift+ArrowDown")
    assert times() == [(1, "10:30")]
    assert reading().scalar(sa.select(Activity.minutes)) == 90

    with page.expect_response(re.compile("/move")):
        page.locator("[data-toast]").last.get_by_role("button", name="Undo").click()
    reading().rollback()
    assert reading().scalar(sa.select(Activity.minutes)) == 60
    assert task.problems == []


def test_keys_are_pressed_faster_than_the_server_answers(make: Make, page_for: PageFor) -> None:
    activity = meeting(make, minutes=60)
    task = page_for("seller")
    task.begin(f"/calendar/grid?view=week&on={monday()}")
    page = task.page
    entry = page.locator(f"[data-entry=activity-{activity}]")
    answers: list[int] = []
    page.on("response", lambda answer: "/move" in answer.url and answers.append(answer.status))
    page.route(re.compile("/move"), lambda route: (page.wait_for_timeout(300), route.continue_()))
    entry.focus()
    for key in ("Alt+ArrowRight", "Alt+ArrowDown", "Alt+ArrowDown", "Alt+Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(entry).to_contain_text("11:00")
    page.wait_for_function("() => document.querySelectorAll('[data-toast]').length >= 1")
    while len(answers) < 4:
        page.wait_for_timeout(50)

    assert times() == [(1, "11:00")]
    assert reading().scalar(sa.select(Activity.minutes)) == 90
    expect(entry).to_contain_text("11:00")
    assert task.problems == []


def test_move_that_fails_is_put_back_and_holds_up_no_other(make: Make, page_for: PageFor) -> None:
    again = meeting(make, recurrence="FREQ=WEEKLY;COUNT=2")
    once = meeting(make, subject="Prices")
    task = page_for("seller")
    task.begin(f"/calendar/grid?view=week&on={monday()}")
    page = task.page
    first, other = (page.locator(f"[data-entry=activity-{one}]") for one in (again, once))
    refused = re.compile(f"/{once}/move")
    page.route(refused, lambda route: route.abort())
    other.focus()
    with page.expect_event("requestfailed"):
        for key in ("Alt+ArrowRight", "Alt+ArrowDown"):
            page.keyboard.press(key)
    expect(page.locator(f"[data-date='{monday()}'] [data-entry=activity-{once}]")).to_be_visible()
    expect(other).to_contain_text("10:00")
    page.unroute(refused)

    page.evaluate("() => document.getElementById('grid-scope').remove()")
    first.focus()
    page.keyboard.press("Alt+ArrowRight")
    other.focus()
    with page.expect_response(refused):
        page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(f"[data-date='{monday()}'] [data-entry=activity-{again}]")).to_be_visible()
    assert times() == [(0, "10:00"), (7, "10:00"), (1, "10:00")]


def test_contact_is_invited_and_declines_by_the_link(
    make: Make, page_for: PageFor, signed_in_page: SignedIn
) -> None:
    client = make.client(owner_id=make.user_of("seller"))
    contact = make.contact(client, name="Anna", emails=["anna@client.example"])
    activity = meeting(make, client_id=client, contact_ids=[contact])
    task = page_for("seller")
    task.begin(f"/calendar/{activity}")
    task.page.get_by_role("button", name="Invite Anna").click()
    expect(task.page.locator("main")).to_contain_text("no answer yet")

    reading().rollback()
    guest = reading().scalars(sa.select(Guest)).one()
    key = unsealed(guest.sealed_key, invitation_letters.PURPOSE)
    stranger = signed_in_page(None, viewport={"width": 390, "height": 800})
    stranger.goto(f"/calendar/invitation/{key}")
    expect(stranger.locator("h1")).to_have_text("Samples")
    stranger.get_by_role("button", name="No", exact=True).click()
    expect(stranger.locator("main")).to_contain_text("Your answer: is not coming")

    task.page.reload()
    expect(task.page.locator("main")).to_contain_text("is not coming")
    assert task.problems == []


def test_phone_shows_an_agenda_and_plans_in_it(make: Make, signed_in_page: SignedIn) -> None:
    meeting(make)
    page = signed_in_page(make.user_of("seller"), viewport={"width": 390, "height": 800})
    page.goto(f"/calendar/grid?on={monday()}")
    expect(page.locator(".fc-list-event")).to_contain_text("Samples")
    page.get_by_role("button", name="Day", exact=True).click()
    expect(page.locator(".fc-timegrid-event")).to_contain_text("10:00")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    page.locator(".fc-list-event, .fc-timegrid-event").first.click()
    expect(page.locator("#edit-activity")).to_be_visible()


def test_words_fit_their_places_on_a_phone(make: Make, signed_in_page: SignedIn) -> None:
    change_company({"language": "ru"})
    page = signed_in_page(make.user_of("head"), viewport={"width": 390, "height": 800})
    page.goto(f"/calendar/grid?view=week&on={monday()}")
    headings = page.locator(".fc-col-header-cell")
    expect(headings).to_have_count(7)
    assert not [place for place in headings.evaluate_all(SPANS) if place[0] < place[1]]

    page.goto("/calendar")
    button = page.get_by_role("button", name="Показать", exact=True)
    assert button.evaluate("one => one.scrollWidth <= one.clientWidth")


SPANS = """cells => cells.map(cell => {
    const words = document.createRange();
    words.selectNodeContents(cell);
    return [cell.offsetWidth, words.getBoundingClientRect().width];
})"""
"""Gives how wide each of some places is, and what stands in it."""
