"""Definitions of custom fields: the administration, and what follows from each change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.db import db, field_indexes, reading
from salesman_core.deals.models import Deal, DealWord
from salesman_core.deals.service import change_deal
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError
from salesman_core.plugins.migrations import CORE_OWNER, downgrade, drift, upgrade
from salesman_core.records.custom import service
from salesman_core.records.custom.definitions import fields_in_use
from salesman_core.records.custom.values import values_of
from salesman_core.records.history import history
from salesman_core.records.models import Audit, CustomField
from salesman_core.testing.people import Make

Define = Callable[..., int]
BrowserFor = Callable[[str], FlaskClient]

NEW = {"label": "End of contract", "type": "date", "key": "", "help": "", "options": []}


def labels(kind: str = "deal") -> list[str]:
    reading().rollback()
    return [one.label for one in fields_in_use(kind)]


def test_field_is_defined_on_the_page(browser_for: BrowserFor) -> None:
    data = {"label": "Вид кровли", "type": "choice", "new_options": "Шифер\nЧерепица"}
    answer = browser_for("administrator").post("/admin/fields/new?kind=deal", data=data)
    assert answer.headers["Location"] == "/admin/fields?kind=deal"
    (field,) = fields_in_use("deal")
    assert (field.key, field.label) == ("vid_krovli", "Вид кровли")
    assert field.titles == {"shifer": "Шифер", "cherepitsa": "Черепица"}


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"label": " "}, "label"),
        ({"label": "Taken"}, "label"),
        ({"label": "x" * 101}, "label"),
        ({"key": "taken"}, "key"),
        ({"key": "Größe"}, "key"),
        ({"key": "a__b"}, "key"),
        ({"type": "colour"}, "type"),
        ({"type": "choice", "options": []}, "options"),
        ({"type": "choice", "options": [{"title": "A"}, {"title": "a"}]}, "options"),
        ({"help": "x" * 301}, "help"),
    ],
)
def test_field_that_cannot_be_is_refused_at_its_place(
    define: Define, wrong: dict[str, Any], at: str
) -> None:
    define("text", key="taken")
    with pytest.raises(InvalidError) as refused:
        service.define_field("deal", {**NEW, **wrong})
    assert list(refused.value.fields) == [at]


def test_refused_field_keeps_what_was_typed(browser_for: BrowserFor) -> None:
    data = {"label": "Roof", "type": "choice", "new_options": "Slate\nslate"}
    answer = browser_for("administrator").post("/admin/fields/new?kind=deal", data=data)
    assert answer.status_code == 422
    assert 'value="Roof"' in answer.text
    assert "Slate" in answer.text


def test_definitions_are_for_those_who_may(make: Make, browser_for: BrowserFor) -> None:
    with make.acting(make.user_of("head")), pytest.raises(ForbiddenError):
        service.define_field("deal", NEW)
    assert browser_for("head").get("/admin/fields").status_code == 403


def test_key_is_free_where_two_labels_give_the_same(define: Define) -> None:
    for label in ("Дата", "Дата!"):
        service.define_field("deal", {**NEW, "label": label})
    assert [one.key for one in fields_in_use("deal")] == ["data", "data_2"]


def test_fields_of_a_kind_are_limited(define: Define, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    define("text")
    with pytest.raises(ConflictError):
        define("number")


def test_renamed_option_stays_in_the_records(define: Define, make: Make) -> None:
    field = define("choice", options=[{"title": "Red"}, {"title": "Green"}])
    deal = make.deal(custom={"choice": "red"})
    options = [{"key": "red", "title": "Crimson"}, {"key": "green", "title": "Green"}]
    service.change_field(field, {"label": "Choice", "options": options})
    make.deal(custom={"choice": "red"})
    (known,) = fields_in_use("deal")
    assert values_of("deal", held(deal)) == {"choice": "red"}
    assert known.titles["red"] == "Crimson"


def held(deal_id: int) -> dict[str, Any]:
    reading().rollback()
    custom: dict[str, Any] = reading().scalar(sa.select(Deal.custom).where(Deal.id == deal_id))
    return custom


@pytest.mark.parametrize(("type_", "value"), [("choice", "red"), ("choices", ["red"])])
def test_option_that_records_hold_is_not_dropped(
    define: Define, make: Make, type_: str, value: Any
) -> None:
    field = define(type_)
    make.deal(custom={type_: value})
    with pytest.raises(InvalidError) as refused:
        service.change_field(field, {"label": "C", "options": [{"key": "green", "title": "Green"}]})
    assert list(refused.value.fields) == ["options"]


def test_fields_change_places(browser_for: BrowserFor, define: Define) -> None:
    define("text")
    second = define("number")
    browser_for("administrator").post(f"/admin/fields/{second}/move", data={"to": "up"})
    assert labels() == ["Number", "Text"]


def test_retired_field_comes_back_with_its_values(
    browser_for: BrowserFor, define: Define, make: Make
) -> None:
    field = define("text")
    deal = make.deal(custom={"text": "kept"})
    browser = browser_for("administrator")
    browser.post(f"/admin/fields/{field}/retire")
    assert values_of("deal", held(deal)) == {}
    browser.post(f"/admin/fields/{field}/restore")
    assert values_of("deal", held(deal)) == {"text": "kept"}


def test_field_in_use_is_not_deleted(define: Define) -> None:
    field = define("text")
    with pytest.raises(ConflictError):
        service.delete_field(field)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("text", "a"),
        ("choices", ["red"]),
        ("money", 5),
        ("date", date(2026, 1, 1)),
        ("flag", False),
    ],
)
def test_deleted_field_names_what_is_lost_and_leaves_nothing(
    browser_for: BrowserFor, define: Define, make: Make, type_: str, value: Any
) -> None:
    field = define(type_)
    define("number", key="other")
    deals = [make.deal(custom={type_: value, "other": 1}), make.deal(custom={"other": 2})]
    service.retire_field(field)
    browser = browser_for("administrator")
    assert "1 record holds a value" in browser.get(f"/admin/fields/{field}/delete").text
    browser.post(f"/admin/fields/{field}/delete")
    assert [held(deal) for deal in deals] == [{"other": 1000}, {"other": 2000}]
    assert reading().scalar(sa.select(sa.func.count()).select_from(DealWord)) == 0
    assert reading().scalar(sa.select(CustomField.key)) == "other"


def test_definitions_are_audited(define: Define) -> None:
    field = define("text")
    service.change_field(field, {"label": "Purpose", "required": True})
    service.retire_field(field)
    service.delete_field(field)
    rows = reading().execute(
        sa.select(Audit.action, Audit.label).where(Audit.kind == "custom_field").order_by(Audit.id)
    )
    assert [tuple(row) for row in rows] == [
        ("created", "Text"),
        ("changed", "Purpose"),
        ("retired", "Purpose"),
        ("deleted", "Purpose"),
    ]


def test_history_tells_fields_by_their_labels_and_values_as_people_read_them(
    define: Define, make: Make
) -> None:
    define("choice", key="colour")
    define("money", key="budget")
    define("user", key="lawyer")
    lawyer = make.user(name="Ann Law")
    deal = make.deal()
    change_deal(deal, {"custom": {"colour": "red", "budget": Decimal(900), "lawyer": lawyer}})
    reading().rollback()
    steps = history("deal", deal).lines[0].steps
    told = {one.field: (one.before, one.after) for one in steps}
    assert told == {"Colour": ("", "Red"), "Budget": ("", "900"), "Lawyer": ("", "Ann Law")}


def test_indexes_of_fields_are_no_drift(define: Define) -> None:
    define("number")
    assert drift(db.engine, CORE_OWNER) == []


def test_going_back_takes_the_fields_and_their_indexes_along(define: Define) -> None:
    define("number")
    db.session.remove()
    downgrade(db.engine, CORE_OWNER, "core_0003")
    upgrade(db.engine, CORE_OWNER)
    with db.engine.connect() as connection:
        assert field_indexes.names(connection) == []
