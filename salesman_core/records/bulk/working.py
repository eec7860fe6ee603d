"""A run, from its first row to its last: a batch to a transaction, a savepoint to a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import reaches
from salesman_core.clock import now
from salesman_core.db import WritingSession, as_writing, savepoint
from salesman_core.errors import MissingError, SalesmanError
from salesman_core.i18n import CORE, texts
from salesman_core.jobs import job_piece, job_progress
from salesman_core.plugins.dispatch import FAILURES
from salesman_core.plugins.host import current_host
from salesman_core.records.bulk.acts import Act, act_named
from salesman_core.records.bulk.ending import tell_end
from salesman_core.records.models import BulkRow, BulkRun
from salesman_core.records.present_rights import by_present_rights

_ = texts.lazy

BATCH: Final = 50
"""Rows in one transaction: others wait no longer than for that many."""

_SERVER_FAULT: Final = 500


def work(run_id: int) -> None:
    """Do what waits of a run, and note its end.

    Each batch is kept together with its results, so whoever takes a run over goes on where it
    stood.
    """
    while _batch(run_id):
        pass


def _batch(run_id: int) -> bool:
    """Do the next rows of a run; give whether there may be more."""
    with job_piece() as session, by_present_rights(session):
        run = session.get_one(BulkRun, run_id)
        act = act_named(run.kind, run.act)
        rows = session.scalars(_waiting(run_id)).all()
        for row in rows:
            _settle(as_writing(session), run, act, row)
        if len(rows) < BATCH:
            run.ended_at = now()
            tell_end(as_writing(session), run)
        told = run.done + run.unchanged + run.refused
        job_progress(told, run.total)
        return run.ended_at is None


def _waiting(run_id: int) -> sa.Select[Any]:
    return (
        sa.select(BulkRow)
        .where(BulkRow.run_id == run_id, BulkRow.state == "waiting")
        .order_by(BulkRow.record_id)
        .limit(BATCH)
    )


def _settle(session: WritingSession, run: BulkRun, act: Act, row: BulkRow) -> None:
    """Do one row, and note what came of it."""
    record_id, version, given, undo = row.record_id, row.version, dict(run.given), row.undo
    undoing = run.undoes_id is not None
    try:
        with savepoint(session):
            _refuse_unseen(session, run.kind, record_id, undoing=undoing)
            kept = _done(act, record_id, given, version, undo, undoing=undoing)
            session.flush()
    except SalesmanError as error:
        if error.status >= _SERVER_FAULT:
            raise
        _refuse(run, row, error)
    except FAILURES as error:
        if act.owner == CORE:
            raise
        _refuse(run, row, _failed(act, error))
    else:
        row.undo = None if undoing else kept
        row.state = "unchanged" if kept is None else "done"
        run.unchanged += kept is None
        run.done += kept is not None


def _refuse_unseen(session: Session, kind: str, record_id: int, *, undoing: bool) -> None:
    """Let acts see only what their person sees; what lies in the bin is undone unseen."""
    if not undoing and not reaches(kind, record_id, session=session):
        raise MissingError(_("There is no such record, or you may not see it."))


def _done(
    act: Act,
    record_id: int,
    given: Mapping[str, Any],
    version: int | None,
    undo: Any,
    *,
    undoing: bool,
) -> Any:
    """Do an act with one record, or take it back; give what undoing it takes, None for nothing."""
    if not undoing:
        return act.action.apply(record_id, given, version)
    if act.action.undo is not None:
        act.action.undo(record_id, undo)
    return {}


def _refuse(run: BulkRun, row: BulkRow, error: SalesmanError) -> None:
    row.state, row.status, row.reason = "refused", error.status, str(error)
    run.refused += 1


def _failed(act: Act, error: BaseException) -> SalesmanError:
    """Note that a plugin's act failed with a row; the others go on."""
    fault = current_host().dispatcher.faults.note(act.owner, f"bulk_action {act.key}", error)
    return PluginActError(
        _(
            "The plugin %(plugin)s failed here. If it stays, give an administrator the number"
            " %(reference)s.",
            plugin=act.owner,
            reference=fault.reference,
        )
    )


class PluginActError(SalesmanError):
    """A plugin's act failed with one record."""

    status = 409
