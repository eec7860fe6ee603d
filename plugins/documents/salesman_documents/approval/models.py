"""The tables of approval: routes of types, and how documents went along them.

An approval is about one version, by its hash, and about the sums and rows of the deal as they stood
when it began (``facts``). It is never changed to mean another version: what changed makes it void,
and a new one begins (ADR 89).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import Base, BigId, identity, refers

RUNNING: Final = "running"
APPROVED: Final = "approved"
REFUSED: Final = "refused"
VOID: Final = "void"
WITHDRAWN: Final = "withdrawn"
STATES: Final = (RUNNING, APPROVED, REFUSED, VOID, WITHDRAWN)
"""How far an approval is. What is refused or withdrawn is over; what is void was, or ran."""

WAITING: Final = "waiting"
ASKED: Final = "asked"
REMARKS: Final = "remarks"
SKIPPED: Final = "skipped"
STEP_STATES: Final = (WAITING, ASKED, APPROVED, REMARKS, REFUSED, SKIPPED)
"""What became of a step: its turn has not come, it is asked, it was decided, or not needed."""

VERDICTS: Final = (APPROVED, REMARKS, REFUSED)
"""What can be decided: approved, approved with remarks, refused."""


class Route(Base):
    """How documents of a type are approved.

    ``required`` says that only approved versions of them may be sent and signed.
    """

    __tablename__ = "documents_route"

    type_id: Mapped[int] = refers(
        "documents_type.id", ondelete="CASCADE", primary_key=True, index=False
    )
    required: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    steps: Mapped[list[RouteStep]] = relationship(
        order_by="RouteStep.stage, RouteStep.id", cascade="all, delete-orphan"
    )


class Decider:
    """Who decides: one person, or anybody of a role; called ``name`` when it was written down.

    Where the role is gone nobody decides: such a step is never passed over in silence.
    """

    role_id: Mapped[int | None] = refers("core_role.id", ondelete="SET NULL")
    user_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    stage: Mapped[int] = mapped_column(sa.SmallInteger)
    days: Mapped[int | None] = mapped_column(sa.SmallInteger)


class RouteStep(Decider, Base):
    """A step of a route. Those of one ``stage`` are asked together, in ``days`` of work."""

    __tablename__ = "documents_route_step"

    id: Mapped[int] = identity()
    type_id: Mapped[int] = refers("documents_route.type_id", ondelete="CASCADE")


class Approval(Base):
    """One attempt to have a version approved.

    ``hash`` is that of the version, ``facts`` what the deal came to then, ``changed`` what made it
    void. ``thread_id`` is the discussion in which it happens, of a plugin that may be absent.
    """

    __tablename__ = "documents_approval"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('running', 'approved', 'refused', 'void', 'withdrawn')", name="state"
        ),
        sa.Index(
            "uq_documents_approval_running",
            "document_id",
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        ),
    )

    id: Mapped[int] = identity()
    document_id: Mapped[int] = refers("documents_document.id", ondelete="CASCADE")
    version_id: Mapped[int] = refers("documents_version.id", ondelete="CASCADE")
    number: Mapped[int] = mapped_column(sa.Integer)
    hash: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(10), default=RUNNING)
    note: Mapped[str] = mapped_column(sa.String(1000), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    changed: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    thread_id: Mapped[int | None] = mapped_column(BigId)
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    author_name: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    steps: Mapped[list[ApprovalStep]] = relationship(
        order_by="ApprovalStep.stage, ApprovalStep.id", cascade="all, delete-orphan"
    )


class ApprovalStep(Decider, Base):
    """A step of an approval, and what was decided in it: by whom, when, about which hash."""

    __tablename__ = "documents_approval_step"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('waiting', 'asked', 'approved', 'remarks', 'refused', 'skipped')",
            name="state",
        ),
        sa.Index("ix_documents_approval_step_due_on", "state", "due_on"),
    )

    id: Mapped[int] = identity()
    approval_id: Mapped[int] = refers("documents_approval.id", ondelete="CASCADE")
    state: Mapped[str] = mapped_column(sa.String(10), default=WAITING)
    asked_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    overdue_told_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    decided_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(sa.String(5000), default="")
    hash: Mapped[str] = mapped_column(sa.String(64), default="")

    asked: Mapped[list[Asked]] = relationship(cascade="all, delete-orphan")


class Asked(Base):
    """That somebody was asked to decide in a step."""

    __tablename__ = "documents_approval_asked"

    step_id: Mapped[int] = refers(
        "documents_approval_step.id", ondelete="CASCADE", primary_key=True, index=False
    )
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True)
