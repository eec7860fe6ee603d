"""The JSON API of invoices, payments and schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesman_core.testing.people import Api

from .conftest import Bill

ApiFor = Callable[[str], Api]


def test_invoice_goes_from_draft_to_paid(bill: Bill, api_for: ApiFor) -> None:
    api = api_for("head")
    line = {"name": "Boiler", "quantity": "2", "price": "50.00", "vat_percent": "20", "cost": "30"}
    made = api.post("/invoices", {"client_id": bill.client_id, "lines": [line]})
    address = f"/invoices/{made.json['id']}"

    issued = api.post(f"{address}/issue", {})
    payment = {"amount": "130.00", "invoice_id": made.json["id"], "day": "2026-03-02"}
    paid = api.post("/invoices/payments", payment)

    assert made.status_code == 201
    assert (made.json["state"], made.json["amount"], made.json["vat"]) == (
        "draft",
        "100.00",
        "16.67",
    )
    assert (made.json["cost"], made.json["margin"]) == ("60.00", "40.00")
    assert (issued.json["number"], issued.json["standing"]) == ("1", "issued")
    assert paid.status_code == 201
    assert paid.json["allotted"] == "100.00"
    assert paid.json["allotments"] == [
        {"invoice_id": made.json["id"], "amount": "100.00", "margin": "40.00"}
    ]
    assert api.get(address).json["standing"] == "paid"
    assert [one["id"] for one in api.get("/invoices?standing=paid").json["items"]] == [
        made.json["id"]
    ]
    assert api.get("/invoices?standing=overdue").json["items"] == []


def test_more_than_is_left_of_an_invoice_is_refused_with_what_is_left(
    bill: Bill, api_for: ApiFor
) -> None:
    api, invoice_id = api_for("head"), bill.invoice(amount="208826.00")
    paid = {"amount": "300000.00", "allotments": [{"invoice_id": invoice_id, "amount": "300000"}]}

    refused = api.post("/invoices/payments", paid)
    entered = api.post("/invoices/payments", {"amount": "300000.00", "invoice_id": invoice_id})

    assert refused.status_code == 422
    assert list(refused.json["errors"]) == ["allotments"]
    assert "No more than ₽208,826.00 of this payment" in str(refused.json["errors"])
    assert (entered.status_code, entered.json["allotted"]) == (201, "208826.00")


def test_costs_and_margins_are_nobodys_who_may_not_see_them(bill: Bill, api_for: ApiFor) -> None:
    lawyer = bill.make.user_of("lawyer")
    deal_id = bill.deal(lines=True, participants=[{"user_id": lawyer, "part": "contract"}])
    invoice_id = bill.invoice(deal_id)

    seen = api_for("lawyer").get(f"/invoices/{invoice_id}").json

    assert (seen["cost"], seen["margin"], seen["lines"][0]["cost_amount"]) == (None, None, None)
    assert api_for("lawyer").get("/invoices?cost__gte=1").status_code == 403
    assert api_for("lawyer").get("/invoices/payments").status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"amount": "0"}, 422, "amount"),
        ({"amount": "-5"}, 422, "amount"),
        ({"amount": "5", "invoice_id": 999_999}, 422, "allotments"),
        ({"amount": "5", "currency": "EUR"}, 422, "currency"),
    ],
)
def test_wrong_payment_is_told_at_its_field(
    bill: Bill, api_for: ApiFor, body: dict[str, Any], status: int, field: str
) -> None:
    invoice_id = bill.invoice(amount="100.00")

    answer = api_for("head").post("/invoices/payments", {"invoice_id": invoice_id, **body})

    assert answer.status_code == status
    assert set(answer.json["errors"]) == {field}


def test_return_says_which_advance_it_takes(bill: Bill, api_for: ApiFor) -> None:
    api, path = api_for("head"), "/invoices/payments"
    ahead = {"amount": "50.00", "client_id": bill.client_id}
    older, newer = (api.post(path, ahead).json["id"] for _each in range(2))
    sent = {**ahead, "direction": "back", "amount": "20.00"}

    usual = api.post(path, sent).json
    said = api.post(path, sent | {"advances": [{"payment_id": older}]}).json
    moved = [{"payment_id": newer, "amount": "5.00"}, {"payment_id": older, "amount": "15.00"}]
    changed = api.patch(f"{path}/{said['id']}", {"advances": moved}).json
    refused = api.post(path, sent | {"advances": [{"payment_id": older, "amount": "35.01"}]})

    assert usual["advances"] == [{"payment_id": newer, "amount": "20.00"}]
    assert said["advances"] == [{"payment_id": older, "amount": "20.00"}]
    assert {one["payment_id"]: one["amount"] for one in changed["advances"]} == {
        newer: "5.00",
        older: "15.00",
    }
    assert [api.get(f"{path}/{one}").json["returned"] for one in (older, newer)] == [
        "15.00",
        "25.00",
    ]
    assert (refused.status_code, refused.json["errors"].keys()) == (422, {"advances"})
    emptied = [{"payment_id": older, "amount": "35.00"}]
    assert api.post(path, sent | {"amount": "35.00", "advances": emptied}).status_code == 201
    found = api.get(f"{path}?advance=true").json["items"]
    assert [one["id"] for one in found] == [newer]


def test_invoice_is_cancelled_and_taken_back(bill: Bill, api_for: ApiFor) -> None:
    api, invoice_id = api_for("head"), bill.invoice(amount="100.00")

    cancelled = api.post(f"/invoices/{invoice_id}/cancel", {"reason": "Twice"})
    refused = api.post("/invoices/payments", {"amount": "5", "invoice_id": invoice_id})
    again = api.post(f"/invoices/{invoice_id}/reopen")

    assert (cancelled.json["standing"], cancelled.json["cancel_reason"]) == ("cancelled", "Twice")
    assert refused.status_code == 422
    assert again.json["standing"] == "issued"


def test_schedule_is_read_and_replaced(bill: Bill, api_for: ApiFor) -> None:
    api = api_for("head")
    address = f"/invoices/deals/{bill.deal('100.01')}/schedule"
    thirds = [
        {"title": f"Part {number}", "percent": percent}
        for number, percent in enumerate(("33.33", "33.33", "33.34"), 1)
    ]

    first = api.get(address).headers["ETag"]
    saved = api.request("PUT", address, {"steps": thirds}, headers={"If-Match": first})
    stale = api.request("PUT", address, {"steps": []}, headers={"If-Match": first})
    too_much = api.request("PUT", address, {"steps": [{"title": "All", "amount": "100.02"}]})

    assert [one["worth"] for one in saved.json["steps"]] == ["33.33", "33.34", "33.34"]
    assert stale.status_code == 412
    assert too_much.status_code == 422
    assert api.get(address).json == saved.json


def test_batch_answers_for_each_invoice(bill: Bill, api_for: ApiFor) -> None:
    line = {"name": "Boiler", "quantity": "1", "price": "10.00"}
    right = {"client_id": bill.client_id, "lines": [line], "external_ids": {"books": "7"}}

    answer = api_for("head").post("/invoices/batch", {"items": [right, {"lines": []}, right]})

    statuses = [one["status"] for one in answer.json["results"]]
    assert statuses == [201, 422, 422]
