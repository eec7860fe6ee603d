"""Invoices and payments in a real browser, from the card of a deal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, expect
from salesman_catalogue.lines.service import replace_lines
from salesman_invoices.models import Invoice
from salesman_invoices.service import issue_invoice, make_invoice
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.companies.schemas import AccountSchema, SignerSchema
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company

from salesman_core.testing.pdf import texts_of
from salesman_core.testing.people import Make
from salesman_core.toolkit import Deal, Stage, company, judge, reading, today

pytestmark = [pytest.mark.browser, pytest.mark.plugins, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


def seller_firm() -> None:
    """Enter an own company with an account and a signer."""
    company_id = own_company(short_name="Ромашка", inn="7707083893", kpp="770701001")
    ACCOUNTS.add(company_id, judge(AccountSchema(), ACCOUNT))
    SIGNERS.add(company_id, judge(SignerSchema(), SIGNER))


def assert_in_the_middle(dialog: Locator) -> None:
    """Assert that a dialog is as far from the upper edge of the window as from the lower one."""
    box, window = dialog.bounding_box(), dialog.page.viewport_size
    assert box is not None
    assert window is not None
    assert abs(2 * box["y"] + box["height"] - window["height"]) <= 2


def test_invoice_and_its_paper_come_from_the_card_of_a_deal_by_three_clicks_and_a_field(
    make: Make, page_for: PageFor, pdf_tools: None
) -> None:
    seller_firm()
    deal = make.deal(owner_id=make.user_of("seller"), client_id=make.client())
    rack = {"name": "Rack", "quantity": Decimal(3), "price": Decimal(100)}
    replace_lines(deal, [{**rack, "vat_percent": Decimal(20)}])
    due_on = today(company().tz) + timedelta(days=5)
    task = page_for("seller")
    task.begin(f"/deals/{deal}")

    task.click("button[data-dialog='new-invoice']")
    expect(task.page.locator("#new-invoice #field-due_on")).to_be_focused()
    assert_in_the_middle(task.page.locator("#new-invoice"))
    task.fill("To be paid by", f"{due_on:%d.%m.%y}", within="#new-invoice")
    task.click("#new-invoice button[value='issue']")
    expect(task.page.locator("h1")).to_contain_text("Invoice 1")

    with task.page.expect_popup() as opened:
        task.click("main a:has-text('Open PDF')")
    expect(opened.value).to_have_url(re.compile(r"/invoices/\d+/paper\.pdf$"))

    assert task.cost == (3, 1, 1)
    assert task.problems == []
    paper = task.page.request.get(opened.value.url)
    assert paper.headers["content-type"] == "application/pdf"
    assert re.search(r"Rack\s.*300[.,]00", texts_of(paper.body())[0])
    row = reading().execute(sa.select(Invoice.amount, Invoice.vat, Invoice.due_on)).one()
    assert tuple(row) == (Decimal(300), Decimal(50), due_on)


def test_payment_is_entered_and_the_deal_moves_on_where_it_is_offered(
    make: Make, page_for: PageFor
) -> None:
    seller_firm()
    owner = make.user_of("seller")
    deal = make.deal(owner_id=owner, client_id=make.client(), amount=Decimal(100))
    invoice_id = make_invoice({"deal_id": deal, "vat_percent": None})
    issue_invoice(invoice_id)
    task = page_for("seller")
    task.begin(f"/invoices/{invoice_id}")

    task.click("button[data-dialog='pay']")
    expect(task.page.locator("#pay #field-amount")).to_have_value("100")
    task.click("#pay button:has-text('Enter it')")
    expect(task.page.locator("main")).to_contain_text("All invoices of the deal are paid.")
    task.click("button:has-text('Move the deal to')")
    expect(task.page.locator("main")).not_to_contain_text("All invoices of the deal are paid.")

    percent = sa.select(Stage.percent).join(Deal, Deal.stage_id == Stage.id)
    assert reading().scalar(percent.where(Deal.id == deal)) == 80
    assert task.problems == []
