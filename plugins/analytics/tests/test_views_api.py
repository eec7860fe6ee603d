"""Kept views of reports, and pins, in the JSON API."""

from __future__ import annotations

from typing import Any, Final

import pytest
from flask import Flask

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of, browser_of

VIEWS: Final = "/analytics/views"
OURS: Final = {
    "report": "analytics.sellers",
    "name": "Ours",
    "asked": {"period": "last_month"},
    "mailed": "monthly",
}


def test_view_is_kept_changed_and_deleted(app: Flask, make: Make, clock: FrozenClock) -> None:
    head = make.user("head")
    api = api_of(app, head)
    made = api.post(VIEWS, OURS)
    assert made.status_code == 201, made.text
    view: dict[str, Any] = made.json
    assert {name: view[name] for name in OURS} == OURS
    assert view["mail_on"] == "2026-04-01"
    assert api.get(VIEWS).json == {"items": [view]}
    assert "Ours" in browser_of(app, head).get("/analytics/reports/analytics.sellers").text

    here = f"{VIEWS}/{view['id']}"
    changed = api.patch(here, {"name": "All", "asked": {"period": "all"}, "mailed": ""}).json
    assert changed == {**view, "name": "All", "asked": {"period": "all"}, "mailed": ""} | {
        "mail_on": None
    }
    assert api.patch(here, {"mailed": "weekly"}).json["name"] == "All"
    assert api.get(here).json["mailed"] == "weekly"
    assert api.delete(here).status_code == 204
    assert api.get(here).status_code == 404


def test_view_of_the_list_of_deals_is_kept_with_its_filter(app: Flask, make: Make) -> None:
    asked = {"closed_on": "last_year", "any1.state": "won", "any1.progress__gte": "40"}
    made = api_of(app, make.user("head")).post(
        VIEWS, {"report": "analytics.losses", "name": "Late", "asked": asked}
    )
    assert made.json["asked"] == asked
    assert made.json["mailed"] == ""


def test_views_are_ones_own(app: Flask, make: Make) -> None:
    owner, stranger = api_of(app, make.user("head")), api_of(app, make.user("head"))
    here = f"{VIEWS}/{owner.post(VIEWS, OURS).json['id']}"
    assert stranger.get(VIEWS).json == {"items": []}
    assert stranger.get(here).status_code == 404
    assert stranger.patch(here, {"name": "Mine"}).status_code == 404
    assert stranger.delete(here).status_code == 404
    assert owner.get(here).json["name"] == "Ours"
    assert api_of(app, make.user("lawyer")).get(VIEWS).status_code == 403


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"report": "analytics.x"}, 404),
        ({"report": "leads.channels"}, 404),
        ({"name": " "}, 422),
        ({"name": "x" * 101}, 422),
        ({"mailed": "hourly"}, 422),
        ({"asked": {"period": 7}}, 422),
        ({"asked": {"period": "soon"}}, 422),
        ({"asked": {"colour": "red"}}, 422),
        ({"report": "analytics.losses", "asked": {"colour": "red"}}, 422),
        ({"report": "analytics.as_of", "asked": {"day": "soon"}}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_what_cannot_be_kept_is_refused(
    app: Flask, make: Make, values: dict[str, Any], status: int
) -> None:
    api = api_of(app, make.user("head"))
    assert api.post(VIEWS, {**OURS, **values}).status_code == status
    assert api.get(VIEWS).json == {"items": []}


def test_report_is_pinned_once_and_unpinned(app: Flask, make: Make) -> None:
    api = api_of(app, make.user("head"))

    def pinned() -> list[str]:
        found = api.get("/analytics/reports").json["items"]
        return [one["id"] for one in found if one["pinned"]]

    here = "/analytics/reports/analytics.losses/pin"
    for _time in range(2):
        assert api.request("PUT", here).status_code == 204
    assert pinned() == ["analytics.losses"]
    assert api.delete(here).status_code == 204
    assert pinned() == []
    assert api.request("PUT", "/analytics/reports/analytics.x/pin").status_code == 404
