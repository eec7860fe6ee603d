"""Invoices by email: to whom, in which words, with which file, and what is seen of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_invoices import service as invoices
from salesman_invoices.models import KIND
from salesman_invoices.sending import queries, service
from salesman_invoices.sending.models import Sending
from salesman_invoices.sending.settings import take_built_in, write_wording
from salesman_invoices.testing import line
from salesman_requisites.testing import hidden

from salesman_core.services import mail
from salesman_core.services.models import KeptLetter
from salesman_core.services.smtp import MailServer
from salesman_core.testing.mail import MailSink
from salesman_core.testing.pdf import texts_of
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    bans,
    change_client,
    create_contact,
    reading,
    writing,
)

from .conftest import Bill

BrowserFor = Callable[[str], Browser]
Statements = Callable[[], AbstractContextManager[list[str]]]
ApiFor = Callable[[str], Api]

LETTER = {"to": "buyer@example.com", "subject": "Счёт", "text": "Здравствуйте!\n\nСчёт внутри."}


@pytest.fixture(autouse=True)
def _server(app: Flask, mail_sink: MailSink) -> None:
    """Let letters go to a server of the test's own."""
    mail.change_mail(MailServer.at(mail_sink.url), "crm@example.com")


def deliver() -> None:
    """Send what waits in the log."""
    reading().rollback()
    waiting = sa.select(KeptLetter.id).where(KeptLetter.state == mail.WAITING)
    for letter_id in reading().scalars(waiting).all():
        mail.deliver(letter_id)


def test_an_invoice_goes_out_as_pdf_and_its_reader_can_answer(
    bill: Bill, make: Make, mail_sink: MailSink, pdf_tools: None
) -> None:
    user_id = make.user("head")
    invoice_id = bill.invoice(language="ru")
    number = bill.row(invoice_id).number

    with make.acting(user_id):
        service.send_paper(KIND, invoice_id, LETTER)
    deliver()

    (delivery,) = mail_sink.deliveries
    assert delivery.recipients == ("buyer@example.com",)
    (file,) = delivery.letter.iter_attachments()
    assert file.get_filename() == f"Счёт на оплату {number}.pdf"
    assert file.get_content_type() == "application/pdf"
    assert "500,00" in "".join(texts_of(file.get_payload(decode=True)))
    assert "@" in delivery.letter["Reply-To"]
    assert delivery.letter["Auto-Submitted"] is None
    (sent,) = queries.sent_with(reading(), KIND, invoice_id)
    assert sent.fate is not None
    assert (sent.row.to, sent.row.by_id, sent.fate.state) == (LETTER["to"], user_id, "sent")


def test_a_letter_is_proposed_in_the_words_of_the_company(bill: Bill, make: Make) -> None:
    invoice_id = bill.invoice(language="ru", amount="1500.00")
    number = bill.row(invoice_id).number
    write_wording(
        "invoice", "ru", {"subject": "{number}: {client}", "text": "К {left}\n{due}\nвсё"}, None
    )

    proposed = service.proposal(reading(), KIND, invoice_id)

    assert proposed.wording.subject == f"{number}: Acme"
    assert proposed.wording.text == "К 1\u00a0500,00\u00a0₽\nвсё"  # it has no due day
    take_built_in("invoice", "ru")
    built_in = service.proposal(reading(), KIND, invoice_id).wording
    assert built_in.subject.startswith(f"Счёт № {number} от ")
    assert "Просим оплатить" not in built_in.text


def test_what_stands_in_a_value_is_no_place(bill: Bill) -> None:
    change_client(bill.client_id, {"name": "{left} {number}"})
    write_wording("invoice", "en", {"subject": "{client}", "text": "{client}"}, None)
    invoice_id = bill.invoice(language="en")

    assert service.proposal(reading(), KIND, invoice_id).wording.subject == "{left} {number}"


def test_known_addresses_are_offered_the_last_one_first(bill: Bill, make: Make) -> None:
    change_client(bill.client_id, {"emails": ["office@example.com", "no address"]})
    create_contact({"client_id": bill.client_id, "name": "Olga", "emails": ["olga@example.com"]})
    invoice_id = bill.invoice()

    offered = service.proposal(reading(), KIND, invoice_id).recipients
    service.send_paper(KIND, invoice_id, LETTER | {"to": "office@example.com"})
    again = service.proposal(reading(), KIND, invoice_id).recipients

    assert [(one.address, one.whose) for one in offered] == [
        ("olga@example.com", "Olga"),
        ("office@example.com", "Acme"),
    ]
    assert [one.address for one in again] == ["office@example.com", "olga@example.com"]


def test_a_ban_of_mailings_stops_no_paper(bill: Bill, mail_sink: MailSink) -> None:
    invoice_id = bill.invoice()
    with writing() as session:
        bans.ban(session, "mailing", "they asked", addresses=[LETTER["to"]])

    service.send_paper(KIND, invoice_id, LETTER)
    deliver()

    assert len(mail_sink.letters) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": "buyer"}, "to"),
        ({"to": "buyer@example.com, other@example.com"}, "to"),
        ({"to": "buyer@example.com\nBcc: other@example.com"}, "to"),
        ({"subject": "  "}, "subject"),
        ({"subject": "x" * 301}, "subject"),
        ({"text": ""}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"along": [("invoices.invoice", 999)]}, "along"),
    ],
)
def test_what_cannot_be_a_letter_is_refused_at_its_field(
    bill: Bill, wrong: dict[str, Any], field: str
) -> None:
    invoice_id = bill.invoice()

    with pytest.raises(InvalidError) as refused:
        service.send_paper(KIND, invoice_id, LETTER | wrong)

    assert list(refused.value.fields) == [field]
    assert reading().scalars(sa.select(Sending.id)).all() == []
    assert reading().scalars(sa.select(KeptLetter.id)).all() == []


def test_only_what_is_issued_is_sent(bill: Bill) -> None:
    draft, cancelled = bill.draft(lines=[line()]), bill.invoice()
    invoices.cancel_invoice(cancelled)

    for invoice_id in (draft, cancelled):
        with pytest.raises(ConflictError, match="Only what is issued"):
            service.send_paper(KIND, invoice_id, LETTER)
        with pytest.raises(ConflictError, match="Only what is issued"):
            service.proposal(reading(), KIND, invoice_id)


def test_who_may_only_see_an_invoice_does_not_send_it(bill: Bill, make: Make) -> None:
    lawyer = make.user("lawyer")
    invoice_id = bill.invoice(owner_id=lawyer)

    with make.acting(lawyer), pytest.raises(ForbiddenError):
        service.send_paper(KIND, invoice_id, LETTER)


def test_card_and_stories_tell_who_sent_it_to_whom(
    bill: Bill, make: Make, browser_for: BrowserFor, mail_sink: MailSink
) -> None:
    deal_id = bill.deal()
    invoice_id = bill.invoice(deal_id)
    number = bill.row(invoice_id).number
    mail_sink.refuse(LETTER["to"])
    service.send_paper(KIND, invoice_id, LETTER)
    browser = browser_for("head")

    waits = browser.get(f"/invoices/{invoice_id}/letters").text
    deliver()
    settled = browser.get(f"/invoices/{invoice_id}").text

    assert "every 3s" in waits
    assert "waits" in waits
    assert "every 3s" not in settled
    assert "refused by the server" in settled
    assert "550 5.1.1 no such mailbox" in settled
    for kind, record_id in (("client", bill.client_id), ("deal", deal_id), (KIND, invoice_id)):
        story = browser.get(f"/records/{kind}/{record_id}/story").text
        assert f"Invoice {number} went by email to buyer@example.com" in story


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(
    bill: Bill, browser_for: BrowserFor
) -> None:
    invoice_id = bill.invoice()
    browser = browser_for("head")
    form = browser.get(f"/invoices/{invoice_id}/send")

    refused = browser.post(
        f"/invoices/{invoice_id}/send",
        data=LETTER
        | {"to": "nobody", "text": "My own words", "csrf_token": hidden(form.text, "csrf_token")},
    )

    assert "Invoice" in form.text
    assert refused.status_code == 422
    assert "nobody is not an email address." in refused.text
    assert "My own words" in refused.text


def test_papers_that_are_none_go_along_with_no_letter(bill: Bill, browser_for: BrowserFor) -> None:
    invoice_id = bill.invoice()
    browser = browser_for("head")
    token = hidden(browser.get(f"/invoices/{invoice_id}/send").text, "csrf_token")
    strange = {"along": ["invoices.act:" + "9" * 5000, "invoices.act:²"]}

    answer = browser.post(
        f"/invoices/{invoice_id}/send", data={**LETTER, **strange, "csrf_token": token}
    )

    assert answer.status_code < 500


def test_sending_from_the_page_puts_the_letter_on_its_way(
    bill: Bill, browser_for: BrowserFor, mail_sink: MailSink
) -> None:
    invoice_id = bill.invoice()

    browser = browser_for("head")
    token = hidden(browser.get(f"/invoices/{invoice_id}/send").text, "csrf_token")

    answer = browser.post(f"/invoices/{invoice_id}/send", data={**LETTER, "csrf_token": token})
    deliver()

    assert answer.status_code == 302
    assert answer.location == f"/invoices/{invoice_id}"
    assert [one["To"] for one in mail_sink.letters] == ["buyer@example.com"]


def test_programs_send_with_the_proposed_words_and_read_what_became_of_it(
    bill: Bill, api_for: ApiFor, mail_sink: MailSink
) -> None:
    invoice_id = bill.invoice(language="en")
    api = api_for("head")

    sent = api.post(f"/invoices/{invoice_id}/send", {"to": "buyer@example.com"})
    deliver()
    listed = api.get(f"/invoices/{invoice_id}/letters").json

    assert sent.status_code == 200
    assert sent.json["items"][0]["state"] == "waiting"
    (letter,) = listed["items"]
    assert (letter["to"], letter["state"], letter["reminder"]) == (
        "buyer@example.com",
        "sent",
        None,
    )
    assert mail_sink.letters[0]["Subject"].startswith("Invoice No. ")


def test_a_number_that_is_taken_back_sends_nothing(bill: Bill, mail_sink: MailSink) -> None:
    """A letter and the note of it stand in one transaction."""
    invoice_id = bill.invoice(amount=str(Decimal(10)))
    service.send_paper(KIND, invoice_id, LETTER)

    letters = reading().scalars(sa.select(KeptLetter.id)).all()
    assert reading().scalars(sa.select(Sending.letter_id)).all() == letters


def test_a_panel_of_many_letters_costs_no_more_statements(
    bill: Bill, browser_for: BrowserFor, statements: Statements
) -> None:
    invoice_id = bill.invoice()
    browser = browser_for("head")
    service.send_paper(KIND, invoice_id, LETTER)
    browser.get(f"/invoices/{invoice_id}/letters")

    with statements() as few:
        browser.get(f"/invoices/{invoice_id}/letters")
    for number in range(4):
        service.send_paper(KIND, invoice_id, LETTER | {"to": f"buyer{number}@example.com"})
    with statements() as many:
        page = browser.get(f"/invoices/{invoice_id}/letters").text

    assert page.count("buyer") == 5
    assert len(many) == len(few)
