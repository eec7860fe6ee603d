"""Leads that nobody took who might have been first: the head of sales is told, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import AnyRow, WritingSession, one_of, visible, write_rows
from salesman_leads.distribution.models import FIRST_COME, UNTOUCHED, Decision, Rule
from salesman_leads.models import KIND, OPEN, Lead

AT_ONCE: Final = 20_000
"""A whole list that came in together is told of together."""


def note_untaken(session: WritingSession, moment: datetime) -> Sequence[AnyRow]:
    """Note of leads that whoever is first takes that their time is over; give id and title of each.

    They go on waiting for whoever takes them, and are looked at no more: there is nobody else to
    whom they could go. Where the rule has a coordinator, or has changed meanwhile, they are dealt
    again like all others. Leads change nothing by it, so none is held, and a list of thousands
    costs a few statements.
    """
    late = session.execute(_late(moment)).all()
    ids = [one.id for one in late]
    settled = sa.update(Decision).where(one_of(Decision.id, ids)).values(waiting=False)
    session.execute(settled.execution_options(synchronize_session=False))
    write_rows(session, Decision, [_entry(one, moment) for one in late])
    named = sa.select(Lead.id, Lead.title).where(one_of(Lead.id, [one.lead_id for one in late]))
    return session.execute(named.order_by(Lead.id)).all() if late else []


def _late(moment: datetime) -> sa.Select[*tuple[object, ...]]:
    """Give the query of the decisions about leads that nobody took in time."""
    still_so = sa.and_(Rule.active, Rule.method == FIRST_COME, Rule.coordinator_id.is_(None))
    free = sa.and_(Lead.owner_id.is_(None), Lead.status == OPEN, Lead.suspicion == "")
    columns = (Decision.id, Decision.lead_id, Decision.rule_id, Rule.name, Decision.round)
    return (
        sa.select(*columns)
        .join(Lead, Lead.id == Decision.lead_id)
        .join(Rule, Rule.id == Decision.rule_id)
        .where(Decision.waiting, Decision.due_at <= moment, Decision.method == FIRST_COME)
        .where(still_so, free, Lead.updated_at <= Decision.at, visible(KIND))
        .order_by(Decision.due_at, Decision.id)
        .limit(AT_ONCE)
    )


def _entry(late: AnyRow, moment: datetime) -> dict[str, object]:
    """Give the entry of the ledger that says so."""
    return {
        "lead_id": late.lead_id,
        "at": moment,
        "reason": UNTOUCHED,
        "rule_id": late.rule_id,
        "rule_name": late.name,
        "method": FIRST_COME,
        "skipped": [],
        "round": late.round + 1,
        "waiting": False,
    }
