"""Calls in the stories of leads, and of the clients and deals that came of them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import User, reading, visible
from salesman_hookspecs import TimelineEntry, TimelineQuery
from salesman_leads.models import KIND, Lead
from salesman_leads.queue.models import Attempt, CallResult
from salesman_leads.texts import texts


def calls(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the calls to a lead, or to the leads of a client or deal, the last first."""
    column = {"client": Lead.client_id, "deal": Lead.deal_id, KIND: Lead.id}.get(query.kind)
    if column is None:
        return []
    columns = (Attempt.id, Attempt.at, Attempt.comment, Attempt.lead_id, CallResult.name)
    made = (
        sa.select(*columns, User.name.label("actor"))
        .join(Lead, Lead.id == Attempt.lead_id)
        .join(CallResult, CallResult.id == Attempt.call_result_id)
        .outerjoin(User, User.id == Attempt.person_id)
        .where(visible(KIND, person=query.person), column == query.record_id)
    )
    if query.before is not None:
        made = made.where(Attempt.at <= query.before)
    last = made.order_by(Attempt.at.desc(), Attempt.id.desc()).limit(query.limit)
    return [
        TimelineEntry(
            at=row.at,
            kind="call",
            text=_told(row.name, row.comment),
            icon="phone-outgoing",
            actor=row.actor or "",
            url=None if query.kind == KIND else url_for("leads.card", record_id=row.lead_id),
            id=row.id,
        )
        for row in reading().execute(last)
    ]


def _told(result: str, comment: str) -> str:
    if comment:
        return texts.gettext("Called: %(result)s. %(comment)s", result=result, comment=comment)
    return texts.gettext("Called: %(result)s", result=result)
