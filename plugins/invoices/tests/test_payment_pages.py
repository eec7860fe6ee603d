"""The cards of payments: which invoices they offer, and what of them everybody reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import sqlalchemy as sa
from salesman_invoices.models import Payment
from salesman_invoices.payments.queries import drawn_of, totals_of_client
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


def test_more_than_is_left_of_an_invoice_is_refused_and_stays_typed(
    bill: Bill, browser_for: BrowserFor
) -> None:
    head, invoice_id = browser_for("head"), bill.invoice(amount="100.00")
    part = [{"invoice_id": invoice_id, "amount": Decimal(40)}]
    payment_id = bill.pay("150.00", allotments=part)
    page = head.get(f"/invoices/payments/{payment_id}").text
    token = dict(re.findall(r'name="(csrf_token)" (?:[^>]* )?value="([^"]*)"', page))
    typed = {f"allot-{invoice_id}": "100.01"}

    told = [
        head.post(f"/invoices/payments/{payment_id}/allot", data=token | typed),
        head.post("/invoices/payments/new", data=token | typed | {
            "amount": "150", "client_id": bill.client_id, "day": "2026-03-02"}),
    ]  # fmt: skip

    assert [one.status_code for one in told] == [422, 422]
    assert "No more than ₽100.00 of this payment" in told[0].text
    assert "No more than ₽60.00 of this payment" in told[1].text
    assert all('value="100.01"' in one.text for one in told)


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


def test_person_chooses_on_the_card_which_advance_goes_back(
    bill: Bill, browser_for: BrowserFor
) -> None:
    head, invoices, payments = browser_for("head"), [], []
    for over in ("112.50", "130.00"):
        invoices.append(bill.invoice(amount="100.00"))
        payments.append(enter_payment({"amount": Decimal(over), "invoice_id": invoices[-1]}))

    page = head.get(f"/invoices/{invoices[0]}").text
    offered = page.partition('id="pay-back"')[2].partition("</form>")[0]
    sent = dict(re.findall(r'name="(csrf_token|direction)" (?:[^>]* )?value="([^"]*)"', offered))
    chosen = {"amount": "20", "advance_id": payments[1]}
    answer = head.post(f"/invoices/{invoices[0]}/pay", data=sent | chosen)
    (back,) = reading().scalars(sa.select(Payment.id).where(Payment.direction == "back"))
    card = head.get(f"/invoices/payments/{back}").text
    source = head.get(f"/invoices/payments/{payments[1]}").text

    assert re.findall(r'<option value="(\d+)"', offered) == [str(payments[0]), str(payments[1])]
    assert answer.status_code == 302
    assert re.findall(r"₽([\d.,]+) left", offered) == ["12.50", "30.00"]
    assert re.findall(r"₽([\d.,]+)</td>", card.partition("Left of it")[2]) == ["30.00", "12.50"]
    assert f'name="advance-{payments[1]}" value="20' in card
    assert f'name="advance-{payments[0]}" value=""' in card
    assert "What of it went back" in source
    assert f'href="/invoices/payments/{back}"' in source

    drawn = {f"advance-{payments[0]}": "12.50", f"advance-{payments[1]}": "7,5"}
    token = {"csrf_token": sent["csrf_token"]}
    changed = head.post(f"/invoices/payments/{back}/draw", data=token | drawn)
    assert changed.status_code == 302
    rows = drawn_of(reading(), [back])[back]
    assert {one.payment_id: str(one.amount) for one in rows} == {
        payments[0]: "12.50",
        payments[1]: "7.50",
    }
    too_much = {f"advance-{payments[0]}": "12.51"}
    told = head.post(f"/invoices/payments/{back}/draw", data=token | too_much).text
    assert "are left" in told
    assert 'value="12.51"' in told
    story = head.get(f"/records/invoices.payment/{back}/story").text
    assert "Advances" in story


def test_one_advance_is_no_choice(bill: Bill, browser_for: BrowserFor) -> None:
    invoice_id = bill.invoice(amount="100.00")
    enter_payment({"amount": Decimal("112.50"), "invoice_id": invoice_id})

    assert "advance_id" not in browser_for("head").get(f"/invoices/{invoice_id}").text


def test_advance_of_a_colleague_is_neither_offered_nor_named(
    bill: Bill, browser_for: BrowserFor
) -> None:
    seller, head = bill.make.user_of("seller"), bill.make.user_of("head")
    own = bill.invoice(bill.deal("100.00", owner_id=seller))
    hidden = bill.invoice(bill.deal("100.00", owner_id=head))
    enter_payment({"amount": Decimal(110), "invoice_id": own, "reference": "OWN-1"})
    secret = enter_payment({"amount": Decimal(120), "invoice_id": hidden, "reference": "SECRET-1"})
    back = enter_payment(
        {"amount": Decimal(30), "direction": "back", "invoice_id": own, "advances": [
            {"payment_id": secret, "amount": Decimal(20)}]}
    )  # fmt: skip
    browser = browser_for("seller")

    pages = [browser.get(f"/invoices/{own}"), browser.get(f"/invoices/payments/{back}")]
    story = browser.get(f"/records/invoices.payment/{back}/story")
    asked = browser_for("head").get(f"/invoices/payments/{back}")

    assert [one.status_code for one in pages] == [200, 200]
    assert not any("SECRET-1" in one.text for one in (*pages, story))
    assert "SECRET-1" in asked.text
