"""Runs over many records: begun, undone, stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.origin import current_origin
from salesman_core.access.person import current_person
from salesman_core.clock import now
from salesman_core.db import WritingSession, writing
from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.jobs import cancel, enqueue
from salesman_core.records.bulk.acts import act_named, judged
from salesman_core.records.bulk.choosing import Chosen, keep_rows
from salesman_core.records.bulk.queries import own_run, running_job
from salesman_core.records.bulk.working import work
from salesman_core.records.models import BulkRow, BulkRun

_ = texts.lazy

JOB: Final = "core.bulk"
AT_ONCE: Final = 50
"""So many rows are done while the person waits; more of them by a job."""


def begin_run(
    kind: str,
    key: str,
    given: Mapping[str, Any],
    chosen: Chosen,
    *,
    at_once: int = AT_ONCE,
) -> int:
    """Do something with many records: at once where they are few, else by a job; give the run.

    :param key: of the act, as ``core.assign``.
    :param given: what the act asks for, by the names of its fields.
    :param at_once: how many records are few.
    :raises InvalidError: by field for what will not do, and where nothing was chosen.
    :raises ForbiddenError: where the person may not do it with any record.
    """
    act = act_named(kind, key)
    values = judged(act, given)
    with writing() as session:
        run = new_run(session, kind, key, values, chosen.asked)
        run.total = keep_rows(session, run.id, kind, chosen)
        few = min(at_once, 1) if act.action.prepare and at_once == AT_ONCE else at_once
        later = run.total > few
        if later:
            run_later(session, run, JOB)
    if not later:
        work(run.id)
    return run.id


def new_run(
    session: Session,
    kind: str,
    act: str,
    given: Mapping[str, Any],
    asked: str | None,
    *,
    undoes_id: int | None = None,
) -> BulkRun:
    """Note that something begins, and give it with its id."""
    run = BulkRun(
        kind=kind,
        act=act,
        given=dict(given),
        asked=asked,
        total=0,
        done=0,
        unchanged=0,
        refused=0,
        undoes_id=undoes_id,
        author_id=current_person().id,
        created_at=now(),
    )
    session.add(run)
    session.flush()
    return run


def run_later(session: WritingSession, run: BulkRun, job: str) -> None:
    """Have a run done by a job, with the rights of whoever begins it."""
    arguments = {
        "run_id": run.id,
        "user_id": current_person().id,
        "origin": list(current_origin()),
    }
    run.job_id = enqueue(session, job, arguments, unique=f"bulk:{run.id}")


def undo_run(run_id: int, *, at_once: int = AT_ONCE) -> int:
    """Take back what a run did, record by record; give the run that does so.

    :raises ConflictError: while it is under way, where it was undone already, and where its act
        cannot be.
    """
    run = own_run(run_id)
    act = act_named(run.kind, run.act)
    if act.action.undo is None or run.undoes_id is not None:
        raise ConflictError(_("This cannot be undone."))
    if running_job(run) is not None:
        raise ConflictError(_("It is still under way: wait for its end, or stop it."))
    kind, key, given = run.kind, run.act, run.given
    with writing() as session:
        _refuse_twice(session, run_id)
        undoing = new_run(session, kind, key, given, None, undoes_id=run_id)
        undoing.total = _take_over(session, run_id, undoing.id)
        later = undoing.total > at_once
        if later:
            run_later(session, undoing, JOB)
    if not later:
        work(undoing.id)
    return undoing.id


def _refuse_twice(session: Session, run_id: int) -> None:
    session.get_one(BulkRun, run_id, with_for_update=True)  # two who press the button at once
    undone = sa.exists().where(BulkRun.undoes_id == run_id)
    if session.scalar(sa.select(undone)):
        raise ConflictError(_("This was undone already."))


def _take_over(session: Session, run_id: int, undoing_id: int) -> int:
    """Give the undoing run the rows that were done, and how many these are."""
    names = ["run_id", "record_id", "label", "undo"]
    columns = (sa.literal(undoing_id), BulkRow.record_id, BulkRow.label, BulkRow.undo)
    done = sa.select(*columns).where(BulkRow.run_id == run_id, BulkRow.state == "done")
    session.execute(sa.insert(BulkRow).from_select(names, done))
    kept = sa.select(sa.func.count()).where(BulkRow.run_id == undoing_id)
    return int(session.scalar(kept) or 0)


def stop_run(run_id: int) -> None:
    """Have a run stop after the rows at hand; what is done stays, and may be undone."""
    job = running_job(own_run(run_id))
    if job is not None:
        cancel(job.id)
