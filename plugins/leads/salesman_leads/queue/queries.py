"""Every read of the queue and of calls, through access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    MissingError,
    User,
    company,
    contact_data,
    current_person,
    now,
    today,
    visible,
)
from salesman_leads.models import KIND, Lead, LeadPhone, Result
from salesman_leads.permissions import COUNT_CALLS
from salesman_leads.queue.models import Attempt, CallResult, Lease
from salesman_leads.queue.rule import can_be_called, may_come
from salesman_leads.texts import texts

_ = texts.lazy

MOST_SHOWN: Final = 100
"""Calls of a lead that are read at once, the last ones."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far whoever calls is today.

    :param done: leads called today; None for those of whom calls are no figure.
    :param left: leads that the queue holds now.
    :param next_at: when one's own next lead comes that has to wait; UTC.
    """

    done: int | None
    left: int
    next_at: datetime | None


def in_hand(session: Session) -> AnyRow | None:
    """Give the lead that whoever acts has in hand: its id, and until when."""
    held = (
        sa.select(Lease.lead_id, Lease.until)
        .join(Lead, Lead.id == Lease.lead_id)
        .where(Lease.person_id == current_person().id, Lease.until > now(), can_be_called())
    )
    return session.execute(held.order_by(Lease.until.desc()).limit(1)).one_or_none()


def progress(session: Session) -> Progress:
    """Give how far whoever acts is today."""
    person = current_person()
    waiting = sa.select(sa.func.count(Lead.id)).where(may_come())
    coming = sa.select(sa.func.min(Lead.next_call_at)).where(
        can_be_called(), Lead.owner_id == person.id, Lead.next_call_at > now()
    )
    return Progress(
        done=_called_today(session) if person.may(COUNT_CALLS) else None,
        left=session.scalar(waiting) or 0,
        next_at=session.scalar(coming),
    )


def _called_today(session: Session) -> int:
    zone = company().tz
    begins = datetime.combine(today(zone), time.min, zone)
    called = sa.select(sa.func.count(sa.distinct(Attempt.lead_id))).where(
        Attempt.person_id == current_person().id, Attempt.at >= begins
    )
    return session.scalar(called) or 0


ATTEMPT: Final = (
    Attempt.id,
    Attempt.lead_id,
    Attempt.person_id,
    Attempt.at,
    Attempt.call_result_id,
    Attempt.comment,
    Attempt.call_back_at,
    Attempt.phone,
    CallResult.name.label("result_name"),
    CallResult.base,
    User.name.label("person_name"),
)
"""What a call is, with what a page shows beside it."""


def attempts(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the calls to leads that the person reaches, the last first."""
    return (
        sa.select(*ATTEMPT)
        .join(Lead, Lead.id == Attempt.lead_id)
        .join(CallResult, CallResult.id == Attempt.call_result_id)
        .outerjoin(User, User.id == Attempt.person_id)
        .where(visible(KIND), *conditions)
        .order_by(Attempt.at.desc(), Attempt.id.desc())
    )


def attempts_of(session: Session, lead_id: int) -> Sequence[AnyRow]:
    """Give the last calls to a lead, the latest first."""
    return session.execute(attempts(Attempt.lead_id == lead_id).limit(MOST_SHOWN)).all()


def one_attempt(session: Session, attempt_id: int) -> AnyRow:
    """Give a call to a lead that the person reaches.

    :raises MissingError: where there is none.
    """
    row = session.execute(attempts(Attempt.id == attempt_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such call, or you may not see it."))
    return row


def readable_phone(typed: str) -> str:
    """Give a wrong number as whoever acts may read it; an empty string stays one."""
    if not typed:
        return ""
    found: str = contact_data.readable({"typed": typed, "normalised": None})["typed"]
    return found


def callable_phones(session: Session, lead_id: int) -> set[int]:
    """Give the positions of those of a lead's phones that are not wrong."""
    right = sa.select(LeadPhone.position).where(
        LeadPhone.lead_id == lead_id, sa.not_(LeadPhone.wrong)
    )
    return set(session.scalars(right))


def call_results(session: Session, *, offered: bool = False) -> Sequence[AnyRow]:
    """Give what may come of a call, in the company's order.

    :param offered: only what may still be chosen.
    """
    columns = (
        CallResult.id,
        CallResult.name,
        CallResult.base,
        CallResult.closes_as_id,
        CallResult.active,
        CallResult.version,
        Result.name.label("closes_as_name"),
    )
    found = sa.select(*columns).outerjoin(Result, Result.id == CallResult.closes_as_id)
    if offered:
        found = found.where(CallResult.active)
    return session.execute(found.order_by(CallResult.position, CallResult.id)).all()
