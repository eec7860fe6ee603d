"""Custom fields in the JSON API: written, read, refused, described."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from salesman_core.records.custom.service import retire_field
from salesman_core.testing.people import Api, Make, api_of

Define = Callable[..., int]

GOOD: list[tuple[str, Any, Any]] = [
    ("text", " Ёлка ", "Ёлка"),
    ("number", "12.5", "12.500"),
    ("number", -3, "-3.000"),
    ("money", "45000.5", "45000.50"),
    ("date", "2026-03-12", "2026-03-12"),
    ("choice", "green", "green"),
    ("choices", ["blue", "red", "blue"], ["red", "blue"]),
    ("flag", False, False),
    ("link", "https://example.com/a?b=c", "https://example.com/a?b=c"),
]
BAD: list[tuple[str, Any]] = [
    ("text", "x" * 501),
    ("number", "1.2345"),
    ("money", "much"),
    ("date", "2026-02-30"),
    ("choice", "purple"),
    ("choices", ["red", "purple"]),
    ("flag", "yes"),
    ("user", 999_999),
    ("link", "javascript:alert(1)"),
    ("link", "https://"),
]


@pytest.fixture
def api(app: Flask, make: Make) -> Api:
    return api_of(app, make.user_of("administrator"))


def test_record_without_defined_fields_has_an_empty_object(api: Api) -> None:
    assert api.post("/deals", {"name": "Roof"}).json["custom"] == {}


@pytest.mark.parametrize(("type_", "sent", "kept"), GOOD)
def test_value_is_kept_as_its_type_has_it(
    api: Api, define: Define, type_: str, sent: Any, kept: Any
) -> None:
    define(type_)
    made = api.post("/deals", {"name": "Roof", "custom": {type_: sent}})
    assert made.status_code == 201, made.text
    assert api.get(f"/deals/{made.json['id']}").json["custom"] == {type_: kept}


@pytest.mark.parametrize(("type_", "sent"), BAD)
def test_value_that_does_not_fit_is_refused_at_its_key(
    api: Api, define: Define, type_: str, sent: Any
) -> None:
    define(type_)
    answer = api.post("/deals", {"name": "Roof", "custom": {type_: sent}})
    assert answer.status_code == 422
    assert {key.split(".")[1] for key in answer.json["errors"]} == {type_}
    assert {key.split(".")[0] for key in answer.json["errors"]} == {"custom"}


def test_user_is_kept_as_their_id(api: Api, define: Define, make: Make) -> None:
    define("user")
    seller = make.user_of("seller")
    made = api.post("/clients", {"name": "Elk"})
    assert made.json["custom"] == {}
    deal = api.post("/deals", {"name": "Roof", "custom": {"user": seller}})
    assert deal.json["custom"] == {"user": seller}


def test_key_that_is_not_defined_is_refused(api: Api, define: Define) -> None:
    define("text")
    answer = api.post("/deals", {"name": "Roof", "custom": {"other": "x"}})
    assert answer.json["errors"].keys() == {"custom.other"}


def test_change_merges_the_keys_that_it_names(api: Api, define: Define) -> None:
    define("text")
    define("number")
    sent = {"text": "a", "number": "1"}
    deal = api.post("/deals", {"name": "Roof", "custom": sent}).json["id"]
    changed = api.patch(f"/deals/{deal}", {"custom": {"text": None}})
    assert changed.json["custom"] == {"text": None, "number": "1.000"}


@pytest.mark.parametrize("kind", ["client", "contact"])
def test_clients_and_contacts_have_fields_of_their_own(
    api: Api, define: Define, make: Make, kind: str
) -> None:
    define("date", kind)
    made = {"client": make.client(), "contact": 0}
    made["contact"] = make.contact(made["client"])
    path = f"/{kind}s/{made[kind]}"
    api.patch(path, {"custom": {"date": "2026-03-12"}})
    assert api.get(path).json["custom"] == {"date": "2026-03-12"}


def test_needed_field_is_demanded_of_a_new_record(api: Api, define: Define) -> None:
    define("text", required=True)
    assert api.post("/deals", {"name": "Roof"}).json["errors"].keys() == {"custom.text"}


def test_needed_field_is_demanded_of_each_record_of_a_batch(api: Api, define: Define) -> None:
    define("text", required=True)
    items = [{"name": "Roof"}, {"name": "Beams", "custom": {"text": "a"}}]
    first, second = api.post("/deals/batch", {"items": items}).json["results"]
    assert first["problem"]["errors"].keys() == {"custom.text"}
    assert second["status"] == 201


def test_needed_field_cannot_be_emptied(api: Api, define: Define) -> None:
    define("text", required=True)
    deal = api.post("/deals", {"name": "Roof", "custom": {"text": "a"}}).json["id"]
    answer = api.patch(f"/deals/{deal}", {"custom": {"text": " "}})
    assert answer.json["errors"].keys() == {"custom.text"}


def test_record_from_before_a_field_was_needed_can_be_changed(
    api: Api, define: Define, make: Make
) -> None:
    deal = make.deal()
    define("text", required=True)
    assert api.patch(f"/deals/{deal}", {"name": "Wall"}).status_code == 200


def test_retired_field_is_neither_shown_nor_taken(api: Api, define: Define) -> None:
    field = define("text")
    deal = api.post("/deals", {"name": "Roof", "custom": {"text": "a"}}).json["id"]
    retire_field(field)
    assert api.get(f"/deals/{deal}").json["custom"] == {}
    assert api.patch(f"/deals/{deal}", {"custom": {"text": "b"}}).status_code == 422


def test_batch_tells_what_is_wrong_with_each_item(api: Api, define: Define) -> None:
    define("number")
    items = [{"name": "A", "custom": {"number": 1}}, {"name": "B", "custom": {"number": "x"}}]
    results = api.post("/deals/batch", {"items": items}).json["results"]
    assert [one["status"] for one in results] == [201, 422]
    assert results[1]["problem"]["errors"].keys() == {"custom.number"}


def document(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/openapi.json").json
    return found


def test_document_describes_a_field_as_soon_as_it_is_defined(api: Api, define: Define) -> None:
    before = document(api)["components"]["schemas"]["core.Deal"]["properties"]["custom"]
    define("choice", help="Of the roof")
    after = document(api)["components"]["schemas"]["core.Deal"]["properties"]["custom"]
    assert before["properties"] == {}
    assert after["properties"]["choice"] == {
        "type": ["string", "null"],
        "enum": ["red", "green", "blue", None],
        "description": "Choice. Of the roof (red: Red, green: Green, blue: Blue)",
    }
    assert after["additionalProperties"] is False


def test_document_names_the_filters_and_the_order_of_a_field(api: Api, define: Define) -> None:
    define("money")
    parameters = document(api)["paths"]["/api/v1/deals"]["get"]["parameters"]
    named = [one["name"] for one in parameters if one["name"].startswith("custom.")]
    assert named == [
        "custom.money",
        *(f"custom.money__{one}" for one in ("ne", "gte", "gt", "lte", "lt", "in", "isnull")),
    ]
    (sort,) = (one for one in parameters if one["name"] == "sort")
    assert "-custom.money" in sort["schema"]["items"]["enum"]
