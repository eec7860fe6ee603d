"""The pages of approval, and its JSON API."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from salesman_documents import making, service
from salesman_documents.approval import routes
from salesman_documents.approval import service as approval
from salesman_documents.testing import docx_of, type_of
from salesman_requisites.testing import hidden, own_company

from salesman_core.testing.people import Browser, Make, api_of, browser_of
from salesman_core.testing.statements import counted_statements

pytestmark = pytest.mark.databases("sqlite")

Pages = Callable[[str], Browser]


@pytest.fixture
def lawyer(make: Make) -> int:
    """A lawyer called Anna."""
    return make.user("lawyer", name="Anna")


@pytest.fixture
def document(make: Make, lawyer: int) -> int:
    """A contract of the head of sales, which the lawyer must approve before it is sent."""
    own_company(short_name="Ours")
    routes.set_route(
        type_of("Contract"), {"steps": [{"stage": 1, "user_id": lawyer}], "required": True}
    )
    owner = make.user_of("head")
    deal_id = make.deal(owner_id=owner)
    wanted = {"type_id": type_of("Contract"), "deal_id": deal_id, "owner_id": owner}
    document_id = service.create_document(wanted)
    making.upload(document_id, "contract.docx", io.BytesIO(docx_of("The price is 100")))
    return document_id


def sent(browser: Browser, page: str, address: str = "", **typed: Any) -> Any:
    html = browser.get(page).text
    names = [one for one in ("csrf_token", "hash", "step_id") if f'name="{one}"' in html]
    return browser.post(address or page, data={name: hidden(html, name) for name in names} | typed)


def test_a_document_is_asked_for_refused_and_approved_on_its_page(
    app: Any, make: Make, document: int, lawyer: int, browser_for: Pages
) -> None:
    page = f"/documents/{document}/approval"
    seller, reader = browser_for("head"), browser_of(app, lawyer)
    assert "Send …" not in seller.get(f"/documents/{document}").text
    route = {"step_who": f"user:{lawyer}", "step_when": "after", "step_days": "2"}

    assert sent(seller, page, note="It is urgent", **route).status_code == 302

    assert "It is urgent" in reader.get(page).text
    assert "Waiting for my decision" in reader.get("/documents?waiting_for_me=true").text
    assert "Contract № 1" in reader.get("/documents?waiting_for_me=true").text
    assert "Contract № 1" in reader.get("/documents/waiting").text
    answer = sent(reader, page, f"{page}/decide", verdict="refused")
    assert answer.status_code == 422
    assert "Say what is wrong" in answer.text
    refused = sent(reader, page, f"{page}/decide", verdict="refused", comment="No penalty")
    assert refused.status_code == 302
    assert "No penalty" in seller.get(page).text
    assert "Contract № 1" not in reader.get("/documents/waiting").text

    assert sent(seller, page, note="", **route).status_code == 302
    assert sent(reader, page, f"{page}/decide", verdict="approved").status_code == 302
    assert "Send …" in seller.get(f"/documents/{document}").text
    assert sent(seller, page, **route).status_code == 409


def test_what_is_not_approved_is_not_sent_and_the_card_says_why(
    browser_for: Pages, document: int
) -> None:
    browser = browser_for("head")
    token = hidden(browser.get(f"/documents/{document}").text, "csrf_token")
    letter = {"number": "1", "to": "c@example.com", "subject": "x", "way": "link"}

    answer = browser.post(f"/documents/{document}/send", data={"csrf_token": token, **letter})

    assert answer.status_code == 409
    assert "Documents of this type are sent and signed once they are approved." in answer.text


def test_withdrawing_on_the_page(browser_for: Pages, make: Make, document: int) -> None:
    with make.acting(make.user_of("head")):
        approval.begin(document, {})
    page = f"/documents/{document}/approval"
    assert sent(browser_for("head"), page, f"{page}/withdraw").status_code == 302
    answer = sent(browser_for("head"), page, f"{page}/withdraw")
    assert (answer.status_code, "Nothing is being approved here." in answer.text) == (409, True)


def test_a_route_is_set_up_by_administrators_and_comes_back_as_typed_after_an_error(
    app: Any, make: Make, browser_for: Pages, lawyer: int
) -> None:
    browser, type_id = browser_for("administrator"), type_of("Contract")
    page = f"/documents/types/{type_id}/route"
    rows = {
        "step_who": [f"user:{lawyer}", f"user:{make.user_of('head')}", ""],
        "step_when": ["after", "together", "after"],
        "step_days": ["2", "soon", ""],
    }
    answer = sent(browser, page, **rows, required="true")
    assert answer.status_code == 422
    assert "Give the days as a whole number." in answer.text
    assert 'value="soon"' in answer.text

    rows["step_days"] = ["2", "", ""]
    assert sent(browser, page, **rows, required="true").status_code == 302

    answer = api_of(app, make.user_of("administrator")).get(f"/documents/types/{type_id}/route")
    assert answer.json["required"] is True
    told = [(one["stage"], one["name"], one["days"]) for one in answer.json["steps"]]
    assert told == [(1, "Anna", 2), (1, make.person(make.user_of("head")).name, None)]
    assert "2 steps" in browser.get("/documents/types").text
    for role in ("lawyer", "seller"):
        assert browser_for(role).get(page).status_code == 403


def test_the_api_asks_decides_and_tells_what_was_decided_about_which_hash(
    app: Any, make: Make, document: int, lawyer: int
) -> None:
    seller, reader = api_of(app, make.user_of("head")), api_of(app, lawyer)
    address = f"/documents/{document}/approval"
    asked = seller.post(address, {"note": "Please"})
    assert asked.status_code == 201
    (running,) = asked.json["approvals"]
    step = running["steps"][0]
    decision = {"verdict": "remarks", "comment": "Mind the date", "hash": running["hash"]}
    where = f"{address}/steps/{step['id']}/decide"
    assert seller.post(where, decision).status_code == 403
    assert reader.post(where, decision | {"hash": "0" * 64}).status_code == 409

    answer = reader.post(where, decision)

    assert (answer.status_code, answer.json["state"], answer.json["may_leave"]) == (
        200,
        "approved",
        True,
    )
    told = answer.json["approvals"][0]["steps"][0]
    assert (told["decided_by_name"], told["comment"], told["hash"]) == (
        "Anna",
        "Mind the date",
        running["hash"],
    )
    assert seller.post(address, {}).status_code == 409
    stranger = api_of(app, make.user_of("seller"))
    assert stranger.get(address).status_code == 404


def test_pages_ask_as_many_statements_however_much_was_decided(
    app: Any, make: Make, document: int, lawyer: int, browser_for: Pages
) -> None:
    browser, page = browser_for("head"), f"/documents/{document}/approval"

    def rounds(number: int) -> int:
        for _round in range(number):
            with make.acting(make.user_of("head")):
                approval.begin(document, {})
                approval.withdraw(document)
        browser.get(page)
        with counted_statements() as asked:
            assert browser.get(page).status_code == 200
        return len(asked)

    assert rounds(1) == rounds(5)
