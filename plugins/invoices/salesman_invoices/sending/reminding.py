"""Reminders of invoices by the clock: before and after the day on which they are due.

Each morning the job looks which reminders are planned for that day, and puts a job of its own into
the queue for each. That one draws the paper, then judges once more, with the invoice locked: what
was paid, cancelled or switched off meanwhile is not reminded of, and each reminder goes out once.
A reminder goes where the invoice itself went by email last; one that never went is not reminded of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Enclosure,
    Letter,
    WritingSession,
    company,
    enqueue,
    job_piece,
    locked,
    reading,
    send_letter,
    today,
    worktime,
    writing,
)
from salesman_invoices.models import ISSUED, KIND, Invoice
from salesman_invoices.papers.reading import paper_of_invoice
from salesman_invoices.papers.rendering import UnprintableError, printout_of
from salesman_invoices.sending import queries
from salesman_invoices.sending.models import Reminding, Sending, Unreminded
from salesman_invoices.sending.service import keep, left_of, values_of
from salesman_invoices.sending.settings import FURTHEST
from salesman_invoices.sending.wording import AFTER, BEFORE, Wording, filled
from salesman_invoices.standing import IS_OPEN

LOOK: Final = "invoices.remind"
ONE: Final = "invoices.remind_of_one"

_CATCHING_UP: Final = 3
"""Days for which a reminder is made up for, where nothing ran on its day."""
_LONGEST_HOLIDAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder that is to go out.

    :param days: after the due day; below nought for days before it.
    """

    invoice_id: int
    days: int


def remind() -> int:
    """Put what is to be reminded of today into the queue; give how many.

    On days on which nobody works nothing is sent: the next working day makes up for it.
    """
    day = today(company().tz)
    if not worktime().is_work_day(day):
        return 0
    with writing() as session:
        found = list(planned(session, day))
        for one in found:
            arguments = {"invoice_id": one.invoice_id, "days": one.days}
            key = f"{ONE}:{one.invoice_id}"
            enqueue(session, ONE, arguments, key=key, unique=f"{key}:{one.days}")
    return len(found)


def planned(session: Session, day: date) -> Iterator[Planned]:
    """Give the reminders that are planned for a day, or were for one that is made up for."""
    oldest = _made_up_from(day)
    settings = {id_: one for id_, one in queries.remindings(session).items() if one.active}
    for row in session.execute(_open_ones(settings, oldest, day)):
        days = _due_reminder(settings[row.company_id], row.due_on, day)
        if days is None:
            continue
        intended = row.due_on + timedelta(days)
        if oldest <= intended and row.sent_at.astimezone(company().tz).date() < intended:
            yield Planned(row.id, days)


def _made_up_from(day: date) -> date:
    """Give the first day whose reminders may still go out: that behind the last working day."""
    working = worktime().is_work_day
    back = next((n for n in range(1, _LONGEST_HOLIDAYS) if working(day - timedelta(n))), 1)
    return day - timedelta(max(back - 1, _CATCHING_UP))


def _open_ones(settings: Sequence[int] | Any, oldest: date, day: date) -> Any:
    """Give the query of the unpaid invoices that may be reminded of, each with when it was sent."""
    first = (
        sa.select(sa.func.min(Sending.at))
        .where(Sending.invoice_id == Invoice.id, Sending.reminder.is_(None))
        .scalar_subquery()
    )
    return sa.select(Invoice.id, Invoice.company_id, Invoice.due_on, first.label("sent_at")).where(
        IS_OPEN,
        Invoice.deleted_at.is_(None),
        Invoice.company_id.in_(list(settings)),
        Invoice.due_on.between(oldest - timedelta(FURTHEST), day + timedelta(FURTHEST)),
        first.is_not(None),
        ~sa.exists().where(Unreminded.invoice_id == Invoice.id),
    )


def _due_reminder(setting: Reminding, due_on: date, day: date) -> int | None:
    """Give the last reminder whose day has come; those before it are past."""
    all_days = [*(-one for one in setting.before), *setting.after]
    return max((one for one in all_days if due_on + timedelta(one) <= day), default=None)


def remind_of_one(invoice_id: int, days: int) -> bool:
    """Send one reminder, unless there is no need for it any more; give whether it was sent.

    :param days: for which it was planned, after the due day; below nought for days before it.
    """
    letter = _letter(reading(), invoice_id, days)
    if letter is None:
        return False
    with job_piece() as session:
        invoice = locked(session, Invoice, invoice_id)
        if not _is_wanted(session, invoice, days):
            return False
        keep(session, (KIND, invoice_id), send_letter(letter), letter.to, days)
    return True


def _is_wanted(session: WritingSession | Session, invoice: Invoice, days: int) -> bool:
    """Tell whether an invoice is still to be reminded of, and has not been."""
    if invoice.state != ISSUED or invoice.paid >= invoice.amount or invoice.deleted_at is not None:
        return False
    setting = session.get(Reminding, invoice.company_id) if invoice.company_id else None
    if setting is None or not setting.active or not queries.is_reminded(session, invoice.id):
        return False
    sent = sa.exists().where(Sending.invoice_id == invoice.id, Sending.reminder == days)
    return not session.scalar(sa.select(sent))


def _letter(session: Session, invoice_id: int, days: int) -> Letter | None:
    invoice = session.get(Invoice, invoice_id)
    if invoice is None or not _is_wanted(session, invoice, days):
        return None
    address = queries.last_address(session, invoice_id)
    if address is None:
        return None
    owner = queries.owner_of(session, invoice.owner_id)
    wording, enclosure = _said(session, invoice, days, owner.name if owner else "")
    return Letter(
        address,
        wording.subject,
        wording.text,
        reply_to=(owner.email if owner else None) or "",
        enclosures=[] if enclosure is None else [enclosure],
    )


def _said(
    session: Session, invoice: Invoice, days: int, sender: str
) -> tuple[Wording, Enclosure | None]:
    """Give what a reminder says, and the invoice that goes with it where it can be printed."""
    paper = paper_of_invoice(session, invoice.id)
    wording = queries.wording_of(session, AFTER if days > 0 else BEFORE, paper.language)
    said = filled(wording, values_of(paper, left=left_of(invoice), sender=sender))
    try:
        printout = printout_of(paper)
        return said, Enclosure(printout.name, printout.pdf())
    except UnprintableError:
        return said, None
