"""What is sent wrongly to invoices: said at its field, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from salesman_requisites.testing import own_company

from salesman_core.testing.people import Api, Browser

from .conftest import Bill

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]

LINE: Final = {"name": "Boiler", "quantity": "1", "price": "10.00"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"discount_percent": "5", "discount_amount": "1.00"}, "lines.0.discount_amount"),
        ({"quantity": "1000000000", "cost": "1000000000000"}, "lines.0.cost"),
    ],
)
def test_line_that_no_invoice_can_hold_is_told_at_its_field(
    bill: Bill, api_for: ApiFor, said: dict[str, Any], field: str
) -> None:
    body = {"client_id": bill.client_id, "lines": [{**LINE, **said}]}

    answer = api_for("head").post("/invoices", body)

    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {field}


@pytest.mark.parametrize("part", ["account_id", "signer_id"])
def test_account_and_signer_are_those_of_the_own_company(
    bill: Bill, api_for: ApiFor, part: str
) -> None:
    api, stranger = api_for("head"), {part: 999_999}
    draft = f"/invoices/{bill.draft(bill.deal())}"

    made = api.post("/invoices", {"client_id": bill.client_id, "lines": [LINE], **stranger})
    changed = api.request("PATCH", draft, stranger)
    of_nobody = api.request("PATCH", draft, {"company_id": None, **stranger})

    assert [one.status_code for one in (made, changed, of_nobody)] == [422, 422, 422]
    assert [*made.json["errors"], *changed.json["errors"]] == [part, part]
    assert set(of_nobody.json["errors"]) == {"company_id"}


def test_draft_that_goes_to_another_own_company_takes_its_account(
    bill: Bill, api_for: ApiFor
) -> None:
    invoice_id = bill.draft(bill.deal())
    other = own_company(short_name="Лютик", inn="7728168971", kpp="772801001")

    changed = api_for("head").request("PATCH", f"/invoices/{invoice_id}", {"company_id": other})

    assert (changed.status_code, changed.json["company_id"]) == (200, other)
    assert changed.json["account_id"] is None


def test_client_is_sought_whatever_stands_between_the_words(
    bill: Bill, browser_for: BrowserFor
) -> None:
    found = browser_for("head").get("/invoices/clients?q=ac%00me").json

    assert found == [{"value": bill.client_id, "text": "Acme"}]
