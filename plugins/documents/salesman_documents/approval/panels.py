"""What documents show of their approval: on their card, on the desk, and what pages are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    RecordCard,
    company,
    current_person,
    people_names,
    reaches,
    reading,
    render,
    today,
)
from salesman_documents import queries as documents
from salesman_documents.approval import facts, gate, queries, service, threads
from salesman_documents.approval.models import ASKED, RUNNING, Approval
from salesman_documents.approval.routes import steps_of
from salesman_documents.approval.words import COLORS, LABELS, STATES, STEPS
from salesman_documents.models import KIND, Document
from salesman_documents.permissions import EDIT

ON_DESK: Final = 8


def shown(session: Session, document: AnyRow) -> Mapping[str, Any]:
    """Give what pages and panels show of a document's approvals, the newest of them first."""
    rows = queries.approvals(session, document.id)
    steps = queries.steps(session, [row.id for row in rows])
    last = rows[0] if rows else None
    stands = gate.standing_of(session, document, last)
    asked = queries.asked_of(session, last.id) if last is not None else {}
    running = stands.state == RUNNING and last is not None
    detailed = document.deal_id is None or reaches("deal", document.deal_id)
    return {
        "stands": stands,
        "reason": gate.reason(stands),
        "approvals": rows,
        "steps": steps,
        "last_version": queries.last_version(session, document.id),
        "to_decide": [
            step
            for step in (steps[last.id] if running and last is not None else [])
            if step.state == ASKED and service.may_decide(step, asked.get(step.id, []))
        ],
        "with_remarks": {row.id: service.with_remarks(steps[row.id]) for row in rows},
        "changed": {
            row.id: facts.told(stands.changed if row is last else row.changed, detailed=detailed)
            for row in rows
        },
        "before": next(
            (row.number for row in rows[1:] if last and row.number != last.number), None
        ),
        "people": _people(asked),
        "states": STATES,
        "step_states": STEPS,
        "colors": COLORS,
        "today": today(company().tz),
        "thread": threads.address_of(last.thread_id) if last is not None else None,
    }


def _people(asked: Mapping[int, list[int]]) -> dict[int, list[str]]:
    names = people_names()
    return {step_id: [names[id_] for id_ in ids if id_ in names] for step_id, ids in asked.items()}


def of_document(card: RecordCard) -> Markup | None:
    """Give the panel on a document's card; None where its type knows no approval and had none."""
    session = reading()
    document = documents.one_document(session, card.record_id)
    held = shown(session, document)
    may_begin = held["last_version"] is not None and reaches(KIND, document.id, EDIT)
    known = held["approvals"] or held["stands"].required
    if not known and not (may_begin and steps_of(session, document.type_id)):
        return None
    return render("documents/approval/panel.html", document=document, may_begin=may_begin, **held)


def beside_thread(card: RecordCard) -> Markup | None:
    """Give what is to be decided in a discussion; None where it is about no approval."""
    session = reading()
    document = _document_of_thread(session, card.record_id)
    if document is None:
        return None
    return render(
        "documents/approval/beside_thread.html",
        document=document,
        labels=LABELS,
        page=threads.address_of(card.record_id),
        **shown(session, document),
    )


def _document_of_thread(session: Session, thread_id: int) -> AnyRow | None:
    about = sa.select(Approval.document_id).where(Approval.thread_id == thread_id)
    seen = documents.documents().where(Document.id.in_(about))
    return session.execute(seen.order_by(Document.id).limit(1)).one_or_none()


def on_desk() -> Markup:
    """Give the documents that wait for a decision of the person."""
    return render(
        "documents/approval/on_desk.html",
        documents=queries.waiting(reading(), ON_DESK),
        today=today(company().tz),
        person=current_person(),
    )
