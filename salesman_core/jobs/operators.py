"""What an administrator sees of the jobs, and may do with them.

All of it works in the current application; what changes something joins the caller's ``writing()``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import after_commit, reading, writing
from salesman_core.jobs.models import JOBS, QUEUES, SCHEDULES, State, in_state
from salesman_core.jobs.port import jobs
from salesman_core.jobs.run import Progress

_ENDED = (State.DONE, State.CANCELLED)
_SUSPENDED = "suspended"
_GIVEN_UP = {"state": State.CANCELLED.value}


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands; moments are UTC."""

    id: int
    name: str
    queue: str
    arguments: Mapping[str, Any]
    state: State
    attempts: int
    attempts_allowed: int
    progress: Progress | None
    cancel_requested: bool
    run_at: datetime
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How a queue does.

    :param waiting: jobs that wait for a worker, or for their time.
    :param later: those of them whose time has not come.
    :param suspended: jobs that wait for their plugin to be active again.
    :param oldest_waiting: for how many seconds a job has been due that waits for a worker.
    """

    queue: str
    waiting: int
    later: int
    suspended: int
    running: int
    dead: int
    oldest_waiting: float
    paused: bool


@dataclass(frozen=True, slots=True)
class DeadKind:
    """Jobs of one name that failed for the last time.

    :param latest: when the last of them did, UTC.
    """

    name: str
    jobs: int
    latest: datetime


@dataclass(frozen=True, slots=True)
class Firing:
    """When a schedule fires; moments are UTC.

    :param fired_at: None where it has not fired so far.
    """

    next_at: datetime
    fired_at: datetime | None


def job_view(job_id: int) -> JobView | None:
    """Give the job with this id, or None where there is none (any more)."""
    row = reading().execute(sa.select(JOBS).where(JOBS.c.id == job_id)).one_or_none()
    return None if row is None else _view(row)


def jobs_in(
    *states: State, name: str | None = None, limit: int = 50, before: int | None = None
) -> Sequence[JobView]:
    """Give jobs in one of *states*, the latest first.

    :param name: only jobs of this name.
    :param before: only jobs with smaller ids, to go on where a page ended.
    """
    statement = sa.select(JOBS).where(in_state(*states))
    if name is not None:
        statement = statement.where(JOBS.c.name == name)
    if before is not None:
        statement = statement.where(JOBS.c.id < before)
    latest = statement.order_by(JOBS.c.id.desc()).limit(limit)
    return [_view(row) for row in reading().execute(latest)]


def dead_jobs(*, limit: int = 50, before: int | None = None) -> Sequence[JobView]:
    """Give jobs that failed for the last time, the latest first."""
    return jobs_in(State.DEAD, limit=limit, before=before)


def dead_count() -> int:
    """Give how many jobs failed for the last time and wait for somebody to decide."""
    count = sa.select(sa.func.count()).select_from(JOBS).where(in_state(State.DEAD))
    return int(reading().execute(count).scalar_one())


def dead_kinds() -> Sequence[DeadKind]:
    """Give the names of jobs that failed for the last time, those that did last first."""
    latest = sa.func.max(JOBS.c.ended_at).label("latest")
    counted = (
        sa.select(JOBS.c.name, sa.func.count().label("jobs"), latest)
        .where(in_state(State.DEAD))
        .group_by(JOBS.c.name)
        .order_by(latest.desc(), JOBS.c.name)
    )
    return [DeadKind(row.name, row.jobs, row.latest) for row in reading().execute(counted)]


def firings() -> Mapping[str, Firing]:
    """Give when schedules fire, by name; one that no worker has met yet is not among them."""
    rows = reading().execute(sa.select(SCHEDULES))
    return {row.name: Firing(row.next_at, row.fired_at) for row in rows}


def _view(row: sa.Row[Any]) -> JobView:
    told = row.progress_done is not None
    return JobView(
        id=row.id,
        name=row.name,
        queue=row.queue,
        arguments=row.arguments,
        state=State(row.state),
        attempts=row.attempts,
        attempts_allowed=row.attempts_allowed,
        progress=Progress(row.progress_done, row.progress_of, row.progress_text) if told else None,
        cancel_requested=row.cancel_requested,
        run_at=row.run_at,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        error=row.error,
    )


def rerun(job_id: int) -> bool:
    """Give a dead or cancelled job all its attempts anew; say whether it was one.

    False also where it was put into the queue as unique, and another has taken its place since.
    """
    over = in_state(State.DEAD, State.CANCELLED)
    with writing() as session:
        try:
            with session.begin_nested():
                changed = _change(session, _anew(), JOBS.c.id == job_id, over)
        except sa.exc.IntegrityError:
            return False
        after_commit(session, jobs().wake.set)
    return changed


def rerun_all(name: str) -> int:
    """Give all dead jobs of a name their attempts anew, and say how many those were.

    Of those that were put into the queue as unique only one is, and none where another waits.
    """
    dead = (JOBS.c.name == name, in_state(State.DEAD))
    unique = sa.select(JOBS.c.id).where(*dead, JOBS.c.unique_key.is_not(None))
    with writing() as session:
        alone = JOBS.update().where(*dead, JOBS.c.unique_key.is_(None)).values(_anew())
        result: Any = session.execute(alone)
        ids = session.scalars(unique.order_by(JOBS.c.id.desc())).all()
        again = sum(rerun(job_id) for job_id in ids)
        after_commit(session, jobs().wake.set)
    return int(result.rowcount) + again


def _anew() -> Mapping[str, Any]:
    return {
        "state": State.READY.value,
        "attempts": 0,
        "run_at": jobs().store.moment(),
        "cancel_requested": False,
        "ended_at": None,
        "error": None,
    }


def discard(job_id: int) -> bool:
    """Give a dead job up for good, and say whether it was one; its error stays with it."""
    with writing() as session:
        return _change(session, _GIVEN_UP, JOBS.c.id == job_id, in_state(State.DEAD))


def discard_all(name: str) -> int:
    """Give all dead jobs of a name up for good, and say how many those were."""
    dead = JOBS.update().where(JOBS.c.name == name, in_state(State.DEAD))
    with writing() as session:
        result: Any = session.execute(dead.values(_GIVEN_UP))
    return int(result.rowcount)


def cancel(job_id: int) -> bool:
    """Stop a job; say whether there was anything to stop.

    One that waits is cancelled at once. One that runs is asked to stop, and does where it next
    begins a piece or tells its progress; one whose work is a single transaction ends as it would.
    """
    this = JOBS.c.id == job_id
    ended = {"state": State.CANCELLED.value, "ended_at": jobs().store.moment()}
    with writing() as session:
        return _change(session, ended, this, in_state(State.READY)) or _change(
            session, {"cancel_requested": True}, this, in_state(State.RUNNING)
        )


def _change(session: Session, values: Mapping[str, Any], *conditions: Any) -> bool:
    result: Any = session.execute(JOBS.update().where(*conditions).values(**values))
    return bool(result.rowcount == 1)


def pause(queue: str) -> None:
    """Let no job of *queue* begin; those that run go on."""
    _set_paused(queue, paused=True)


def resume(queue: str) -> None:
    """Let jobs of *queue* begin again."""
    _set_paused(queue, paused=False)


def _set_paused(queue: str, *, paused: bool) -> None:
    insert = jobs().store.insert(QUEUES).values(name=queue, paused=paused)
    with writing() as session:
        session.execute(
            insert.on_conflict_do_update(index_elements=["name"], set_={"paused": paused})
        )
        after_commit(session, jobs().wake.set)


def purge(older_than: timedelta, *states: State, limit: int = 5000) -> int:
    """Remove jobs that ended long ago, at most *limit* at a time; give how many.

    :param states: DONE and CANCELLED where none is said; DEAD has to be asked for.
    """
    store = jobs().store
    with writing() as session:
        before = store.now(session) - older_than
        old = (in_state(*(states or _ENDED)), JOBS.c.ended_at < before)
        ids = sa.select(JOBS.c.id).where(*old).limit(limit)
        result: Any = session.execute(JOBS.delete().where(JOBS.c.id.in_(ids)))
    return int(result.rowcount)


def forget(session: Session, beginning: str) -> None:
    """Remove work that nobody can do any more, and the schedules of it.

    One that runs just now is asked to stop.

    :param beginning: how the names of the jobs begin, as ``leads.``
    """
    these = JOBS.c.name.startswith(beginning, autoescape=True)
    session.execute(JOBS.delete().where(these, in_state(State.READY, State.DEAD)))
    running = JOBS.update().where(these, in_state(State.RUNNING))
    session.execute(running.values(cancel_requested=True))
    schedules = SCHEDULES.c.name.startswith(beginning, autoescape=True)
    session.execute(SCHEDULES.delete().where(schedules))


def figures() -> Sequence[QueueFigures]:
    """Give how each queue does that has anything to do, or is paused, by name."""
    session = reading()
    now = jobs().store.now(session)
    suspended = sa.and_(in_state(State.READY), JOBS.c.name.not_in(jobs().kinds()))
    standing = sa.case((suspended, _SUSPENDED), else_=JOBS.c.state)
    counts = (
        sa.select(
            JOBS.c.queue,
            standing.label("standing"),
            sa.func.count().label("jobs"),
            sa.func.count().filter(JOBS.c.run_at > now).label("later"),
            sa.func.min(JOBS.c.run_at).label("oldest"),
        )
        .where(in_state(State.READY, State.RUNNING, State.DEAD))
        .group_by(JOBS.c.queue, sa.text("standing"))
    )
    paused = set(session.execute(sa.select(QUEUES.c.name).where(QUEUES.c.paused)).scalars())
    rows = {(row.queue, row.standing): row for row in session.execute(counts)}
    queues = sorted({queue for queue, _ in rows} | paused)
    return [_figures(queue, rows, now, paused=queue in paused) for queue in queues]


def _figures(
    queue: str, rows: Mapping[tuple[str, str], sa.Row[Any]], now: datetime, *, paused: bool
) -> QueueFigures:
    def count(standing: str) -> int:
        return rows[queue, standing].jobs if (queue, standing) in rows else 0

    waiting = rows.get((queue, State.READY))
    oldest = 0.0 if waiting is None else max(0.0, (now - waiting.oldest).total_seconds())
    return QueueFigures(
        queue=queue,
        waiting=count(State.READY),
        later=0 if waiting is None else waiting.later,
        suspended=count(_SUSPENDED),
        running=count(State.RUNNING),
        dead=count(State.DEAD),
        oldest_waiting=oldest,
        paused=paused,
    )
