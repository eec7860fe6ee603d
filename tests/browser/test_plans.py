"""Plans in a real browser: entered by paste, looked at on the desk, opened to their rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from salesman_invoices.payments.service import enter_payment
from salesman_invoices.service import issue_invoice, make_invoice
from salesman_plans.bases import set_basis
from salesman_plans.models import Plan
from salesman_plans.months import month_of
from salesman_plans.service import Goal, set_goals
from salesman_requisites.testing import own_company

from salesman_core.deals.models import CloseReason
from salesman_core.deals.service import close_deal
from salesman_core.services.company import company
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, today

pytestmark = [pytest.mark.browser, pytest.mark.plugins, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]

PASTE = """(cell, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const how = { clipboardData: data, bubbles: true, cancelable: true };
  cell.dispatchEvent(new ClipboardEvent("paste", how));
}"""


def month() -> date:
    return month_of(today(company().tz)).first


def test_block_of_a_spreadsheet_is_pasted_into_the_grid_and_kept(
    make: Make, page_for: PageFor
) -> None:
    anna = make.user("seller", name="Anna")
    year = month().year
    set_goals([Goal(f"person:{anna}", date(year, 12, 1), "turnover", Decimal(5))])
    task = page_for("head")
    task.begin("/plans/")
    cell = task.page.get_by_label(f"The company, January {year}")
    cell.evaluate(PASTE, "1 000\t2 000,50\n300\t\n")
    expect(task.page.get_by_label(f"Anna, January {year}")).to_have_value("300")
    cell.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        task.page.keyboard.press(key)
    expect(task.page.get_by_label(f"Anna, March {year}")).to_be_focused()
    task.page.get_by_role("button", name="Save").click()
    expect(task.page.get_by_text("3 plans are set.")).to_be_visible()
    rows = reading().execute(sa.select(Plan.subject, Plan.month, Plan.value).order_by(Plan.id))
    assert {(row.subject, row.month.month, row.value) for row in rows} == {
        (f"person:{anna}", 12, 5),
        ("company", 1, 1000),
        ("company", 2, Decimal("2000.5")),
        (f"person:{anna}", 1, 300),
    }
    assert task.problems == []


def test_widget_moves_when_a_payment_is_entered_and_opens_to_its_invoice(
    make: Make, page_for: PageFor
) -> None:
    anna = make.user_of("seller")
    client_id = make.client(name="Acme", owner_id=anna)
    set_basis("paid", month())
    set_goals([Goal(f"person:{anna}", month(), "turnover", Decimal(1000))])
    line = {"name": "Boiler", "quantity": Decimal(1), "price": Decimal(800)}
    seller = own_company()
    paper = {"client_id": client_id, "owner_id": anna, "company_id": seller, "lines": [line]}
    invoice_id = make_invoice(paper)
    issue_invoice(invoice_id)
    task = page_for("seller")
    task.begin("/")
    expect(task.page.get_by_role("img", name="Turnover: 0% of the plan")).to_be_visible()

    enter_payment({"amount": Decimal(400), "invoice_id": invoice_id})

    ring = task.page.get_by_role("img", name="Turnover: 40% of the plan")
    expect(ring).to_be_visible(timeout=15_000)
    ring.click()
    expect(task.page.locator("h1")).to_contain_text("Turnover")
    expect(task.page.get_by_text("A part payment brings its share")).to_have_count(1)
    task.page.get_by_role("link", name="Compare bases").click()
    issued = task.page.get_by_role("row", name="Invoices issued")
    expect(issued.get_by_role("link").first).to_contain_text("800")
    issued.get_by_role("link").first.click()
    task.page.get_by_role("link", name="Open as a list").click()
    expect(task.page.locator(f'a[href="/invoices/{invoice_id}"]').first).to_be_visible()
    assert task.problems == []


def test_own_plan_and_its_rows_in_one_click_and_one_load(make: Make, page_for: PageFor) -> None:
    anna = make.user_of("seller")
    set_goals([Goal(f"person:{anna}", month(), "turnover", Decimal(1000))])
    close_deal(make.deal(owner_id=anna, amount="400", name="Three boilers"), "won")
    task = page_for("seller")
    task.begin("/")
    ring = task.page.get_by_role("img", name="Turnover: 40% of the plan")
    expect(ring).to_be_visible()
    task.click('svg[aria-label="Turnover: 40% of the plan"]')
    expect(task.page.get_by_role("link", name="Three boilers")).to_be_visible()
    expect(task.page.locator("h1")).to_contain_text("Turnover")
    assert task.cost == (1, 0, 1)
    assert task.problems == []


def test_bases_are_compared_from_the_figure_and_the_difference_opens(
    make: Make, page_for: PageFor
) -> None:
    reason = reading().scalar(sa.select(sa.func.min(CloseReason.id)))
    close_deal(make.deal(amount="400", name="Three boilers"), "won")
    close_deal(make.deal(amount="500", name="Lost boilers"), "lost", reason)
    task = page_for("head")
    task.begin("/plans/figure?whose=company")
    task.page.get_by_role("link", name="Compare bases").click()
    expect(task.page.get_by_text("Counts here alone")).to_be_visible()
    task.page.get_by_role("link", name="Lost boilers").click()
    expect(task.page.locator("h1")).to_contain_text("Lost boilers")
    assert task.problems == []
