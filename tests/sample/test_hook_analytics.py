"""The report that the sample plugin gives to analytics."""

from __future__ import annotations

from typing import Final

import pytest
from flask import Flask
from salesman_sample.service import make_promise

from salesman_core.plugins import switches
from salesman_core.testing.people import Make, api_of, browser_of

pytestmark = pytest.mark.databases("sqlite")

REPORT: Final = "/analytics/reports/sample.promises"


def test_hook_analytics_reports_stand_among_the_others(app: Flask, make: Make) -> None:
    person = make.user("head")
    fair = make.client(name="Romashka", source="fair", owner_id=person)
    other = make.client(name="Vasilek", owner_id=person)
    with make.acting(person):
        for client_id in (fair, fair, other):
            make_promise({"client_id": client_id, "text": "To call back"})
    browser = browser_of(app, person)

    assert f'href="{REPORT}"' in browser.get("/analytics").text
    assert f'href="/clients/{fair}"' in browser.get(REPORT).text
    told = api_of(app, person).get(f"{REPORT}?source=fair").json
    assert [one["values"] for one in told["rows"]] == [{"client": "Romashka", "made": 2}]


def test_hook_analytics_reports_of_a_suspended_plugin_are_gone_and_nothing_else(
    app: Flask, make: Make
) -> None:
    browser = browser_of(app, make.user("head"))
    switches.suspend("sample")
    switches.follow_now()

    page = browser.get("/analytics")
    assert page.status_code == 200
    assert REPORT not in page.text
    assert "analytics.sellers" in page.text
    assert browser.get(REPORT).status_code == 404


def test_hook_analytics_reports_are_not_for_whoever_lacks_their_permission(
    app: Flask, make: Make
) -> None:
    browser = browser_of(app, make.user("service"))
    assert "analytics.sellers" in browser.get("/analytics").text
    assert REPORT not in browser.get("/analytics").text
    assert browser.get(REPORT).status_code == 404
