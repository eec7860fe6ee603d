"""What came of acts on many records, for whoever began them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import record_type, visible
from salesman_core.db import AnyRow, reading, table_of
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.jobs import JobView, State, job_view
from salesman_core.records.models import BulkRow, BulkRun

_ = texts.lazy

TOLD: Final = ("done", "unchanged", "refused", "waiting")
SHOWN: Final = 200
"""So many rows of a run are shown at once."""
_RUNS: Final = 50


def own_run(run_id: int) -> BulkRun:
    """Give a run that whoever acts has begun.

    :raises MissingError: for another's, and where there is none.
    """
    found = reading().get(BulkRun, run_id)
    person = current_person()
    if found is None or not (person.everything or found.author_id == person.id):
        raise MissingError(_("There is no such run."))
    return found


def own_runs() -> Sequence[BulkRun]:
    """Give the runs that whoever acts has begun, the newest first."""
    query = sa.select(BulkRun).where(BulkRun.author_id == current_person().id)
    return reading().scalars(query.order_by(BulkRun.id.desc()).limit(_RUNS)).all()


def running_job(run: BulkRun) -> JobView | None:
    """Give the job that does a run, or None where none is on its way."""
    job = job_view(run.job_id) if run.job_id is not None else None
    return job if job is not None and job.state in (State.READY, State.RUNNING) else None


def rows_of_run(
    session: Session, run_id: int, states: Collection[str], after: int = 0
) -> Sequence[AnyRow]:
    """Give rows of a run in the order of their ids, one more than a page shows.

    :param after: the last id of the page before.
    """
    columns = (BulkRow.record_id, BulkRow.label, BulkRow.state, BulkRow.status, BulkRow.reason)
    return session.execute(
        sa.select(*columns)
        .where(BulkRow.run_id == run_id, BulkRow.state.in_(states), BulkRow.record_id > after)
        .order_by(BulkRow.record_id)
        .limit(SHOWN + 1)
    ).all()


def reasons_of_run(session: Session, run_id: int) -> Sequence[AnyRow]:
    """Give why rows were refused, each reason with how many, the most frequent first."""
    number = sa.func.count().label("number")
    return session.execute(
        sa.select(BulkRow.reason, number)
        .where(BulkRow.run_id == run_id, BulkRow.state == "refused")
        .group_by(BulkRow.reason)
        .order_by(number.desc(), BulkRow.reason)
        .limit(20)
    ).all()


def undone_by(session: Session, run_id: int) -> int | None:
    """Give the run that undid another one, or None."""
    return session.scalar(sa.select(BulkRun.id).where(BulkRun.undoes_id == run_id))


def still_seen(session: Session, kind: str, ids: Sequence[int]) -> set[int]:
    """Give those of some records that whoever acts sees, to lead to their cards."""
    id_ = table_of(record_type(kind).model).c.id
    return set(session.scalars(sa.select(id_).where(id_.in_(ids), visible(kind))))
