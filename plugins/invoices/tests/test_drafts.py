"""Drafts: what happens around them before they are issued, and what they are not issued with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from salesman_catalogue.lines.service import replace_lines
from salesman_invoices import queries, service
from salesman_invoices.standing import company_day
from salesman_requisites.companies.service import archive_company

from salesman_core.testing.people import Browser
from salesman_core.toolkit import ConflictError, Deal, InvalidError, reading, writing

from .conftest import Bill
from .test_pages import token_in

BrowserFor = Callable[[str], Browser]


def test_draft_of_an_own_company_out_of_use_is_shown_and_says_so(
    bill: Bill, company_id: int, browser_for: BrowserFor
) -> None:
    invoice_id = bill.draft(bill.deal())
    archive_company(company_id)

    page = browser_for("head").get(f"/invoices/{invoice_id}")

    assert page.status_code == 200
    assert "no longer in use: change the draft" in page.text
    assert f"/invoices/{invoice_id}/issue" not in page.text


def test_draft_without_any_quantity_is_refused_at_its_field(bill: Bill) -> None:
    invoice_id = bill.draft(bill.deal(lines=True))

    with pytest.raises(InvalidError) as refused:
        service.change_invoice(invoice_id, {"quantities": []})

    assert set(refused.value.fields) == {"quantities"}
    assert bill.row(invoice_id).amount == Decimal(500)


def test_draft_of_a_deal_that_was_lost_since_is_not_issued(bill: Bill) -> None:
    deal_id = bill.deal()
    invoice_id = bill.draft(deal_id)
    with writing() as session:
        deal = session.get_one(Deal, deal_id)
        deal.outcome, deal.closed_on, deal.reason_id = "lost", date(2026, 3, 1), 1

    with pytest.raises(ConflictError, match="lost"):
        service.issue_invoice(invoice_id)

    assert bill.row(invoice_id).number is None


def test_draft_of_a_deal_in_another_currency_by_now_is_not_issued(bill: Bill) -> None:
    deal_id = bill.deal()
    invoice_id = bill.draft(deal_id)
    with writing() as session:
        session.get_one(Deal, deal_id).currency = "USD"

    with pytest.raises(ConflictError, match="USD by now"):
        service.issue_invoice(invoice_id)


def test_invoice_is_not_due_before_it_is_issued(bill: Bill) -> None:
    yesterday = company_day() - timedelta(days=1)
    invoice_id = bill.draft(bill.deal(), due_on=yesterday)

    with pytest.raises(InvalidError) as refused:
        service.issue_invoice(invoice_id)
    number = service.issue_invoice(invoice_id, day=yesterday)

    assert (set(refused.value.fields), number) == ({"due_on"}, "1")


def test_part_of_a_deal_with_many_rates_comes_to_just_that_part(bill: Bill) -> None:
    deal_id = bill.deal()
    sold = {"name": "Thing", "quantity": Decimal(1), "price": Decimal(1)}
    replace_lines(deal_id, [{**sold, "vat_percent": Decimal(one)} for one in (0, 5, 10, 20)])

    invoice_id = bill.draft(deal_id, share=Decimal("0.02"))

    assert bill.row(invoice_id).amount == Decimal("0.02")


def test_change_that_the_deal_forbids_comes_back_as_it_was_typed(
    bill: Bill, browser_for: BrowserFor
) -> None:
    deal_id = bill.deal(lines=True)
    invoice_id = bill.draft(deal_id)
    with writing() as session:
        session.get_one(Deal, deal_id).amount = Decimal(100)
    line_id = queries.lines_of(reading(), [invoice_id])[invoice_id][0].deal_line_id
    browser = browser_for("head")
    token = token_in(browser.get(f"/invoices/{invoice_id}").text)
    typed = {"csrf_token": token, "comment": "As agreed", f"quantity-{line_id}": "3"}

    answer = browser.post(f"/invoices/{invoice_id}", data=typed | {"purpose": "Racks"})

    assert (answer.status_code, "more than the deal" in answer.text) == (409, True)
    assert "As agreed" in answer.text


def test_payment_on_an_invoice_cancelled_meanwhile_says_why_it_was_not_entered(
    bill: Bill, browser_for: BrowserFor
) -> None:
    invoice_id = bill.invoice(amount="100.00")
    browser = browser_for("head")
    token = token_in(browser.get(f"/invoices/{invoice_id}").text)
    service.cancel_invoice(invoice_id)

    answer = browser.post(f"/invoices/{invoice_id}/pay", data={"csrf_token": token, "amount": "5"})

    assert answer.status_code == 422
    assert "nothing can be paid on it" in answer.text
