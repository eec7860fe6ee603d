"""Days that the sample plugin gives to the calendar."""

from __future__ import annotations

import pytest
from flask import Flask

from salesman_core.clock import today
from salesman_core.plugins import switches
from salesman_core.services.company import company
from salesman_core.testing.people import Browser, Make, browser_of

pytestmark = pytest.mark.databases("sqlite")


def shown(browser: Browser) -> list[str]:
    return [one["title"] for one in browser.get("/calendar/grid/entries").json if "title" in one]


def test_hook_calendar_entries_stand_beside_activities(app: Flask, make: Make) -> None:
    person = make.user("administrator")
    make.deal(name="Boilers", owner_id=person, opened_on=today(company().tz))
    browser = browser_of(app, person)

    assert shown(browser) == ["Boilers · Opened"]
    assert browser.get("/calendar/grid/entries?with=").json == [
        one for one in browser.get("/calendar/grid/entries").json if "title" not in one
    ]


def test_hook_calendar_entries_of_a_suspended_plugin_are_gone(app: Flask, make: Make) -> None:
    person = make.user("administrator")
    make.deal(name="Boilers", owner_id=person, opened_on=today(company().tz))
    switches.suspend("sample")
    switches.follow_now()

    assert shown(browser_of(app, person)) == []
