"""Leads in the stories of clients and deals, and in the search box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, Findable, User, reading, visible
from salesman_hookspecs import SearchHit, TimelineEntry, TimelineQuery
from salesman_leads.lists import KEPT_APART
from salesman_leads.models import (
    CLOSED,
    CONVERTED,
    KIND,
    Lead,
    LeadEmail,
    LeadExternalId,
    LeadPhone,
)
from salesman_leads.queries import TITLE
from salesman_leads.texts import texts


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give when the leads of a client or deal came in, and when and by whom they became it."""
    column = {"client": Lead.client_id, "deal": Lead.deal_id}.get(query.kind)
    if column is None:
        return []
    read = sa.select(Lead.id, TITLE, Lead.source, Lead.deal_id, Lead.result)
    found = (
        read.add_columns(Lead.created_at, Lead.closed_at, User.name.label("closed_by"))
        .outerjoin(User, User.id == Lead.closed_by_id)
        .where(visible(KIND, person=query.person), column == query.record_id)
        .order_by(Lead.created_at.desc())
        .limit(query.limit)
    )
    if query.before is not None:
        found = found.where(Lead.created_at <= query.before)
    told = [entry for row in reading().execute(found) for entry in _of_lead(row)]
    past = [one for one in told if query.before is None or one.at <= query.before]
    return sorted(past, key=lambda one: one.at, reverse=True)[: query.limit]


def _of_lead(row: AnyRow) -> Iterator[TimelineEntry]:
    """Give what is told of a lead; when it became a client, as far as that was kept."""
    yield _entry(row, row.created_at, _came_in(row))
    if row.result == CONVERTED and row.closed_at is not None:
        yield _entry(row, row.closed_at, _became(row), row.closed_by or "")


def _entry(row: AnyRow, at: datetime, text: str, actor: str = "") -> TimelineEntry:
    url = url_for("leads.card", record_id=row.id)
    return TimelineEntry(
        at=at, kind="lead", text=text, icon="inbox", actor=actor, url=url, id=row.id
    )


def _came_in(row: AnyRow) -> str:
    if row.source:
        return texts.gettext(
            "Came in as the lead “%(title)s” from %(source)s", title=row.title, source=row.source
        )
    return texts.gettext("Came in as the lead “%(title)s”", title=row.title)


def _became(row: AnyRow) -> str:
    if row.deal_id is None:
        return texts.gettext("The lead “%(title)s” became a client", title=row.title)
    return texts.gettext("The lead “%(title)s” became a client and a deal", title=row.title)


def _with_key(typed: str) -> sa.Select[Any] | None:
    """Give the leads that have what was typed as their key in another system."""
    key = typed.strip()
    return sa.select(LeadExternalId.record_id).where(LeadExternalId.key == key) if key else None


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
    words=_with_key,
    behind=sa.or_(Lead.status == CLOSED, KEPT_APART),
)
"""How the search box finds leads, a typo forgiven."""
