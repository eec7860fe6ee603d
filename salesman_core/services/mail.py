"""Outgoing letters: written into a log in the transaction that wants them, sent by a job.

Where no mail server is set up a letter is only kept in the log. What is secret in a letter, as a
link that lets its reader in, is never shown there, and is wiped once the letter has gone out.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from markupsafe import Markup, escape
from sqlalchemy.orm import Session, selectinload

from salesman_core.clock import now
from salesman_core.config import CoreSettings
from salesman_core.db import reading, writing
from salesman_core.db.revisions import bump
from salesman_core.errors import ConfigurationError, InvalidError, MissingError
from salesman_core.i18n import CORE, texts
from salesman_core.jobs import enqueue, job_piece
from salesman_core.jobs.run import current_run
from salesman_core.services import company as companies
from salesman_core.services import files as store
from salesman_core.services.models import KeptLetter, LetterFile, Setting
from salesman_core.services.smtp import MailServer, RefusedError, hand_over, words_of
from salesman_hookspecs import Job

_ = texts.lazy

WAITING, SENT, REFUSED, FAILED, KEPT = "waiting", "sent", "refused", "failed", "kept"
"""What became of a letter: ``refused`` by the server for good, ``failed`` after all attempts,
``kept`` because there was no server to give it to."""

_URL_KEY: Final = "smtp_url"
_SENDER_KEY: Final = "mail_from"
_SUBJECT: Final = 300
MOST_ENCLOSED: Final = 15 * 1024 * 1024
"""Bytes of the files of one letter together: more than that many servers refuse."""
_INVITATION: Final = "text/calendar; method="
_LINK: Final = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter.

    :param name: made harmless; its media type is judged by it and by the content.
    :param media_type: another one than that, with its parameters. ``text/calendar; method=…`` goes
        beside the text of the letter, too, because that is where programs look for an invitation
        (RFC 6047, 2.4).
    """

    name: str
    content: bytes = field(repr=False)
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person.

    :param to: the address.
    :param text: paragraphs with empty lines between them; the HTML is made from it.
    :param secrets: what stands in *text* as the key and is sent as the value: ``{"{link}": …}``.
    :param reply_to: where an answer goes, if not to the sender.
    :param enclosures: files that go with it, :data:`MOST_ENCLOSED` bytes together at most.
    :param automatic: whether a program writes it; one that a person has written and looked through
        may be answered by whoever is out of office.
    """

    to: str
    subject: str
    text: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    reply_to: str = ""
    enclosures: Sequence[Enclosure] = ()
    automatic: bool = True


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How letters go out.

    :param server: None where none is set up.
    :param sender: the address that they come from.
    """

    server: MailServer | None
    sender: str


def mail_settings() -> MailSettings:
    """Give how letters go out: what an administrator set wins over file and environment."""
    core: CoreSettings = current_app.config["SALESMAN"]
    rows = reading().execute(
        sa.select(Setting.key, Setting.value).where(
            Setting.owner == CORE, Setting.key.in_([_URL_KEY, _SENDER_KEY])
        )
    )
    changed = {row.key: row.value for row in rows}
    url = changed.get(_URL_KEY, core.smtp_url)
    return MailSettings(
        MailServer.at(url) if url else None, changed.get(_SENDER_KEY) or core.mail_from
    )


def refuse_unreadable_server(core: CoreSettings) -> None:
    """Judge the mail server of the settings at the start, not at the first letter.

    :raises ConfigurationError: which names the setting and shows how it is written.
    """
    try:
        if core.smtp_url:
            MailServer.at(core.smtp_url)
    except ConfigurationError as error:
        message = f"settings of core: smtp_url: {error}"
        raise ConfigurationError(message) from error


def change_mail(server: MailServer | None, sender: str) -> None:
    """Change how letters go out.

    :raises InvalidError: for the field ``mail_from``, where it is no address.
    """
    address = checked_address(sender, "mail_from")
    with writing() as session:
        session.merge(Setting(owner=CORE, key=_URL_KEY, value=server.url if server else ""))
        session.merge(Setting(owner=CORE, key=_SENDER_KEY, value=address))
        bump(session, companies.SUBJECT)


def checked_address(typed: str, name: str) -> str:
    """Judge an address for letters; whether its domain answers is not asked.

    :param name: the field, for the complaint.
    """
    local = typed.strip()
    if re.fullmatch(r"[\w.+-]+@localhost", local):  # a trial on one machine has no domain
        return local
    try:
        return validate_email(local, check_deliverability=False).normalized
    except EmailNotValidError as error:
        message = _("%(address)s is not an email address.", address=local or "—")
        raise InvalidError(message, {name: message}) from error


def send(letter: Letter) -> int:
    """Send a letter once the surrounding transaction has committed; give its number in the log.

    :raises InvalidError: where its files are too large together.
    """
    if sum(len(one.content) for one in letter.enclosures) > MOST_ENCLOSED:
        raise InvalidError(
            _("The files of one letter may have %(most)s MB together.", most=MOST_ENCLOSED >> 20)
        )
    has_server = mail_settings().server is not None
    with writing() as session:
        kept = KeptLetter(
            message_id=f"{uuid.uuid4().hex}@{_host()}",
            to=letter.to,
            reply_to=letter.reply_to,
            subject=" ".join(letter.subject.split())[:_SUBJECT],
            text=letter.text,
            sealed=dict(letter.secrets) if has_server else {},
            automatic=letter.automatic,
            state=WAITING if has_server else KEPT,
            error="",
            created_at=now(),
            files=[_enclosed(session, one) for one in letter.enclosures],
        )
        session.add(kept)
        session.flush()
        if has_server:
            enqueue(session, JOB.name, {"letter_id": kept.id}, key=f"letter:{kept.id}")
        return kept.id


def _enclosed(session: Session, one: Enclosure) -> LetterFile:
    stored = store.store(io.BytesIO(one.content))
    name = store.harmless_name(one.name)
    media_type = one.media_type or store.media_type(name, stored.beginning)
    return LetterFile(file_id=store.row_of(session, stored), name=name, media_type=media_type)


@dataclass(frozen=True, slots=True)
class LetterFate:
    """What became of a letter.

    :param state: one of :data:`WAITING`, :data:`SENT`, :data:`REFUSED`, :data:`FAILED`,
        :data:`KEPT`.
    :param error: what the server said; empty where it took the letter.
    """

    state: str
    error: str
    sent_at: datetime | None


def fates_of(session: Session, letter_ids: Iterable[int]) -> Mapping[int, LetterFate]:
    """Give what became of letters, by their numbers in the log, with one statement.

    It judges nobody: whoever calls shows it beside what the letters were about.
    """
    wanted = sa.select(KeptLetter.id, KeptLetter.state, KeptLetter.error, KeptLetter.sent_at).where(
        KeptLetter.id.in_(list(letter_ids))
    )
    rows = session.execute(wanted)
    return {row.id: LetterFate(row.state, row.error, row.sent_at) for row in rows}


def link_to(path: str) -> str:
    """Give the address of a page for a letter, as ``/leads/17`` under the CRM's own."""
    core: CoreSettings = current_app.config["SALESMAN"]
    return f"{core.base_url.rstrip('/')}{path}"


def sent_by_us(message_id: str) -> bool:
    """Tell whether a letter that came in is one that went out from here.

    :param message_id: without the angle brackets.
    """
    known = sa.exists().where(KeptLetter.message_id == message_id)
    return bool(reading().scalar(sa.select(known)))


def _host() -> str:
    """Give the domain of Message-IDs."""
    return mail_settings().sender.rpartition("@")[2]


_WITH_FILES: Final = selectinload(KeptLetter.files).joinedload(LetterFile.stored)


def deliver(letter_id: int) -> None:
    """Hand a letter of the log to the mail server; what is sent already is not sent again."""
    letter = reading().get(KeptLetter, letter_id, options=[_WITH_FILES])
    if letter is None or letter.state != WAITING:
        return
    settings = mail_settings()
    if settings.server is None:
        _settle(letter_id, KEPT)
        return
    try:
        message = _message(letter, settings.sender)
    except MissingError as error:
        _settle(letter_id, FAILED, str(error))
        return
    reading().rollback()  # a server may take its time, and an open read keeps old rows alive
    try:
        hand_over(settings.server, message)
    except RefusedError as error:
        _settle(letter_id, REFUSED, words_of(error))
    except OSError as error:
        _settle(letter_id, FAILED if _last_attempt() else WAITING, words_of(error))
        raise
    else:
        _settle(letter_id, SENT)


def _last_attempt() -> bool:
    run = current_run()
    return run is not None and run.attempt >= run.kind.attempts


def _settle(letter_id: int, state: str, error: str = "") -> None:
    with job_piece() as session:
        letter = _still_waiting(session, letter_id)
        letter.state, letter.error = state, error
        if state == SENT:
            letter.sent_at = now()
        if state != WAITING:
            letter.sealed = {}


def _still_waiting(session: Session, letter_id: int) -> KeptLetter:
    return session.scalars(sa.select(KeptLetter).where(KeptLetter.id == letter_id)).one()


JOB: Final = Job(
    "core.letter",
    deliver,
    queue="mail",
    transactional=False,
    timeout=120.0,
    title=_("Sending of a letter"),
)
"""Sends one letter."""


def _message(letter: KeptLetter, sender: str) -> EmailMessage:
    """Give a letter as it goes out; the same each time, so that receivers can tell a repetition."""
    text = letter.text
    for place, secret in letter.sealed.items():
        text = text.replace(place, secret)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(companies.company().name or "SalesMan", addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{letter.message_id}>"
    if letter.automatic:
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    if letter.reply_to:
        message["Reply-To"] = Address(addr_spec=letter.reply_to)
    message.set_content(text)
    message.add_alternative(as_html(text), subtype="html")
    contents = [(one, store.stored_file(one.stored.hash).read_bytes()) for one in letter.files]
    for one, content in contents:
        if one.media_type.startswith(_INVITATION):
            method = one.media_type.removeprefix(_INVITATION).partition(";")[0]
            message.add_alternative(content.decode(), subtype="calendar", params={"method": method})
    for one, content in contents:
        main, _slash, sub = one.media_type.partition(";")[0].partition("/")
        message.add_attachment(content, main, sub, filename=one.name)
    return message


def as_html(text: str) -> str:
    """Give a plain letter as simple HTML, its addresses as links."""
    paragraphs = [_paragraph(part) for part in re.split(r"\n\s*\n", text.strip())]
    style = "font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em"
    return f'<div style="{style}">{"".join(paragraphs)}</div>\n'


def _paragraph(text: str) -> str:
    pieces, end = [], 0
    for found in _LINK.finditer(text):
        url = escape(found.group())
        pieces += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(url)]
        end = found.end()
    pieces.append(escape(text[end:]))
    lines = "".join(pieces).strip().replace("\n", "<br>\n")
    return f"<p>{lines}</p>\n"


def send_trial(server: MailServer, sender: str, to: str) -> None:
    """Send a test letter at once, so that whoever sets mail up sees what the server says.

    :raises InvalidError: with the server's own words.
    """
    letter = KeptLetter(
        message_id=f"{uuid.uuid4().hex}@{sender.rpartition('@')[2]}",
        to=checked_address(to, "to"),
        reply_to="",
        subject=texts.gettext("Test letter from SalesMan"),
        text=texts.gettext("If you read this, letters from SalesMan arrive."),
        sealed={},
        automatic=True,
        created_at=now(),
    )
    try:
        hand_over(server, _message(letter, checked_address(sender, "mail_from")))
    except (OSError, RefusedError) as error:
        message = _("The mail server did not take it: %(words)s", words=words_of(error))
        raise InvalidError(message) from error


def server_from(fields: Mapping[str, str], before: MailServer | None = None) -> MailServer | None:
    """Read a mail server as a form gives it; None where no host was given.

    :param fields: ``mail_way``, ``mail_host``, ``mail_port``, ``mail_user``, ``mail_password``.
    :param before: whose password stays where none was typed, for the same host and user.
    :raises InvalidError: by field.
    """
    host, user = fields.get("mail_host", "").strip(), fields.get("mail_user", "").strip()
    if not host:
        return None
    way, port = fields.get("mail_way", "starttls"), fields.get("mail_port", "").strip()
    password = fields.get("mail_password", "")
    if not password and before is not None and (before.host, before.user) == (host, user):
        password = before.password
    try:
        read = MailServer.at(f"{way}://{host}{':' if port else ''}{port}")
    except ConfigurationError as error:
        raise InvalidError(error.message, {"mail_host": error.message}) from error
    return MailServer(way, read.host, read.port, user, password)


def demanded_server(fields: Mapping[str, str], before: MailServer | None = None) -> MailServer:
    """Read a mail server as :func:`server_from` does, where one must be given.

    :raises InvalidError: by field.
    """
    server = server_from(fields, before)
    if server is None:
        message = _("Give the mail server first.")
        raise InvalidError(message, {"mail_host": message})
    return server
