"""Extensions in lists: filters and orders in SQL, by the indexes of the plugin's table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.records import visible
from salesman_core.clients.lists import CLIENTS
from salesman_core.db import db, reading
from salesman_core.records.lists import narrowed_to, parse_list_query
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

HELD: dict[str, list[Any]] = {
    "nickname": ["Ёлка", "Пихта", None],
    "drink": ["tea", "coffee", None],
    "since": ["2025-12-31", "2026-03-12", None],
    "early": [False, True, None],
    "spends": ["9.99", "1000", None],
    "visits": ["-2", "10.5", None],
}
FOUND = [
    ("nickname", "=Пихта", "B"),
    ("nickname", "__in=Пихта,Ёлка", "AB"),
    ("nickname", "__ne=Пихта", "AC"),
    ("nickname", "__isnull=true", "C"),
    ("nickname", "__isnull=false", "AB"),
    ("drink", "=tea", "A"),
    ("drink", "__in=tea,coffee", "AB"),
    ("drink", "__isnull=true", "C"),
    ("since", "__gte=2026-01-01", "B"),
    ("since", "__lt=2026-01-01", "A"),
    ("since", "__isnull=false", "AB"),
    ("early", "=true", "B"),
    ("early", "=false", "A"),
    ("early", "__isnull=true", "C"),
    ("spends", "__lte=1000", "AB"),
    ("spends", "__gt=9.99", "B"),
    ("visits", "__in=-2,10.5", "AB"),
    ("visits", "__ne=10.5", "AC"),
]


@pytest.fixture
def api(app: Flask, api_for: ApiFor) -> Api:
    return api_for("administrator")


@pytest.mark.parametrize(("field", "question", "found"), FOUND)
def test_filter_finds_what_clients_hold(api: Api, field: str, question: str, found: str) -> None:
    for place, name in enumerate("ABC"):
        value = HELD[field][place]
        extensions = {} if value is None else {"sample": {field: value}}
        api.post("/clients", {"name": name, "extensions": extensions})

    items = api.get(f"/clients?extensions.sample.{field}{question}&sort=name").json["items"]

    assert "".join(one["name"] for one in items) == found


@pytest.mark.parametrize("field", ["nickname", "drink", "since", "spends", "visits"])
def test_order_goes_on_over_pages_and_puts_what_has_no_value_first(api: Api, field: str) -> None:
    for place, name in enumerate("ABC"):
        value = HELD[field][place]
        extensions = {} if value is None else {"sample": {field: value}}
        api.post("/clients", {"name": name, "extensions": extensions})
    wanted, cursor, found = f"/clients?limit=1&sort=extensions.sample.{field}", None, ""

    while True:
        page = api.get(wanted + (f"&cursor={cursor}" if cursor else "")).json
        found += page["items"][0]["name"]
        cursor = page["next"]
        if cursor is None:
            break

    assert found == "CAB"


def test_user_is_filtered_by_whoever_asks_and_sorted_by_name(api: Api, make: Make) -> None:
    anna, boris = make.user("seller", name="Anna"), make.user("seller", name="Boris")
    make.client(name="B", extensions={"sample": {"host_id": boris}})
    make.client(name="A", extensions={"sample": {"host_id": anna}})

    found = api.get(f"/clients?extensions.sample.host_id={anna}").json["items"]
    ordered = api.get("/clients?sort=extensions.sample.host_id").json["items"]

    assert [one["name"] for one in found] == ["A"]
    assert [one["name"] for one in ordered] == ["A", "B"]


@pytest.mark.databases("sqlite")  # PostgreSQL reads a table of one row as a whole
def test_filter_goes_by_the_index_of_the_plugin(app: Flask, make: Make) -> None:
    make.client(extensions={"sample": {"nickname": "Elk"}})
    query = parse_list_query({"extensions.sample.nickname": "Elk"}, CLIENTS)
    statement = narrowed_to([CLIENTS.id], CLIENTS, query, visible("client"))

    compiled = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    plan = reading().execute(sa.text(f"EXPLAIN QUERY PLAN {compiled}")).all()

    assert any("ix_sample_habits_nickname" in row.detail for row in plan)


def test_text_is_found_by_its_words_however_they_are_written(api: Api, make: Make) -> None:
    make.client(name="A", extensions={"sample": {"nickname": "Ёлка, Зелёная"}})
    make.client(name="B", extensions={"sample": {"nickname": "Elk 100%"}})
    make.deal(name="Roof", extensions={"sample": {"colour": "Dark RED"}})

    def named(path: str, field: str, words: str) -> list[str]:
        asked = {f"extensions.sample.{field}__contains": words}
        return [one["name"] for one in api.get(path, query_string=asked).json["items"]]

    assert named("/clients", "nickname", "ЗЕЛЕН елка") == ["A"]
    assert named("/clients", "nickname", "100%") == ["B"]
    assert named("/clients", "nickname", "elk green") == []
    assert named("/deals", "colour", "red") == ["Roof"]  # a column that is not searched
    assert named("/deals", "colour", "_") == []


@pytest.mark.parametrize("question", ["=milk", "__contains=x", "__foo=x"])
def test_what_a_list_does_not_know_is_refused(api: Api, question: str) -> None:
    assert api.get(f"/clients?extensions.sample.drink{question}").status_code == 422


def test_deals_are_filtered_by_what_a_plugin_keeps(api: Api, make: Make) -> None:
    make.deal(name="Roof", extensions={"sample": {"colour": "red"}})
    make.deal(name="Wall")

    found = api.get("/deals?extensions.sample.colour=red").json["items"]

    assert [one["name"] for one in found] == ["Roof"]


def test_list_sums_the_money_and_numbers_that_it_shows(
    app: Flask, api: Api, browser_for: BrowserFor
) -> None:
    for name, spends, visits in (("A", "40.50", "1"), ("B", "1.50", "2.5"), ("C", None, None)):
        sample = {"spends": spends, "visits": visits}
        api.post("/clients", {"name": name, "extensions": {"sample": sample}})
    browser = browser_for("administrator")
    columns = ["name", "extensions.sample.spends", "extensions.sample.visits"]
    browser.post("/clients/columns", data={"column": columns})

    page = browser.get("/clients").text

    assert "₽42.00" in page
    assert "3.5" in page
