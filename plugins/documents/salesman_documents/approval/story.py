"""What was decided about documents in the stories of clients and deals."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, reading, visible
from salesman_documents.approval.models import REFUSED, REMARKS, Approval, ApprovalStep
from salesman_documents.models import KIND, Document
from salesman_documents.texts import texts
from salesman_hookspecs import TimelineEntry, TimelineQuery


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give what was decided about the documents of a client or deal."""
    column = {"client": Document.client_id, "deal": Document.deal_id}.get(query.kind)
    if column is None:
        return []
    step = (ApprovalStep.id, ApprovalStep.state, ApprovalStep.decided_by_name)
    decided = (
        sa.select(*step, ApprovalStep.decided_at, Approval.number)
        .add_columns(Document.title, Document.id.label("document_id"))
        .join(Approval, Approval.id == ApprovalStep.approval_id)
        .join(Document, Document.id == Approval.document_id)
        .where(visible(KIND, person=query.person), column == query.record_id)
        .where(ApprovalStep.decided_at.is_not(None))
        .order_by(ApprovalStep.decided_at.desc(), ApprovalStep.id.desc())
        .limit(query.limit)
    )
    if query.before is not None:
        decided = decided.where(ApprovalStep.decided_at <= query.before)
    return [
        TimelineEntry(
            at=row.decided_at,
            kind="approval",
            text=_told(row),
            icon="gavel",
            actor=row.decided_by_name,
            url=url_for("documents.approval", record_id=row.document_id),
            id=row.id,
        )
        for row in reading().execute(decided)
    ]


def _told(row: AnyRow) -> str:
    named = {"title": row.title, "number": row.number}
    if row.state == REFUSED:
        return texts.gettext("Version %(number)s of “%(title)s” was refused", **named)
    if row.state == REMARKS:
        return texts.gettext("Version %(number)s of “%(title)s” was approved with remarks", **named)
    return texts.gettext("Version %(number)s of “%(title)s” was approved", **named)
