"""What a letter that came in says about one that went out: told by the letter alone.

Standard reports are read by their fields: RFC 3464 for bounces, RFC 5965 for complaints, RFC 3834
for programs that answer. What older mail systems write in words is read by flufl.bounce, which
knows their forms; whether the address is gone or only busy is judged here, by the enhanced status
(RFC 3463) and by the words beside it, as large systems give the same code for both.
"""

from __future__ import annotations

import base64
import email
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.utils import parseaddr
from enum import StrEnum
from typing import Any, Final

from flufl.bounce import all_failures

from salesman_mailing.bounces.wording import (
    AUTOMATIC_SUBJECT,
    CHALLENGE,
    FAILED_SUBJECT,
    FULL,
    GONE,
    REJECTED,
)


class Kind(StrEnum):
    """What a letter that came in is.

    ``hard``: there is no such address. ``soft``: it could not be delivered this time. ``delayed``:
    it is still tried. ``complaint``: its reader said that it is spam. ``challenge``: somebody asks
    the sender to prove that they are a person. ``automatic``: a program answered for somebody who
    is away. ``other``: none of these, as the answer of a person.
    """

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    CHALLENGE = "challenge"
    AUTOMATIC = "automatic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a letter.

    :param addresses: those that it is about, in lower case; empty where it names none.
    :param status: the enhanced status, as ``5.1.1``; empty where there is none.
    :param words: what the mail system said, for people.
    :param letter_ids: the Message-IDs that it names, without brackets: that of the letter which it
        is about is among them where the mail system keeps to the rules.
    """

    kind: Kind
    addresses: tuple[str, ...] = ()
    status: str = ""
    words: str = ""
    letter_ids: tuple[str, ...] = ()


LONGEST: Final = 500_000
"""Bytes of a letter that are read: a report stands before the letter that it returns."""
_MOST_PARTS: Final = 100
_MOST_ADDRESSES: Final = 50
_MOST_IDS: Final = 50
_WORDS: Final = 500
_SEEN_TEXT: Final = 20_000
UNREADABLE: Final = (
    *(MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError),
)
"""What the standard library raises over letters that follow no rule."""

_ID: Final = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")
_MESSAGE_ID: Final = re.compile(
    r"^>?[ \t]*(?:[\w-]*message-id|x-letter)[ \t]*:\s*<([^<>\s]{1,300})>",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE: Final = re.compile(r"(?<![\d.])([45]\d\d)(?=[ \-:#])")
_DAEMONS: Final = re.compile(r"(mailer-daemon|postmaster|mail\.daemon|mdaemon)@", re.IGNORECASE)
_BOUNCED: Final = frozenset({"failed", "delayed"})
_HARD: Final = frozenset({
    *("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"),
    *("5.2.1", "5.4.4", "5.4.310", "5.7.17"),
})  # fmt: skip
"""No mailbox, no domain, an address that cannot be, moved away, switched off; 5.4.310 is Exchange's
word for a domain that does not exist, 5.7.17 says that the mailbox has another owner (RFC 7293)."""
_COMPLAINTS: Final = frozenset({"abuse", "fraud", "virus", "other", ""})
_ALWAYS_PROGRAMS: Final = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder")


def judge_letter(raw: bytes) -> Verdict:
    """Tell what a letter that came in is; what cannot be read is ``other``."""
    if raw.lower().count(b"boundary=") > _MOST_PARTS:
        return Verdict(Kind.OTHER)  # taking such a letter apart takes the square of its parts
    try:
        message = email.message_from_bytes(raw[:LONGEST], policy=policy.default)
        return _judged(message, raw[:LONGEST])
    except UNREADABLE:
        return Verdict(Kind.OTHER)


def _judged(message: EmailMessage, raw: bytes) -> Verdict:
    text = _said(message)
    found = (
        _complaint(message)
        or _report(message, text)
        or _challenge(message, text)
        or _old_bounce(message, text)
        or _automatic(message, text)
        or Verdict(Kind.OTHER)
    )
    ids = _ids(message, raw if found.kind is not Kind.OTHER else b"")
    return Verdict(found.kind, found.addresses, found.status, _short(found.words), ids)


# Complaints


def _complaint(message: EmailMessage) -> Verdict | None:
    """Read a report of abuse (RFC 5965), or one of Microsoft, which has its own form."""
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            fields = _fields(part)
            kind = str(fields.get("feedback-type", "")).strip().lower()
            if kind not in _COMPLAINTS:
                return Verdict(Kind.OTHER)
            said = fields.get_all("original-rcpt-to", [])
            return Verdict(Kind.COMPLAINT, _addresses(map(str, said)), words=kind)
    hidden = _first(message, "x-hmxmroriginalrecipient")
    if hidden:
        return Verdict(Kind.COMPLAINT, _addresses([hidden]), words="abuse")
    return None


def _fields(part: Message[Any, Any]) -> EmailMessage:
    """Give the fields of a report: they stand as a header, in whatever way they were packed."""
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        heads = [one for one in inner if isinstance(one, Message)]
        text = "\n".join(f"{key}: {value}" for one in heads for key, value in one.raw_items())
    else:
        text = _decoded(part)
    return email.message_from_string(text.strip(), policy=policy.default)


# Bounces as RFC 3464 writes them


def _report(message: EmailMessage, text: str) -> Verdict | None:
    for part in message.walk():
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            return _of_status(part, text)
    return None


def _of_status(part: Message[Any, Any], text: str) -> Verdict:
    groups = [one for one in _groups(part) if one.get("action") or one.get("final-recipient")]
    acted = [one for one in groups if _action(one) in _BOUNCED]
    if not acted:  # delivered, relayed, expanded: nothing is wrong
        return Verdict(Kind.OTHER)
    failed = [one for one in acted if _action(one) == "failed"] or acted
    addresses = _addresses(
        str(one.get("original-recipient") or one.get("final-recipient") or "") for one in failed
    ) or _addresses(str(one.get("final-recipient") or "") for one in failed)
    words = " ".join(str(one.get("diagnostic-code", "")) for one in failed)
    status = next(iter(_STATUS.findall(" ".join(str(one.get("status", "")) for one in failed))), "")
    if _action(failed[0]) == "delayed":
        return Verdict(Kind.DELAYED, addresses, status, words)
    kind = _weighed(_sharper(status, words), words or text)
    return Verdict(kind, addresses, _sharper(status, words), words or text)


def _groups(part: Message[Any, Any]) -> list[EmailMessage]:
    """Give the groups of fields of a report; some systems pack them in base64."""
    inner = part.get_payload()
    text = _decoded(part)
    if isinstance(inner, list):
        text = "\n\n".join(one.as_string().strip() for one in inner if isinstance(one, Message))
    if _first(part, "content-transfer-encoding").lower() == "base64":
        text = base64.b64decode(text).decode("utf-8", "replace")
    return [
        email.message_from_string(one.strip(), policy=policy.default)
        for one in re.split(r"\r?\n[ \t]*\r?\n", text)
        if one.strip()
    ]


def _action(group: EmailMessage) -> str:
    words = str(group.get("action", "")).split()
    return words[0].strip("();").lower() if words else ""


def _sharper(status: str, words: str) -> str:
    """Give the status that the receiving system said, where that of the report says nothing."""
    if status and not status.endswith(".0.0"):
        return status
    return next((one for one in _STATUS.findall(words) if not one.endswith(".0.0")), status)


def _weighed(status: str, words: str) -> Kind:
    """Tell an address that is gone from one that is busy, full or refuses us."""
    if status.startswith("4") or FULL.search(words):
        return Kind.SOFT
    if GONE.search(words):
        return Kind.HARD
    if REJECTED.search(words):
        return Kind.SOFT
    return Kind.HARD if status in _HARD else Kind.SOFT


# Bounces of systems that write them in words


def _old_bounce(message: EmailMessage, text: str) -> Verdict | None:
    if not _is_from_daemon(message):
        return None
    temporary, permanent = all_failures(message)
    if not temporary and not permanent and not FAILED_SUBJECT.search(_subject(message)):
        return None
    own = _before_copy(text)
    found = [one.decode("ascii", "replace") for one in (permanent or temporary)]
    addresses = _addresses(found or [_MESSAGE_ID.sub("", own)])
    status = _sharper("", own) or _by_reply_code(own)
    if temporary and not permanent:
        return Verdict(Kind.DELAYED, addresses, status, own)
    return Verdict(_weighed(status, own), addresses, status, own)


def _is_from_daemon(message: EmailMessage) -> bool:
    _name, sender = parseaddr(_first(message, "from"))
    return bool(_DAEMONS.match(sender)) or _first(message, "return-path").strip() == "<>"


def _by_reply_code(words: str) -> str:
    """Give the class of an SMTP reply (RFC 5321) as a status that says no more than that."""
    found = _REPLY_CODE.search(words)
    return f"{found[1][0]}.0.0" if found else ""


_COPY: Final = re.compile(
    r"^[ \t>-]*(-{2,} ?(this is a copy|below this line|original message|the header)|"
    r"copy of (the|your) message|received: |return-path: <)",
    re.IGNORECASE | re.MULTILINE,
)


def _before_copy(text: str) -> str:
    """Give what a mail system says itself, without the letter that it returns."""
    found = _COPY.search(text)
    return text[: found.start()] if found else text


# Programs that answer


def _challenge(message: EmailMessage, text: str) -> Verdict | None:
    if _first(message, "x-delivery-agent").upper().startswith("TMDA"):
        return Verdict(Kind.CHALLENGE, _sender(message), words=text)
    said = f"{_subject(message)}\n{text[:3000]}"
    return Verdict(Kind.CHALLENGE, _sender(message), words=text) if CHALLENGE.search(said) else None


def _automatic(message: EmailMessage, text: str) -> Verdict | None:
    said = _first(message, "auto-submitted").lower()
    answered = said.startswith(("auto-replied", "auto-notified"))
    older = _first(message, "precedence").lower() in {"auto_reply", "auto-reply"}
    named = any(_first(message, name) for name in _ALWAYS_PROGRAMS)
    subject = bool(AUTOMATIC_SUBJECT.search(_subject(message)))
    if answered or older or named or subject:
        return Verdict(Kind.AUTOMATIC, _sender(message), words=text)
    return None


def _sender(message: EmailMessage) -> tuple[str, ...]:
    return _addresses([_first(message, "from")])


# What all of them have in common


_ADDRESS: Final = re.compile(r"[^\s<>()\[\]\",;:'@]{1,64}@[\w.-]{1,253}[\w]")


def _addresses(said: Iterable[str]) -> tuple[str, ...]:
    """Give the addresses in some texts, as ``rfc822; <anna@example.com>``."""
    found = (one.casefold() for text in said for one in _ADDRESS.findall(text[:_SEEN_TEXT]))
    return tuple(dict.fromkeys(found))[:_MOST_ADDRESSES]


def _ids(message: EmailMessage, raw: bytes) -> tuple[str, ...]:
    """Give the Message-IDs that a letter names.

    :param raw: also looked through where the letter is a program's, which returns what it got.
    """
    own = _ID.findall(_first(message, "message-id"))
    said = " ".join(_first(message, name) for name in ("in-reply-to", "references"))
    found = [*_ID.findall(said[:_SEEN_TEXT]), *_ids_of_parts(message)]
    found += _MESSAGE_ID.findall(raw.decode("utf-8", "replace"))
    return tuple(one for one in dict.fromkeys(found) if one not in own)[:_MOST_IDS]


def _ids_of_parts(message: EmailMessage) -> Iterator[str]:
    """Give those that stand in parts which are packed, as in base64."""
    for part in message.walk():
        if not part.is_multipart() and _first(part, "content-transfer-encoding").lower() in {
            "base64",
            "quoted-printable",
        }:
            yield from _MESSAGE_ID.findall(_decoded(part))


def _said(message: EmailMessage) -> str:
    """Give the words of a letter: its first text."""
    for part in message.walk():
        if part.get_content_type() in {"text/plain", "text/html"}:
            return _visible(_decoded(part), part.get_content_type())
    return ""


def _visible(text: str, content_type: str) -> str:
    if content_type == "text/html":
        text = re.sub(
            r"<(?:style|script)[^>]*>.*?</(?:style|script)>",
            " ",
            text,
            flags=re.DOTALL | re.IGNORECASE,
        )
        text = re.sub(r"<(?:br|/p|/div|/tr)[^>]*>", "\n", text, flags=re.IGNORECASE)
        text = re.sub(r"<[^<>]{0,500}>", " ", text)
    return text[:_SEEN_TEXT]


def _decoded(part: Message[Any, Any]) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    try:
        return raw.decode(charset, "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _first(message: Message[Any, Any], name: str) -> str:
    values = (str(value) for key, value in message.raw_items() if key.lower() == name)
    return " ".join(next(values, "").split())


def _subject(message: EmailMessage) -> str:
    return str(message.get("subject", ""))[:500]


def _short(words: str) -> str:
    return " ".join(words.replace("\0", "").split())[:_WORDS]
