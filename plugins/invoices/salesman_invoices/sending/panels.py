"""The panel of a paper's card: its PDF, the letters with it, and whether it is reminded of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Session

from salesman_core.toolkit import RecordCard, company, reaches, reading, render, today, visible
from salesman_invoices.models import ISSUED, KIND
from salesman_invoices.papers.rendering import what_is_lacking
from salesman_invoices.permissions import SEND
from salesman_invoices.sending import queries
from salesman_invoices.texts import texts

_ = texts.lazy

WAITING: Final = "waiting"
STATES: Final = {
    WAITING: _("waits"),
    "sent": _("sent"),
    "refused": _("refused by the server"),
    "failed": _("not sent"),
    "kept": _("not sent: no mail server"),
}
"""What became of a letter."""


def of_paper(card: RecordCard) -> Markup | None:
    """Give the panel for the card of an invoice or act that whoever reads sees."""
    return letters_panel(card.kind, card.record_id)


def letters_panel(kind: str, record_id: int) -> Markup | None:
    """Give the panel of a paper; None where there is none that the person sees."""
    session = reading()
    paper = _paper(session, kind, record_id)
    if paper is None:
        return None
    letters = queries.sent_with(session, kind, record_id)
    return render(
        "invoices/sending/letters.html",
        kind=kind,
        of="" if kind == KIND else "act_",
        paper=paper,
        letters=letters,
        waits=any(one.fate is not None and one.fate.state == WAITING for one in letters),
        states=STATES,
        lacking=what_is_lacking(),
        may_send=paper.state == ISSUED and reaches(kind, record_id, SEND),
        reminders=_reminders(session, paper) if kind == KIND else None,
    )


def _paper(session: Session, kind: str, record_id: int) -> Any:
    model = queries.MODELS[kind]
    names = ["id", "state", "company_id"]
    if kind == KIND:
        names += ["due_on", "paid", "amount"]
    wanted = sa.select(*(getattr(model, name) for name in names))
    return session.execute(wanted.where(model.id == record_id, visible(kind))).one_or_none()


@dataclass(frozen=True, slots=True)
class Reminders:
    """Whether an invoice is reminded of.

    :param on: whether nobody has switched it off.
    :param days: the days that are still to come.
    :param address: where they go; None where the invoice has not been sent yet.
    """

    on: bool
    days: list[date]
    address: str | None


def _reminders(session: Session, invoice: Any) -> Reminders | None:
    """Give the reminders of an open invoice; None where its company does not remind."""
    if invoice.state != ISSUED or invoice.paid >= invoice.amount or invoice.due_on is None:
        return None
    setting = queries.remindings(session).get(invoice.company_id)
    if setting is None or not setting.active:
        return None
    days = [*(-one for one in setting.before), *setting.after]
    to_come = sorted(invoice.due_on + timedelta(one) for one in days)
    return Reminders(
        queries.is_reminded(session, invoice.id),
        [one for one in to_come if one > today(company().tz)],
        queries.last_address(session, invoice.id),
    )
