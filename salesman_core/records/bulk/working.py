"""A run, from its first row to its last: a batch to a transaction, a savepoint to a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import reaches
from salesman_core.clock import now
from salesman_core.db import AnyRow, WritingSession, as_writing, reading, savepoint
from salesman_core.errors import MissingError, SalesmanError
from salesman_core.i18n import CORE, texts
from salesman_core.jobs import job_piece, job_progress
from salesman_core.plugins.dispatch import FAILURES
from salesman_core.plugins.host import current_host
from salesman_core.records.bulk.acts import Act, act_named
from salesman_core.records.bulk.ending import tell_end
from salesman_core.records.models import BulkRow, BulkRun
from salesman_core.records.present_rights import by_present_rights
from salesman_core.services import files as store

_ = texts.lazy

BATCH: Final = 50
"""Rows in one transaction: others wait no longer than for that many."""
LARGEST: Final = 1024**3
"""Bytes that the file of a run may have."""

_SERVER_FAULT: Final = 500


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What came of what was done ahead of a row: what its act gave, or what it raised."""

    given: Any = None
    error: BaseException | None = None


def work(run_id: int) -> None:
    """Do what waits of a run, and note its end.

    Each batch is kept together with its results, so whoever takes a run over goes on where it
    stood.
    """
    run = _read(run_id)
    act, undoing = act_named(run.kind, run.act), run.undoes_id is not None
    if act.action.prepare is not None and not undoing:
        while _prepared_row(run_id, act, run.given):
            pass
    else:
        while _batch(run_id):
            pass
    if _ends_apart(act, undoing=undoing):
        _finish(run_id, act)


def _read(run_id: int) -> AnyRow:
    columns = (BulkRun.kind, BulkRun.act, BulkRun.given, BulkRun.undoes_id, BulkRun.done)
    return reading().execute(sa.select(*columns).where(BulkRun.id == run_id)).one()


def _ends_apart(act: Act, *, undoing: bool) -> bool:
    """Tell whether the end of a run is more than that of its last batch."""
    return not undoing and (act.action.prepare is not None or act.action.file is not None)


def _batch(run_id: int) -> bool:
    """Do the next rows of a run; give whether there may be more."""
    with job_piece() as session, by_present_rights(session):
        run = session.get_one(BulkRun, run_id)
        act = act_named(run.kind, run.act)
        rows = session.scalars(_waiting(run_id).limit(BATCH)).all()
        for row in rows:
            _settle(as_writing(session), run, act, row)
        if len(rows) < BATCH and not _ends_apart(act, undoing=run.undoes_id is not None):
            run.ended_at = now()
            tell_end(as_writing(session), run)
        _tell(run)
        return len(rows) == BATCH


def _prepared_row(run_id: int, act: Act, given: Mapping[str, Any]) -> bool:
    """Do the next row of a run, what takes long outside of its transaction; give whether one was.

    Nobody waits for a lock meanwhile, and a stop is heard between two rows.
    """
    session = reading()
    columns = (BulkRow.record_id, BulkRow.version)
    waiting = sa.select(*columns).where(BulkRow.run_id == run_id, BulkRow.state == "waiting")
    with by_present_rights(session):
        found = session.execute(waiting.order_by(BulkRow.record_id).limit(1)).one_or_none()
        if found is None:
            return False
        ahead = _done_ahead(session, act, found, given)
    with job_piece() as changed, by_present_rights(changed):
        run = changed.get_one(BulkRun, run_id)
        row = changed.get_one(BulkRow, (run_id, found.record_id))
        if row.state == "waiting":
            _settle(as_writing(changed), run, act, row, ahead)
        _tell(run)
    return True


def _done_ahead(session: Session, act: Act, row: AnyRow, given: Mapping[str, Any]) -> _Ahead:
    assert act.action.prepare is not None  # noqa: S101  # such acts come here alone
    try:
        _refuse_unseen(session, act.action.kind, row.record_id, undoing=False)
        return _Ahead(act.action.prepare(row.record_id, dict(given), row.version))
    except FAILURES as error:
        return _Ahead(error=error)


def _tell(run: BulkRun) -> None:
    job_progress(run.done + run.unchanged + run.refused, run.total)


def _finish(run_id: int, act: Act) -> None:
    """Note the end of a run, with the file of what it did where its act makes one."""
    hash_, name, why = None, "", ""
    try:
        hash_, name = _file_of(run_id, act)
    except SalesmanError as error:
        why = str(error)
    except FAILURES as error:
        why = str(_failed(act, error))
    with job_piece() as session:
        run = session.get_one(BulkRun, run_id)
        run.file_hash, run.file_name, run.stopped = hash_, name, why
        run.ended_at = now()
        tell_end(as_writing(session), run)


def _file_of(run_id: int, act: Act) -> tuple[str | None, str]:
    """Give the content and the name of the file of what a run did; nothing where there is none."""
    session = reading()
    with by_present_rights(session):
        done = sa.select(BulkRow.undo).where(BulkRow.run_id == run_id, BulkRow.state == "done")
        kept = session.scalars(done.order_by(BulkRow.record_id)).all()
        made = act.action.file(kept) if act.action.file is not None and kept else None
    if made is None:
        return None, ""
    name, content = made
    with content:
        return store.store(content, largest=LARGEST).hash, store.harmless_name(name)


def _waiting(run_id: int) -> sa.Select[Any]:
    return (
        sa.select(BulkRow)
        .where(BulkRow.run_id == run_id, BulkRow.state == "waiting")
        .order_by(BulkRow.record_id)
    )


def _settle(
    session: WritingSession, run: BulkRun, act: Act, row: BulkRow, ahead: _Ahead | None = None
) -> None:
    """Do one row, and note what came of it."""
    record_id, version, given, undo = row.record_id, row.version, dict(run.given), row.undo
    undoing = run.undoes_id is not None
    try:
        with savepoint(session):
            _refuse_unseen(session, run.kind, record_id, undoing=undoing)
            if undoing:
                kept = _undone(act, record_id, undo)
            else:
                kept = act.action.apply(record_id, given, version, *_ahead_of(ahead))
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


def _ahead_of(ahead: _Ahead | None) -> Sequence[Any]:
    """Give what an act gets beside the rest, where something was done ahead of it.

    :raises BaseException: what was raised then.
    """
    if ahead is None:
        return ()
    if ahead.error is not None:
        raise ahead.error
    return (ahead.given,)


def _undone(act: Act, record_id: int, undo: Any) -> Any:
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
