"""What becomes of a run that does not end well: another attempt, or the list of the dead."""

from __future__ import annotations

import random
import traceback
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from salesman_core.jobs.models import JOBS, State, in_state
from salesman_core.jobs.run import Run
from salesman_core.jobs.store import Executor, Store
from salesman_core.plugins.faults import storable

LONGEST_WAIT = 3600.0
"""Seconds: past that the wait before another attempt is not doubled any more."""

_ERROR_LENGTH = 8000


def fail(run: Run, error: BaseException) -> None:
    """Write down why *run* failed; the job waits for its next attempt, or is dead.

    :raises LostLeaseError: where the job is no longer this run's.
    """
    text = storable("".join(traceback.format_exception(error)))
    with run.store.engine.begin() as connection:
        run.fence(connection, **_after_failure(run.store, _wait(run), text))


def abandon(run: Run) -> None:
    """Take the job from a run whose time is over; the run can keep nothing from now on.

    :raises LostLeaseError: where the job is no longer this run's.
    """
    fail(run, TimeoutError(f"{run.kind.name} ran for longer than {run.kind.timeout:g} s"))


def give_back(run: Run) -> None:
    """Let another worker begin the job at once, as this one has to stop.

    :raises LostLeaseError: where the job is no longer this run's.
    """
    cancelled_or_ready = sa.case(
        (JOBS.c.cancel_requested, State.CANCELLED.value), else_=State.READY.value
    )
    with run.store.engine.begin() as connection:
        run.fence(
            connection,
            state=cancelled_or_ready,
            attempts=run.attempt - 1,  # the job is not to blame
            run_at=run.store.moment(),
            owner=None,
            lease_until=None,
        )


def cancelled(run: Run) -> None:
    """Mark the job as cancelled.

    :raises LostLeaseError: where the job is no longer this run's.
    """
    with run.store.engine.begin() as connection:
        ended = {"state": State.CANCELLED.value, "ended_at": run.store.moment()}
        run.fence(connection, **ended, lease_until=None)


def renew(store: Store, owner: str, runs: Sequence[Run]) -> None:
    """Say that *owner* is alive and still at work on *runs*."""
    ours = (JOBS.c.id.in_([run.id for run in runs]), JOBS.c.owner == owner)
    with store.engine.begin() as connection:
        connection.execute(
            JOBS.update()
            .where(*ours, in_state(State.RUNNING))
            .values(lease_until=store.moment(store.lease))
        )


def anything_late(connection: Executor, now: Any) -> bool:
    """Whether there is a job whose worker has not been heard of for too long."""
    late = sa.exists().where(in_state(State.RUNNING), JOBS.c.lease_until < now)
    return bool(connection.execute(sa.select(late)).scalar())


def reap(store: Store, *, everything: bool = False) -> int:
    """Put jobs back whose worker is dead: the lease has ended; give how many.

    :param everything: nobody but the caller can be at work (SQLite, at the start of its one
        worker), so no job that runs has a living worker.
    """
    late = sa.true() if everything else JOBS.c.lease_until < store.moment()
    with store.engine.begin() as connection:
        found = sa.select(JOBS.c.id).where(in_state(State.RUNNING), late)
        ids = list(connection.execute(found.with_for_update(skip_locked=True)).scalars())
        values = _after_failure(store, 0, "its worker died while it ran")
        connection.execute(JOBS.update().where(JOBS.c.id.in_(ids)).values(values))
    return len(ids)


def _wait(run: Run) -> float:
    """Give the seconds until the next attempt, a little scattered, so that no herd comes back."""
    wait = min(LONGEST_WAIT, run.kind.backoff * 2.0 ** (run.attempt - 1))
    return wait * random.uniform(0.8, 1.2)  # noqa: S311  # no secret


def _after_failure(store: Store, wait: float, error: str) -> dict[str, Any]:
    spent = JOBS.c.attempts >= JOBS.c.attempts_allowed
    over = sa.or_(spent, JOBS.c.cancel_requested)
    return {
        "state": sa.case(
            (JOBS.c.cancel_requested, State.CANCELLED.value),
            (spent, State.DEAD.value),
            else_=State.READY.value,
        ),
        "run_at": store.moment(wait),
        "ended_at": sa.case((over, store.moment()), else_=None),
        "owner": None,
        "lease_until": None,
        "error": error[-_ERROR_LENGTH:],
    }
