"""A source of figures that the sample plugin gives to plans."""

from __future__ import annotations

import pytest
from flask import Flask

from salesman_core.plugins import switches
from salesman_core.testing.people import Api, Make, api_of

pytestmark = pytest.mark.databases("sqlite")


def opened(api: Api, metric: str = "turnover") -> tuple[int, str | None]:
    days = {"from": "2020-01-01", "to": "2099-12-31"}
    answer = api.get("/plans/facts", query_string={"basis": "opened", "metric": metric, **days})
    return answer.status_code, answer.json.get("fact")


def test_hook_plans_sources_gives_a_basis_of_ones_own(app: Flask, make: Make) -> None:
    api = api_of(app, make.user("administrator"))
    make.deal(amount="10.50", currency="RUB")
    make.deal(amount="20", currency="RUB")

    assert opened(api) == (200, "30.50")
    assert opened(api, "deals") == (200, "2")
    assert opened(api, "margin") == (422, None)


def test_hook_plans_sources_of_a_suspended_plugin_are_no_basis(app: Flask, make: Make) -> None:
    api = api_of(app, make.user("administrator"))

    switches.suspend("sample")
    switches.follow_now()

    assert opened(api) == (422, None)
