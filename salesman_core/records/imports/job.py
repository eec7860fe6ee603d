"""The import of a file as a job, with the rights and in the language of whoever began it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask_babel import force_locale

from salesman_core.access.origin import coming_from, of_import
from salesman_core.access.person import acting_as, person_of
from salesman_core.db import reading
from salesman_core.errors import SalesmanError
from salesman_core.i18n import LANGUAGES, texts
from salesman_core.jobs import JobCancelledError, job_progress
from salesman_core.records.imports.errors import ImportAbortedError
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import (
    JOB,
    UNDO_JOB,
    keep_result,
    named_file,
)
from salesman_core.records.imports.mapping import mapping_from
from salesman_core.records.imports.notice import tell_end
from salesman_core.records.imports.row_files import told_of
from salesman_core.records.imports.run import ImportRun
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.summary import failure, reached_in
from salesman_core.records.imports.undo import take_back
from salesman_core.records.models import FileImport
from salesman_core.records.present_rights import GONE
from salesman_core.services.company import company
from salesman_hookspecs import Job, Person

_ = texts.gettext
log = logging.getLogger(__name__)


def run_import(
    import_id: int, user_id: int, *, dry_run: bool, origin: Sequence[str] | None = None
) -> None:
    """Import a file, or try to, and keep what came of it.

    :param origin: from where it was begun.
    """
    kept = reading().get(FileImport, import_id)
    person = person_of(user_id)
    if kept is None:
        log.warning("import %s is gone", import_id)
        return
    if person is None:
        with force_locale(company().language):
            _end(kept, user_id, failure(str(GONE), rehearsal=dry_run))
        return
    with _as_author(person, import_id, origin):
        _end(kept, user_id, _outcome(kept, user_id, dry_run=dry_run))


def _end(kept: FileImport, user_id: int, result: dict[str, object]) -> None:
    """Keep what came of an import, and tell whoever began it."""
    keep_result(kept.id, result)
    tell_end(kept, user_id, result)


@contextmanager
def _as_author(person: Person, import_id: int, origin: Sequence[str] | None) -> Iterator[None]:
    way = coming_from(of_import(import_id, origin))
    with acting_as(person), way, force_locale(_language(person)):
        yield


def _language(person: Person) -> str:
    return person.locale if person.locale in LANGUAGES else company().language


def _outcome(kept: FileImport, user_id: int, *, dry_run: bool) -> dict[str, object]:
    with named_file(kept.file_hash, kept.name) as path:
        try:
            type_ = import_type(kept.record)
            mapping = mapping_from(kept.mapping, type_.fields)
            reached = reached_in(kept.result)  # where a worker died, another goes on
            journal = Journal(kept.id)
            run = import_run(type_, path, mapping, job_progress, journal=journal, reached=reached)
        except SalesmanError as error:
            return failure(str(error), rehearsal=dry_run)
        return _run(kept, user_id, run, dry_run=dry_run)


def _run(kept: FileImport, user_id: int, run: ImportRun, *, dry_run: bool) -> dict[str, object]:
    stopped = ""
    try:
        run.rehearse() if dry_run else run.apply()
    except ImportAbortedError as error:
        log.exception("an import stopped half-way")
        stopped = str(error)
    except JobCancelledError:
        message = _("Stopped. What was in by then stays; the file may be imported again.")
        _end(kept, user_id, told_of(run, stopped=message))
        raise
    return told_of(run, stopped=stopped)


def undo_import(import_id: int, user_id: int, origin: Sequence[str] | None = None) -> None:
    """Take an import back."""
    person = person_of(user_id)
    if person is None:
        log.warning("import %s: who began to take it back is gone", import_id)
        return
    with _as_author(person, import_id, origin):
        take_back(import_id, job_progress)


IMPORT_JOB = Job(
    JOB,
    run_import,
    queue="imports",
    attempts=3,
    timeout=6 * 3600,
    transactional=False,
    title=texts.lazy("Import of a file"),
)
"""An import from its first row to its last."""

UNDO_IMPORT_JOB = Job(
    UNDO_JOB,
    undo_import,
    queue="imports",
    attempts=3,
    timeout=6 * 3600,
    transactional=False,
    title=texts.lazy("Taking an import back"),
)
