"""Invoices on paper and by email in a real browser, read with a real mail server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from salesman_invoices.service import issue_invoice, make_invoice
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.companies.schemas import AccountSchema, SignerSchema
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company

from salesman_core.jobs import Worker
from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.mail import MailSink
from salesman_core.testing.pdf import texts_of
from salesman_core.testing.people import Make
from salesman_core.toolkit import create_contact, judge

pytestmark = [pytest.mark.browser, pytest.mark.plugins, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]
PATIENCE = 20.0


@pytest.fixture
def post(app: Flask, mail_sink: MailSink) -> Iterator[MailSink]:
    """Where letters arrive, which a worker sends."""
    change_mail(MailServer.at(mail_sink.url), "crm@example.com")
    worker = Worker(app.extensions["salesman_jobs"], threads=1).start()
    yield mail_sink
    worker.stop()


@pytest.fixture
def invoice_id(app: Flask, make: Make, pdf_tools: None) -> int:
    """An invoice of a seller's, for a client with a contact."""
    company_id = own_company(short_name="Ромашка", inn="7707083893", kpp="770701001")
    ACCOUNTS.add(company_id, judge(AccountSchema(), ACCOUNT))
    SIGNERS.add(company_id, judge(SignerSchema(), SIGNER))
    owner = make.user_of("seller")
    client_id = make.client(owner_id=owner)
    create_contact({"client_id": client_id, "name": "Ольга", "emails": ["olga@example.com"]})
    rack = {"name": "Стойка", "quantity": Decimal(3), "price": Decimal(100)}
    lines = [{**rack, "vat_percent": Decimal(20)}]
    values = {"client_id": client_id, "owner_id": owner, "lines": lines, "language": "ru"}
    made = make_invoice(values)
    issue_invoice(made)
    return made


def flat(pdf: bytes) -> str:
    """Give all that stands in a PDF, with single gaps."""
    return " ".join(" ".join(texts_of(pdf)).split())


def test_one_click_on_its_card_shows_the_paper_that_says_what_the_record_says(
    invoice_id: int, page_for: PageFor
) -> None:
    task = page_for("seller")
    task.begin(f"/invoices/{invoice_id}")
    link = task.page.get_by_role("link", name="Open PDF")

    answer = task.page.request.get(link.get_attribute("href"))

    assert answer.headers["content-type"] == "application/pdf"
    text = flat(answer.body())
    assert "Счёт на оплату № 1 от" in text
    assert "Стойка 3 100,00 300,00" in text
    assert "В том числе НДС 20 %: 50,00 Всего к оплате: 300,00" in text
    assert link.get_attribute("target") == "_blank"
    assert task.problems == []


def test_an_invoice_is_sent_and_arrives_with_its_paper(
    invoice_id: int, page_for: PageFor, post: MailSink
) -> None:
    task = page_for("seller")
    task.begin(f"/invoices/{invoice_id}")

    task.click("a:has-text('Send by email')")
    expect(task.page.locator("#dialog-content #field-to")).to_be_focused()
    expect(task.page.locator("#dialog-content #field-to")).to_have_value("olga@example.com")
    task.click("#dialog-content button:has-text('Send')")
    panel = task.page.locator("#letters-of-invoices-invoice")
    expect(panel).to_contain_text("olga@example.com")
    expect(panel.locator(".badge")).to_have_text("sent", timeout=PATIENCE * 1000)

    assert task.cost == (2, 0, 0)
    assert task.problems == []
    (letter,) = arrived(post)
    assert letter["To"] == "olga@example.com"
    assert letter["Subject"].startswith("Счёт № 1 от ")
    (file,) = letter.iter_attachments()
    assert file.get_filename() == "Счёт на оплату 1.pdf"
    assert "Всего к оплате: 300,00" in flat(file.get_payload(decode=True))


def arrived(post: MailSink) -> list[Any]:
    """Wait for letters, and give them."""
    until = time.monotonic() + PATIENCE
    while not post.letters and time.monotonic() < until:
        time.sleep(0.05)
    return list(post.letters)
