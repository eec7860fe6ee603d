"""Leads in the stories of clients and deals, and in the search box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, Findable, reading, visible
from salesman_hookspecs import SearchHit, TimelineEntry, TimelineQuery
from salesman_leads.models import CLOSED, KIND, Lead, LeadEmail, LeadPhone
from salesman_leads.queries import TITLE
from salesman_leads.texts import texts


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give when the leads of a client or deal came in."""
    column = {"client": Lead.client_id, "deal": Lead.deal_id}.get(query.kind)
    if column is None:
        return []
    came_in = sa.select(Lead.id, TITLE, Lead.source, Lead.created_at).where(
        visible(KIND, person=query.person), column == query.record_id
    )
    if query.before is not None:
        came_in = came_in.where(Lead.created_at <= query.before)
    rows = reading().execute(came_in.order_by(Lead.created_at.desc()).limit(query.limit))
    return [
        TimelineEntry(
            at=row.created_at,
            kind="lead",
            text=_came_in(row.title, row.source),
            icon="inbox",
            url=url_for("leads.card", record_id=row.id),
            id=row.id,
        )
        for row in rows
    ]


def _came_in(title: str, source: str) -> str:
    if source:
        return texts.gettext(
            "Came in as the lead “%(title)s” from %(source)s", title=title, source=source
        )
    return texts.gettext("Came in as the lead “%(title)s”", title=title)


def _found(row: AnyRow, score: float) -> SearchHit:
    return SearchHit(row.title, url_for("leads.card", record_id=row.id), row.source, score)


FOUND: Final = Findable(
    kind=KIND,
    id=Lead.id,
    name=Lead.search_title,
    read=sa.select(Lead.id, TITLE, Lead.source),
    hit=_found,
    phones=LeadPhone.lead_id,
    emails=LeadEmail.lead_id,
    behind=Lead.status == CLOSED,
)
"""How the search box finds leads, a typo forgiven."""
