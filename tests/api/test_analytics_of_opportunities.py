"""Reports on a real department: won deals by month, agent, manager and office, as in the files."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median_low
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import Team, User
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.services.company import change_company
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Api, Make, api_of
from salesman_core.toolkit import reading, writing

pytestmark = [
    pytest.mark.plugins,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("opportunities"),
    pytest.mark.usefixtures("real_files"),
]

DATA = Path(__file__).resolve().parents[2] / "../shared/data/opportunities"


@pytest.fixture
def database_template(opportunities: Template) -> Template:
    return opportunities


@dataclass(frozen=True)
class Closed:
    """A closed deal, as the files have it."""

    agent: str
    manager: str
    office: str
    client: str
    won: bool
    closed: date
    days: int
    amount: Decimal


def closed_deals() -> list[Closed]:
    """Give the closed deals of the files, read here and by nothing of ours."""
    with (DATA / "sales_teams.csv").open(encoding="utf-8") as file:
        teams = {row["sales_agent"]: row for row in csv.DictReader(file)}
    with (DATA / "sales_pipeline.csv").open(encoding="utf-8") as file:
        return [_closed(row, teams) for row in csv.DictReader(file) if row["close_date"]]


def _closed(row: Mapping[str, str], teams: Mapping[str, Mapping[str, str]]) -> Closed:
    agent = row["sales_agent"]
    closed, engaged = (
        datetime.strptime(row[name], "%m/%d/%Y").date()  # noqa: DTZ007  # days without a zone
        for name in ("close_date", "engage_date")
    )
    return Closed(
        agent,
        teams[agent]["manager"],
        teams[agent]["regional_office"],
        row["account"],
        row["deal_stage"] == "Won",
        closed,
        (closed - engaged).days,
        Decimal(row["close_value"] or 0),
    )


def won_of(deals: Iterable[Closed]) -> list[Closed]:
    return [one for one in deals if one.won]


def median_of(deals: Iterable[Closed]) -> int:
    return median_low([one.days for one in deals])


@pytest.fixture
def api(app: Flask, make: Make) -> Api:
    """An administrator of a company that counts in dollars, its agents in teams of offices."""
    deals = closed_deals()
    with acting_as(SYSTEM):
        change_company({"currency": "USD"})
        offices = {name: make.team(name=name) for name in sorted({one.office for one in deals})}
        parents = {one.manager: offices[one.office] for one in deals}
        teams = {name: make.team(name=name, parent_id=id_) for name, id_ in parents.items()}
        managers = {one.agent: teams[one.manager] for one in deals}
        with writing() as session:
            for user in session.scalars(sa.select(User).where(User.name.in_(managers))):
                user.team_id = managers[user.name]
    return api_of(app, make.user("administrator"))


def report(api: Api, name: str, **asked: Any) -> Any:
    answer = api.get(f"/analytics/reports/analytics.{name}", query_string={"period": "all"} | asked)
    assert answer.status_code == 200, answer.text
    return answer.json


def total(api: Api, name: str, **asked: Any) -> Any:
    return report(api, name, **asked)["total"]["values"]


def test_win_rate_and_days_until_closing_are_those_of_the_files(api: Api) -> None:
    deals = closed_deals()
    lost = [one for one in deals if not one.won]
    found = report(api, "closed_months")

    assert found["total"]["values"] == {
        "won": 4238,
        "lost": 2473,
        "rate": "63.15",
        "turnover": "10005534.00",
        "won_days": median_of(won_of(deals)),
        "lost_days": median_of(lost),
    }
    months = sorted({one.closed.replace(day=1) for one in deals})
    assert len(found["rows"]) == len(months)
    for month, row in zip(months, found["rows"], strict=True):
        won = [one for one in won_of(deals) if one.closed.replace(day=1) == month]
        values = row["values"]
        assert values["won"] == len(won)
        assert Decimal(values["turnover"]) == sum(one.amount for one in won)
        assert values["won_days"] == median_of(won)


def test_agents_managers_and_offices_won_what_the_files_say(api: Api) -> None:
    won = won_of(closed_deals())
    counts = Counter(one.agent for one in won)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for one in won:
        for name in (one.agent, one.manager, one.office):
            amounts[name] += one.amount
    sellers = [row["values"] for row in report(api, "sellers")["rows"]]
    assert {one["seller"]: one["won"] for one in sellers if one["won"]} == counts
    assert {one["seller"]: Decimal(one["turnover"]) for one in sellers if one["won"]} == {
        name: amounts[name] for name in counts
    }
    teams = {row.name: row.id for row in reading().execute(sa.select(Team.name, Team.id))}
    for name in {one.manager for one in won} | {one.office for one in won}:
        mine = [one for one in won if name in {one.manager, one.office}]
        found = total(api, "closed_months", team_id=teams[name])
        assert (found["won"], Decimal(found["turnover"])) == (len(mine), amounts[name])
        assert found["won_days"] == median_of(mine)


def test_clients_and_their_repeat_purchases_are_those_of_the_files(api: Api) -> None:
    won = won_of(closed_deals())
    bought: dict[str, Decimal] = defaultdict(Decimal)
    for one in won:
        bought[one.client] += one.amount
    clients = [row["values"] for row in report(api, "buyers")["rows"]]
    assert {one["client"]: Decimal(one["turnover"]) for one in clients} == bought
    every = total(api, "repeated")
    assert (every["clients"], every["deals"]) == (len(bought), len(won))
    months = total(api, "repeated_months")
    assert (months["first_deals"], months["again_deals"]) == (len(bought), len(won) - len(bought))
