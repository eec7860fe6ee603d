"""What came true: exact figures of won and of closed deals, for whoever may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from salesman_core.deals.rate_table import enter_rates, judged_rate
from salesman_core.testing.people import Api, Make, api_of

Sell = Callable[..., int]
Fact = Callable[..., Any]

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def asked(api: Api, **values: Any) -> Any:
    answer = api.get("/plans/facts", query_string={"basis": "won", **MARCH, **values})
    return answer.json if answer.status_code == 200 else answer.status_code


@pytest.fixture
def fact(app: Flask, make: Make) -> Fact:
    """Give what a figure of March is for an administrator."""
    api = api_of(app, make.user("administrator"))
    return lambda **values: asked(api, **{"metric": "turnover", **values})


def test_won_deals_count_on_the_day_of_closing_to_the_kopeck(
    make: Make, sell: Sell, fact: Fact
) -> None:
    anna, boris = make.user(), make.user()
    sell(anna, "100.10", "2026-03-01")
    sell(anna, "0.05", "2026-03-31", cost="0.02")
    sell(boris, "7", "2026-03-15")
    sell(anna, "1000", "2026-02-28")
    sell(anna, "1000", "2026-04-01")

    assert fact() == {
        "fact": "107.15",
        "basis": "won",
        "metric": "turnover",
        "whose": "company",
        "from": "2026-03-01",
        "to": "2026-03-31",
        "item": "",
        "currency": "RUB",
        "entries": 3,
        "lacking": 0,
    }
    assert fact(owner_id=anna)["fact"] == "100.15"
    assert fact(metric="margin", owner_id=anna)["fact"] == "100.13"
    assert (fact(metric="deals")["fact"], fact(metric="deals")["currency"]) == ("3", None)


def test_lost_deal_never_counts_on_won_deals_whatever_sum_stands_in_it(
    make: Make, sell: Sell, fact: Fact
) -> None:
    anna = make.user()
    sell(anna, "10", "2026-03-02")
    sell(anna, "1000000", "2026-03-03", outcome="lost")

    assert fact()["fact"] == "10.00"
    assert fact(basis="closed")["fact"] == "1000010.00"

    counted = fact(basis="closed", metric="deals")
    assert (counted["fact"], counted["entries"]) == ("1", 1)  # a lost deal is nobody's goal


def test_deal_in_another_currency_counts_at_the_rate_that_it_keeps(
    make: Make, sell: Sell, fact: Fact
) -> None:
    enter_rates([judged_rate("USD", date(2026, 3, 1), Decimal("90.5"))])
    anna = make.user()
    sell(anna, "10.01", "2026-03-02", currency="USD")
    sell(anna, "10", "2026-03-02", currency="EUR")
    sell(anna, "1", "2026-03-02")

    found = fact()

    assert found["fact"] == "906.91"  # 905.905 is rounded to 905.91
    assert (found["entries"], found["lacking"]) == (3, 1)
    assert fact(metric="deals")["fact"] == "3"


def test_team_is_its_people_with_those_of_the_teams_below(
    make: Make, sell: Sell, fact: Fact
) -> None:
    upper = make.team()
    lower = make.team(parent_id=upper)
    sell(make.user(team_id=upper), "1", "2026-03-02")
    sell(make.user(team_id=lower), "10", "2026-03-02")
    sell(make.user(), "100", "2026-03-02")

    assert fact(team_id=upper)["fact"] == "11.00"
    assert fact(team_id=lower)["fact"] == "10.00"
    assert fact()["fact"] == "111.00"


def test_every_month_of_the_year_is_right(make: Make, sell: Sell, fact: Fact) -> None:
    anna = make.user()
    for month in range(1, 13):
        sell(anna, str(month), f"2026-{month:02}-01")
        sell(anna, f"0.{month:02}", f"2026-{month:02}-28")

    found = [
        fact(**{"from": f"2026-{month:02}-01", "to": f"2026-{month:02}-28"})["fact"]
        for month in range(1, 13)
    ]

    assert found == [f"{month}.{month:02}" for month in range(1, 13)]


def test_seller_asks_for_their_own_figure_alone(app: Flask, make: Make, sell: Sell) -> None:
    anna, boris = make.user("seller"), make.user("seller")
    sell(anna, "10", "2026-03-02")
    sell(boris, "20", "2026-03-02")
    api = api_of(app, anna)

    assert asked(api, metric="turnover", owner_id=anna)["fact"] == "10.00"
    assert asked(api, metric="margin", owner_id=anna)["fact"] == "10.00"
    assert asked(api, metric="turnover") == 403
    assert asked(api, metric="turnover", owner_id=boris) == 422
    assert asked(api, metric="turnover", owner_id=10**9) == 422
    assert asked(api, metric="turnover", team_id=10**9) == 422


def test_deal_of_a_colleague_in_which_one_takes_part_is_none_of_ones_own(
    app: Flask, make: Make, sell: Sell
) -> None:
    anna, boris = make.user("seller"), make.user("seller")
    sell(boris, "20", "2026-03-02", participants=[{"user_id": anna, "part": ""}])

    assert asked(api_of(app, anna), metric="turnover", owner_id=anna)["fact"] == "0.00"


def test_margin_takes_the_permission_of_the_core(app: Flask, make: Make) -> None:
    api = api_of(app, make.user("marketer"))

    assert asked(api, metric="margin") == 403


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"basis": "luck"}, "basis"),
        ({"metric": "hours"}, "metric"),
        ({"to": "2026-02-01"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"owner_id": "1", "team_id": "1"}, "owner_id"),
    ],
)
def test_what_cannot_be_counted_is_said_at_its_field(
    app: Flask, make: Make, wrong: dict[str, str], field: str
) -> None:
    api = api_of(app, make.user("administrator"))

    values = {"basis": "won", "metric": "turnover", **MARCH, **wrong}
    answer = api.get("/plans/facts", query_string=values)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
