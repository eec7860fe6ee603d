"""Exports: records of a list as a file, at once where they are few, else by a job.

What one may not see, one cannot take out: rows go through the permission to see and through the
one to export, columns through their own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final

import sqlalchemy as sa

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission, visible
from salesman_core.clock import now, today
from salesman_core.db import db, reading, writing
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.jobs import job_progress
from salesman_core.records.bulk.acts import act_named
from salesman_core.records.bulk.choosing import MOST_MARKED, Chosen, asked_again
from salesman_core.records.bulk.ending import tell_end
from salesman_core.records.bulk.job import carried_out
from salesman_core.records.bulk.queries import own_run
from salesman_core.records.bulk.service import new_run, run_later
from salesman_core.records.bulk.words import EXPORT, asked_in_words
from salesman_core.records.changes import note_export
from salesman_core.records.export_files import FORMATS, MOST_OF_A_SHEET, WRITERS, XLSX
from salesman_core.records.list_query import ListQuery
from salesman_core.records.lists import count, select_page
from salesman_core.records.models import BulkRun
from salesman_core.records.record_list import Column, RecordList, columns_read, record_list
from salesman_core.services import files as store
from salesman_core.services.company import company
from salesman_hookspecs import Job

_ = texts.lazy

JOB: Final = "core.export"
AT_ONCE: Final = 1000
"""So many rows are written while the person waits."""
LARGEST: Final = 512 * 1024 * 1024
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be in a file.

    :param columns: their names, in their order.
    :param format: ``csv`` or ``xlsx``.
    """

    columns: Sequence[str]
    format: str


def begin_export(kind: str, chosen: Chosen, wanted: Wanted) -> int:
    """Write the chosen records into a file: at once where they are few; give the run.

    :raises ForbiddenError: for whoever may export none of them.
    :raises InvalidError: for an unknown format, and where nothing is to be exported.
    """
    listed = exportable(kind)
    if wanted.format not in FORMATS:
        message = _("Choose a kind of file.")
        raise InvalidError(message, {"format": message})
    names = [one.name for one in _columns(listed, wanted.columns)]
    given: dict[str, Any] = {"columns": names, "format": wanted.format}
    if chosen.query is None:
        given["ids"] = sorted(chosen.marked)
    total = _number(listed, chosen.query or ListQuery(), given.get("ids"))
    _refuse_size(total, wanted.format)
    with writing() as session:
        run = new_run(session, kind, EXPORT, given, chosen.asked)
        run.total = total
        if total > AT_ONCE:
            run_later(session, run, JOB)
    if total <= AT_ONCE:
        write_export(run.id)
    return run.id


def exportable(kind: str) -> RecordList:
    """Give the list of a kind of record to somebody who may export such records.

    :raises MissingError: where nobody can.
    """
    listed = record_list(kind)
    if not listed.export:
        raise MissingError(_("These records cannot be exported."))
    demand_permission(listed.export)
    return listed


def _refuse_size(total: int, format_: str) -> None:
    if total == 0:
        raise InvalidError(_("There is nothing here that you may export."))
    if format_ == XLSX and total > MOST_OF_A_SHEET:
        message = _("A sheet holds at most %(most)s rows: choose CSV.", most=MOST_OF_A_SHEET)
        raise InvalidError(message, {"format": message})


def _columns(listed: RecordList, names: Sequence[str]) -> list[Column]:
    """Give the columns of a file in their order: those asked for that the person may see.

    :raises InvalidError: where none is left.
    """
    seen = {one.name: one for one in listed.file_columns()}
    wanted = dict.fromkeys((*listed.named_in_files(names), *(one for one in listed.along if names)))
    found = [seen[name] for name in wanted if name in seen]
    if not found:
        message = _("Choose at least one column.")
        raise InvalidError(message, {"columns": message})
    return found


def _within(listed: RecordList, ids: Sequence[int] | None) -> sa.ColumnElement[bool]:
    """Give the condition of what the person both sees and may export."""
    kind = listed.spec.kind
    both = sa.and_(visible(kind), visible(kind, listed.export))
    return both if ids is None else sa.and_(both, listed.spec.id.in_(ids[:MOST_MARKED]))


def _number(listed: RecordList, query: ListQuery, ids: Sequence[int] | None) -> int:
    return count(reading(), listed.spec, query, _within(listed, ids))


def write_export(run_id: int) -> None:
    """Write the file of an export, keep it, and note in the audit what was taken out."""
    run = own_run(run_id)
    listed = exportable(run.kind)
    columns = _columns(listed, run.given["columns"])
    format_: str = run.given["format"]
    masked = _masked(columns)
    with _written(run, listed, columns) as (file, number):
        hash_ = store.store(file, largest=LARGEST).hash
    name = f"{listed.title} {today(company().tz):%Y-%m-%d}.{format_}"
    ended = {"file_hash": hash_, "file_name": store.harmless_name(name)}
    _note(run, number, name, masked, ended)


@contextmanager
def _written(
    run: BulkRun, listed: RecordList, columns: Sequence[Column]
) -> Iterator[tuple[IO[bytes], int]]:
    """Write the rows into a file that nobody else gets at; give it with their number."""
    headings = [str(column.title) for column in columns]
    with tempfile.TemporaryFile() as file:
        number = WRITERS[run.given["format"]](file, headings, _rows(run, listed, columns))
        file.seek(0)
        yield file, number


def _masked(columns: Sequence[Column]) -> list[str]:
    """Give the names of the columns that whoever acts sees masked."""
    person = current_person()
    return [one.name for one in columns if one.unmasked and not person.may(one.unmasked)]


def _rows(run: BulkRun, listed: RecordList, columns: Sequence[Column]) -> Iterator[Sequence[Any]]:
    """Give the rows page by page: the place of each is found by the last row of the one before."""
    query = asked_again(listed.spec, run.asked or "")
    query = replace(query, limit=_PAGE)
    within, done, total = _within(listed, run.given.get("ids")), 0, run.total
    names = [column.name for column in columns]
    read = columns_read(listed.spec, listed.read, names)
    while True:
        page = select_page(reading(), read, listed.spec, query, within)
        for cells in listed.cells_of(page.rows, names):
            yield [cells.get(name) for name in names]
        done += len(page.rows)
        db.session.rollback()  # a long export must not hold one snapshot
        job_progress(done, max(total, done))
        if page.next_cursor is None:
            return
        query = query.at(page.next_cursor)


def _note(
    run: BulkRun, number: int, name: str, masked: Sequence[str], ended: Mapping[str, str]
) -> None:
    """Note in the audit what is taken out, before anybody gets it.

    :param ended: what the run keeps of its file; empty where it keeps none.
    """
    # Read before the change: what is read inside of it would not see its end.
    run_id, kind, told = run.id, run.kind, asked_in_words(run)
    with writing() as session:
        kept = session.get_one(BulkRun, run_id)
        kept.done = kept.total = number
        kept.ended_at = now()
        kept.given = {**kept.given, "masked": list(masked)}
        if ended:
            kept.file_hash, kept.file_name = ended["file_hash"], ended["file_name"]
            tell_end(session, kept)
        note_export(kind, name, number, narrowed=told)


def file_of_run(run_id: int) -> tuple[Path, BulkRun]:
    """Give the file of what somebody did with many records: of an export, or of another act.

    :raises MissingError: where there is none (any more).
    :raises ForbiddenError: where they may do it no more.
    """
    run = own_run(run_id)
    if run.act == EXPORT:
        return file_of_export(run_id)
    act_named(run.kind, run.act)
    if run.file_hash is None:
        raise MissingError(_("There is no file (any more)."))
    return store.stored_file(run.file_hash), run


def file_of_export(run_id: int) -> tuple[Path, BulkRun]:
    """Give the file of an export of one's own.

    :raises MissingError: where there is none (any more).
    :raises ForbiddenError: where exporting was taken away meanwhile, or one of its columns, or to
        see one of them whole.
    """
    run = own_run(run_id)
    if run.file_hash is None:
        raise MissingError(_("There is no file (any more)."))
    _demand_columns(exportable(run.kind), run.given)
    return store.stored_file(run.file_hash), run


def _demand_columns(listed: RecordList, given: Mapping[str, Any]) -> None:
    """Refuse what holds a column that one may not see any more, or not whole.

    A file that does not say which of its columns are masked was written before files said so.
    """
    for column in (*listed.columns, *listed.for_files):
        if column.name not in given["columns"]:
            continue
        if column.permission is not None:
            demand_permission(column.permission)
        if column.unmasked is not None and column.name not in given.get("masked", ()):
            demand_permission(column.unmasked)


def export_to(kind: str, file: IO[bytes], format_: str, address: str = "") -> int:
    """Write all records that a filter finds into *file*, once it is noted; give how many.

    :param address: the filter, as the parameters of the list's address.
    """
    listed = exportable(kind)
    columns = listed.file_columns()
    given = {"columns": [column.name for column in columns], "format": format_}
    with writing() as session:
        run = new_run(session, kind, EXPORT, given, address)
    with _written(run, listed, columns) as (written, number):
        _note(run, number, str(listed.title), _masked(columns), {})
        shutil.copyfileobj(written, file)
    return number


def run_export(run_id: int, user_id: int, origin: Sequence[str] | None = None) -> None:
    """Write a file as whoever asked for it."""
    carried_out(run_id, user_id, origin, write_export)


EXPORT_JOB = Job(
    JOB,
    run_export,
    queue="bulk",
    attempts=3,
    timeout=6 * 3600,
    transactional=False,
    title=_("Export of records"),
)
