"""The tables of jobs, their queues and their schedules."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.db import Base, identity


class State(StrEnum):
    """Where a job stands: READY and RUNNING are its life, the others are its end."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


class QueuedJob(Base):
    """A job, from the moment when it is put in the queue until it is purged.

    While it runs, ``owner`` and ``attempts`` together are the token of its present run: whoever
    does not show both may no longer change it.
    """

    __tablename__ = "core_job"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(120))
    queue: Mapped[str] = mapped_column(sa.String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    key: Mapped[str | None] = mapped_column(sa.String(200))
    unique_key: Mapped[str | None] = mapped_column(sa.String(200))
    priority: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(10), default=State.READY.value)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    attempts_allowed: Mapped[int]
    owner: Mapped[str | None] = mapped_column(sa.String(200))
    lease_until: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    progress_done: Mapped[int | None]
    progress_of: Mapped[int | None]
    progress_text: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = ({"sqlite_autoincrement": True},)  # letters carry the id: never used again


class JobQueue(Base):
    """A queue that has a limit or was paused once; any other has no row."""

    __tablename__ = "core_job_queue"

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    next_free: Mapped[datetime | None]
    paused: Mapped[bool] = mapped_column(default=False)


class JobSchedule(Base):
    """When a schedule fires next, reckoned from ``cron`` in ``zone``."""

    __tablename__ = "core_job_schedule"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    cron: Mapped[str] = mapped_column(sa.String(120))
    zone: Mapped[str] = mapped_column(sa.String(60))
    next_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]


JOBS: sa.Table = Base.metadata.tables[QueuedJob.__tablename__]
QUEUES: sa.Table = Base.metadata.tables[JobQueue.__tablename__]
SCHEDULES: sa.Table = Base.metadata.tables[JobSchedule.__tablename__]


def in_state(*states: State, of: sa.FromClause = JOBS) -> sa.ColumnElement[bool]:
    """Give the condition that a job is in one of *states*.

    The states are written into the statement, because PostgreSQL uses a partial index only where
    it can prove its condition, and a parameter proves nothing.
    """
    names = [state.value for state in states]
    if len(names) == 1:
        return of.c.state == sa.literal(names[0], literal_execute=True)
    listed: sa.BindParameter[Any] = sa.bindparam(None, names, expanding=True, literal_execute=True)
    return of.c.state.in_(listed)


def _partial_index(name: str, *columns: str, states: tuple[State, ...], unique: bool) -> sa.Index:
    condition = JOBS.c.state.in_([state.value for state in states])
    return sa.Index(
        name,
        *(JOBS.c[column] for column in columns),
        unique=unique,
        postgresql_where=condition,
        sqlite_where=condition,
    )


_partial_index(
    "ix_core_job_due",
    *("queue", "priority", "run_at", "id"),
    states=(State.READY,),
    unique=False,
)
_partial_index("ix_core_job_lease", "lease_until", states=(State.RUNNING,), unique=False)
_partial_index("uq_core_job_key_running", "key", states=(State.RUNNING,), unique=True)
_partial_index(
    "uq_core_job_unique_key", "unique_key", states=(State.READY, State.RUNNING), unique=True
)
sa.Index("ix_core_job_state_queue_ended_at", JOBS.c.state, JOBS.c.queue, JOBS.c.ended_at)
