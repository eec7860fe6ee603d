"""What is sent wrongly to invoices: said at its field, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from salesman_core.testing.people import Api

from .conftest import Bill

ApiFor = Callable[[str], Api]

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
