"""The cards of payments: which invoices they offer, and what of them everybody reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from salesman_invoices.payments.queries import totals_of_client
from salesman_invoices.payments.service import allot_payment, enter_payment

from salesman_core.testing.people import Browser
from salesman_core.toolkit import reading

from .conftest import Bill

BrowserFor = Callable[[str], Browser]


def test_return_is_offered_the_invoices_that_are_paid(bill: Bill, browser_for: BrowserFor) -> None:
    paid, still = bill.invoice(amount="100.00"), bill.invoice(amount="50.00")
    bill.pay("100.00", paid)
    back = enter_payment({"amount": Decimal(10), "direction": "back", "client_id": bill.client_id})

    page = browser_for("head").get(f"/invoices/payments/{back}").text

    assert f'name="allot-{paid}"' in page
    assert f'name="allot-{still}"' not in page


def test_history_of_a_payment_names_no_invoice_that_its_reader_may_not_see(
    bill: Bill, browser_for: BrowserFor
) -> None:
    seller, head = bill.make.user_of("seller"), bill.make.user_of("head")
    bill.draft(bill.deal())  # so that numbers and ids differ
    own = bill.invoice(bill.deal(owner_id=seller))
    hidden = bill.invoice(bill.deal(owner_id=head))
    payment_id = bill.pay("30.00", own)
    allot_payment(
        payment_id,
        [
            {"invoice_id": own, "amount": Decimal(10)},
            {"invoice_id": hidden, "amount": Decimal(20)},
        ],
    )
    number = bill.row(hidden).number

    pages = [
        browser_for(role).get(f"/records/invoices.payment/{payment_id}/story").text
        for role in ("head", "seller")
    ]

    assert [f"{number}: 20" in page for page in pages] == [True, False]


def test_card_of_an_overpaid_invoice_offers_to_send_the_advance_back(
    bill: Bill, browser_for: BrowserFor
) -> None:
    invoice_id = bill.invoice(amount="100.00")
    enter_payment({"amount": Decimal("112.50"), "invoice_id": invoice_id})
    head = browser_for("head")

    page = head.get(f"/invoices/{invoice_id}").text
    offered = page.partition('id="pay-back"')[2].partition("</form>")[0]
    sent = dict(
        re.findall(r'name="(csrf_token|amount|direction)" (?:[^>]* )?value="([^"]*)"', offered)
    )
    answer = head.post(f"/invoices/{invoice_id}/pay", data=sent)

    assert "were paid over the invoice" in offered
    assert (sent["amount"], answer.status_code) == ("12.50", 302)
    assert bill.row(invoice_id).standing == "paid"
    assert [one.advance for one in totals_of_client(reading(), bill.client_id)] == [0]
