"""Custom fields in lists: filters, order, columns and the speed of both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.records import visible
from salesman_core.db import db, reading
from salesman_core.deals.lists import DEALS
from salesman_core.records.custom.service import delete_field, retire_field
from salesman_core.records.list_views import views_of
from salesman_core.records.lists import count, parse_list_query
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make, api_of

Define = Callable[..., int]
BrowserFor = Callable[[str], FlaskClient]

HELD: dict[str, list[Any]] = {
    "text": ["Ёлка зелёная", "Пихта", None],
    "number": ["-2", "10.5", None],
    "money": ["9.99", "1000", None],
    "date": ["2025-12-31", "2026-03-12", None],
    "choice": ["red", "green", None],
    "choices": [["red", "green"], ["green"], None],
    "flag": [False, True, None],
    "link": ["https://example.com/Elk", "http://example.org", None],
}
FOUND = [
    ("text", "=Пихта", "B"),
    ("text", "__contains=елк", "A"),
    ("text", "__isnull=true", "C"),
    ("text", "__isnull=false", "AB"),
    ("number", "=10.5", "B"),
    ("number", "__gte=-2", "AB"),
    ("number", "__lt=10.5", "A"),
    ("number", "__in=-2,10.5", "AB"),
    ("number", "__ne=10.5", "AC"),
    ("number", "__isnull=true", "C"),
    ("money", "__lte=1000", "AB"),
    ("money", "__gt=9.99", "B"),
    ("date", "__gte=2026-01-01", "B"),
    ("date", "__lte=2025-12-31", "A"),
    ("date", "__isnull=false", "AB"),
    ("choice", "=red", "A"),
    ("choice", "__in=red,green", "AB"),
    ("choice", "__isnull=true", "C"),
    ("choices", "=green", "AB"),
    ("choices", "__in=red,blue", "A"),
    ("choices", "__isnull=true", "C"),
    ("flag", "=true", "B"),
    ("flag", "=false", "A"),
    ("flag", "__isnull=true", "C"),
    ("link", "__contains=ELK", "A"),
    ("link", "=http://example.org", "B"),
]


@pytest.fixture
def api(app: Flask, make: Make) -> Api:
    return api_of(app, make.user_of("administrator"))


def named(api: Api, question: str) -> str:
    answer = api.get(f"/deals?sort=name&{question}")
    assert answer.status_code == 200, answer.text
    return "".join(one["name"] for one in answer.json["items"])


def hold(api: Api, key: str) -> None:
    for name, value in zip("ABC", HELD[key], strict=True):
        api.post("/deals", {"name": name, "custom": {key: value}})


@pytest.mark.parametrize("key", HELD)
def test_filter_finds_what_records_hold(api: Api, define: Define, key: str) -> None:
    define(key)
    hold(api, key)
    asked = [(question, letters) for type_, question, letters in FOUND if type_ == key]
    assert [(one, named(api, f"custom.{key}{one}")) for one, _letters in asked] == asked


def test_filter_of_a_user_knows_whoever_asks(api: Api, define: Define, make: Make) -> None:
    define("user")
    api.post("/deals", {"name": "A", "custom": {"user": make.user_of("administrator")}})
    api.post("/deals", {"name": "B", "custom": {"user": make.user_of("seller")}})
    assert named(api, "custom.user=me") == "A"


def test_filter_of_a_user_knows_the_team_of_whoever_asks(
    app: Flask, define: Define, make: Make
) -> None:
    define("user")
    team = make.team()
    asks = api_of(app, make.user("head", team_id=team))
    below = make.user("seller", team_id=make.team(parent_id=team))
    for name, user in (("A", below), ("B", make.user_of("lawyer")), ("C", None)):
        asks.post("/deals", {"name": name, "custom": {"user": user}})
    assert named(asks, "custom.user=my_team") == "A"
    assert named(asks, "custom.user__in=my_team,me") == "A"
    assert named(asks, "custom.user__ne=my_team") == "BC"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("=today", "B"),
        ("=this_month", "AB"),
        ("__in=yesterday,today", "AB"),
        ("__ne=this_month", "CD"),
        ("__gte=today", "BC"),
        ("__gt=this_month", "C"),
        ("__lte=today", "AB"),
        ("__lt=today", "A"),
        ("__gte=1_days_ago", "ABC"),
        ("=next_30_days", "BC"),
    ],
)
def test_filter_of_a_date_knows_days_said_from_today(
    app: Flask, api: Api, define: Define, clock: FrozenClock, question: str, found: str
) -> None:
    clock.set(datetime(2026, 10, 14, 9, tzinfo=UTC))
    app.extensions["salesman_clock"] = clock.now
    define("date")
    for name, day in zip("ABCD", ("2026-10-13", "2026-10-14", "2026-11-02", None), strict=True):
        api.post("/deals", {"name": name, "custom": {"date": day}})
    assert named(api, f"custom.date{question}") == found


def test_filter_follows_what_is_changed(api: Api, define: Define) -> None:
    define("text")
    deal = api.post("/deals", {"name": "A", "custom": {"text": "elk"}}).json["id"]
    api.patch(f"/deals/{deal}", {"custom": {"text": "hare"}})
    assert named(api, "custom.text__contains=elk") == ""
    assert named(api, "custom.text__contains=hare") == "A"


@pytest.mark.parametrize("key", ["number", "money", "date"])
def test_order_goes_on_over_pages_and_puts_what_has_no_value_first(
    api: Api, define: Define, key: str
) -> None:
    define(key)
    hold(api, key)
    found, cursor = [], ""
    while True:
        page = api.get(f"/deals?sort=custom.{key}&limit=1{cursor}").json
        found += [one["name"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == ["C", "A", "B"]
    back = api.get(f"/deals?sort=-custom.{key}").json["items"]
    assert [one["name"] for one in back] == ["B", "A", "C"]


def order(api: Api, sort: str) -> str:
    """Give the names of the deals in an order, read a page at a time."""
    found, cursor = "", ""
    while True:
        page = api.get(f"/deals?sort={sort}&limit=1{cursor}").json
        found += "".join(one["name"] for one in page["items"])
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def test_order_of_texts_forgives_case_and_yo(api: Api, define: Define) -> None:
    define("text")
    for name, text in zip("ABCDE", ["яблоко", "Ёлка", "ель", "Zeder", None], strict=True):
        api.post("/deals", {"name": name, "custom": {"text": text}})

    assert order(api, "custom.text") == "EDBCA"
    assert order(api, "-custom.text") == "ACBDE"


def test_order_of_a_choice_is_that_of_its_values(api: Api, define: Define) -> None:
    define("choice")
    for name, key in zip("ABCD", ["green", "blue", "red", None], strict=True):
        api.post("/deals", {"name": name, "custom": {"choice": key}})

    assert order(api, "custom.choice") == "DCAB"
    assert order(api, "-custom.choice") == "BACD"


def test_order_of_a_user_is_by_name(api: Api, define: Define, make: Make) -> None:
    define("user")
    people = [make.user(name="Яна"), make.user(name="Anton"), None]
    for name, user in zip("ABC", people, strict=True):
        api.post("/deals", {"name": name, "custom": {"user": user}})

    assert order(api, "custom.user") == "CBA"
    assert order(api, "-custom.user") == "ABC"


@pytest.mark.parametrize("question", ["sort=custom.link", "custom.text__gte=a", "custom.no=1"])
def test_what_a_list_does_not_know_is_refused(api: Api, define: Define, question: str) -> None:
    define("text")
    define("link")
    assert api.get(f"/deals?{question}").status_code == 422


def test_field_that_was_deleted_and_defined_anew_is_asked_by_its_new_type(
    api: Api, define: Define
) -> None:
    first = define("number", key="size")
    api.post("/deals", {"name": "A", "custom": {"size": "5"}})
    api.get("/deals?sort=-custom.size")
    retire_field(first)
    delete_field(first)
    define("date", key="size")
    api.post("/deals", {"name": "B", "custom": {"size": "2026-03-12"}})
    found = api.get("/deals?sort=-custom.size").json["items"]
    assert [one["name"] for one in found] == ["B", "A"]


@pytest.mark.parametrize(
    "question",
    ["sort=custom.number", "sort=-custom.number&custom.number__gte=5"],
)
def test_index_of_the_field_serves_order_and_filter(
    api: Api, define: Define, question: str
) -> None:
    define("number")
    hold(api, "number")
    plans = explained(lambda: api.get(f"/deals?{question}"))
    assert any("ix_core_deal_number_custom" in plan for plan in plans), plans


def explained(call: Callable[[], object]) -> list[str]:
    """Give how the database would go about the statements that read deals in *call*."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_rest: Any) -> None:
        if "FROM core_deal" in sql and "LIMIT" in sql:
            seen.append((sql, values))

    sa.event.listen(db.reader, "before_cursor_execute", note)
    try:
        call()
    finally:
        sa.event.remove(db.reader, "before_cursor_execute", note)
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")
            connection.exec_driver_sql("SET enable_sort = off")
        word = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        return [
            "\n".join(str(row) for row in connection.exec_driver_sql(f"{word} {sql}", values))
            for sql, values in seen
        ]


def test_list_sums_the_numbers_and_money_that_it_shows(
    api: Api, define: Define, browser_for: BrowserFor
) -> None:
    define("number"), define("money")
    for number, money, currency in [
        ("1.5", "10.10", "RUB"),
        (None, "5", "USD"),
        ("2", None, "RUB"),
    ]:
        held = {"number": number, "money": money}
        api.post("/deals", {"name": "A", "currency": currency, "custom": held})
    browser = browser_for("head")
    shown = browser.get("/deals?columns=name,custom.number,custom.money&limit=1").text
    totals = shown.partition("list-totals")[2]

    assert '<dt>Number</dt><dd><span class="amount">3.5</span></dd>' in totals
    assert [text in totals for text in ("₽10.10", "$5.00")] == [True, True]
    assert "<dt>Number</dt>" not in browser.get("/deals?columns=name").text


def test_list_of_clients_sums_what_it_shows(
    api: Api, define: Define, browser_for: BrowserFor
) -> None:
    define("number", kind="client")
    for number in ("1", "2"):
        api.post("/clients", {"name": f"Client {number}", "custom": {"number": number}})

    page = browser_for("administrator").get("/clients?columns=name,custom.number").text

    assert '<dt>Number</dt><dd><span class="amount">3</span></dd>' in page


@pytest.mark.parametrize("role", ["administrator", "head", "seller", "lawyer"])
def test_filters_of_custom_fields_count_what_they_list_at_every_scope(
    app: Flask, make: Make, define: Define, role: str
) -> None:
    keys = [key for key in HELD if define(key)]
    owners = [make.user_of(one) for one in ("administrator", "head", "seller")]
    api = api_of(app, owners[0])
    for owner in owners:
        for place in range(3):
            held = {key: HELD[key][place] for key in keys}
            api.post("/deals", {"name": "ABC"[place], "owner_id": owner, "custom": held})
    user_id = make.user_of(role)
    reader = api_of(app, user_id)
    questions = [f"custom.{key}{question}" for key, question, _letters in FOUND]

    listed = [len(reader.get(f"/deals?limit=200&{one}").json["items"]) for one in questions]

    with make.acting(user_id):
        counted = [counted_by(one) for one in questions]
    assert counted == listed


def counted_by(question: str) -> int:
    query = parse_list_query(parse_qs(question), DEALS)
    return count(reading(), DEALS, query, visible("deal"))


def test_view_keeps_the_column_of_a_custom_field(
    define: Define, make: Make, browser_for: BrowserFor
) -> None:
    define("text")
    browser = browser_for("head")
    form = {"name": "Ours", "sharing": "private", "filter": "", "columns": "name,custom.text"}

    browser.post("/lists/deal/views", data=form)

    with make.acting(make.user_of("head")):
        (view,) = views_of("deal")
    assert view.columns == ["name", "custom.text"]


@pytest.mark.parametrize(("typed", "asked"), [("10,5", "10.5"), ("-2", "-2"), ("1 000", "1000")])
def test_number_of_the_dialog_is_read_as_people_write_it(
    define: Define, browser_for: BrowserFor, typed: str, asked: str
) -> None:
    define("number", key="height")
    browser = browser_for("head")
    answer = browser.get("/deals/filter", query_string={"custom.height__gte": typed})
    assert parse_qs(answer.location.partition("?")[2])["custom.height__gte"] == [asked]
    assert browser.get(answer.location).status_code == 200
