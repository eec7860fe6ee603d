"""Reads of letters with papers: to whom they may go, which went, what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only, selectinload

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Contact,
    LetterFate,
    MissingError,
    User,
    fates_of,
    reaches,
    visible,
)
from salesman_invoices.models import ACT, ISSUED, KIND, Act, Invoice
from salesman_invoices.sending.models import LetterWording, Reminding, Sending, Unreminded
from salesman_invoices.sending.wording import BUILT_IN, Wording
from salesman_invoices.texts import texts

_ = texts.lazy

MODELS: Final[Mapping[str, Any]] = {KIND: Invoice, ACT: Act}
"""What can be sent, by kind."""
_COLUMNS: Final[Mapping[str, Any]] = {KIND: Sending.invoice_id, ACT: Sending.act_id}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to whom a paper may go.

    :param address: as it is kept.
    :param whose: the name of the contact or client; empty where the paper alone names it.
    """

    address: str
    whose: str = ""


def recipients(
    session: Session, kind: str, record_id: int, client_id: int | None
) -> Sequence[Recipient]:
    """Give the addresses that a paper may go to, that which it went to last at the head.

    Then come the client's contacts, the primary one first, and the client's own addresses, of
    those that whoever asks may see, and only such as validate.
    """
    last = _last_address(session, kind, record_id)
    known = [] if last is None else [Recipient(last)]
    if client_id is not None:
        known += [*_of_contacts(session, client_id), *_of_client(session, client_id)]
    named = {one.address.casefold(): one for one in reversed(known) if one.whose}
    in_order = {one.address.casefold(): one for one in reversed(known)} | named
    return [in_order[key] for key in dict.fromkeys(one.address.casefold() for one in known)]


def last_address(session: Session, invoice_id: int) -> str | None:
    """Give where an invoice went by email last; None where nobody sent it so."""
    return _last_address(session, KIND, invoice_id)


def _last_address(session: Session, kind: str, record_id: int) -> str | None:
    newest = sa.select(Sending.to).where(_COLUMNS[kind] == record_id, Sending.reminder.is_(None))
    return session.scalar(newest.order_by(Sending.at.desc(), Sending.id.desc()).limit(1))


def _of_contacts(session: Session, client_id: int) -> Iterator[Recipient]:
    wanted = (
        sa.select(Contact)
        .options(load_only(Contact.name), selectinload(Contact.emails))
        .where(Contact.client_id == client_id, visible("contact"))
        .order_by(sa.not_(Contact.primary), Contact.id)
        .limit(100)
    )
    for contact in session.scalars(wanted):
        yield from (Recipient(one.typed, contact.name) for one in contact.emails if one.normalised)


def _of_client(session: Session, client_id: int) -> Iterator[Recipient]:
    wanted = (
        sa.select(Client)
        .options(load_only(Client.name), selectinload(Client.emails))
        .where(Client.id == client_id, visible("client"))
    )
    for client in session.scalars(wanted):
        yield from (Recipient(one.typed, client.name) for one in client.emails if one.normalised)


def demand_seen(kind: str, record_id: int) -> None:
    """Let only those pass who see a paper.

    :raises MissingError: for whoever may not even know of it.
    """
    if not reaches(kind, record_id):
        raise MissingError(_("There is no such record, or you may not see it."))


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter with a paper, and what became of it.

    :param fate: None where the letter is in the log no more.
    """

    row: Sending
    fate: LetterFate | None


def sent_with(session: Session, kind: str, record_id: int, limit: int = 20) -> Sequence[Sent]:
    """Give the letters with a paper that whoever asks sees, the newest first."""
    wanted = (
        sa.select(Sending)
        .where(_COLUMNS[kind] == record_id)
        .order_by(Sending.at.desc(), Sending.id.desc())
        .limit(limit)
    )
    found = session.scalars(wanted).all()
    fates = fates_of(session, [one.letter_id for one in found if one.letter_id is not None])
    return [Sent(one, fates.get(one.letter_id or 0)) for one in found]


def companions(session: Session, kind: str, record_id: int) -> Sequence[AnyRow]:
    """Give the issued papers that may go along in the same letter: of an invoice its acts.

    :returns: with ``kind``, ``id``, ``number`` and, of acts, ``sort``; those that the person sees.
    """
    if kind == KIND:
        columns = (sa.literal(ACT).label("kind"), Act.id, Act.number, Act.kind.label("sort"))
        wanted = sa.select(*columns).where(Act.invoice_id == record_id, visible(ACT))
        return session.execute(wanted.where(Act.state == ISSUED).order_by(Act.id).limit(20)).all()
    columns_ = (sa.literal(KIND).label("kind"), Invoice.id, Invoice.number)
    wanted_ = (
        sa.select(*columns_, sa.literal("invoice").label("sort"))
        .join(Act, Act.invoice_id == Invoice.id)
        .where(Act.id == record_id, visible(KIND), Invoice.state == ISSUED)
    )
    return session.execute(wanted_).all()


def is_reminded(session: Session, invoice_id: int) -> bool:
    """Tell whether nobody has switched the reminders of an invoice off."""
    off = sa.select(sa.exists().where(Unreminded.invoice_id == invoice_id))
    return not session.scalar(off)


def wording_of(session: Session, use: str, language: str) -> Wording:
    """Give the words of a letter: the company's own, or the built-in ones."""
    own = session.get(LetterWording, (use, language))
    return BUILT_IN[use, language] if own is None else Wording(own.subject, own.text)


def own_wordings(session: Session) -> Mapping[tuple[str, str], AnyRow]:
    """Give what the company has written itself, by use and language."""
    columns = (
        LetterWording.use,
        LetterWording.language,
        LetterWording.subject,
        LetterWording.text,
        LetterWording.version,
    )
    rows = session.execute(sa.select(*columns))
    return {(row.use, row.language): row for row in rows}


def remindings(session: Session) -> Mapping[int, Reminding]:
    """Give how own companies remind, by company; those that have said something."""
    return {one.company_id: one for one in session.scalars(sa.select(Reminding))}


def owner_of(session: Session, owner_id: int | None) -> AnyRow | None:
    """Give name and address of whoever is responsible for a paper."""
    if owner_id is None:
        return None
    wanted = sa.select(User.name, User.email).where(User.id == owner_id)
    return session.execute(wanted).one_or_none()
