"""Hooks about pages, as the sample plugin uses them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from salesman_requisites.testing import own_company

from salesman_core.plugins.host import current_host
from salesman_core.testing.people import Api, Make
from salesman_hookspecs.web import salesman_slots

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def promise_id(app: Flask, make: Make, api_for: ApiFor) -> int:
    values = {"text": "Send the drawing", "client_id": make.client(name="Boilers Ltd")}
    made: int = api_for("head").post("/sample", values).json["id"]
    return made


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def test_hook_blueprints_answer_below_the_plugins_id(
    make: Make, app: Flask, browser_for: BrowserFor
) -> None:
    browser, client_id = browser_for("head"), make.client()
    token = token_in(browser.get("/sample/new").text)
    typed = {"csrf_token": token, "text": "Send the drawing", "client_id": client_id}

    shown = browser.post("/sample/new", data=typed, follow_redirects=True)

    assert "Send the drawing" in shown.text
    assert browser_for("lawyer").get("/sample").status_code == 403


def test_hook_api_blueprints_answer_below_the_api_and_are_documented(
    promise_id: int, api_for: ApiFor
) -> None:
    assert api_for("head").get(f"/sample/{promise_id}").json["text"] == "Send the drawing"
    assert "/api/v1/sample" in api_for("head").get("/sample/openapi.json").json["paths"]


def test_hook_nav_items_stand_in_the_menu_with_their_number(
    promise_id: int, browser_for: BrowserFor
) -> None:
    menu = browser_for("head").get("/sample").text

    assert re.search(
        r'href="/sample".*?Promises\s*</span>\s*<span[^>]*badge[^>]*>\s*1', menu, re.DOTALL
    )
    assert 'href="/sample"' not in browser_for("lawyer").get("/").text


def test_hook_quick_create_stands_in_the_menu_of_what_is_new(
    app: Flask, browser_for: BrowserFor
) -> None:
    page = browser_for("head").get("/clients").text

    assert re.search(r'href="/sample/new" data-key="y"', page)
    assert re.search(r"<kbd>y</kbd></th><td>Create: Promise", page)
    assert 'href="/sample/new"' not in browser_for("lawyer").get("/").text


def test_hook_desk_widgets_load_by_themselves(promise_id: int, browser_for: BrowserFor) -> None:
    browser = browser_for("head")

    assert "/desk/widgets/sample/waiting" in browser.get("/").text
    assert "Send the drawing" in browser.get("/desk/widgets/sample/waiting").text


def test_hook_board_badges_stand_on_the_cards_of_their_deals(
    make: Make, api_for: ApiFor, browser_for: BrowserFor
) -> None:
    deal_id = make.deal()
    values = {"text": "Send the drawing", "client_id": make.client(), "deal_id": deal_id}
    made = api_for("head").post("/sample", values).json
    board = browser_for("head").get("/deals/board").text

    card = board.partition(f'id="board-deal-{deal_id}"')[2].partition("</li>")[0]
    assert re.search(rf'href="/sample/{made["id"]}"[^>]*>Send the drawing</a>', card)


def made_papers(api: Api) -> list[str]:
    """Make a document, an invoice and an act for the first client; give their cards."""
    own_company()
    line = {"name": "Boiler", "quantity": "1", "price": "100.00"}
    invoice_id = api.post("/invoices", {"client_id": 1, "lines": [line]}).json["id"]
    api.post(f"/invoices/{invoice_id}/issue", {})
    act_id = api.post("/invoices/acts", {"invoice_id": invoice_id}).json["id"]
    document_id = api.post("/documents", {"type_id": 1, "client_id": 1}).json["id"]
    return [f"/documents/{document_id}", f"/invoices/{invoice_id}", f"/invoices/acts/{act_id}"]


def test_hook_slot_fills_stand_once_in_every_slot(
    app: Flask, make: Make, promise_id: int, api_for: ApiFor, browser_for: BrowserFor
) -> None:
    deal_id = make.deal(client_id=make.client())
    browser = browser_for("head")
    lead_id = api_for("head").post("/leads", {"name": "Anna"}).json["id"]
    product_id = api_for("administrator").post("/catalogue", {"name": "Boiler"}).json["id"]
    plugins = (f"/leads/{lead_id}", f"/catalogue/{product_id}", "/sample/1")
    papers = made_papers(api_for("administrator"))
    thread = api_for("head").post("/discussions", {"subject": "Terms"}).json["id"]
    cards = ("/clients/1", f"/deals/{deal_id}", *plugins, *papers, f"/discussions/{thread}")
    paths = (*cards, "/inquiries/new")
    pages = [browser.get(path).text for path in paths]
    drawn = {mark for page in pages for mark in re.findall(r'data-sample="([^"]+)"', page)}

    offered = {one.value.name for one in current_host().contributions(salesman_slots)}
    assert drawn == offered
    assert pages[0].count('data-sample="client.card.panels"') == 1


def test_hook_slots_load_what_comes_after_the_page(
    app: Flask, make: Make, promise_id: int, browser_for: BrowserFor
) -> None:
    address = "/fragments/slots/client.card.panels/sample/promises"
    placeholder = f'hx-get="{address}?key=1&amp;framed=1"'

    assert placeholder in browser_for("head").get("/clients/1").text
    assert "Send the drawing" in browser_for("head").get(f"{address}?key=1").text
    assert browser_for("head").get(f"{address}?key=nonsense").status_code == 404
    assert browser_for("head").get(f"{address}?key=999").status_code == 404


def test_card_of_a_company_s_own_record_shows_its_activities(
    promise_id: int, api_for: ApiFor, browser_for: BrowserFor
) -> None:
    api, browser = api_for("head"), browser_for("head")
    about = {"about_kind": "sample.promise", "about_id": promise_id}
    planned = {"kind_id": 1, "day": "2026-12-04", "subject": "Ask the workshop", **about}
    assert api.post("/calendar", planned).status_code == 201

    page = browser.get(f"/sample/{promise_id}").text
    later = re.search(r'hx-get="(/fragments/slots/[^"]+/calendar/activities[^"]*)"', page)

    assert later is not None
    assert "Ask the workshop" in browser.get(later[1].replace("&amp;", "&")).text
