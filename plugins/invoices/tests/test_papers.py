"""Papers of records: what is printed is what the record says, whatever became of the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from salesman_catalogue.toolkit import rounded
from salesman_invoices import service
from salesman_invoices.acts import service as acts
from salesman_invoices.models import Act, Invoice
from salesman_invoices.papers import rendering
from salesman_invoices.papers.reading import paper_of_act, paper_of_invoice
from salesman_invoices.papers.rendering import UnprintableError, printout_of
from salesman_requisites.companies.models import BankAccount, OwnCompany
from salesman_requisites.companies.pictures import keep_picture
from salesman_requisites.testing import png

from salesman_core.testing.pdf import texts_of
from salesman_core.testing.people import Api, Browser
from salesman_core.toolkit import change_client, reading, writing

from .conftest import Bill

BrowserFor = Callable[[str], Browser]
ApiFor = Callable[[str], Api]

RACKS = [
    {"name": "Стойка", "quantity": Decimal(3), "price": Decimal("1234.56"), "vat_percent": 20},
    {"name": "Полка", "quantity": Decimal("2.5"), "price": Decimal("99.99"), "vat_percent": 10},
    {
        "name": "Монтаж",
        "quantity": Decimal(1),
        "price": Decimal(5000),
        "vat_percent": Decimal(20),
        "vat_on_top": True,
        "discount_percent": Decimal("7.5"),
    },
]


def text_of(invoice_id: int) -> str:
    """Give all that stands on an invoice, with single gaps."""
    pdf = printout_of(paper_of_invoice(reading(), invoice_id)).pdf()
    return " ".join(" ".join(texts_of(pdf)).split())


def plain(amount: Decimal) -> str:
    """Give an amount as a Russian paper has it."""
    return f"{rounded(amount):,.2f}".replace(",", " ").replace(".", ",")


def test_what_is_printed_adds_up_to_the_record(bill: Bill) -> None:
    invoice_id = bill.invoice(lines=RACKS, language="ru")
    row = bill.row(invoice_id)

    text = text_of(invoice_id)

    assert f"Счёт на оплату № {row.number} от" in text
    assert f"Всего к оплате: {plain(row.amount)}" in text
    said = re.findall(r"В том числе НДС \d+ %: ([\d ]+,\d\d)", text)
    assert sum(Decimal(one.replace(" ", "").replace(",", ".")) for one in said) == row.vat
    assert "Acme" in text


def test_an_issued_invoice_reads_the_same_whatever_becomes_of_both_sides(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="500.00")
    before = printout_of(paper_of_invoice(reading(), invoice_id))

    change_client(bill.client_id, {"name": "Renamed"})
    with writing() as session:
        company = session.get_one(OwnCompany, bill.row(invoice_id).company_id)
        company.name, company.active = "Another", False
    reading().rollback()

    after = printout_of(paper_of_invoice(reading(), invoice_id))
    assert after == before
    assert after.pdf() == before.pdf()


def test_a_draft_is_printed_as_one_with_what_stands_today(bill: Bill) -> None:
    invoice_id = bill.draft(lines=[{**RACKS[0]}], language="ru")
    change_client(bill.client_id, {"name": "Renamed"})

    text = text_of(invoice_id)

    assert "Счёт на оплату (черновик)" in text
    assert "Покупатель Renamed" in text


def test_a_cancelled_invoice_says_so(bill: Bill) -> None:
    invoice_id = bill.invoice(language="ru")
    service.cancel_invoice(invoice_id, "Ошибка")

    assert "(аннулирован)" in text_of(invoice_id)


def test_the_stamp_of_the_own_company_is_on_it(bill: Bill) -> None:
    invoice_id = bill.invoice()
    company_id = bill.row(invoice_id).company_id
    keep_picture(company_id, "stamp", png())

    assert "data:image/png;base64," in printout_of(paper_of_invoice(reading(), invoice_id)).page


def test_an_invoice_that_names_no_own_company_cannot_be_printed(bill: Bill) -> None:
    invoice_id = bill.invoice()
    with writing() as session:
        session.get_one(Invoice, invoice_id).snapshot = {}

    with pytest.raises(UnprintableError, match="names no own company"):
        paper_of_invoice(reading(), invoice_id)


def test_the_page_shows_it_and_hands_it_out(bill: Bill, browser_for: BrowserFor) -> None:
    invoice_id = bill.invoice(language="ru")
    browser = browser_for("head")

    shown = browser.get(f"/invoices/{invoice_id}/paper.pdf")
    saved = browser.get(f"/invoices/{invoice_id}/paper.pdf?save=1")

    assert shown.content_type == saved.content_type == "application/pdf"
    assert shown.data.startswith(b"%PDF-")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert "sandbox" in saved.headers["Content-Security-Policy"]
    assert "private" in shown.headers["Cache-Control"]


def test_who_has_it_already_gets_it_no_second_time(bill: Bill, browser_for: BrowserFor) -> None:
    address = f"/invoices/{bill.draft(lines=RACKS)}/paper.pdf"
    browser = browser_for("head")
    etag = browser.get(address).headers["ETag"]

    again = browser.get(address, headers={"If-None-Match": etag})
    change_client(bill.client_id, {"name": "Renamed"})
    changed = browser.get(address, headers={"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")
    assert changed.status_code == 200


def test_who_does_not_see_the_invoice_does_not_see_its_paper(
    bill: Bill, browser_for: BrowserFor, api_for: ApiFor
) -> None:
    invoice_id = bill.invoice()

    assert browser_for("seller").get(f"/invoices/{invoice_id}/paper.pdf").status_code == 404
    assert api_for("seller").get(f"/invoices/{invoice_id}/paper").status_code == 404
    assert api_for("marketer").get(f"/invoices/{invoice_id}/paper").status_code == 403


def test_programs_get_it_as_pdf(bill: Bill, api_for: ApiFor) -> None:
    answer = api_for("head").get(f"/invoices/{bill.invoice()}/paper")

    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_a_machine_that_cannot_print_says_so_and_the_card_still_works(
    bill: Bill, browser_for: BrowserFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice_id = bill.invoice()
    monkeypatch.setattr(rendering, "what_is_lacking", lambda: "no pango-1.0-0")
    monkeypatch.setattr("salesman_invoices.sending.panels.what_is_lacking", lambda: "no pango")
    browser = browser_for("head")

    card = browser.get(f"/invoices/{invoice_id}")
    refused = browser.get(f"/invoices/{invoice_id}/paper.pdf")

    assert card.status_code == 200
    assert "PDF cannot be made on this machine" in card.text
    assert refused.status_code == 409
    assert "no pango-1.0-0" in refused.text


def test_draft_of_an_account_out_of_use_cannot_be_printed(bill: Bill) -> None:
    invoice_id = bill.draft(bill.deal())
    account_id = bill.row(invoice_id).account_id
    with writing() as session:
        session.get_one(BankAccount, account_id).active = False

    with pytest.raises(UnprintableError):
        paper_of_invoice(reading(), invoice_id)


def test_issued_act_names_its_invoice_when_that_is_gone(bill: Bill) -> None:
    act_id = acts.make_act({"invoice_id": bill.invoice(bill.deal(lines=True))})
    acts.issue_act(act_id)
    ground = paper_of_act(reading(), act_id).ground
    with writing() as session:
        session.get_one(Act, act_id).invoice_id = None

    assert ground
    assert paper_of_act(reading(), act_id).ground == ground
