"""Sending papers by email: written into the log in one transaction with the note that they went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    ConflictError,
    Enclosure,
    InvalidError,
    Letter,
    MissingError,
    WritingSession,
    announce,
    checked_address,
    current_person,
    demand,
    for_change,
    now,
    reading,
    send_letter,
    writing,
)
from salesman_invoices.models import ACT, ISSUED, KIND
from salesman_invoices.papers import phrases, saying
from salesman_invoices.papers.reading import paper_of_act, paper_of_invoice
from salesman_invoices.papers.rendering import printout_of
from salesman_invoices.papers.values import Paper
from salesman_invoices.permissions import SEND
from salesman_invoices.sending import queries
from salesman_invoices.sending.models import Sending, Unreminded
from salesman_invoices.sending.wording import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    WITH_ACT,
    WITH_INVOICE,
    Wording,
    filled,
)
from salesman_invoices.texts import texts

_ = texts.lazy

SENT: Final[Mapping[str, str]] = {KIND: "invoices.invoice.sent", ACT: "invoices.act.sent"}
_READ: Final = {KIND: paper_of_invoice, ACT: paper_of_act}
_USES: Final = {KIND: WITH_INVOICE, ACT: WITH_ACT}
MOST_TOGETHER: Final = 10
"""Papers of one letter."""

Reference = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A letter as it is offered to whoever wants to send a paper.

    :param recipients: whom it may go to.
    :param companions: what may go along.
    :param name: of the file that goes with it.
    """

    wording: Wording
    recipients: Sequence[queries.Recipient]
    companions: Sequence[Any]
    name: str


def proposal(session: Session, kind: str, record_id: int) -> Proposal:
    """Give the letter with which a paper would go: to whom, and in which words.

    :raises ConflictError: where it is not issued, and so not to be sent.
    """
    record = _issued(session, kind, record_id)
    paper = _READ[kind](session, record_id)
    values = values_of(paper, left=left_of(record), sender=current_person().name)
    return Proposal(
        filled(queries.wording_of(session, _USES[kind], paper.language), values),
        queries.recipients(session, kind, record_id, record.client_id),
        queries.companions(session, kind, record_id),
        phrases.file_name_of(paper),
    )


def _issued(session: Session, kind: str, record_id: int) -> Any:
    demand(kind, record_id, SEND, session=session)
    record = session.get(queries.MODELS[kind], record_id)
    _demand_issued(record)
    return record


def _demand_issued(record: Any) -> None:
    if record is None:
        raise MissingError(_("There is no such record, or you may not see it."))
    if record.state != ISSUED:
        raise ConflictError(_("Only what is issued can be sent by email."))


def left_of(record: Any) -> Decimal | None:
    """Give what is still to be paid of an invoice; None for an act."""
    paid = getattr(record, "paid", None)
    return None if paid is None else max(record.amount - paid, Decimal(0))


def values_of(paper: Paper, *, left: Decimal | None, sender: str) -> dict[str, str]:
    """Give what stands at the places of a letter with a paper."""
    return {
        "paper": phrases.sort_of(paper),
        "number": paper.number,
        "day": "" if paper.day is None else saying.short_day(paper.day, paper.language),
        "due": "" if paper.due_on is None else saying.short_day(paper.due_on, paper.language),
        "amount": phrases.amount_of(paper.amount, paper),
        "left": "" if left is None else phrases.amount_of(left, paper),
        "client": paper.buyer.short_name or paper.buyer.name,
        "company": paper.seller.short_name or paper.seller.name,
        "sender": sender,
    }


def send_paper(kind: str, record_id: int, values: Mapping[str, Any]) -> int:
    """Send a paper by email, with others that belong to it where wanted.

    :param values: ``to``, ``subject``, ``text``, and ``along``: pairs of kind and id.
    :returns: the number of the letter in the log.
    :raises InvalidError: by field.
    :raises ConflictError: where one of them is not issued or cannot be printed.
    """
    address, wording = _judged(values)
    papers = _together(reading(), kind, record_id, values.get("along") or ())
    enclosures = [_enclosed(reading(), one) for one in papers]  # the slow part, before the writing
    person = current_person()
    letter = Letter(
        address,
        wording.subject,
        wording.text,
        reply_to=person.email or "",
        enclosures=enclosures,
        automatic=False,
    )
    with writing() as session:
        for one_kind, one_id in papers:
            _demand_issued(for_change(session, one_kind, one_id, SEND))
        letter_id = send_letter(letter)
        for one in papers:
            keep(session, one, letter_id, address)
    return letter_id


def _judged(values: Mapping[str, Any]) -> tuple[str, Wording]:
    wrong: dict[str, Any] = {}
    address = ""
    try:
        address = checked_address(str(values.get("to") or ""), "to")
    except InvalidError as error:
        wrong |= error.fields
    said = {}
    for name, most in (("subject", LONGEST_SUBJECT), ("text", LONGEST_TEXT)):
        said[name] = str(values.get(name) or "").replace("\r\n", "\n").strip()
        if not said[name]:
            wrong[name] = _("Write something here.")
        elif len(said[name]) > most:
            wrong[name] = _("At most %(most)s characters.", most=most)
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)
    return address, Wording(said["subject"], said["text"])


def _together(
    session: Session, kind: str, record_id: int, along: Iterable[Reference]
) -> list[Reference]:
    """Give the papers of a letter: the one that is sent, and those that were chosen beside it."""
    offered = {(one.kind, one.id) for one in queries.companions(session, kind, record_id)}
    chosen = list(dict.fromkeys(along))
    if not offered.issuperset(chosen) or len(chosen) >= MOST_TOGETHER:
        message = _("This does not go with it, or you may not see it.")
        raise InvalidError(message, {"along": message})
    _issued(session, kind, record_id)
    return [(kind, record_id), *chosen]


def _enclosed(session: Session, paper: Reference) -> Enclosure:
    kind, record_id = paper
    printout = printout_of(_READ[kind](session, record_id))
    return Enclosure(printout.name, printout.pdf())


def keep(
    session: WritingSession,
    paper: Reference,
    letter_id: int,
    address: str,
    reminder: int | None = None,
) -> None:
    """Note that a paper goes to somebody, and tell of it.

    :param reminder: for which day a reminder was planned, from the due day on.
    """
    (kind, record_id), person = paper, current_person()
    session.add(
        Sending(
            invoice_id=record_id if kind == KIND else None,
            act_id=record_id if kind == ACT else None,
            letter_id=letter_id,
            to=address,
            reminder=reminder,
            at=now(),
            by_id=person.id,
            by_name=person.name if person.id is not None else "",
        )
    )
    session.flush()
    announce(session, SENT[kind], kind, record_id, {"reminder": reminder})


def switch_reminders(invoice_id: int, *, on: bool) -> None:
    """Let an invoice be reminded of, or not."""
    with writing() as session:
        for_change(session, KIND, invoice_id, SEND)
        off = session.get(Unreminded, invoice_id)
        if on and off is not None:
            session.delete(off)
        elif not on and off is None:
            person = current_person()
            session.add(Unreminded(invoice_id=invoice_id, at=now(), by_id=person.id))
