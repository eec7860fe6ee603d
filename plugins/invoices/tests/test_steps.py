"""Steps of a schedule: each is billed once, and by the invoices of its own deal alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from salesman_invoices.schedule.queries import steps_of
from salesman_invoices.schedule.service import replace_steps
from salesman_invoices.service import issue_invoice
from salesman_invoices.standing import company_day
from salesman_invoices.testing import line

from salesman_core.toolkit import ConflictError, InvalidError, reading

from .conftest import Bill


def planned(title: str, percent: int, **values: Any) -> dict[str, Any]:
    return {"title": title, "percent": Decimal(percent), "amount": None, "due_on": None, **values}


def with_steps(bill: Bill, *percents: int) -> tuple[int, list[int]]:
    """Open a deal of 100.00 with such steps; give it and their ids."""
    deal_id = bill.deal("100.00")
    replace_steps(deal_id, [planned(f"Part {one}", one) for one in percents])
    return deal_id, [one.id for one in steps_of(reading(), deal_id)]


def test_step_is_billed_once(bill: Bill) -> None:
    deal_id, (step_id,) = with_steps(bill, 30)
    bill.draft(deal_id, step_id=step_id)

    with pytest.raises(ConflictError, match="has been billed"):
        bill.draft(deal_id, step_id=step_id)


def test_part_of_a_step_leaves_the_rest_of_it_to_bill(bill: Bill) -> None:
    deal_id, (step_id,) = with_steps(bill, 30)

    with pytest.raises(InvalidError, match="left to bill"):
        bill.draft(deal_id, step_id=step_id, share=Decimal("30.01"))
    part = bill.draft(deal_id, step_id=step_id, share=Decimal(10))
    rest = bill.draft(deal_id, step_id=step_id)

    assert (bill.row(part).amount, bill.row(rest).amount) == (Decimal(10), Decimal(20))


def test_step_that_is_late_is_billed_without_its_day(bill: Bill) -> None:
    deal_id = bill.deal("100.00")
    late, soon = company_day() - timedelta(days=1), company_day() + timedelta(days=1)
    replace_steps(deal_id, [planned("Late", 30, due_on=late), planned("Soon", 30, due_on=soon)])

    made = [bill.draft(deal_id, step_id=one.id) for one in steps_of(reading(), deal_id)]

    assert [bill.row(one).due_on for one in made] == [None, soon]
    assert [issue_invoice(one) for one in made] == ["1", "2"]


def test_one_step_stands_in_a_schedule_once(bill: Bill) -> None:
    deal_id, (step_id,) = with_steps(bill, 30)

    with pytest.raises(InvalidError) as refused:
        replace_steps(deal_id, [planned("A", 10, id=step_id), planned("B", 20, id=step_id)])

    assert set(refused.value.fields) == {"steps.1.id"}


def test_invoice_is_for_no_step_of_another_deal(bill: Bill) -> None:
    _deal, (step_id,) = with_steps(bill, 30)

    for said in ({"lines": [line()]}, {"deal_id": bill.deal(), "lines": [line()]}):
        with pytest.raises(InvalidError) as refused:
            bill.draft(step_id=step_id, **said)
        assert set(refused.value.fields) == {"step_id"}
