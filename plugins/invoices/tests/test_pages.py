"""The pages of invoices, payments and schedules, as people of several roles meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_catalogue.service import create_product
from salesman_invoices.models import Invoice, InvoiceLine, Payment
from salesman_invoices.service import issue_invoice
from salesman_invoices.standing import company_day
from salesman_invoices.testing import line

from salesman_core.testing.people import Browser
from salesman_core.toolkit import reading

from .conftest import Bill

BrowserFor = Callable[[str], Browser]
Statements = Callable[[], AbstractContextManager[list[str]]]


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def panel_of(browser: Browser, deal_id: int) -> str:
    """Give the panel of invoices on the card of a deal, which comes after the page."""
    page = browser.get(f"/deals/{deal_id}").text
    places = re.findall(r'hx-get="([^"]*invoices[^"]*)"', page)
    assert places, "the card has no panel of invoices"
    return browser.get(places[0].replace("&amp;", "&")).text


def test_empty_lists_say_what_they_are_for(browser_for: BrowserFor) -> None:
    browser = browser_for("seller")

    assert "No invoices yet" in browser.get("/invoices").text
    assert "No payments yet" in browser.get("/invoices/payments").text


def test_deal_is_billed_and_issued_from_its_card_with_one_field(
    bill: Bill, browser_for: BrowserFor
) -> None:
    deal_id = bill.deal(lines=True)
    browser = browser_for("head")
    panel = panel_of(browser, deal_id)
    due_on = company_day() + timedelta(days=5)
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', panel))

    answer = browser.post(
        "/invoices/new",
        data={**form, "due_on": f"{due_on:%d.%m.%y}", "act": "issue"},
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "Invoice 1" in answer.text
    row = reading().execute(sa.select(Invoice.amount, Invoice.due_on, Invoice.state)).one()
    assert tuple(row) == (Decimal(500), due_on, "issued")


def test_no_rate_of_vat_is_chosen_for_a_deal_without_lines(
    bill: Bill, browser_for: BrowserFor
) -> None:
    deal_id = bill.deal()
    browser = browser_for("head")
    page = browser.get(f"/invoices/new?deal_id={deal_id}").text
    sent = {"csrf_token": token_in(page), "deal_id": deal_id, "purpose": "Boilers"}

    refused = browser.post("/invoices/new", data={**sent, "vat": "", "act": "issue"})
    done = browser.post(
        "/invoices/new", data={**sent, "vat": "20", "act": "draft"}, follow_redirects=True
    )

    assert refused.status_code == 422
    assert "Say at which rate of VAT" in refused.text
    assert 'value="Boilers"' in refused.text
    assert "Draft of an invoice" in done.text


def test_missing_requisites_are_said_before_with_where_to_mend_them(
    bill: Bill, browser_for: BrowserFor
) -> None:
    page = browser_for("head").get(f"/invoices/new?deal_id={bill.deal()}").text

    assert "The tax number of the client is not known." in page
    assert f'href="/clients/{bill.client_id}"' in page


@pytest.mark.usefixtures("app")
def test_without_an_own_company_nothing_can_be_issued(
    browser_for: BrowserFor, make: Callable[..., int]
) -> None:
    deal_id = make.deal(amount="100.00", client_id=make.client())  # type: ignore[attr-defined]

    page = browser_for("administrator").get(f"/invoices/new?deal_id={deal_id}").text

    assert "There is no own company in whose name it is issued." in page
    assert 'href="/requisites/new"' in page
    assert 'value="issue"' not in page


def test_invoice_without_a_deal_has_as_many_lines_as_are_typed(
    bill: Bill, browser_for: BrowserFor
) -> None:
    browser = browser_for("head")
    rack = create_product({"name": "Steel rack", "article": "R-1"})
    token = token_in(browser.get("/invoices/new").text)
    sent = {"csrf_token": token, "client_id": bill.client_id, "act": "draft"}

    nothing = browser.post("/invoices/new", data=sent)
    lines = {"line": ["A visit", "r-1", "", ""], "quantity": ["", "2,5", "1", "1"]}
    prices = {"price": ["1 200,50", "100", "", ""], "vat": ["none", "20", "20", ""]}
    browser.post("/invoices/new", data={**sent, **lines, **prices})

    assert nothing.status_code == 422
    assert "Say what the invoice is for." in nothing.text
    assert reading().scalar(sa.select(Invoice.amount)) == Decimal("1450.50")
    columns = (InvoiceLine.name, InvoiceLine.article, InvoiceLine.quantity, InvoiceLine.vat)
    asked = sa.select(*columns, InvoiceLine.product_id).order_by(InvoiceLine.position)
    assert reading().execute(asked).all() == [
        ("A visit", "", Decimal(1), Decimal(0), None),
        ("Steel rack", "R-1", Decimal("2.5"), Decimal("41.67"), rack),
    ]


@pytest.mark.parametrize(
    ("cell", "typed", "complaint"),
    [
        ("line", "", "Line 2: Say what it is for."),
        ("quantity", "0", "Line 2: "),
        ("quantity", "-1", "Line 2: "),
        ("quantity", "two", "Line 2: “two 100” is no number."),
        ("price", "", "Line 2: Say the price."),
        ("vat", "", "Line 2: Say at which rate of VAT, or that it is without."),
    ],
)
def test_wrong_line_is_told_with_its_number_and_what_was_typed_stays(
    bill: Bill, browser_for: BrowserFor, cell: str, typed: str, complaint: str
) -> None:
    browser = browser_for("head")
    token = token_in(browser.get("/invoices/new").text)
    lines = {"line": "A rack", "quantity": "3", "price": "100", "vat": "20"}
    second = {**lines, cell: typed}
    sent: dict[str, Any] = {name: [lines[name], second[name]] for name in lines}
    sent |= {"csrf_token": token, "client_id": bill.client_id, "act": "issue"}

    page = browser.post("/invoices/new", data=sent)

    assert page.status_code == 422
    assert complaint in page.text
    assert page.text.count('value="A rack"') == 2 - (cell == "line")
    assert reading().scalar(sa.select(sa.func.count(Invoice.id))) == 0


def test_line_behind_an_empty_row_is_the_one_that_is_marked_as_wrong(
    bill: Bill, browser_for: BrowserFor
) -> None:
    browser = browser_for("head")
    token = token_in(browser.get("/invoices/new").text)
    sent: dict[str, Any] = {"csrf_token": token, "client_id": bill.client_id, "act": "draft"}
    sent |= {"line": ["", "A rack"], "quantity": ["1", "3"], "price": ["", ""], "vat": ["", "20"]}

    page = browser.post("/invoices/new", data=sent).text

    assert "Line 1: Say the price." in page
    marked = re.findall(r'"form-control (is-invalid)?" name="line" value="(.*?)"', page)
    assert marked == [("is-invalid", "A rack")]
    assert 'name="quantity" value="3"' in page
    assert re.search(r'<option value="20" selected>', page)


def test_payment_is_entered_on_the_card_and_moves_the_deal_on(
    bill: Bill, browser_for: BrowserFor
) -> None:
    deal_id = bill.deal("100.00")
    invoice_id = bill.invoice(deal_id)
    browser = browser_for("head")
    token = token_in(browser.get(f"/invoices/{invoice_id}").text)
    sent = {"csrf_token": token, "amount": "100,00", "day": "", "reference": "77"}

    paid = browser.post(f"/invoices/{invoice_id}/pay", data=sent, follow_redirects=True)
    moved = browser.post(
        f"/invoices/deals/{deal_id}/paid", data={"csrf_token": token}, follow_redirects=True
    )

    assert "All invoices of the deal are paid." in paid.text
    assert moved.status_code == 200
    assert "80" in moved.text
    assert reading().scalar(sa.select(Payment.reference)) == "77"


def test_refused_move_says_why(bill: Bill, browser_for: BrowserFor) -> None:
    deal_id = bill.deal("100.00")
    browser = browser_for("head")
    token = token_in(browser.get(f"/invoices/new?deal_id={deal_id}").text)

    answer = browser.post(f"/invoices/deals/{deal_id}/paid", data={"csrf_token": token})

    assert answer.status_code == 409
    assert "Not all invoices of this deal are paid" in answer.text


def test_wrong_payment_keeps_what_was_typed(bill: Bill, browser_for: BrowserFor) -> None:
    invoice_id = bill.invoice(amount="100.00")
    browser = browser_for("head")
    token = token_in(browser.get(f"/invoices/{invoice_id}").text)

    answer = browser.post(
        f"/invoices/{invoice_id}/pay",
        data={"csrf_token": token, "amount": "much", "reference": "Bill & Ben"},
    )

    assert answer.status_code == 422
    assert 'value="much"' in answer.text
    assert "Bill &amp; Ben" in answer.text


def test_payment_of_a_client_is_allotted_on_its_card(bill: Bill, browser_for: BrowserFor) -> None:
    first, second = bill.invoice(amount="100.00"), bill.invoice(amount="50.00")
    browser = browser_for("head")
    page = browser.get(f"/invoices/payments/new?client_id={bill.client_id}").text
    assert f'name="allot-{first}"' in page
    sent = {"csrf_token": token_in(page), "client_id": bill.client_id, "amount": "120"}

    card = browser.post(
        "/invoices/payments/new",
        data={**sent, f"allot-{first}": "100", "direction": "in"},
        follow_redirects=True,
    )
    payment_id = reading().scalar(sa.select(Payment.id))
    browser.post(
        f"/invoices/payments/{payment_id}/allot",
        data={"csrf_token": sent["csrf_token"], f"allot-{first}": "100", f"allot-{second}": "20"},
    )

    assert "Not allotted" in card.text
    assert bill.row(first).standing == "paid"
    assert bill.row(second).paid == Decimal(20)


def test_schedule_is_edited_and_its_step_is_billed(bill: Bill, browser_for: BrowserFor) -> None:
    deal_id = bill.deal("900.00")
    browser = browser_for("head")
    address = f"/invoices/deals/{deal_id}/schedule"
    rows = {
        "step-id": ["", ""],
        "step-title": ["Ahead", "After delivery"],
        "step-percent": ["33,33 %", ""],
        "step-amount": ["", "600"],
        "step-due_on": ["1.2.26", ""],
    }
    token = token_in(browser.get(address).text)

    refused = browser.post(
        address, data={**rows, "step-amount": ["5", "600"], "csrf_token": token, "version": "0"}
    )
    saved = browser.post(
        address, data={**rows, "csrf_token": token, "version": "0"}, follow_redirects=True
    )
    step = re.search(r"step_id=(\d+)", saved.text)
    assert step is not None
    form = browser.get(f"/invoices/new?deal_id={deal_id}&step_id={step.group(1)}").text

    assert refused.status_code == 422
    assert "one of them" in refused.text
    assert "overdue" in saved.text
    assert re.search(rf'value="step:{step.group(1)}" selected', form)
    assert 'value="01.02.2026"' not in form  # that day has gone by


def test_cancelling_an_invoice_of_a_month_that_is_over_says_what_that_changes(
    bill: Bill, browser_for: BrowserFor
) -> None:
    now, before = bill.invoice(), bill.draft(lines=[line()])
    issue_invoice(before, company_day().replace(day=1) - timedelta(days=1))
    browser = browser_for("head")

    told = ["in a month that is over" in browser.get(f"/invoices/{one}").text
            for one in (now, before)]  # fmt: skip

    assert told == [False, True]


def test_lawyer_reads_invoices_and_changes_nothing(bill: Bill, browser_for: BrowserFor) -> None:
    lawyer, browser = bill.make.user_of("lawyer"), browser_for("lawyer")
    deal_id = bill.deal(participants=[{"user_id": lawyer, "part": "contract"}])
    invoice_id = bill.invoice(deal_id)

    page = browser.get(f"/invoices/{invoice_id}")
    hidden = browser.get(f"/invoices/{bill.invoice(amount='5.00')}")

    assert page.status_code == 200
    assert 'data-dialog="pay"' not in page.text
    assert 'data-dialog="cancel-invoice"' not in page.text
    assert hidden.status_code == 404


def test_number_of_statements_does_not_grow_with_the_rows(
    bill: Bill, browser_for: BrowserFor, statements: Statements
) -> None:
    browser = browser_for("head")
    deal_id = bill.deal("900.00")
    addresses = ("/invoices", "/invoices/payments")
    counts: list[list[int]] = []
    for _round in range(2):
        for _number in range(3):
            bill.pay("10.00", bill.invoice(deal_id, share=Decimal(50)))
        counts.append([])
        for address in (*addresses, f"/invoices/{bill.draft(bill.deal())}"):
            browser.get(address)
            with statements() as sent:
                assert browser.get(address).status_code == 200
            counts[-1].append(len(sent))
        with statements() as sent:
            panel_of(browser, deal_id)
        counts[-1].append(len(sent))

    assert counts[0] == counts[1]
