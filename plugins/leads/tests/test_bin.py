"""Leads are put into the bin and taken out of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from salesman_leads import intake, queries, service

from salesman_core.errors import ForbiddenError, MissingError
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import reading

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]


def test_lead_in_the_bin_is_seen_by_nobody_until_it_is_taken_out(app: Flask) -> None:
    lead = intake.create_lead({"name": "Anna"})

    service.delete_lead(lead)
    assert queries.waiting_count(reading()) == 0
    with pytest.raises(MissingError):
        queries.one_lead(reading(), lead)

    service.restore_lead(lead)
    assert queries.one_lead(reading(), lead).title == "Anna"


def test_lead_is_deleted_on_its_card_and_comes_back_by_undo(
    app: Flask, browser_for: BrowserFor
) -> None:
    lead = intake.create_lead({"name": "Anna"})
    browser = browser_for("head")
    page = browser.get(f"/leads/{lead}").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    assert f'action="/leads/{lead}/delete"' in page

    gone = browser.post(
        f"/leads/{lead}/delete", data={"csrf_token": token}, follow_redirects=True
    ).text
    assert "“Anna” is in the bin." in gone
    assert f'action="/leads/{lead}/restore"' in gone
    back = browser.post(f"/leads/{lead}/restore", data={"csrf_token": token}, follow_redirects=True)

    assert (back.status_code, back.request.path) == (200, f"/leads/{lead}")


def test_lead_is_deleted_over_the_api_unless_somebody_changed_it(api_for: ApiFor) -> None:
    api = api_for("head")
    made = api.post("/leads", {"name": "Anna"})
    lead, seen = f"/leads/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    api.patch(lead, {"text": "Boilers?"})

    late = api.delete(lead, headers=seen)
    gone = api.delete(lead, headers={"If-Match": api.get(lead).headers["ETag"]})

    assert (late.status_code, gone.status_code) == (412, 204)
    assert api.get(lead).status_code == 404
    assert api.get("/leads").json["items"] == []


def test_only_those_who_may_delete_leads_do_and_take_them_out(app: Flask, make: Make) -> None:
    lead, gone = intake.create_lead({"name": "Anna"}), intake.create_lead({"name": "Boris"})
    service.delete_lead(gone)

    with make.acting(make.user("marketer")):
        with pytest.raises(ForbiddenError):
            service.delete_lead(lead)
        with pytest.raises(ForbiddenError):
            service.restore_lead(gone)


def test_lead_that_never_was_cannot_be_taken_out(app: Flask) -> None:
    with pytest.raises(MissingError):
        service.restore_lead(99_999)
