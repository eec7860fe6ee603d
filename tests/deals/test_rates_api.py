"""The JSON API of rates: entered, corrected and deleted by whoever may, and by nobody unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask

from salesman_core.deals.rate_table import DatedRate, enter_rates, latest_rates
from salesman_core.testing.people import Api

ApiFor = Callable[[str], Api]

DOLLARS = {"currency": "USD", "day": "2026-11-02", "rate": "92.5"}


@pytest.fixture
def api(app: Flask, api_for: ApiFor) -> Api:
    return api_for("administrator")


def test_rate_is_entered_corrected_and_deleted(api: Api) -> None:
    made = api.post("/rates", DOLLARS)
    address = f"/rates/{made.json['id']}"
    assert (made.status_code, made.json["rate"]) == (201, "92.50000000")
    assert made.json["company_currency"] == "RUB"

    assert api.patch(address, {"rate": "93"}).json["rate"] == "93.00000000"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_rate_told_for_a_hundred_units_is_kept_for_one(api: Api) -> None:
    yen = {"currency": "JPY", "day": "2026-11-02", "rate": "61.2345", "per": 100}

    assert api.post("/rates", yen).json["rate"] == "0.61234500"


def test_rate_that_would_have_to_be_rounded_is_refused(api: Api) -> None:
    refused = api.post("/rates", DOLLARS | {"per": 3})

    assert (refused.status_code, list(refused.json["errors"])) == (422, ["rate"])
    assert latest_rates() == []


def test_second_rate_of_a_day_is_refused_and_leaves_the_first(api: Api) -> None:
    api.post("/rates", DOLLARS)

    assert api.post("/rates", DOLLARS | {"rate": "1"}).status_code == 409
    assert [one.rate for one in latest_rates()] == [Decimal("92.5")]


def test_rate_that_somebody_corrected_meanwhile_is_not_overwritten(api: Api) -> None:
    made = api.post("/rates", DOLLARS)
    address, seen = f"/rates/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    api.patch(address, {"rate": "93"})

    stale = api.patch(address, {"rate": "94"}, headers=seen)
    unseen = api.delete(address, headers=seen)

    assert (stale.status_code, unseen.status_code) == (412, 412)
    assert api.get(address).json["rate"] == "93.00000000"


def test_rates_are_listed_filtered_and_paged(api: Api) -> None:
    enter_rates(
        DatedRate(code, date(2026, 11, day), Decimal(day))
        for code in ("USD", "EUR")
        for day in (1, 2)
    )

    dollars = api.get("/rates?currency=USD&limit=1").json
    rest = api.get(f"/rates?currency=USD&limit=1&cursor={dollars['next']}").json

    days = [one["day"] for one in (*dollars["items"], *rest["items"])]
    assert (days, rest["next"]) == (["2026-11-02", "2026-11-01"], None)


def test_many_rates_have_a_result_each(api: Api) -> None:
    bad = DOLLARS | {"currency": "RUB"}

    results = api.post("/rates/batch", {"items": [DOLLARS, bad]}).json["results"]

    assert [one["status"] for one in results] == [201, 422]


@pytest.mark.databases("sqlite")
def test_rates_are_closed_to_whoever_may_not_keep_them(app: Flask, api_for: ApiFor) -> None:
    head = api_for("head")

    assert (head.get("/rates").status_code, head.post("/rates", DOLLARS).status_code) == (403, 403)
