"""Which lead is called next: one rule, written here and nowhere else.

A lead can be called where the person may call it, it is not finished, did not forbid calls, is not
kept apart as a suspect, has a number that is not wrong and may be called, its time has come, and
nobody else has it in hand. Of those come

1. one's own that were promised a call at a time which has come, the longest promised first;
2. one's own, the oldest first;
3. those that nobody has, the oldest first.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import bans, current_person, is_banned_for_any, now, visible
from salesman_leads.models import KIND, UNFINISHED, Lead, LeadPhone
from salesman_leads.permissions import CALL
from salesman_leads.queue.models import Attempt, Lease

Condition = sa.ColumnElement[bool]

_AGE: Final = (Lead.created_at, Lead.id)


def can_be_called() -> Condition:
    """Give the condition of leads that whoever acts could call, now or at their time."""
    banned = is_banned_for_any(bans.CALLS, LeadPhone.normalised)
    usable = sa.and_(sa.not_(LeadPhone.wrong), sa.not_(banned))
    reached = sa.exists().where(LeadPhone.lead_id == Lead.id, usable)
    return sa.and_(
        visible(KIND, CALL),
        Lead.status.in_(UNFINISHED),
        sa.not_(Lead.no_calls),
        Lead.suspicion == "",
        reached,
    )


def may_come() -> Condition:
    """Give the condition of the leads that the queue of whoever acts holds now."""
    mine = sa.or_(Lead.owner_id == current_person().id, Lead.owner_id.is_(None))
    due = sa.or_(Lead.next_call_at.is_(None), Lead.next_call_at <= now())
    return sa.and_(can_be_called(), mine, due, sa.not_(_with_somebody_else()))


def next_lead(session: Session) -> int | None:
    """Give the lead that is to be called next, its row kept from others until the commit."""
    for step in _steps():
        found = sa.select(Lead.id).where(may_come(), step.condition).order_by(*step.order).limit(1)
        lead_id = session.scalar(found.with_for_update(skip_locked=True))
        if lead_id is not None:
            return lead_id
    return None


class _Step(NamedTuple):
    condition: Condition
    order: tuple[sa.ColumnElement[object] | sa.orm.InstrumentedAttribute[object], ...]


def _steps() -> tuple[_Step, ...]:
    own = Lead.owner_id == current_person().id
    promised = sa.exists().where(
        Attempt.lead_id == Lead.id, Attempt.call_back_at == Lead.next_call_at
    )
    return (
        _Step(sa.and_(own, promised), (Lead.next_call_at, Lead.id)),
        _Step(own, _AGE),
        _Step(Lead.owner_id.is_(None), _AGE),
    )


def _with_somebody_else() -> Condition:
    return sa.exists().where(
        Lease.lead_id == Lead.id, Lease.until > now(), Lease.person_id != current_person().id
    )
