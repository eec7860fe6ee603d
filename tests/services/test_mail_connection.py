"""A connection takes many letters, and says of each whether the server has it."""

from __future__ import annotations

import smtplib
import socket
import threading
from email.message import EmailMessage

import pytest

from salesman_core.services.smtp import (
    MailServer,
    RefusedError,
    RefusedSenderError,
    UnsettledError,
    connected,
)
from salesman_core.testing.mail import MailSink

SENDER = "news@example.com"


def letter(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, to, "Prices"
    message.set_content("Hello")
    return message


def test_refused_letter_leaves_the_others_their_connection(mail_sink: MailSink) -> None:
    mail_sink.refuse("gone@example.com")
    mail_sink.refuse("busy@example.com", "451 4.7.1 try again later")
    with connected(MailServer.at(mail_sink.url)) as connection:
        with pytest.raises(RefusedError, match="550"):
            connection.hand_over(letter("gone@example.com"), SENDER, "gone@example.com")
        with pytest.raises(smtplib.SMTPResponseException):
            connection.hand_over(letter("busy@example.com"), SENDER, "busy@example.com")
        connection.hand_over(letter("anna@example.com"), SENDER, "anna@example.com")
    assert [one.recipients for one in mail_sink.deliveries] == [("anna@example.com",)]


def test_sender_whom_the_server_does_not_know_is_told_from_a_reader(mail_sink: MailSink) -> None:
    mail_sink.refuse(SENDER, "553 5.7.1 not your address")
    mail_sink.refuse("gone@example.com")
    with connected(MailServer.at(mail_sink.url)) as connection:
        with pytest.raises(RefusedSenderError, match="553"):
            connection.hand_over(letter("anna@example.com"), SENDER, "anna@example.com")
        with pytest.raises(RefusedError) as refused:
            connection.hand_over(letter("gone@example.com"), "o@example.com", "gone@example.com")
    assert not isinstance(refused.value, RefusedSenderError)


def test_address_in_another_alphabet_needs_a_server_that_knows_it(mail_sink: MailSink) -> None:
    with connected(MailServer.at(mail_sink.url)) as connection:
        connection.hand_over(letter("анна@пример.рф"), SENDER, "анна@пример.рф")
    assert mail_sink.deliveries[0].recipients == ("анна@пример.рф",)


def test_nobody_knows_of_a_letter_whose_server_fell_silent_at_its_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = MailServer.at(f"smtp://127.0.0.1:{door.getsockname()[1]}")
        threading.Thread(target=_hang_up_after_the_letter, args=(door,), daemon=True).start()
        with connected(server) as connection, pytest.raises(UnsettledError):
            connection.hand_over(letter("anna@example.com"), SENDER, "anna@example.com")


def _hang_up_after_the_letter(door: socket.socket) -> None:
    line, _address = door.accept()
    with line, line.makefile("rb") as said:
        line.sendall(b"220 here\r\n")
        for command in said:
            if command.lower().startswith(b"data"):
                line.sendall(b"354 go on\r\n")
            elif command == b".\r\n":
                return
            elif command.lower().startswith((b"ehlo", b"mail", b"rcpt")):
                line.sendall(b"250 yes\r\n")
