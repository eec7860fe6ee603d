"""Every read of approvals. Those of a document are read by whoever sees the document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, current_person, has_role, roles_of, visible
from salesman_documents.approval.models import (
    ASKED,
    RUNNING,
    Approval,
    ApprovalStep,
    Asked,
    Route,
    RouteStep,
)
from salesman_documents.approval.use import is_used
from salesman_documents.models import KIND, SIGNED, Document, Version

APPROVAL: Final = (
    Approval.id,
    Approval.document_id,
    Approval.version_id,
    Approval.number,
    Approval.hash,
    Approval.state,
    Approval.note,
    Approval.facts,
    Approval.changed,
    Approval.thread_id,
    Approval.author_id,
    Approval.author_name,
    Approval.created_at,
    Approval.ended_at,
)
STEP: Final = (
    ApprovalStep.id,
    ApprovalStep.approval_id,
    ApprovalStep.stage,
    ApprovalStep.role_id,
    ApprovalStep.user_id,
    ApprovalStep.name,
    ApprovalStep.days,
    ApprovalStep.state,
    ApprovalStep.due_on,
    ApprovalStep.decided_by_id,
    ApprovalStep.decided_by_name,
    ApprovalStep.decided_at,
    ApprovalStep.comment,
    ApprovalStep.hash,
)
MOST_SHOWN: Final = 50


def approvals(session: Session, document_id: int) -> Sequence[AnyRow]:
    """Give the approvals of a document that the caller has judged, the newest first."""
    own = sa.select(*APPROVAL).where(Approval.document_id == document_id)
    return session.execute(own.order_by(Approval.id.desc()).limit(MOST_SHOWN)).all()


def last_approval(session: Session, document_id: int) -> AnyRow | None:
    """Give the newest approval of a document that the caller has judged; None without any."""
    own = sa.select(*APPROVAL).where(Approval.document_id == document_id)
    return session.execute(own.order_by(Approval.id.desc()).limit(1)).one_or_none()


def steps(session: Session, approval_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    """Give the steps of some approvals in their order, by approval."""
    found: dict[int, list[AnyRow]] = {id_: [] for id_ in approval_ids}
    if approval_ids:
        asked = sa.select(*STEP).where(ApprovalStep.approval_id.in_(approval_ids))
        for row in session.execute(asked.order_by(ApprovalStep.stage, ApprovalStep.id)):
            found[row.approval_id].append(row)
    return found


def asked_of(session: Session, approval_id: int) -> dict[int, list[int]]:
    """Give the ids of who was asked in an approval, by step."""
    found: dict[int, list[int]] = {}
    rows = session.execute(
        sa.select(Asked.step_id, Asked.user_id)
        .join(ApprovalStep, ApprovalStep.id == Asked.step_id)
        .where(ApprovalStep.approval_id == approval_id)
        .order_by(Asked.user_id)
    )
    for row in rows:
        found.setdefault(row.step_id, []).append(row.user_id)
    return found


def last_version(session: Session, document_id: int) -> AnyRow | None:
    """Give the newest version that is no scan of a signed one; None where there is none."""
    columns = (Version.id, Version.number, Version.hash, Version.name)
    own = sa.select(*columns).where(Version.document_id == document_id, Version.origin != SIGNED)
    return session.execute(own.order_by(Version.number.desc()).limit(1)).one_or_none()


def routes_shown(session: Session) -> dict[int, AnyRow]:
    """Give of each type's route how many steps it has, and whether approval is demanded."""
    steps = sa.func.count(RouteStep.id).label("steps")
    asked = sa.select(Route.type_id, Route.required, steps)
    rows = session.execute(
        asked.join(RouteStep, RouteStep.type_id == Route.type_id).group_by(
            Route.type_id, Route.required
        )
    )
    return {row.type_id: row for row in rows}


def waits_for(user_id: int | None) -> sa.ColumnElement[bool]:
    """Give the SQL of the documents that wait for a decision of somebody."""
    waiting = (
        sa.select(Approval.document_id)
        .join(ApprovalStep, ApprovalStep.approval_id == Approval.id)
        .join(Asked, Asked.step_id == ApprovalStep.id)
        .where(_decides(user_id))
    )
    return Document.id.in_(waiting)


def _decides(user_id: int | None) -> sa.ColumnElement[bool]:
    """Give the SQL of the steps in which somebody decides: asked, and still of the role."""
    named = sa.or_(ApprovalStep.user_id == user_id, ApprovalStep.role_id.in_(roles_of(user_id)))
    under_way = sa.and_(ApprovalStep.state == ASKED, Approval.state == RUNNING)
    return sa.and_(Asked.user_id == user_id, named, under_way)


def awaited() -> sa.Select[Any]:
    """Give until when decisions are awaited, and of whom, of documents that whoever acts may see.

    :returns: ``day``, ``owner_id`` (who is asked), ``record_id`` and ``title``, once for each
        document and person.
    """
    asked = Asked.__table__.c.user_id
    named = sa.or_(ApprovalStep.user_id == asked, has_role(asked, ApprovalStep.role_id))
    day = sa.func.min(ApprovalStep.due_on).label("day")
    owner, record, title = (
        asked.label("owner_id"),
        Document.id.label("record_id"),
        Document.title.label("title"),
    )
    under_way = sa.and_(ApprovalStep.state == ASKED, Approval.state == RUNNING)
    return (
        sa.select(day, owner, record, title)
        .join(Approval, Approval.document_id == Document.id)
        .join(ApprovalStep, ApprovalStep.approval_id == Approval.id)
        .join(Asked, Asked.step_id == ApprovalStep.id)
        .where(named, under_way, ApprovalStep.due_on.is_not(None), visible(KIND))
        .group_by(asked, Document.id, Document.title)
    )


def waiting_count(session: Session) -> int:
    """Count the documents that wait for a decision of whoever acts: asked with every page."""
    if not is_used():
        return 0
    own = sa.select(sa.func.count(Document.id)).where(waits_for(current_person().id), visible(KIND))
    return session.scalar(own) or 0


def waiting(session: Session, limit: int) -> Sequence[AnyRow]:
    """Give documents that wait for a decision of whoever acts, each once, the most urgent first."""
    columns = (Document.id, Document.title, Document.client_name)
    more: tuple[Any, ...] = (Approval.author_name, Approval.number)
    due_on = sa.func.min(ApprovalStep.due_on).label("due_on")
    asked = (
        sa.select(*columns, *more, due_on)
        .join(Approval, Approval.document_id == Document.id)
        .join(ApprovalStep, ApprovalStep.approval_id == Approval.id)
        .join(Asked, Asked.step_id == ApprovalStep.id)
        .where(_decides(current_person().id), visible(KIND))
        .group_by(*columns, *more)
    )
    urgent = asked.order_by(due_on.is_(None), due_on, Document.id)
    return session.execute(urgent.limit(limit)).all()
