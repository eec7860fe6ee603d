"""The pages of products and lines, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from salesman_catalogue import choices_service
from salesman_catalogue import queries as products
from salesman_catalogue.lines import queries
from salesman_catalogue.lines.service import replace_lines
from werkzeug.datastructures import MultiDict

from salesman_core.deals.service import close_deal
from salesman_core.testing.people import Browser, Make, browser_of
from salesman_core.toolkit import reading

BrowserFor = Callable[[str], Browser]
Sell = Callable[..., int]
Statements = Callable[[], AbstractContextManager[list[str]]]

CELLS = (
    "id",
    "product_id",
    "name",
    "unit",
    "quantity",
    "level_id",
    "price",
    "discount",
    "vat",
    "cost",
)


def token_of(page: str) -> str:
    return re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]


def typed(token: str, *rows: dict[str, str], version: int = 0, **more: str) -> MultiDict[str, Any]:
    """Give a form of lines, each row as far as it is said."""
    form: MultiDict[str, Any] = MultiDict({"csrf_token": token, "version": str(version), **more})
    for row in rows:
        for name in CELLS:
            form.add(name, row.get(name, ""))
    return form


def test_product_is_entered_as_people_write(
    browser_for: BrowserFor, levels: dict[str, int]
) -> None:
    browser = browser_for("head")
    form = {
        "csrf_token": token_of(browser.get("/catalogue/new").text),
        "name": "Rack",
        "kind": "goods",
        "currency": "RUB",
        f"price_{levels['Retail']}": "9 800,50",
        "cost": "6 200",
        "shows_active": "true",
        "active": "true",
    }

    browser.post("/catalogue/new", data=form)

    (rack,) = products.found_products(reading(), "rack")
    assert products.hanging(reading(), [rack.id]).prices[rack.id] == {
        levels["Retail"]: Decimal("9800.50")
    }
    assert rack.cost == Decimal(6200)


def test_what_was_typed_stays_after_an_error(
    browser_for: BrowserFor, levels: dict[str, int]
) -> None:
    browser = browser_for("head")
    price = f"price_{levels['Retail']}"
    form = {
        "csrf_token": token_of(browser.get("/catalogue/new").text),
        "name": "Rack",
        price: "a lot",
    }

    refused = browser.post("/catalogue/new", data=form)

    assert refused.status_code == 422
    assert 'value="Rack"' in refused.text
    assert 'value="a lot"' in refused.text


def test_lines_are_typed_saved_and_taken_back(
    browser_for: BrowserFor, make: Make, sell: Sell
) -> None:
    deal, rack, browser = make.deal(), sell("1000.00"), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    token = token_of(browser.get(path).text)
    rows = (
        {"name": "r-1", "quantity": "2"},
        {
            "name": "Delivery",
            "quantity": "1",
            "price": "1 500,50",
            "discount": "10 %",
            "vat": "20.00:on_top",
        },
        {},
    )

    saved = browser.post(path, data=typed(token, *rows))

    assert saved.status_code == HTTPStatus.FOUND
    first, second = queries.lines_of(reading(), deal)
    assert (first.product_id, first.name, first.amount) == (rack, "Rack", Decimal(2000))
    assert (second.net, second.vat) == (Decimal("1350.45"), Decimal("270.09"))
    browser.post(f"{path}/undo?version=1", data={"csrf_token": token})
    assert queries.lines_of(reading(), deal) == []


def test_what_is_wrong_stands_at_its_cell_and_nothing_is_lost(
    browser_for: BrowserFor, make: Make
) -> None:
    deal, browser = make.deal(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    token = token_of(browser.get(path).text)
    rows = (
        {"name": "Delivery", "quantity": "-1", "price": "10"},
        {"name": "Assembly", "quantity": "1", "price": "10", "discount": "11"},
        {"name": "Tape", "quantity": "a lot", "price": "5"},
    )

    refused = browser.post(path, data=typed(token, *rows))

    assert refused.status_code == 422
    wrong = re.findall(r'id="wrong-(\d)-(\w+)" data-wrong="\w+">([^<]+)<', refused.text)
    assert [(place, name) for place, name, _text in wrong] == [
        ("0", "quantity"),
        ("1", "discount"),
        ("2", "quantity"),
    ]
    assert 'value="a lot"' in refused.text
    assert queries.lines_of(reading(), deal) == []


@pytest.mark.parametrize("vat", ["NaN:inside", "1e999999999:inside", "-5:on_top", "reduced"])
def test_vat_that_cannot_be_read_is_told_and_never_passes_for_none(
    browser_for: BrowserFor, make: Make, vat: str
) -> None:
    deal, browser = make.deal(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    token = token_of(browser.get(path).text)
    form = typed(token, {"name": "Tape", "quantity": "1", "price": "5", "vat": vat})

    counted = browser.post(path, data=form | {"act": "count"})
    refused = browser.post(path, data=form)

    assert (counted.status_code, refused.status_code) == (HTTPStatus.OK, 422)
    assert f"“{vat.partition(':')[0]}” is no VAT rate." in refused.text
    assert queries.lines_of(reading(), deal) == []


def test_signs_that_nobody_sees_are_sought_by_nobody(
    browser_for: BrowserFor, make: Make, sell: Sell
) -> None:
    deal, rack, browser = make.deal(), sell(), browser_for("head")
    path = f"/catalogue/deals/{deal}"
    token = token_of(browser.get(f"{path}/lines").text)

    found = browser.get(f"{path}/products?q=ra%00ck").json["items"]
    saved = browser.post(
        f"{path}/lines", data=typed(token, {"name": "\x00Tape", "quantity": "1", "price": "5"})
    )

    assert [one["id"] for one in found] == [rack]
    assert saved.status_code == 422


def test_form_counts_adds_moves_and_takes_out_without_saving(
    browser_for: BrowserFor, make: Make
) -> None:
    deal, browser = make.deal(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    token = token_of(browser.get(path).text)
    rows = (
        {"name": "Delivery", "quantity": "2", "price": "10"},
        {"name": "Tape", "quantity": "1", "price": "5"},
    )

    def names(act: str) -> list[str]:
        page = browser.post(path, data=typed(token, *rows, act=act)).text
        return [one for one in re.findall(r'name="name" value="([^"]*)"', page) if one]

    assert names("count") == ["Delivery", "Tape"]
    assert names("down:0") == ["Tape", "Delivery"]
    assert names("remove:0") == ["Tape"]
    assert queries.lines_of(reading(), deal) == []


def test_second_of_two_editors_sees_what_the_first_has_done_and_chooses(
    browser_for: BrowserFor, make: Make
) -> None:
    deal, browser = make.deal(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    token = token_of(browser.get(path).text)
    with make.acting(make.user("head", name="Boris Berg")):
        replace_lines(deal, [{"name": "Theirs", "quantity": Decimal(1), "price": Decimal(7)}])

    row = {"name": "Mine", "quantity": "1", "price": "10"}
    met = browser.post(path, data=typed(token, row))

    assert met.status_code == HTTPStatus.PRECONDITION_FAILED
    assert "Boris Berg" in met.text
    assert "Theirs × 1" in met.text
    assert 'value="Mine"' in met.text
    browser.post(path, data=typed(token, row, version=1))
    assert [one.name for one in queries.lines_of(reading(), deal)] == ["Mine"]


def test_script_is_told_sums_and_what_is_wrong(
    browser_for: BrowserFor, make: Make, sell: Sell
) -> None:
    deal, rack, browser = make.deal(), sell("33.33"), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    token = token_of(browser.get(path).text)
    rows = (
        {"product_id": str(rack), "name": "Rack", "quantity": "3"},
        {"name": "Tape", "quantity": "0"},
    )

    told = browser.post(f"{path}/count", data=typed(token, *rows)).json
    offered = browser.get(f"/catalogue/deals/{deal}/products?q=rac").json["items"]

    assert "99" in told["amounts"][0]
    assert told["amounts"][1] == ""
    assert set(told["wrong"][1]) == {"quantity"}
    assert (offered[0]["id"], offered[0]["price"], offered[0]["cost"]) == (rack, "33.33", "60")


def test_article_that_is_typed_is_told_as_its_product_and_words_that_stood_there_stay_words(
    browser_for: BrowserFor, make: Make, sell: Sell
) -> None:
    deal, browser = make.deal(), browser_for("head")
    replace_lines(deal, [{"name": "R-7", "quantity": Decimal(1), "price": Decimal(5)}])
    (words,) = queries.lines_of(reading(), deal)
    rack = sell("33.33", article="R-7", name="Rack, white")  # an article that came in since
    path = f"/catalogue/deals/{deal}/lines"
    token = token_of(browser.get(path).text)
    stood = {"id": str(words.id), "name": "R-7", "quantity": "2", "price": "5"}
    rows = (stood, {"name": "r-7", "quantity": "1"})

    told = browser.post(f"{path}/count", data=typed(token, *rows)).json
    browser.post(path, data=typed(token, *rows, version=1))

    assert told["products"] == ["", "Rack, white"]
    lines = [(one.name, one.product_id) for one in queries.lines_of(reading(), deal)]
    assert lines == [("R-7", None), ("Rack, white", rack)]


def test_page_of_a_closed_deal_says_what_its_lines_change(
    browser_for: BrowserFor, make: Make
) -> None:
    deal = make.deal()
    replace_lines(deal, [{"name": "Delivery", "quantity": Decimal(1), "price": Decimal(7)}])
    close_deal(deal, "won")

    changing = browser_for("head").get(f"/catalogue/deals/{deal}/lines").text
    looking = browser_for("lawyer").get(f"/catalogue/deals/{deal}/lines")

    assert "changes the figures of that day" in changing
    assert "data-lines" in changing
    assert looking.status_code == HTTPStatus.NOT_FOUND or "data-lines" not in looking.text


def test_margin_is_shown_to_whoever_sees_costs_alone(app: Flask, make: Make, sell: Sell) -> None:
    team = make.team()
    deal = make.deal(owner_id=make.user("seller", team_id=team))
    replace_lines(deal, [{"product_id": sell(), "quantity": Decimal(2)}])
    path = f"/catalogue/deals/{deal}/lines"

    head, assistant = (
        browser_of(app, make.user(role, team_id=team)).get(path).text
        for role in ("head", "assistant")
    )

    assert re.findall(r'data-total="(?:cost|margin)">([^<]+)<', head) == ["₽120.00", "₽80.00"]
    assert 'data-total="amount"' in assistant
    assert not re.search(r'data-total="(?:cost|margin)"', assistant)


def test_line_keeps_the_level_that_is_offered_no_more(
    browser_for: BrowserFor, make: Make, levels: dict[str, int]
) -> None:
    deal, first = make.deal(), levels["Level 1"]
    line = {"name": "Tape", "quantity": Decimal(1), "price": Decimal(5), "level_id": first}
    replace_lines(deal, [line])
    choices_service.LEVELS.change(first, {"name": "Level 1"})

    page = browser_for("head").get(f"/catalogue/deals/{deal}/lines").text

    assert page.count(f'<option value="{first}" selected>') == 1
    other = make.deal()
    page = browser_for("head").get(f"/catalogue/deals/{other}/lines").text
    assert f'<option value="{first}"' not in page


def test_card_of_a_deal_shows_its_lines(browser_for: BrowserFor, make: Make) -> None:
    deal = make.deal()
    replace_lines(deal, [{"name": "Delivery", "quantity": Decimal(2), "price": Decimal(7)}])

    page = browser_for("head").get(f"/deals/{deal}").text

    assert "Delivery" in page
    assert f"/catalogue/deals/{deal}/lines" in page


@pytest.mark.parametrize(
    "path", ["/catalogue", "/api/v1/catalogue", "/catalogue/deals/{deal}/lines"]
)
def test_page_asks_no_more_statements_for_more_rows(
    app: Flask,
    browser_for: BrowserFor,
    api_for: Callable[[str], Any],
    make: Make,
    sell: Sell,
    statements: Statements,
    path: str,
) -> None:
    deal = make.deal()
    asker = browser_for("head")
    ask = api_for("head").get if path.startswith("/api") else asker.get
    address = path.format(deal=deal).removeprefix("/api/v1")
    sold: list[dict[str, Any]] = []

    def asked(number: int) -> int:
        sold.extend({"product_id": sell(), "quantity": Decimal(1)} for _one in range(number))
        replace_lines(deal, sold)
        ask(address)
        with statements() as sent:
            ask(address)
        return len(sent)

    assert asked(1) == asked(5)
