"""Outgoing letters: what arrives, what the log keeps, what it never holds."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from flask import Flask

from salesman_core.db import db, reading, writing
from salesman_core.errors import ConfigurationError, InvalidError
from salesman_core.jobs import State
from salesman_core.jobs.models import JOBS
from salesman_core.records.bin.emptying import forget_contents
from salesman_core.services import mail
from salesman_core.services.files import stored_file
from salesman_core.services.mail import Enclosure, LetterFate
from salesman_core.services.models import KeptLetter
from salesman_core.services.smtp import MailServer
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.mail import MailSink
from salesman_core.testing.pytest_plugin import lacking

LETTER = mail.Letter(
    "olga@example.com",
    "Приглашение",
    "Здравствуйте, Ольга!\n\nВаша ссылка:\n{link}",
    {"{link}": "https://crm.example.com/sign/invitation/SECRET?a=1&b=2"},
)


@pytest.fixture
def letter(app: Flask, mail_sink: MailSink) -> Callable[[], KeptLetter]:
    """Set a mail server up, and give what reads the one letter of the log as it stands."""
    mail.change_mail(MailServer.at(mail_sink.url), "crm@example.com")

    def read() -> KeptLetter:
        reading().rollback()
        return reading().scalars(sa.select(KeptLetter)).one()

    return read


def test_letter_goes_out_as_text_and_html(
    letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    mail.deliver(mail.send(LETTER))
    (delivery,) = mail_sink.deliveries
    assert delivery.recipients == ("olga@example.com",)
    sent = delivery.letter
    assert sent["Subject"] == "Приглашение"
    text, html = (part.get_content() for part in sent.iter_parts())
    assert LETTER.secrets["{link}"] in text
    assert 'href="https://crm.example.com/sign/invitation/SECRET?a=1&amp;b=2"' in html
    assert "<p>Здравствуйте, Ольга!</p>" in html


def test_files_go_with_a_letter_under_harmless_names(
    letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    enclosed = Enclosure("../Счёт № 17.pdf", b"%PDF-1.7 invoice"), Enclosure("a.txt", b"plain")

    mail.deliver(mail.send(replace(LETTER, enclosures=enclosed)))

    (sent,) = mail_sink.letters
    found = [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in sent.iter_attachments()
    ]
    assert found == [
        ("Счёт № 17.pdf", "application/pdf", b"%PDF-1.7 invoice"),
        ("a.txt", "text/plain", b"plain"),
    ]
    assert sent.get_body(("plain",)) is not None


def test_files_of_a_letter_stay_as_long_as_the_letter(
    letter: Callable[[], KeptLetter], clock: FrozenClock
) -> None:
    mail.send(replace(LETTER, enclosures=[Enclosure("a.pdf", b"%PDF-1.7")]))
    (file,) = letter().files

    clock.advance(days=400)
    gone = forget_contents()

    assert gone == 0
    assert stored_file(file.stored.hash).read_bytes() == b"%PDF-1.7"


def test_too_much_for_one_letter_is_refused(letter: Callable[[], KeptLetter]) -> None:
    half = Enclosure("half.bin", bytes(8 * 1024 * 1024))

    with pytest.raises(InvalidError, match="15 MB together"):
        mail.send(replace(LETTER, enclosures=[half, half]))

    assert reading().scalars(sa.select(KeptLetter)).all() == []


def test_a_letter_whose_file_is_lost_is_given_up(
    letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    letter_id = mail.send(replace(LETTER, enclosures=[Enclosure("a.pdf", b"%PDF-1.7")]))
    stored_file(letter().files[0].stored.hash).unlink()

    mail.deliver(letter_id)

    assert mail_sink.letters == []
    assert mail.fates_of(reading(), [letter_id])[letter_id] == LetterFate(
        mail.FAILED, "The content of this file is not in the store.", None
    )


def test_what_a_person_wrote_may_be_answered_by_machines(
    letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    mail.deliver(mail.send(LETTER))
    mail.deliver(mail.send(replace(LETTER, automatic=False)))

    assert [one["Auto-Submitted"] for one in mail_sink.letters] == ["auto-generated", None]


def _send_and_fail() -> None:
    with writing():
        mail.send(LETTER)
        raise ZeroDivisionError


def test_letter_waits_for_the_commit_that_wants_it(letter: Callable[[], KeptLetter]) -> None:
    with pytest.raises(ZeroDivisionError):
        _send_and_fail()
    assert reading().scalars(sa.select(KeptLetter)).all() == []
    with db.engine.connect() as connection:
        assert connection.execute(sa.select(JOBS.c.id)).all() == []


def test_letter_is_a_job(letter: Callable[[], KeptLetter]) -> None:
    letter_id = mail.send(LETTER)
    with db.engine.connect() as connection:
        job = connection.execute(sa.select(JOBS)).one()
    assert (job.name, job.state) == ("core.letter", State.READY)
    assert job.arguments == {"letter_id": letter_id}


def test_letter_is_not_sent_twice(letter: Callable[[], KeptLetter], mail_sink: MailSink) -> None:
    letter_id = mail.send(LETTER)
    mail.deliver(letter_id)
    mail.deliver(letter_id)
    assert len(mail_sink.letters) == 1


def test_secret_is_wiped_once_the_letter_is_out(letter: Callable[[], KeptLetter]) -> None:
    mail.deliver(mail.send(LETTER))
    assert letter().state == mail.SENT
    assert letter().sealed == {}
    assert "SECRET" not in letter().text


def test_letter_that_is_tried_again_keeps_its_message_id(
    letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    letter_id = mail.send(LETTER)
    mail_sink.refuse("olga@example.com", "450 4.2.1 try later")
    with pytest.raises(OSError, match="try later"):
        mail.deliver(letter_id)
    assert (letter().state, letter().error) == (mail.WAITING, "450 4.2.1 try later")
    mail_sink._handler.refused.clear()
    mail.deliver(letter_id)
    assert mail_sink.letters[0]["Message-ID"] == f"<{letter().message_id}>"


def test_letter_that_the_server_refuses_for_good_is_not_tried_again(
    letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    mail_sink.refuse("olga@example.com")
    mail.deliver(mail.send(LETTER))
    assert letter().state == mail.REFUSED
    assert letter().error == "550 5.1.1 no such mailbox"
    assert letter().sealed == {}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("subject", ["Hello\r\nBcc: all@example.com", "Hello\nthere"])
def test_subject_cannot_add_headers(
    subject: str, letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    mail.deliver(mail.send(mail.Letter("olga@example.com", subject, "Text")))
    (delivery,) = mail_sink.deliveries
    assert delivery.recipients == ("olga@example.com",)
    assert delivery.letter["Bcc"] is None


def test_html_of_a_letter_holds_no_markup_of_others() -> None:
    assert "<script>" not in mail.as_html("Hello <script>alert(1)</script>")


def test_server_that_an_administrator_set_wins(
    letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    mail.change_mail(MailServer("smtps", "mail.example.com", 465, "crm", "s:/@x"), "a@example.com")
    settings = mail.mail_settings()
    assert settings.server == MailServer("smtps", "mail.example.com", 465, "crm", "s:/@x")
    assert settings.sender == "a@example.com"


@pytest.mark.databases("sqlite")
def test_server_never_shows_its_password() -> None:
    assert "geheim" not in repr(MailServer.at("smtp://crm:geheim@mail.example.com"))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://geheim@x", "smtp://", "smtp://crm:geh/eim@mail:x"]
)
def test_address_that_is_none_is_refused_without_repeating_it(url: str, app: Flask) -> None:
    with app.app_context(), pytest.raises(ConfigurationError) as refusal:
        MailServer.at(url)
    assert "geh" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.databases("sqlite")
def test_test_letter_arrives_at_once(letter: Callable[[], KeptLetter], mail_sink: MailSink) -> None:
    mail.send_trial(MailServer.at(mail_sink.url), "crm@example.com", "olga@example.com")
    assert [sent["To"] for sent in mail_sink.letters] == ["olga@example.com"]


@pytest.mark.databases("sqlite")
def test_test_letter_tells_what_the_server_said(
    letter: Callable[[], KeptLetter], mail_sink: MailSink
) -> None:
    mail_sink.refuse("olga@example.com", "550 5.7.1 not from here")
    with pytest.raises(InvalidError, match="not from here"):
        mail.send_trial(MailServer.at(mail_sink.url), "crm@example.com", "olga@example.com")


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("app")
def test_password_is_not_sent_where_nothing_is_encrypted(mail_sink: MailSink) -> None:
    elsewhere = "127.1"  # this machine, by a name that does not look like it
    server = MailServer("smtp", elsewhere, mail_sink.port, "crm", "geheim")
    with pytest.raises(InvalidError, match="the password was not sent"):
        mail.send_trial(server, "crm@example.com", "olga@example.com")


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("app")
def test_server_that_must_encrypt_and_does_not_gets_no_letter(mail_sink: MailSink) -> None:
    server = MailServer("starttls", "127.0.0.1", mail_sink.port)
    with pytest.raises(InvalidError):
        mail.send_trial(server, "crm@example.com", "olga@example.com")
    assert mail_sink.letters == []


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("app")
def test_letter_is_kept_without_its_secret_where_there_is_no_server() -> None:
    mail.send(LETTER)
    kept = reading().scalars(sa.select(KeptLetter)).one()
    assert (kept.state, kept.sealed) == (mail.KEPT, {})
    assert "{link}" in kept.text


@pytest.mark.databases("sqlite")
def test_page_says_that_nobody_gets_letters(anna: int, visit: Callable[..., Any]) -> None:
    visitor = visit("anna")
    mail.send(LETTER)
    page = visitor.get("/admin/mail").text
    assert "nobody gets them" in page
    assert "Приглашение" in page
    assert "SECRET" not in page


@pytest.mark.databases("sqlite")
class TestSettings:
    @pytest.fixture
    def app_settings(self) -> dict[str, Any]:
        return {"smtp_url": "smtps://mail.example.com", "mail_from": "crm@example.com"}

    @pytest.mark.usefixtures("app")
    def test_server_of_the_settings_is_used_until_somebody_sets_another(self) -> None:
        settings = mail.mail_settings()
        assert settings.server == MailServer("smtps", "mail.example.com", 465)
        mail.change_mail(MailServer("smtp", "other.example.com", 25), "b@example.com")
        assert mail.mail_settings().server == MailServer("smtp", "other.example.com", 25)


# -- encryption


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that nobody trusts yet, its key beside it."""
    file = tmp_path / "mail.pem"
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    openssl = shutil.which("openssl") or lacking("openssl is not on this machine")
    subprocess.run(
        [openssl, "req", "-x509", *key, *name, "-keyout", file.with_suffix(".key"), "-out", file],
        check=True,
        capture_output=True,
    )
    return file


class GuardedServer(MailSink):
    """A mail server that speaks TLS and wants a password."""

    def __init__(self, certificate: Path) -> None:
        super().__init__()
        self.logins: list[tuple[bytes, bytes]] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, certificate.with_suffix(".key"))

    def _protocol(self) -> SMTP:
        return SMTP(
            self._handler,
            hostname="localhost",
            loop=self._loop,
            tls_context=self._context,
            require_starttls=True,
            auth_required=True,
            authenticator=self._judge,
        )

    def _judge(self, _s: Any, _session: Any, _e: Any, _way: str, data: LoginPassword) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=True)


@pytest.fixture
def guarded_server(certificate: Path) -> Iterator[GuardedServer]:
    with GuardedServer(certificate) as server:
        yield server


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("way", ["starttls", "smtp"])
def test_password_goes_to_a_server_that_proves_its_name(
    way: str,
    guarded_server: GuardedServer,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = MailServer(way, "127.0.0.1", guarded_server.port, "crm", "geheim")
    mail.send_trial(server, "crm@example.com", "olga@example.com")
    assert guarded_server.logins == [(b"crm", b"geheim")]
    assert len(guarded_server.letters) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("way", ["starttls", "smtp"])
def test_password_does_not_go_to_a_server_that_cannot_prove_its_name(
    way: str, guarded_server: GuardedServer
) -> None:
    server = MailServer(way, "127.0.0.1", guarded_server.port, "crm", "geheim")
    with pytest.raises(InvalidError, match="certificate"):
        mail.send_trial(server, "crm@example.com", "olga@example.com")
    assert guarded_server.logins == []
