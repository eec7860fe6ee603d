"""Products: entered, changed, found, put into the bin, and who may do so."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from salesman_catalogue import category_service, queries, service

from salesman_core.errors import InvalidError, MissingError, StaleError
from salesman_core.testing.people import Api
from salesman_core.toolkit import reading

ApiFor = Callable[[str], Api]
Sell = Callable[..., int]
Levels = dict[str, int]


def test_product_is_read_as_it_was_entered(api_for: ApiFor, levels: Levels, rates: Levels) -> None:
    api = api_for("head")
    rack = {
        "name": "Rack 2.5 m",
        "article": "R-250",
        "kind": "goods",
        "unit": "pc",
        "vat_rate_id": rates["VAT 20%"],
        "prices": [
            {"level_id": levels["Retail"], "price": "9800.00"},
            {"level_id": levels["Level 1"], "price": "9500.50"},
        ],
        "cost": "6200.00",
        "currency": "RUB",
        "description": "Galvanised",
        "external_ids": {"1c": "000-17"},
    }

    made = api.post("/catalogue", rack).json

    read = api.get(f"/catalogue/{made['id']}").json
    assert read == made
    assert {name: read[name] for name in rack} == rack
    assert (read["active"], read["category_id"]) == (True, None)


def test_price_of_nought_is_no_price(sell: Sell, levels: Levels) -> None:
    rack = sell()

    service.change_product(rack, {"prices": [{"level_id": levels["Retail"], "price": Decimal(0)}]})

    assert queries.hanging(reading(), [rack]).prices == {rack: {}}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "Rack", "category_id": 77}, "category_id"),
        ({"name": "Rack", "vat_rate_id": 77}, "vat_rate_id"),
        ({"name": "Rack", "currency": "XYZ"}, "currency"),
        ({"name": "Rack", "prices": [{"level_id": 77, "price": Decimal(1)}]}, "prices"),
    ],
)
def test_what_there_is_not_is_refused_at_its_field(
    app: Flask, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        service.create_product(values)

    assert set(refused.value.fields) == {field}
    assert queries.found_products(reading(), "rack") == []


def test_two_products_of_one_key_are_refused(sell: Sell) -> None:
    sell(external_ids={"1c": "17"})

    with pytest.raises(InvalidError, match="17"):
        sell(external_ids={"1c": "17"})


def test_costs_are_hidden_from_whoever_may_not_see_margins(api_for: ApiFor, sell: Sell) -> None:
    rack = sell()

    assert api_for("seller").get(f"/catalogue/{rack}").json["cost"] == "60.00"
    assert api_for("assistant").get(f"/catalogue/{rack}").json["cost"] is None
    asked = api_for("assistant").get("/catalogue?sort=cost")
    assert asked.status_code == HTTPStatus.FORBIDDEN


def test_marketer_changes_prices_and_cannot_say_what_something_costs(
    api_for: ApiFor, sell: Sell, levels: Levels
) -> None:
    api, rack = api_for("marketer"), sell()
    prices = [{"level_id": levels["Retail"], "price": "120.00"}]

    changed = api.patch(f"/catalogue/{rack}", {"prices": prices}, headers={"If-Match": "*"})
    refused = [api.patch(f"/catalogue/{rack}", {"cost": one}) for one in ("1.00", "60.00")]

    assert changed.json["prices"] == prices
    assert [one.status_code for one in refused] == [HTTPStatus.FORBIDDEN] * 2


def test_seller_reads_products_and_changes_none(api_for: ApiFor, sell: Sell) -> None:
    api, rack = api_for("seller"), sell()

    assert [one["id"] for one in api.get("/catalogue").json["items"]] == [rack]
    answer = api.patch(f"/catalogue/{rack}", {"name": "Mine"}, headers={"If-Match": "*"})
    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_whoever_saw_an_older_state_overwrites_nothing(sell: Sell) -> None:
    rack = sell()
    service.change_product(rack, {"name": "Rack, white"})

    with pytest.raises(StaleError):
        service.change_product(rack, {"name": "Rack, black"}, version=1)


def test_product_goes_into_the_bin_and_comes_out_of_it(sell: Sell) -> None:
    rack = sell()

    service.delete_product(rack)
    with pytest.raises(MissingError):
        queries.one_product(reading(), rack)

    service.restore_product(rack)
    assert queries.one_product(reading(), rack).name == "Rack"


def test_list_is_narrowed_by_category_with_all_below_it(api_for: ApiFor, sell: Sell) -> None:
    equipment = category_service.add_category({"name": "Equipment"})
    racks = category_service.add_category({"name": "Racks", "parent_id": equipment})
    inside, beside = sell(category_id=racks), sell(name="Tape")
    api = api_for("seller")

    def ids(asked: str) -> list[int]:
        return [one["id"] for one in api.get(f"/catalogue?{asked}").json["items"]]

    assert ids(f"category_id={equipment}") == [inside]
    assert ids(f"category_id__ne={equipment}") == [beside]
    assert ids("category_id__isnull=true") == [beside]


def test_list_is_sorted_and_narrowed_by_the_price_of_a_level(
    api_for: ApiFor, sell: Sell, levels: Levels
) -> None:
    dear, cheap, free = sell("900.00"), sell("5.00"), sell(None)
    api, field = api_for("seller"), f"price_{levels['Retail']}"

    def ids(asked: str) -> list[int]:
        return [one["id"] for one in api.get(f"/catalogue?{asked}").json["items"]]

    assert ids(f"sort=-{field}") == [dear, cheap, free]
    assert ids(f"{field}__gte=100") == [dear]


@pytest.mark.parametrize("typed", ["rack", "r-1", "RAC", "1c-17"])
def test_list_is_searched_by_name_article_and_key(api_for: ApiFor, sell: Sell, typed: str) -> None:
    rack = sell(external_ids={"1c": "1c-17"})
    sell(name="Tape", article="T")

    found = api_for("seller").get(f"/catalogue?q={typed}").json["items"]

    assert [one["id"] for one in found] == [rack]


def test_batch_has_a_result_for_each(api_for: ApiFor) -> None:
    answer = api_for("head").post(
        "/catalogue/batch", {"items": [{"name": "Rack"}, {"article": "R"}]}
    )

    assert [one["status"] for one in answer.json["results"]] == [201, 422]


def test_many_products_go_into_a_category_and_back(api_for: ApiFor, sell: Sell) -> None:
    shelf = category_service.add_category({"name": "Shelf"})
    api, ids = api_for("head"), [sell(), sell(name="Tape")]
    act = {"action": "catalogue.category", "ids": ids, "values": {"category_id": str(shelf)}}

    done = api.post("/catalogue/bulk", act).json

    assert [one["status"] for one in done["results"]] == [200, 200]
    assert {row.category_id for row in queries.some_products(reading(), ids).values()} == {shelf}


def test_offered_products_are_found_by_article_first(sell: Sell) -> None:
    sell(name="Racket", article="T-9")
    exact = sell(name="A rack", article="rac")
    sell(name="Rack that is gone", active=False)

    found = queries.found_products(reading(), "rac")

    assert found[0].id == exact
    assert {row.name for row in found} == {"Racket", "A rack"}


def test_two_questions_about_categories_stand_in_one_address(api_for: ApiFor, sell: Sell) -> None:
    sell()
    found = api_for("head").get("/catalogue?category_id=1&category_id__in=1,2")

    assert (found.status_code, found.json["items"]) == (200, [])
