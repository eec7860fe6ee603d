"""A letter as it came, taken apart: who wrote, what, and whether anybody did."""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.header import decode_header
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Any, Final

from salesman_leads.mailbox.html_text import words_of
from salesman_leads.mailbox.models import AUTOMATIC, BOUNCE

UNREADABLE: Final = (
    MessageError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    RecursionError,
)
"""What the standard library raises over letters that follow no rule."""
_NOBODY: Final = re.compile(r"(no|do[._-]?not)[._-]?reply\b|mailer-daemon@", re.IGNORECASE)
_BOUNCES: Final = re.compile(r"(mailer-daemon|postmaster)@", re.IGNORECASE)
_IDS: Final = re.compile(r"<([^<>\s]{1,200})>")
_LONGEST_IDS: Final = 20_000
_MOST_ANSWERED: Final = 50
_LONGEST_TEXT: Final = 100_000
_MOST_PARTS: Final = 100


@dataclass(frozen=True, slots=True)
class Received:
    """A letter that came in.

    :param message_id: without its brackets; where there is none, one made of all of the letter.
    :param name: of whom an answer would go to.
    :param address: where an answer would go; empty where nobody would read it.
    :param asked: whether the letter asks for answers to another address than it came from, as forms
        of sites do with that of whoever filled them in.
    :param by_program: whether a program says of itself that it wrote, for whomever.
    :param answers: the ids of the letters in whose thread it stands, as ``message_id`` is one; the
        one that it answers first.
    :param attached: the names of the files that came along.
    :param nobody: ``automatic`` or ``bounce`` where no person wrote it, else empty.
    :param odd: whether signs were left out that no database keeps.
    :param message: the letter itself, for the files in it.
    """

    message_id: str
    subject: str
    name: str
    address: str
    text: str
    asked: bool
    by_program: bool
    answers: tuple[str, ...]
    attached: tuple[str, ...]
    nobody: str
    odd: bool
    message: EmailMessage = field(repr=False)


def message_id_of(raw: bytes) -> str:
    """Give by what a letter is known again, also one that cannot be read."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    found = re.search(rb"(?im)^message-id:\s*<([^<>\s]{1,200})>", head)
    if found is None:
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"
    return found.group(1).decode("utf-8", "replace").replace("\0", "")


def _answers(message: EmailMessage) -> tuple[str, ...]:
    """Give the letters before it in its thread (RFC 5322, section 3.6.4), the nearest first."""
    said = " ".join(_raw(message, line) for line in ("references", "in-reply-to"))
    found = [_keepable(one) for one in _IDS.findall(said[-_LONGEST_IDS:])]
    return tuple(dict.fromkeys(reversed(found)))[:_MOST_ANSWERED]


def read_letter(raw: bytes) -> Received:
    """Take a letter apart.

    :raises UNREADABLE: one of these, where nothing can be made of it.
    """
    if raw.lower().count(b"boundary=") > _MOST_PARTS:
        raise MessageError("more parts within parts than any letter has")  # it takes their square
    message = email.message_from_bytes(raw, policy=policy.default)
    said = [header(message, "subject"), *_sender(message), _text(message), *_attached(message)]
    subject, name, address, text, *attached = kept = [_keepable(one) for one in said]
    return Received(
        message_id=message_id_of(raw),
        subject=subject,
        name=name,
        address=address,
        text=text,
        asked=_asked(message, address),
        by_program=_by_program(message),
        answers=_answers(message),
        attached=tuple(attached),
        nobody=_nobody(message),
        odd=kept != said,
        message=message,
    )


def _keepable(text: str) -> str:
    """Give a text without what no database keeps: NUL, and halves of signs, as UTF-7 may bring."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def subject_in(head: bytes) -> str:
    """Give the subject that some lines of a header say."""
    return header(email.message_from_bytes(head, policy=policy.default), "subject")


def header(message: EmailMessage, name: str) -> str:
    """Give a line of the header as people read it, in whatever way it was written."""
    return _decoded(_raw(message, name))


def _raw(message: EmailMessage, name: str) -> str:
    values = (str(value) for key, value in message.raw_items() if key.lower() == name)
    return _mended(" ".join(next(values, "").split()))


def _mended(text: str) -> str:
    """Give bytes that stand in a header against all rules as the text they mean."""
    return guessed(text.encode("utf-8", "surrogateescape"))


def guessed(raw: bytes) -> str:
    """Read bytes of which nobody says what they are: UTF-8, else what Windows wrote in Russian."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1251", "replace")


def _decoded(text: str) -> str:
    try:
        parts = decode_header(text)
        return "".join(_in_charset(part, charset) for part, charset in parts).strip()
    except (MessageError, LookupError, ValueError):
        return text


def _in_charset(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    return part.decode(charset, "replace") if charset else guessed(part)


def _sender(message: EmailMessage) -> tuple[str, str]:
    """Give who wrote: forms of sites say it as the address for answers."""
    senders = [parseaddr(_raw(message, line)) for line in ("reply-to", "from")]
    for name, address in senders:
        if "@" in address and not _NOBODY.match(address):
            alike = (one for one, other in senders if other.casefold() == address.casefold())
            return _decoded(name or next(filter(None, alike), "")), address
    return "", ""


def _asked(message: EmailMessage, address: str) -> bool:
    _name, sender = parseaddr(_raw(message, "from"))
    return bool(address) and address.casefold() != sender.casefold()


def _by_program(message: EmailMessage) -> bool:
    said = _raw(message, "auto-submitted").lower().startswith("auto-generated")
    return said or any(name.lower().startswith("x-php-") for name, _value in message.raw_items())


def _nobody(message: EmailMessage) -> str:
    """Say what kind of program wrote it, if one did (RFC 3834, RFC 3464).

    A program that only passes on what a person typed says ``auto-generated``: that is how sites
    send what was filled into their forms.
    """
    _name, sender = parseaddr(_raw(message, "from"))
    report = message.get_content_type() == "multipart/report"
    if report or _raw(message, "return-path") == "<>" or _BOUNCES.match(sender):
        return BOUNCE
    said = _raw(message, "auto-submitted").lower()
    answered = said.startswith(("auto-replied", "auto-notified"))
    older = _raw(message, "precedence").lower() == "auto_reply"
    if answered or older or _raw(message, "x-autoreply") or _raw(message, "x-autorespond"):
        return AUTOMATIC
    return ""


def _text(message: EmailMessage) -> str:
    """Give what was written: the plain text, or the words of the HTML where there is no other."""
    plain = message.get_body(("plain",))
    text = _content(plain) if plain is not None else ""
    if not text.strip():
        html = message.get_body(("html",))
        text = words_of(_content(html)) if html is not None else ""
    return text.replace("\r\n", "\n").strip()[:_LONGEST_TEXT]


def _content(part: Message[Any, Any]) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset()
    if charset and charset not in {"us-ascii", "unknown-8bit"}:
        try:
            return raw.decode(charset, "replace")
        except (LookupError, ValueError):
            return guessed(raw)
    return guessed(raw)


def _attached(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        if part.is_multipart():
            continue
        if name := name_of(part):
            yield name


def name_of(part: Message[Any, Any]) -> str:
    """Give under which name a part of a letter came as a file; empty where it is none."""
    return _decoded(_mended(part.get_filename() or ""))
