"""Reminders of activities: once, in the application, and by mail for those who want that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar import jobs, service

from salesman_core.services.models import KeptLetter, Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, browser_of
from salesman_core.toolkit import reading

Plan = Callable[..., int]
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def seller(app: Flask, make: Make) -> int:
    return make.user("seller")


@pytest.fixture
def planned(plan: Plan, seller: int) -> int:
    """Give a call in half an hour, with a reminder a quarter of an hour before."""
    starts_at = NINE.replace(minute=30)
    return plan(subject="Ask", starts_at=starts_at, remind_minutes=15, owner_id=seller)


def notices() -> list[tuple[int, str, str]]:
    rows = reading().execute(sa.select(Notice.user_id, Notice.text, Notice.address))
    return [(row.user_id, row.text, row.address) for row in rows]


def letters() -> list[str]:
    return list(reading().scalars(sa.select(KeptLetter.subject)))


def test_person_is_reminded_in_time_and_once(planned: int, seller: int, clock: FrozenClock) -> None:
    assert jobs.remind() == 0
    clock.advance(minutes=15)

    assert [jobs.remind(), jobs.remind()] == [1, 0]

    address = f"/calendar/{planned}"
    assert notices() == [(seller, "Reminder: Ask, Mar 2, 2026, 12:30\u202fPM", address)]
    assert letters() == []


def test_letter_goes_to_those_who_want_one(
    planned: int, seller: int, make: Make, clock: FrozenClock
) -> None:
    with make.acting(seller):
        service.choose_reminding(by_mail=True)
    clock.advance(minutes=15)

    jobs.remind()

    assert letters() == ["Reminder: Ask, Mar 2, 2026, 12:30 PM"]


def test_what_is_done_or_deleted_reminds_nobody(
    planned: int, plan: Plan, seller: int, clock: FrozenClock
) -> None:
    other = plan(starts_at=NINE, remind_minutes=0, owner_id=seller)
    service.finish_activity(planned, {})
    service.delete_activity(other)
    clock.advance(hours=1)

    assert jobs.remind() == 0


def test_moved_activity_reminds_again(planned: int, clock: FrozenClock) -> None:
    clock.advance(minutes=15)
    jobs.remind()

    service.change_activity(planned, {"starts_at": NINE.replace(hour=11)})
    assert jobs.remind() == 0
    clock.advance(hours=2)

    assert jobs.remind() == 1


def test_reminder_raises_no_version(planned: int, clock: FrozenClock) -> None:
    clock.advance(minutes=15)
    jobs.remind()

    assert service.change_activity(planned, {"subject": "Tell"}, version=1)


def test_person_chooses_letters_on_the_page_of_the_day(make: Make, seller: int) -> None:
    browser = browser_of(make.app, seller)
    page = browser.get("/calendar").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    browser.post("/calendar/reminders", data={"csrf_token": token, "by_mail": "true"})

    switch = browser.get("/calendar").text.partition('name="by_mail"')[2].partition(">")[0]
    assert "checked" in switch
