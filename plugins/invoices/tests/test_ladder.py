"""Paid invoices on the ladder, and the offer to move their deals on."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa
from salesman_invoices import offering
from salesman_invoices.payments.service import delete_payment
from salesman_invoices.service import issue_invoice

from salesman_core.clients.merging import merge_clients
from salesman_core.deals.service import close_deal
from salesman_core.plugins.host import current_host
from salesman_core.toolkit import ConflictError, Deal, Stage, reading

from .conftest import Bill


def rung(bill: Bill) -> str:
    named = "SELECT core_rung.name FROM core_rung JOIN core_client ON core_rung.id = rung_id"
    wanted = sa.text(f"{named} WHERE core_client.id = {bill.client_id}")
    return str(reading().scalar(wanted))


def test_paid_invoice_of_a_won_deal_is_one_sale_with_it(bill: Bill) -> None:
    deal_id = bill.deal("100.00")
    first, second = bill.draft(deal_id, share=Decimal(30)), bill.draft(deal_id)
    before = rung(bill)
    for invoice_id in (first, second):
        issue_invoice(invoice_id)
        bill.pay(str(bill.row(invoice_id).amount), invoice_id)
    paid = rung(bill)

    close_deal(deal_id, "won")

    assert [before, paid, rung(bill)] == ["Potential", "Current", "Current"]


def test_invoice_without_a_deal_is_a_sale_of_its_own(bill: Bill) -> None:
    deal_id = bill.deal("100.00")
    close_deal(deal_id, "won")
    invoice_id = bill.invoice(amount="40.00")

    bill.pay("40.00", invoice_id)

    assert rung(bill) == "Regular"


def test_return_and_a_payment_taken_back_withdraw_the_sale(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="40.00")
    before = rung(bill)
    payment_id = bill.pay("40.00", invoice_id)
    paid = rung(bill)
    back = bill.pay("1.00", invoice_id, direction="back")
    returned = rung(bill)
    delete_payment(back)
    again = rung(bill)
    delete_payment(payment_id)

    assert [before, paid, returned, again] == ["Cold", "Current", "Cold", "Current"]
    assert rung(bill) == "Cold"


def test_paid_deal_is_offered_to_move_to_payment_received(bill: Bill) -> None:
    deal_id = bill.deal("100.00")
    invoice_id = bill.invoice(deal_id)
    assert offering.offer_of(reading(), deal_id) is None
    bill.pay("100.00", invoice_id)

    offer = offering.offer_of(reading(), deal_id)
    offering.accept_offer(deal_id)

    assert offer is not None
    percent = sa.select(Stage.percent).join(Deal, Deal.stage_id == Stage.id)
    assert reading().scalar(percent.where(Deal.id == deal_id)) == 80
    assert offering.offer_of(reading(), deal_id) is None
    with pytest.raises(ConflictError):
        offering.accept_offer(deal_id)


def test_stage_is_that_of_the_setting_or_the_next_above(
    bill: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal_id = bill.deal("100.00")
    bill.pay("100.00", bill.invoice(deal_id))
    settings = current_host().settings
    wanted = {**settings["invoices"], "paid_stage_percent": 85}
    monkeypatch.setitem(settings, "invoices", wanted)

    offer = offering.offer_of(reading(), deal_id)

    assert offer is not None
    assert reading().scalar(sa.select(Stage.percent).where(Stage.id == offer.stage_id)) == 90


def test_merged_client_takes_its_invoices_along(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="40.00")
    bill.pay("40.00", invoice_id)
    other = bill.make.client(name="Acme Ltd")

    merge_clients(other, [bill.client_id])

    assert bill.row(invoice_id).client_id == other
    assert rung(Bill(bill.make, other)) == "Current"
