"""Documents in the stories of clients and deals, and in the search box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, Findable, reading, visible
from salesman_documents.lists import FINISHED
from salesman_documents.models import KIND, Document, Status, Version
from salesman_documents.texts import texts
from salesman_hookspecs import SearchHit, TimelineEntry, TimelineQuery


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give when the documents of a client or deal got which version."""
    column = {"client": Document.client_id, "deal": Document.deal_id}.get(query.kind)
    if column is None:
        return []
    made = (
        sa.select(Version.id, Version.number, Version.origin, Version.created_at)
        .add_columns(Version.author_name, Document.title, Document.id.label("document_id"))
        .join(Document, Document.id == Version.document_id)
        .where(visible(KIND, person=query.person), column == query.record_id)
        .order_by(Version.created_at.desc(), Version.id.desc())
        .limit(query.limit)
    )
    if query.before is not None:
        made = made.where(Version.created_at <= query.before)
    return [
        TimelineEntry(
            at=row.created_at,
            kind="document",
            text=_told(row),
            icon="file-text",
            actor=row.author_name,
            url=url_for("documents.card", record_id=row.document_id),
            id=row.id,
        )
        for row in reading().execute(made)
    ]


def _told(row: AnyRow) -> str:
    named = {"title": row.title, "number": row.number}
    if row.origin == "signed":
        return texts.gettext("“%(title)s” is signed: version %(number)s is the scan", **named)
    if row.number == 1:
        return texts.gettext("“%(title)s” was made", **named)
    return texts.gettext("“%(title)s” got version %(number)s", **named)


def _found(row: AnyRow, score: float) -> SearchHit:
    url = url_for("documents.card", record_id=row.id)
    return SearchHit(row.title, url, row.client_name, score)


FOUND: Final = Findable(
    kind=KIND,
    id=Document.id,
    name=Document.search_title,
    read=sa.select(Document.id, Document.title, Document.client_name).outerjoin(
        Status, Status.id == Document.status_id
    ),
    hit=_found,
    behind=FINISHED,
)
"""How the search box finds documents, a typo forgiven."""
