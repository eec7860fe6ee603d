"""Units are planned and counted by category and by product, as the catalogue knows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_catalogue.lines.service import replace_lines
from salesman_plans.fulfilment import fulfilment
from salesman_plans.imports import PLANS
from salesman_plans.jobs import tell
from salesman_plans.lists import LISTED
from salesman_plans.months import month_of
from salesman_plans.queries import SOURCE
from salesman_plans.service import Goal, set_goals
from salesman_plans.whose import THE_COMPANY

from salesman_core.access.models import RoleGrant, UserRole
from salesman_core.access.permissions import SUBJECT
from salesman_core.deals.service import close_deal
from salesman_core.plugins import switches
from salesman_core.testing.people import Api, Make, api_of, browser_of
from salesman_core.toolkit import bump, company, reading, today, writing
from salesman_hookspecs import ImportBatch

Sold = Callable[..., int]


@pytest.fixture
def head(make: Make) -> int:
    return make.user("head", name="Helen")


@pytest.fixture
def api(app: Flask, make: Make) -> Api:
    return api_of(app, make.user("administrator"))


@pytest.fixture
def goods(api: Api) -> dict[str, str]:
    """Heating with boilers in it, one product in each, and one that is in none: their items."""
    heating = api.post("/catalogue/categories", {"name": "Heating"}).json["id"]
    boilers = api.post("/catalogue/categories", {"name": "Boilers", "parent_id": heating}).json[
        "id"
    ]
    found = {"heating": f"category:{heating}", "boilers": f"category:{boilers}"}
    for name, category_id in (("Pump", heating), ("Boiler 24", boilers), ("Tape", None)):
        said = {"name": name, "article": name[:1] + "-1", "category_id": category_id}
        found[name] = f"product:{api.post('/catalogue', said).json['id']}"
    return found


@pytest.fixture
def sold(make: Make, goods: dict[str, str]) -> Sold:
    def sold(owner_id: int | None, outcome: str = "won", **quantities: str) -> int:
        deal_id = make.deal(owner_id=owner_id)
        lines: list[dict[str, Any]] = [
            {
                "product_id": int(goods[name.replace("_", " ")].partition(":")[2]),
                "quantity": Decimal(quantity),
                "price": Decimal(10),
            }
            for name, quantity in quantities.items()
        ]
        replace_lines(deal_id, lines)
        close_deal(deal_id, outcome, reason_id=1 if outcome == "lost" else None)
        return deal_id

    return sold


def month() -> date:
    return today(company().tz).replace(day=1)


def plan(whose: str, item: str, value: str) -> Goal:
    return Goal(whose, month(), "units", Decimal(value), item=item)


def test_category_counts_with_all_below_it_and_a_product_alone(
    make: Make, api: Api, goods: dict[str, str], sold: Sold
) -> None:
    seller = make.user("seller")
    sold(seller, Pump="2", Boiler_24="3.5", Tape="100")
    sold(None, Boiler_24="1")
    sold(seller, "lost", Boiler_24="50")
    asked = {"metric": "units", "basis": "won"}

    def units(item: str, **more: Any) -> Any:
        query = {**asked, "item": item, **more}
        return api.get("/plans/facts", query_string=query).json["fact"]

    assert units(goods["heating"]) == "6.500"
    assert units(goods["boilers"]) == "4.500"
    assert units(goods["Pump"]) == "2.000"
    assert units(goods["boilers"], owner_id=seller) == "3.500"
    assert units(goods["boilers"], basis="closed") == "54.500"
    assert units("category:999") == "0.000"
    assert units("nonsense") == "0.000"
    assert units("") == "106.500"


def test_plans_of_items_stand_beside_those_of_everything(
    app: Flask, make: Make, api: Api, goods: dict[str, str], sold: Sold
) -> None:
    seller = make.user("seller")
    whose = {"user_id": seller, "month": month().isoformat(), "metric": "units"}
    for item, value in (("", "10"), (goods["boilers"], "5"), (goods["Tape"], "200")):
        assert api.post("/plans", {**whose, "item": item, "value": value}).json["id"]
    sold(seller, Boiler_24="4", Tape="1")

    found = api_of(app, seller).get("/plans/fulfilment", query_string={"owner_id": seller}).json

    told = {
        (one["item"], one["title"]): (one["fact"], one["plan"])
        for one in found["items"]
        if one["metric"] == "units"
    }
    assert told == {
        ("", "Units"): ("5.000", "10.000"),
        (goods["Tape"], "Tape (T-1)"): ("1.000", "200.000"),
        (goods["boilers"], told_path(api, goods["boilers"])): ("4.000", "5.000"),
    }
    widget = browser_of(app, seller).get("/plans/widget").text
    assert "Tape (T-1)" in widget


def told_path(api: Api, key: str) -> str:
    items = api.get("/plans/items").json["items"]
    return str(next(one["title"] for one in items if one["key"] == key))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("metric", "item", "words"),
    [
        ("turnover", "boilers", "only units are planned"),
        ("units", "category:999", "no category or product"),
        ("units", "x" * 61, "At most 60 characters"),
    ],
)
def test_plan_of_what_is_no_item_is_refused(
    api: Api, goods: dict[str, str], metric: str, item: str, words: str
) -> None:
    said = {"month": month().isoformat(), "metric": metric, "value": "1"}

    answer = api.post("/plans", {**said, "item": goods.get(item, item)})

    assert answer.status_code == 422
    assert words in answer.text
    assert api.get("/plans").json["items"] == []


@pytest.mark.turns(3, among="long")
def test_grid_of_an_item_is_filled_and_its_figure_opened(
    app: Flask, head: int, make: Make, goods: dict[str, str], sold: Sold
) -> None:
    seller = make.user("seller", name="Anna")
    set_goals([Goal(f"person:{seller}", month(), "turnover", Decimal(1))])
    deal_id = sold(seller, Boiler_24="4")
    sold(seller, Tape="7")
    browser, item = browser_of(app, head), goods["Boiler 24"]
    app.config["WTF_CSRF_METHODS"] = []

    found = browser.get("/plans/?metric=units&find=boiler").text
    assert f'value="{item}"' in found
    name = f"cell:person:{seller}:{month():%Y-%m}"
    typed = {"metric": "units", "item": item, name: "5", "seen" + name[4:]: ""}
    saved = browser.post("/plans/", data=typed, follow_redirects=True)
    assert f'name="{name}" value="5"' in saved.text
    assert f'name="{name}" value=""' in browser.get("/plans/?metric=units").text

    page = browser.get(f"/plans/figure?whose=person:{seller}&metric=units&item={item}").text
    assert "80%" in page
    assert re.findall(r'href="/deals/(\d+)"', page) == [str(deal_id)]
    team = browser.get(f"/plans/figure?whose=company&metric=units&item={item}").text
    assert "80%" in team.partition("By people")[2]


def test_people_are_told_when_the_plan_of_an_item_is_reached(
    make: Make, api: Api, goods: dict[str, str], sold: Sold
) -> None:
    seller = make.user("seller")
    set_goals([plan(f"person:{seller}", goods["boilers"], "4"), plan("company", "", "1000")])
    sold(seller, Boiler_24="4")

    assert (tell(), tell()) == (1, 0)


def test_without_the_catalogue_nobody_counts_items_and_their_plans_stay(
    app: Flask, head: int, api: Api, goods: dict[str, str]
) -> None:
    set_goals([plan("company", goods["boilers"], "4")])

    switches.suspend("catalogue")
    switches.follow_now()

    browser = browser_of(app, head)
    answer = api.get("/plans/facts", query_string={"metric": "units", "item": goods["boilers"]})
    assert answer.status_code == 422
    assert browser.get("/plans/?metric=units").status_code == 200
    assert "not there any more" in browser.get("/plans/widget?whose=company").text
    assert len(api.get("/plans").json["items"]) == 1


def test_statements_do_not_grow_with_items(
    goods: dict[str, str], statements: Callable[[], Any]
) -> None:
    def sent() -> int:
        with statements() as found:
            assert fulfilment(reading(), THE_COMPANY, month_of(month())).lines
        return len(found)

    set_goals([plan("company", goods["boilers"], "4"), plan("company", goods["Tape"], "4")])
    sent()  # what is kept in memory is read again after a change
    few = sent()
    set_goals([plan("company", goods[one], "4") for one in ("heating", "Pump", "Boiler 24")])
    sent()

    assert sent() == few


def test_file_names_items_by_title_and_what_is_exported_is_read_again(
    api: Api, goods: dict[str, str]
) -> None:
    path = told_path(api, goods["boilers"])
    rows = [
        {
            "whose": "Company",
            "month": "2026-03",
            "metric": "units",
            "value": Decimal(5),
            "item": item,
        }
        for item in (path, "Tape (T-1)", goods["Pump"], "Sofa")
    ]

    def bring() -> list[str]:
        return [one.action for one in PLANS.apply(ImportBatch(rows, {}, "file"))]

    assert bring() == ["created", "created", "created", "refused"]
    assert bring() == ["unchanged", "unchanged", "unchanged", "refused"]
    cells = LISTED.cells(reading().execute(sa.select(*LISTED.read).select_from(SOURCE)).all())
    assert {row["item"] for row in cells} == {path, "Tape (T-1)", "Pump (P-1)"}


def units_of(api: Api, deal_id: int, product_ids: set[int]) -> Decimal:
    lines = api.get(f"/catalogue/deals/{deal_id}/lines").json["lines"]
    return sum(
        (Decimal(one["quantity"]) for one in lines if one["product_id"] in product_ids), Decimal(0)
    )


def listed_by(page: str) -> str:
    (address,) = re.findall(r'href="/deals\?([^"]*catalogue\.[^"]*)"', page)
    return str(address).replace("&amp;", "&")


def test_figure_of_an_item_opens_to_exactly_its_deals(
    app: Flask, head: int, make: Make, api: Api, goods: dict[str, str], sold: Sold
) -> None:
    seller, browser = make.user("seller"), browser_of(app, head)
    pumps = {sold(seller, Pump="2", Boiler_24="3.5", Tape="100"), sold(None, Pump="0.001")}
    boilers = pumps | {sold(seller, Boiler_24="1")}
    sold(seller, Tape="5")
    sold(seller, "lost", Pump="50")
    product, within = int(goods["Pump"][8:]), {int(goods[one][8:]) for one in ("Pump", "Boiler 24")}

    for item, deals, products in (("Pump", pumps, {product}), ("heating", boilers, within)):
        asked = {"metric": "units", "item": goods[item], "basis": "won"}
        figure = browser.get("/plans/figure", query_string=asked | {"whose": "company"}).text
        address = listed_by(figure)
        found = {one["id"] for one in api.get(f"/deals?{address}").json["items"]}
        assert found == deals
        fact = api.get("/plans/facts", query_string=asked).json["fact"]
        assert Decimal(fact) == sum(units_of(api, one, products) for one in found)
        page = browser.get(f"/deals?{address}").text
        assert set(map(int, re.findall(r'href="/deals/(\d+)"', page))) == deals


def test_deals_are_narrowed_to_what_their_lines_sell_as_far_as_one_sees_them(
    app: Flask, make: Make, api: Api, goods: dict[str, str], sold: Sold
) -> None:
    seller, blind = make.user("seller"), make.user("head")
    with writing() as session:
        of_role = sa.select(UserRole.role_id).where(UserRole.user_id == blind)
        held = session.query(RoleGrant).filter_by(permission="catalogue.product.view")
        held.filter(RoleGrant.role_id.in_(of_role)).delete()
        bump(session, SUBJECT)
    own, _others = sold(seller, Pump="1"), sold(None, Pump="1")
    kind, _colon, id_ = goods["heating"].partition(":")

    def found(user_id: int, address: str) -> Any:
        answer = api_of(app, user_id).get(f"/deals?catalogue.{address}")
        return answer.status_code, [one["id"] for one in answer.json.get("items", ())]

    for address in (f"{kind}_id={id_}", f"{kind}_id__in={id_},999", "product__contains=P-1 pump"):
        assert found(seller, address) == (200, [own])
        assert found(blind, address) == (403, [])
    assert found(seller, "product__contains=tape") == (200, [])
    assert found(seller, f"product_id={goods['Tape'][8:]}") == (200, [])
    figure = {"metric": "units", "item": goods["Pump"], "basis": "won", "whose": "company"}
    page = browser_of(app, blind).get("/plans/figure", query_string=figure)
    assert (page.status_code, "catalogue." in page.text) == (200, False)
    dialog = browser_of(app, seller).get(f"/deals?catalogue.product_id={goods['Pump'][8:]}").text
    assert "Pump (P-1)" in dialog
    assert 'name="catalogue.category_id' in dialog
    assert 'name="catalogue.product__contains"' in dialog
    assert "catalogue.cat" not in browser_of(app, blind).get("/deals").text


def test_statements_of_the_list_do_not_grow_with_what_it_is_narrowed_to(
    app: Flask, head: int, goods: dict[str, str], sold: Sold, statements: Callable[[], Any]
) -> None:
    browser, address = browser_of(app, head), f"/deals?catalogue.category_id={goods['heating'][9:]}"

    def sent() -> int:
        with statements() as found:
            assert browser.get(address).status_code == 200
        return len(found)

    sold(None, Pump="1")
    sent()
    few = sent()
    for _each in range(5):
        sold(None, Pump="1", Boiler_24="2")
    sent()

    assert sent() == few
