"""Letters with papers in the stories of clients, deals, invoices and acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, reading, record_type, visible
from salesman_hookspecs import TimelineEntry, TimelineQuery, TimelineSource
from salesman_invoices.models import ACT, KIND, Act, Invoice
from salesman_invoices.sending.models import Sending
from salesman_invoices.texts import texts

_ = texts.gettext

_PAPERS: Final[tuple[tuple[str, type[Any], Any], ...]] = (
    (KIND, Invoice, Sending.invoice_id),
    (ACT, Act, Sending.act_id),
)


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give which papers went to whom, of those that whoever asks sees."""
    found = [
        _entry(row)
        for kind, model, column in _PAPERS
        if (of_record := _of_record(query, kind, model)) is not None
        for row in reading().execute(_letters(query, kind, model, column, of_record))
    ]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)[: query.limit]


def _of_record(query: TimelineQuery, kind: str, model: type[Any]) -> sa.ColumnElement[bool] | None:
    """Give which papers of a kind have a part in the story of a record; None for none."""
    if query.kind in {"client", "deal"}:
        column: Any = getattr(model, f"{query.kind}_id")
        return sa.and_(column == query.record_id)
    return sa.and_(model.id == query.record_id) if query.kind == kind else None


def _letters(
    query: TimelineQuery,
    kind: str,
    model: type[Any],
    column: Any,
    of_record: sa.ColumnElement[bool],
) -> sa.Select[Any]:
    told = (Sending.id, Sending.at, Sending.to, Sending.reminder, Sending.by_name)
    columns = (model.id.label("paper_id"), model.label.label("paper"))
    wanted = (
        sa.select(*told, *columns, sa.literal(kind).label("paper_kind"))
        .join(model, model.id == column)
        .where(visible(kind, person=query.person), of_record)
        .order_by(Sending.at.desc(), Sending.id.desc())
        .limit(query.limit)
    )
    return wanted if query.before is None else wanted.where(Sending.at <= query.before)


def _entry(row: AnyRow) -> TimelineEntry:
    endpoint = record_type(row.paper_kind).card_endpoint
    return TimelineEntry(
        at=row.at,
        kind="paper_sent",
        text=_text(row),
        icon="mail-forward",
        actor=row.by_name,
        url=url_for(endpoint, record_id=row.paper_id),
        id=row.id,
    )


def _text(row: AnyRow) -> str:
    named = {"number": row.paper, "to": row.to}
    if row.paper_kind == ACT:
        return _("Act %(number)s went by email to %(to)s", **named)
    if row.reminder is None:
        return _("Invoice %(number)s went by email to %(to)s", **named)
    return _("A reminder of invoice %(number)s went to %(to)s", **named)


SOURCE: Final = TimelineSource(
    "letters", texts.lazy("Papers sent by email"), entries, ("client", "deal", KIND, ACT)
)
