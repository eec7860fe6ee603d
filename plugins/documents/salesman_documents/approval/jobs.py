"""What is done about approvals later: a changed deal is looked at, deadlines are reminded of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    WritingSession,
    company,
    formats,
    now,
    one_of,
    reading,
    today,
    worktime,
    writing,
)
from salesman_documents.approval import gate, service, telling
from salesman_documents.approval.models import ASKED, RUNNING, Approval, ApprovalStep, Asked
from salesman_documents.approval.use import is_used
from salesman_documents.models import KIND, Document
from salesman_documents.texts import texts
from salesman_hookspecs import Event, Person

_LONGEST_HOLIDAYS: Final = 30
_AT_ONCE: Final = 500


def review(event: Event) -> None:
    """Void what was approved where the deal or the document came to mean something else."""
    with writing() as session:
        if event.kind == KIND:
            document = session.get(Document, event.record_id, with_for_update=True)
            if document is not None:
                gate.review(session, document)
        else:
            gate.void_of_deal(session, event.record_id)


def ask_newcomers() -> int:
    """Ask those who came to a role after its step was asked; give how many.

    However they came to it: the role was given to them, they came to the company or back to it, or
    the role may see documents only now (ADR 90).
    """
    if not is_used():
        return 0
    session = reading()
    steps = session.execute(
        sa.select(ApprovalStep.id, ApprovalStep.role_id, Approval.document_id)
        .join(Approval, Approval.id == ApprovalStep.approval_id)
        .join(Document, Document.id == Approval.document_id)
        .where(Approval.state == RUNNING, ApprovalStep.state == ASKED)
        .where(ApprovalStep.role_id.is_not(None), Document.deleted_at.is_(None))
        .order_by(ApprovalStep.id)
    ).all()
    held = sa.select(Asked.step_id, Asked.user_id).where(
        one_of(Asked.step_id, [step.id for step in steps])
    )
    asked = {(row.step_id, row.user_id) for row in session.execute(held)}
    of_role = {id_: service.deciders(id_, None) for id_ in {step.role_id for step in steps}}
    documents = {
        step.document_id
        for step in steps
        if any((step.id, user_id) not in asked for user_id in of_role[step.role_id])
    }
    return sum(service.ask_newcomers(id_) for id_ in sorted(documents))


def remind() -> int:
    """Remind of what is due on the next day of work, or over; give of how many steps.

    Each is reminded of once before its day and once after it; on days on which nobody works, nobody
    is reminded.
    """
    day = today(company().tz)
    if not worktime().is_work_day(day):
        return 0
    with writing() as session:
        steps = _due(session, _next_work_day(day), day)
        for step in steps:
            _remind(session, step, day)
        return len(steps)


def _next_work_day(day: date) -> date:
    rest = (day + timedelta(n) for n in range(1, _LONGEST_HOLIDAYS))
    return next((one for one in rest if worktime().is_work_day(one)), day + timedelta(1))


def _due(session: Session, soon: date, day: date) -> Sequence[ApprovalStep]:
    before = sa.and_(ApprovalStep.due_on <= soon, ApprovalStep.reminded_at.is_(None))
    over = sa.and_(ApprovalStep.due_on < day, ApprovalStep.overdue_told_at.is_(None))
    due = (
        sa.select(ApprovalStep)
        .join(Approval, Approval.id == ApprovalStep.approval_id)
        .join(Document, Document.id == Approval.document_id)
        .where(Approval.state == RUNNING, ApprovalStep.state == ASKED)
        .where(Document.deleted_at.is_(None), sa.or_(before, over))
    )
    ordered = due.order_by(ApprovalStep.due_on, ApprovalStep.id).limit(_AT_ONCE)
    return session.scalars(ordered.with_for_update(of=ApprovalStep)).all()


def _remind(session: WritingSession, step: ApprovalStep, day: date) -> None:
    approval = session.get_one(Approval, step.approval_id)
    document = session.get_one(Document, approval.document_id)
    late = step.due_on is not None and step.due_on < day
    step.reminded_at = step.reminded_at or now()
    people: set[int | None] = {one.user_id for one in step.asked}
    if late:
        step.overdue_told_at = now()
        people |= {approval.author_id}

    def words(_person: Person) -> tuple[str, Sequence[str]]:
        said = {"title": document.title, "day": formats.day(step.due_on), "name": step.name}
        if late:
            line = texts.gettext("“%(title)s” was to be decided on by %(day)s: %(name)s", **said)
        else:
            line = texts.gettext("“%(title)s” waits for a decision by %(day)s", **said)
        return line, []

    telling.tell(session, document, people, words)
