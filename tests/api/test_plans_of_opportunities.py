"""Plans of a real department: won deals of 2017 by agent and manager, as the files have them."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_catalogue.models import Line
from salesman_catalogue.service import create_product

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
MONTHS = [f"2017-{month:02}" for month in range(3, 13)]
LAST_DAYS = dict(zip(MONTHS, (31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))


@pytest.fixture
def database_template(opportunities: Template) -> Template:
    return opportunities


def sold() -> dict[tuple[str, str], Decimal]:
    """Give what each agent won in each month, summed here and by nothing of ours."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with (DATA / "sales_pipeline.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["deal_stage"] == "Won":
                month, _day, year = row["close_date"].split("/")
                found[row["sales_agent"], f"{year}-{int(month):02}"] += Decimal(row["close_value"])
    return found


def units() -> Counter[tuple[str, str, str]]:
    """Count the products that each agent sold in each month, likewise: one with each won deal."""
    found: Counter[tuple[str, str, str]] = Counter()
    with (DATA / "sales_pipeline.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["deal_stage"] == "Won":
                month, _day, year = row["close_date"].split("/")
                found[row["sales_agent"], row["product"], f"{year}-{int(month):02}"] += 1
    return found


def managers() -> dict[str, str]:
    with (DATA / "sales_teams.csv").open(encoding="utf-8") as file:
        return {row["sales_agent"]: row["manager"] for row in csv.DictReader(file)}


@pytest.fixture
def api(app: Flask, make: Make) -> Api:
    """An administrator of a company that counts in dollars, its agents in their managers' teams."""
    with acting_as(SYSTEM):
        change_company({"currency": "USD"})
        teams = {name: make.team(name) for name in sorted(set(managers().values()))}
        with writing() as session:
            for user in session.scalars(sa.select(User)):
                if user.name in managers():
                    user.team_id = teams[managers()[user.name]]
        return api_of(app, make.user("administrator"))


def fact(api: Api, month: str, **asked: Any) -> Decimal:
    days = {"from": f"{month}-01", "to": f"{month}-{LAST_DAYS[month]}"}
    values = {"basis": "won", "metric": "turnover", **days, **asked}
    return Decimal(api.get("/plans/facts", query_string=values).json["fact"])


@pytest.mark.turns(3, among="long")
def test_agents_teams_and_the_company_have_what_the_file_says_in_every_month(api: Api) -> None:
    expected = sold()
    ids = {row.name: row.id for row in reading().execute(sa.select(User.name, User.id))}
    teams = {row.name: row.id for row in reading().execute(sa.select(Team.name, Team.id))}
    of_manager: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (agent, month), amount in expected.items():
        of_manager[managers()[agent], month] += amount

    agents = {
        (agent, month): fact(api, month, owner_id=ids[agent])
        for agent in ("Darcel Schlecht", "Anna Snelling")
        for month in MONTHS
    }
    found_teams = {
        (manager, month): fact(api, month, team_id=teams[manager])
        for manager in sorted(set(managers().values()))
        for month in MONTHS
    }
    whole = {month: fact(api, month) for month in MONTHS}

    assert agents == {key: expected[key] for key in agents}
    assert found_teams == {key: of_manager[key] for key in found_teams}
    assert whole == {month: sum(one for (_a, m), one in expected.items() if m == month)
                     for month in MONTHS}  # fmt: skip
    assert sum(whole.values()) == Decimal(10_005_534)


def test_units_of_agents_teams_and_products_are_those_of_the_file(api: Api) -> None:
    expected = units()
    ids = {row.name: row.id for row in reading().execute(sa.select(User.name, User.id))}
    teams = {row.name: row.id for row in reading().execute(sa.select(Team.name, Team.id))}
    of_agent: Counter[tuple[str, str]] = Counter()
    of_manager: Counter[tuple[str, str]] = Counter()
    of_product: Counter[str] = Counter()
    for (agent, product, month), number in expected.items():
        of_agent[agent, month] += number
        of_manager[managers()[agent], month] += number
        of_product[product] += number

    for month in (MONTHS[0], MONTHS[-1]):
        for agent in ("Darcel Schlecht", "Anna Snelling"):
            one = fact(api, month, metric="units", owner_id=ids[agent])
            assert one == of_agent[agent, month]
        for manager in sorted(set(managers().values())):
            one = fact(api, month, metric="units", team_id=teams[manager])
            assert one == of_manager[manager, month]
    whole = sum(fact(api, month, metric="units") for month in MONTHS)
    assert whole == expected.total() == 4238

    # The file's products are words: once they are in the catalogue, each is an item of its own.
    with acting_as(SYSTEM):
        products = {name: create_product({"name": name}) for name in of_product}
        with writing() as session:
            for name, product_id in products.items():
                lines = sa.update(Line).where(Line.name == name)
                session.execute(lines.values(product_id=product_id))
    year = {"basis": "won", "metric": "units", "from": "2017-01-01", "to": "2017-12-31"}
    for name, product_id in products.items():
        asked = {**year, "item": f"product:{product_id}"}
        assert Decimal(api.get("/plans/facts", query_string=asked).json["fact"]) == of_product[name]
