"""Holidays, as an administrator keeps them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from salesman_core.administration.holidays import Day, days_of, enter_holidays
from salesman_core.errors import InvalidError
from salesman_core.testing.people import Api, Browser

BrowserFor = Callable[[str], Browser]
ApiFor = Callable[[str], Api]
LINES = "01.01.2027 New Year\n+20.02.2027 instead of Monday"


def post(browser: Browser, address: str, **typed: str) -> str:
    page = browser.get("/admin/holidays?year=2027").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    data = {"csrf_token": token, **typed}
    return browser.post(address, data=data, follow_redirects=True).text


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("01.01.2027 New Year", Day(date(2027, 1, 1), "New Year", works=False)),
        ("2027-01-01; New Year", Day(date(2027, 1, 1), "New Year", works=False)),
        ("1/1/2027", Day(date(2027, 1, 1), "", works=False)),
        ("+ 20.02.2027 instead", Day(date(2027, 2, 20), "instead", works=True)),
    ],
)
def test_line_is_a_day_with_its_name(app: Flask, line: str, day: Day) -> None:
    assert days_of(line) == [day]


@pytest.mark.parametrize("line", ["New Year", "31.02.2027 never", ""])
def test_line_without_a_date_is_refused(app: Flask, line: str) -> None:
    with pytest.raises(InvalidError) as error:
        days_of(line)

    assert list(error.value.fields) == ["lines"]


def test_days_are_pasted_and_shown_by_year(browser_for: BrowserFor) -> None:
    page = post(browser_for("administrator"), "/admin/holidays", lines=LINES)

    assert page.index("New Year</td>") < page.index("instead of Monday</td>")
    other_year = browser_for("administrator").get("/admin/holidays?year=2026").text
    assert "New Year</td>" not in other_year


def test_wrong_line_keeps_what_was_typed_and_nothing_of_it(browser_for: BrowserFor) -> None:
    browser = browser_for("administrator")

    page = post(browser, "/admin/holidays", lines=f"{LINES}\nsoon")

    assert "No date in line 3: soon" in page
    assert "+20.02.2027 instead of Monday" in page
    assert "New Year</td>" not in browser.get("/admin/holidays?year=2027").text


def test_day_that_was_taken_out_comes_back_by_undo(browser_for: BrowserFor) -> None:
    browser = browser_for("administrator")
    page = post(browser, "/admin/holidays", lines=LINES)
    (first, _second) = re.findall(r"/admin/holidays/\d+/delete", page)

    page = post(browser, first)
    assert "New Year</td>" not in page
    undo = re.search(r'action="(/admin/holidays\?[^"]+)"', page)
    assert undo is not None

    assert "New Year</td>" in post(browser, undo.group(1).replace("&amp;", "&"))


def test_holidays_are_read_and_kept_over_the_api(api_for: ApiFor) -> None:
    api = api_for("administrator")
    made = api.post("/holidays", {"day": "2027-01-01", "name": "New Year"}).json
    again = api.post("/holidays", {"day": "2027-01-01", "name": "The New Year"}).json

    assert (again["id"], again["works"]) == (made["id"], False)
    assert api.get("/holidays?day__gte=2027-01-01").json["items"] == [again]
    assert api.delete(f"/holidays/{made['id']}").status_code == 204
    assert api.get(f"/holidays/{made['id']}").status_code == 404


def test_holidays_are_for_administrators(api_for: ApiFor, browser_for: BrowserFor) -> None:
    assert api_for("head").get("/holidays").status_code == 403
    assert browser_for("head").get("/admin/holidays").status_code == 403


def test_same_days_once_more_change_nothing(app: Flask) -> None:
    days = days_of(LINES)

    assert [enter_holidays(days), enter_holidays(days)] == [2, 0]
