"""A mail server on loopback that keeps its letters."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from salesman_core.testing.mail import MailSink


def connected(sink: MailSink) -> smtplib.SMTP:
    """Give a client that is connected to the sink."""
    address = urlsplit(sink.url)
    return smtplib.SMTP(address.hostname or "", address.port or 0, local_hostname="localhost")


def letter(*to: str) -> EmailMessage:
    """Give a letter with Cyrillic in all places."""
    message = EmailMessage()
    message["Subject"] = "Счёт № 5"
    message["From"] = "Ромашка <sales@example.com>"
    message["To"] = ", ".join(to)
    message.set_content("Добрый день!")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="счёт.pdf")
    return message


def test_letter_that_was_sent_is_kept_as_it_was_written(mail_sink: MailSink) -> None:
    with connected(mail_sink) as client:
        client.send_message(letter("ivan@example.com"))

    [received] = mail_sink.letters
    body = received.get_body()
    [attachment] = received.iter_attachments()
    assert received["Subject"] == "Счёт № 5"
    assert body is not None
    assert body.get_content().strip() == "Добрый день!"
    assert attachment.get_filename() == "счёт.pdf"


def test_delivery_tells_the_addresses_of_the_envelope(mail_sink: MailSink) -> None:
    with connected(mail_sink) as client:
        client.send_message(letter("ivan@example.com"), from_addr="bounce+42@example.com")

    [delivery] = mail_sink.deliveries
    assert delivery.sender == "bounce+42@example.com"
    assert delivery.recipients == ("ivan@example.com",)


def test_refused_recipient_gets_nothing_while_the_others_do(mail_sink: MailSink) -> None:
    mail_sink.refuse("Gone@example.com")

    with connected(mail_sink) as client:
        refused = client.send_message(letter("gone@example.com", "ivan@example.com"))

    assert refused == {"gone@example.com": (550, b"5.1.1 no such mailbox")}
    assert [delivery.recipients for delivery in mail_sink.deliveries] == [("ivan@example.com",)]


def test_refusal_may_be_one_that_passes(mail_sink: MailSink) -> None:
    mail_sink.refuse("ivan@example.com", "451 4.7.1 try again later")

    with connected(mail_sink) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        client.send_message(letter("ivan@example.com"))

    assert refusal.value.recipients["ivan@example.com"][0] == 451


def test_sink_listens_no_more_after_its_end() -> None:
    with MailSink() as sink:
        pass

    with pytest.raises(ConnectionRefusedError):
        connected(sink)


def test_sink_ends_while_a_client_is_connected() -> None:
    with MailSink() as sink:
        client = connected(sink)
        client.noop()

    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()
    client.close()
