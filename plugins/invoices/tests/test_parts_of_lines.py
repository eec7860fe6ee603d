"""Invoices that bill parts of a deal's lines add up to the deal, whatever the rounding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from salesman_catalogue.lines.queries import lines_of
from salesman_catalogue.lines.service import replace_lines
from salesman_invoices import service
from salesman_invoices.queries import lines_of as billed_lines

from salesman_core.toolkit import InvalidError, reading

from .conftest import Bill

ON_TOP = {"name": "Rack", "quantity": Decimal(2), "price": Decimal("10.03")} | {
    "vat_percent": Decimal(20),
    "vat_on_top": True,
}
CHEAPER = {"name": "Rack", "quantity": Decimal(3), "price": Decimal(100)} | {
    "discount_amount": Decimal(10)
}
HALVED = {"name": "Rack", "quantity": Decimal(1), "price": Decimal("33.33")}


def ids(deal_id: int) -> list[int]:
    return [one.id for one in lines_of(reading(), deal_id)]


def part(bill: Bill, deal_id: int, quantity: str, place: int = 0) -> int:
    said = {"deal_line_id": ids(deal_id)[place], "quantity": Decimal(quantity)}
    return bill.draft(deal_id, quantities=[said])


@pytest.mark.parametrize(
    ("line", "quantities"),
    [(ON_TOP, ["1", "1"]), (CHEAPER, ["1", "1", "1"]), (HALVED, ["0.5", "0.5"])],
    ids=["VAT on top", "discount", "half"],
)
def test_parts_of_a_line_add_up_to_the_deal(
    bill: Bill, line: dict[str, Any], quantities: list[str]
) -> None:
    deal_id = bill.deal()
    replace_lines(deal_id, [line])
    (sold,) = lines_of(reading(), deal_id)

    made = [bill.row(part(bill, deal_id, quantity)) for quantity in quantities]

    assert sum(one.net for one in made) == sold.net
    assert sum(one.vat for one in made) == sold.vat


def test_rest_of_a_line_is_billed_without_saying_how_much(bill: Bill) -> None:
    deal_id = bill.deal()
    replace_lines(deal_id, [ON_TOP])
    part(bill, deal_id, "1")

    assert bill.row(bill.draft(deal_id)).amount == Decimal("12.03")


def test_part_of_a_line_that_was_given_away_is_worth_nothing(bill: Bill) -> None:
    deal_id = bill.deal()
    gift = {"name": "Gift", "quantity": Decimal("1.5"), "price": Decimal("99.99")}
    replace_lines(deal_id, [{**gift, "discount_amount": Decimal("149.99")}, HALVED])
    gift_id, rack_id = ids(deal_id)

    invoice_id = bill.draft(
        deal_id,
        quantities=[
            {"deal_line_id": gift_id, "quantity": Decimal("0.7")},
            {"deal_line_id": rack_id, "quantity": Decimal(1)},
        ],
    )

    assert bill.row(invoice_id).amount == Decimal("33.33")


def test_rest_of_a_line_of_another_price_by_now_is_counted_by_itself(bill: Bill) -> None:
    deal_id = bill.deal()
    replace_lines(deal_id, [{"name": "Rack", "quantity": Decimal(2), "price": Decimal(100)}])
    part(bill, deal_id, "1")
    (rack,) = ids(deal_id)
    replace_lines(deal_id, [{"id": rack, "quantity": Decimal(2), "price": Decimal(110)}])

    (line,) = billed_lines(reading(), [rest := bill.draft(deal_id)])[rest]

    assert (line.price, line.amount) == (Decimal(110), Decimal(110))


def test_line_is_said_once(bill: Bill) -> None:
    deal_id = bill.deal(lines=True)
    twice = [{"deal_line_id": ids(deal_id)[0], "quantity": Decimal(1)}] * 2

    with pytest.raises(InvalidError) as refused:
        bill.draft(deal_id, quantities=twice)

    assert "quantities" in refused.value.fields


def test_making_and_issuing_at_once_leaves_nothing_where_it_is_refused(bill: Bill) -> None:
    deal_id = bill.deal()
    with pytest.raises(InvalidError):
        service.make_and_issue({"deal_id": deal_id, "due_on": date(2020, 1, 1)})

    assert bill.row(bill.draft(deal_id)).amount == Decimal(500)
