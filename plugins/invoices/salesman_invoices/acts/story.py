"""Acts in the stories of clients and deals, and in the search box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, Findable, formats, reading, visible
from salesman_hookspecs import SearchHit, TimelineEntry, TimelineQuery
from salesman_invoices.acts.service import named
from salesman_invoices.models import ACT, CANCELLED, DRAFT, KIND, Act
from salesman_invoices.texts import texts

_COLUMNS: Final = {"client": Act.client_id, "deal": Act.deal_id, KIND: Act.invoice_id}
KINDS: Final = tuple(_COLUMNS)


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the acts that were issued and cancelled for a client, a deal or an invoice."""
    column = _COLUMNS.get(query.kind)
    if column is None:
        return []
    at = sa.func.coalesce(Act.cancelled_at, Act.created_at).label("at")
    told = sa.select(Act.id, Act.number, Act.state, Act.amount, Act.currency, at).where(
        visible(ACT, person=query.person), column == query.record_id, Act.state != DRAFT
    )
    if query.before is not None:
        told = told.where(at <= query.before)
    rows = reading().execute(told.order_by(at.desc(), Act.id.desc()).limit(query.limit))
    return [_entry(row) for row in rows]


def _entry(row: AnyRow) -> TimelineEntry:
    said = {"number": named(row), "amount": formats.money(row.amount, row.currency)}
    text = (
        texts.gettext("Cancelled act %(number)s, %(amount)s", **said)
        if row.state == CANCELLED
        else texts.gettext("Act %(number)s, %(amount)s", **said)
    )
    url = url_for("invoices.act_card", record_id=row.id)
    return TimelineEntry(at=row.at, kind="act", text=text, icon="file-check", url=url, id=row.id)


def _found(row: AnyRow, score: float) -> SearchHit:
    url = url_for("invoices.act_card", record_id=row.id)
    return SearchHit(named(row), url, formats.money(row.amount, row.currency), score)


FOUND: Final = Findable(
    kind=ACT,
    id=Act.id,
    name=Act.search_text,
    read=sa.select(Act.id, Act.number, Act.amount, Act.currency),
    hit=_found,
    behind=Act.state == CANCELLED,
)
"""How the search box finds acts, a typo forgiven."""
