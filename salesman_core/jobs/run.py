"""One attempt at one job, and what the function that does the work may ask of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import g, has_app_context
from sqlalchemy.orm import Session

from salesman_core.db import (
    WritingSession,
    at_commit,
    call_what_waited,
    db,
    own_transaction,
    writing,
)
from salesman_core.db.session import COUNTERS
from salesman_core.jobs.models import JOBS, State, in_state
from salesman_core.jobs.store import Executor, Store
from salesman_hookspecs import Job

PROGRESS_INTERVAL = 0.5
"""Seconds between two writes of a run's progress: it may be told for each row of an import."""


class LostLeaseError(RuntimeError):
    """This run no longer owns its job: nothing of the open transaction may be kept."""


class JobCancelledError(RuntimeError):
    """Somebody asked for this job to stop. Let it pass through: the job ends as cancelled."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job has come: *done* of *of* pieces, and words for people."""

    done: int
    of: int | None
    text: str


@dataclass(slots=True, eq=False)
class Run:
    """One attempt at one job. ``owner`` and ``attempt`` fence it from every other attempt."""

    store: Store
    id: int
    kind: Job
    arguments: Mapping[str, Any]
    attempt: int
    owner: str
    began: float = field(default_factory=time.monotonic)
    piece: WritingSession | None = None
    progress: Progress | None = None
    progress_told: float = float("-inf")

    @property
    def overdue(self) -> bool:
        """Whether it has run for longer than its kind allows."""
        return time.monotonic() - self.began > self.kind.timeout

    def fence(self, connection: Executor, **values: Any) -> None:
        """Write *values* into the job, in the caller's transaction.

        :raises LostLeaseError: where the job is no longer this run's.
        """
        statement = JOBS.update().where(*self._ours()).values(values)
        result: Any = connection.execute(statement)
        if result.rowcount != 1:
            raise LostLeaseError(f"job {self.id} ({self.kind.name}) has been taken from this run")

    def _ours(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            JOBS.c.id == self.id,
            JOBS.c.owner == self.owner,
            JOBS.c.attempts == self.attempt,
            in_state(State.RUNNING),
        )

    def complete(self, connection: Executor) -> None:
        """Mark the job as done, in the caller's transaction."""
        values = {"state": State.DONE.value, "ended_at": self.store.moment(), "error": None}
        self.fence(connection, **values, lease_until=None)

    def keep(self, connection: Executor) -> None:
        """Renew the lease, and write the progress that was told since the last time."""
        values: dict[str, Any] = {"lease_until": self.store.moment(self.store.lease)}
        if self.progress is not None:
            values |= {
                "progress_done": self.progress.done,
                "progress_of": self.progress.of,
                "progress_text": self.progress.text,
            }
        self.fence(connection, **values)
        self.progress = None

    def check(self, connection: Executor) -> None:
        """Refuse to go on where that makes no sense any more.

        :raises LostLeaseError: where the job is no longer this run's.
        :raises JobCancelledError: where somebody asked for it to stop.
        """
        asked = connection.execute(sa.select(JOBS.c.cancel_requested).where(*self._ours())).scalar()
        if asked is None:
            raise LostLeaseError(f"job {self.id} ({self.kind.name}) has been taken from this run")
        if asked:
            raise JobCancelledError(f"job {self.id} ({self.kind.name}) was cancelled")

    def tell(self, progress: Progress) -> None:
        """Note how far it has come; write that at once unless it was written just now."""
        self.progress = progress
        if self.piece is not None:
            return  # its commit writes it
        now = time.monotonic()
        if now - self.progress_told >= PROGRESS_INTERVAL or progress.done == progress.of:
            self.progress_told = now
            with self.store.engine.begin() as connection:
                self.check(connection)
                self.keep(connection)


def current_run() -> Run | None:
    """Give the run in which the caller is, or None outside of jobs."""
    return g.get("salesman_job_run") if has_app_context() else None


@contextmanager
def fenced_transaction(seal: Callable[[Session], None]) -> Iterator[WritingSession]:
    """Open a transaction that ``writing()`` joins and that commits after *seal*.

    The seal goes first in the line of what happens at commit: it may have to wait for a lock on
    the job, and what comes later (the numbering of events) lets nobody else commit meanwhile.
    """
    db.session.rollback()  # what is read later must see what earlier pieces wrote
    with WritingSession(db.engine, expire_on_commit=False) as session:
        with session.begin():
            at_commit(session, seal)
            with own_transaction(session):
                yield session
        g.pop(COUNTERS, None)  # as writing() does: the next piece sees what others changed
        call_what_waited(session)


@contextmanager
def job_piece() -> Iterator[WritingSession]:
    """Open one transaction of a job that has ``transactional=False``.

    Its commit is refused once the job has been taken over by another worker, and renews the
    lease. A piece within a piece joins it, as does ``writing()``. Outside of jobs it is
    ``writing()``, so that the same function serves a request and the command line.

    :raises JobCancelledError: where somebody asked for the job to stop.
    :raises LostLeaseError: where the job has been taken over; nothing of the piece is kept.
    """
    run = current_run()
    if run is None:
        with writing() as session:
            yield session
    elif run.piece is not None:
        yield run.piece
    else:
        _demand_pieces(run, "job_piece()")
        with _piece(run) as session:
            yield session


@contextmanager
def _piece(run: Run) -> Iterator[WritingSession]:
    with fenced_transaction(run.keep) as session:
        run.check(session)
        run.piece = session
        try:
            yield session
        finally:
            run.piece = None


def job_progress(done: int, of: int | None = None, text: str = "") -> None:
    """Say how far the job has come; everybody can see it while the job runs.

    It is written at most twice a second, and inside of a piece with its commit. Outside of jobs
    nothing happens.

    :param done: how many pieces are done.
    :param of: how many there are, or None where nobody knows.
    :param text: what is being done, for people.
    :raises JobCancelledError: where somebody asked for the job to stop.
    :raises LostLeaseError: where the job has been taken over.
    """
    run = current_run()
    if run is not None:
        _demand_pieces(run, "job_progress()")
        run.tell(Progress(done, of, text))


def _demand_pieces(run: Run, what: str) -> None:
    if run.kind.transactional:
        raise RuntimeError(
            f"{what} needs a job with transactional=False; all that {run.kind.name} does is one "
            "transaction, of which nobody sees anything before its end"
        )
