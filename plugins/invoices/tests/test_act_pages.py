"""The pages of acts, their panels, and their JSON API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.testing.people import Api, Make, api_of, browser_of

from .conftest import Bill


@pytest.fixture
def pages(app: Flask, make: Make) -> FlaskClient:
    app.config["WTF_CSRF_METHODS"] = []
    return browser_of(app, make.user("head", name="Helen"))


@pytest.fixture
def api(app: Flask, make: Make) -> Api:
    return api_of(app, make.user("administrator"))


@pytest.fixture
def invoice_id(bill: Bill) -> int:
    """An issued invoice of three racks and a set-up: 500.00 in all."""
    return bill.invoice(bill.deal(lines=True, name="Racks for Acme"))


def text(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).replace("\u202f", " ").split())


def fields(page: Any) -> dict[str, str]:
    return dict(re.findall(r'name="(quantity-\d+)" value="([^"]*)"', page.text))


def test_act_is_made_of_an_invoice_changed_issued_and_cancelled(
    pages: FlaskClient, invoice_id: int
) -> None:
    form = pages.get(f"/invoices/{invoice_id}/act")
    rack, set_up = fields(form)
    assert fields(form) == {rack: "3", set_up: "1"}
    assert "3 of 3 left" in text(form)

    typed = {"kind": "delivery", "day": "", rack: "1,5", set_up: ""}
    made = pages.post(f"/invoices/{invoice_id}/act", data=typed, follow_redirects=True)
    assert "Racks for Acme" not in text(made)
    assert "₽150" in text(made)
    card = made.request.path
    issued = pages.post(f"{card}/issue", follow_redirects=True)
    assert "Act 1 is issued." in issued.text
    again = pages.get(f"/invoices/{invoice_id}/act")
    assert fields(again) == {rack: "1.5", set_up: "1"}

    cancelled = pages.post(f"{card}/cancel", data={"reason": "Wrong day"}, follow_redirects=True)
    assert "Wrong day" in cancelled.text
    assert fields(pages.get(f"/invoices/{invoice_id}/act")) == {rack: "3", set_up: "1"}
    assert "issued" in text(pages.post(f"{card}/reopen", follow_redirects=True))


def test_what_was_typed_stays_with_its_complaint_and_nothing_is_made(
    pages: FlaskClient, invoice_id: int
) -> None:
    rack, set_up = fields(pages.get(f"/invoices/{invoice_id}/act"))

    for wrong, words in (("9", "3 are left"), ("much", "number"), ("-1", "more than nought")):
        typed = {"kind": "service", "day": "", rack: wrong, set_up: "1"}
        page = pages.post(f"/invoices/{invoice_id}/act", data=typed)

        assert page.status_code == 422
        assert words in page.text
        assert fields(page) == {rack: wrong, set_up: "1"}
    assert "No acts yet" in pages.get("/invoices/acts").text


def test_draft_is_changed_deleted_and_comes_back(pages: FlaskClient, invoice_id: int) -> None:
    rack, set_up = fields(pages.get(f"/invoices/{invoice_id}/act"))
    made = pages.post(
        f"/invoices/{invoice_id}/act", data={rack: "1", set_up: ""}, follow_redirects=True
    )
    card = made.request.path
    version = re.search(r'name="version" value="(\d+)"', made.text)
    assert version is not None

    changed = pages.post(
        card, data={rack: "2", set_up: "1", "version": version.group(1)}, follow_redirects=True
    )
    assert "₽400" in text(changed)
    pages.post(f"{card}/delete")
    assert pages.get(card).status_code == 404
    assert "₽400" in text(pages.post(f"{card}/restore", follow_redirects=True))


def test_acts_stand_on_the_cards_of_their_invoice_and_deal_and_in_their_stories(
    pages: FlaskClient, api: Api, invoice_id: int
) -> None:
    deal_id = api.get(f"/invoices/{invoice_id}").json["deal_id"]
    assert f'href="/invoices/{invoice_id}/act"' in pages.get(f"/invoices/{invoice_id}").text
    act_id = api.post("/invoices/acts", {"invoice_id": invoice_id}).json["id"]
    api.post(f"/invoices/acts/{act_id}/issue", {})

    invoice = pages.get(f"/invoices/{invoice_id}").text
    assert f'href="/invoices/acts/{act_id}"' in invoice
    assert f'href="/invoices/{invoice_id}/act"' not in invoice  # nothing is left
    for record in (f"deal/{deal_id}", f"invoices.invoice/{invoice_id}"):
        assert "Act 1, " in pages.get(f"/records/{record}/story").text
    listed = pages.get("/invoices/acts").text
    assert f'href="/invoices/acts/{act_id}"' in listed
    assert "Acme" in listed


def test_api_tells_what_is_left_and_makes_acts_of_it(api: Api, invoice_id: int) -> None:
    left = api.get(f"/invoices/{invoice_id}/left").json["items"]
    assert [(one["name"], one["quantity"], one["amount"]) for one in left] == [
        ("Rack", "3.000", "300.00"),
        ("Set-up", "1.000", "200.00"),
    ]
    rack = left[0]["invoice_line_id"]
    said = [{"invoice_line_id": rack, "quantity": "1"}]

    made = api.post("/invoices/acts", {"invoice_id": invoice_id, "quantities": said})

    assert made.status_code == 201
    assert made.json["amount"] == "100.00"
    assert made.json["lines"][0]["quantity"] == "1.000"
    assert api.get("/invoices/acts").json["items"][0]["id"] == made.json["id"]
    too_much = [{"invoice_line_id": rack, "quantity": "2.001"}]
    refused = api.post("/invoices/acts", {"invoice_id": invoice_id, "quantities": too_much})
    assert refused.status_code == 422
    assert f"quantities.{rack}" in refused.json["errors"]
    for quantity in ("0", "-1"):
        wrong = [{"invoice_line_id": rack, "quantity": quantity}]
        answer = api.post("/invoices/acts", {"invoice_id": invoice_id, "quantities": wrong})
        assert answer.status_code == 422
    path = f"/invoices/acts/{made.json['id']}"
    assert api.patch(path, {"comment": "Sent"}).json["comment"] == "Sent"
    assert api.post(f"{path}/issue", {}).json["number"] == "1"
    assert api.delete(path).status_code == 409
    assert api.post(f"{path}/cancel", {"reason": "Lost"}).json["state"] == "cancelled"
    assert api.post(f"{path}/reopen", {}).json["state"] == "issued"


def test_what_one_may_not_is_refused(app: Flask, make: Make, invoice_id: int) -> None:
    lawyer = api_of(app, make.user("lawyer"))

    assert lawyer.post("/invoices/acts", {"invoice_id": invoice_id}).status_code == 403
    assert lawyer.get("/invoices/acts").json["items"] == []
    assert api_of(app, make.user("marketer")).get("/invoices/acts").status_code == 403
