"""Imports that people begin on the page: kept from the upload to the result."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from flask_babel import force_locale

from salesman_core.access.origin import current_origin
from salesman_core.access.person import current_person, person_of
from salesman_core.clock import now
from salesman_core.db import WritingSession, reading, writing
from salesman_core.errors import ConflictError, InvalidError, MissingError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.jobs import State, cancel, enqueue, job_view
from salesman_core.records.imports.choices import (
    FileChoices,
    chosen_tables,
    file_choices,
    without_columns,
)
from salesman_core.records.imports.errors import MappingError, UnreadableFileError
from salesman_core.records.imports.mapping import mapping_from
from salesman_core.records.imports.notice import tell_end
from salesman_core.records.imports.plan import laid_out, require_keys
from salesman_core.records.imports.service import import_type, sheet_for
from salesman_core.records.imports.spellings import joined
from salesman_core.records.imports.summary import failure
from salesman_core.records.imports.undo import changes_kept
from salesman_core.records.models import FileImport
from salesman_core.services import files as store
from salesman_core.services.company import company

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesman_core.jobs import JobView
    from salesman_core.records.imports.sheet import Sheet

_ = texts.lazy

JOB: Final = "core.import"
UNDO_JOB: Final = "core.import_undo"
LARGEST: Final = 25 * 1024 * 1024
"""Bytes that a file may have here; the command line takes larger ones."""
_SHOWN: Final = 20
_RUNNING: Final = _("The import is running: wait for its end, or stop it.")


def begin_import(record: str, name: str, content: IO[bytes], mapping: str = "") -> int:
    """Take a file in, and give the id of its import. Nothing is written of it so far.

    :param record: the word of the kind of record, as ``deals``.
    :param name: the file's name, as the browser gave it; made harmless.
    :param mapping: a mapping's TOML; empty to recognise the columns.
    :raises InvalidError: for a file that cannot be read, or a mapping that does not fit.
    """
    fields = import_type(record).fields
    tables = _tables(mapping)
    with at_field("mapping", MappingError):
        judged = mapping_from(tables, fields)
    name = store.harmless_name(name)
    with at_field("file", UnreadableFileError, store.TooLargeError):
        content_ = store.store(content, largest=LARGEST)
        with named_file(content_.hash, name) as path, at_field("mapping", MappingError):
            laid_out(sheet_for(path, judged).headings, fields, judged)
    return _kept(record, name, content_.hash, tables)


@contextmanager
def at_field(name: str, *errors: type[SalesmanError]) -> Iterator[None]:
    """Let errors of these kinds say that they concern one field of the form."""
    try:
        yield
    except errors as error:
        raise type(error)(error.message, {name: error.message}) from error


def note_import(record: str, name: str) -> int:
    """Note an import of a file that the command line reads where it lies; give its id."""
    return _kept(record, store.harmless_name(name), "", {})


def _kept(record: str, name: str, file_hash: str, tables: Mapping[str, Any]) -> int:
    with writing() as session:
        kept = FileImport(
            record=record,
            name=name,
            file_hash=file_hash,
            mapping=dict(tables),
            author_id=current_person().id,
            created_at=now(),
        )
        session.add(kept)
        session.flush()
        return kept.id


def _tables(mapping: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = _plain(tomllib.loads(mapping))
    except tomllib.TOMLDecodeError as error:
        message = _("The mapping is no TOML: %(why)s", why=error)
        raise MappingError(message, {"mapping": message}) from error
    return found


def _plain(value: Any) -> Any:
    """Give what TOML holds as JSON can keep it; dates are read from their text all the same."""
    if isinstance(value, dict):
        return {name: _plain(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_plain(below) for below in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


@contextmanager
def named_file(hash_: str, name: str) -> Iterator[Path]:
    """Give a stored content under the name that it came with, for messages and reports."""
    content = store.stored_file(hash_)
    with tempfile.TemporaryDirectory(prefix="salesman-import-") as folder:
        path = Path(folder) / name
        path.symlink_to(content.absolute())
        yield path


def own_import(import_id: int) -> FileImport:
    """Give an import that whoever acts has begun.

    :raises MissingError: for another's, and where there is none.
    """
    found = reading().get(FileImport, import_id)
    person = current_person()
    if found is None or not (person.everything or found.author_id == person.id):
        raise MissingError(_("There is no such import."))
    return found


def own_imports() -> Sequence[FileImport]:
    """Give the imports that whoever acts has begun, the newest first."""
    query = sa.select(FileImport).where(FileImport.author_id == current_person().id)
    return reading().scalars(query.order_by(FileImport.id.desc()).limit(_SHOWN)).all()


@contextmanager
def opened_sheet(kept: FileImport, tables: Mapping[str, Any]) -> Iterator[Sheet]:
    """Open an import's file as the tables of a mapping say.

    :raises ConflictError: where the command line has read it elsewhere.
    """
    _require_stored(kept)
    fields = import_type(kept.record).fields
    with named_file(kept.file_hash, kept.name) as path:
        yield sheet_for(path, mapping_from(tables, fields))


def _require_stored(kept: FileImport) -> None:
    if not kept.file_hash:
        raise ConflictError(_("The command line has read this file: begin the import there."))


def choices_of(kept: FileImport) -> FileChoices:
    """Give what can be chosen about an import's file, with what is chosen now."""
    with opened_sheet(kept, kept.mapping) as sheet:
        return file_choices(sheet, import_type(kept.record), kept.mapping)


def choose(
    import_id: int, chosen: Mapping[str, str], create_missing: Sequence[str], *, join: bool = False
) -> None:
    """Keep how a file is read, what its columns are to fill, and what is done with its rows.

    :param chosen: by the name of a control.
    :param join: whether to join what the dry run found written in several ways, as chosen.
    :raises MappingError: where two columns fill one field that takes only one, or none fills that
        by which rows find their records.
    :raises UnreadableFileError: where the file cannot be read like this.
    :raises ConflictError: while the import runs.
    """
    kept = own_import(import_id)
    refuse_running(kept)
    choices = choices_of(kept)
    tables = chosen_tables(kept.mapping, choices, chosen, create_missing)
    if join:
        tables = joined(tables, (kept.result or {}).get("spellings", ()), chosen)
    fields = import_type(kept.record).fields
    mapping = mapping_from(tables, fields)
    with opened_sheet(kept, tables) as sheet:
        if sheet.headings != choices.headings:
            tables = without_columns(tables)
        else:
            require_keys(laid_out(sheet.headings, fields, mapping), fields, mapping)
    keep_tables(import_id, tables)


def keep_tables(import_id: int, tables: Mapping[str, Any], mapping_id: int | None = None) -> None:
    """Keep the mapping of an import; what was tried by another one is forgotten.

    :param mapping_id: the kept mapping that it comes from; None where that stays the same.
    """
    with writing() as session:
        kept = session.get_one(FileImport, import_id)
        if kept.mapping != tables and (kept.result or {}).get("rehearsal"):
            kept.result = None
        kept.mapping, kept.mapping_id = dict(tables), mapping_id or kept.mapping_id


def run_later(import_id: int, *, dry_run: bool) -> None:
    """Have the file imported, or tried, by a job.

    :raises ConflictError: while it runs already.
    """
    kept = own_import(import_id)
    import_type(kept.record)
    _require_stored(kept)
    with writing() as session:
        changed = _put_to_work(session, kept, JOB, dry_run=dry_run)
        changed.result = changed.undone = None


def undo_later(import_id: int) -> None:
    """Have an import taken back by a job: what it made goes, what it changed gets back.

    :raises ConflictError: while it runs, and where nothing is kept of it (any more).
    """
    kept = own_import(import_id)
    import_type(kept.record)
    if not changes_kept(import_id):
        raise ConflictError(_("There is nothing of this import that could be taken back."))
    with writing() as session:
        _put_to_work(session, kept, UNDO_JOB)


def _put_to_work(session: WritingSession, kept: FileImport, job: str, **further: Any) -> FileImport:
    """Put the job of an import into the queue; of two who press the button at once, one does."""
    changed = session.get_one(FileImport, kept.id, with_for_update=True)
    refuse_running(changed)
    arguments = {
        "import_id": kept.id,
        "user_id": current_person().id,
        "origin": list(current_origin()),
        **further,
    }
    job_id = enqueue(session, job, arguments, unique=f"import:{kept.id}")
    if job_id is None:
        raise ConflictError(_RUNNING)
    changed.job_id = job_id
    return changed


def running_job(kept: FileImport) -> JobView | None:
    """Give the job that an import waits for, or None where none is on its way."""
    job = job_view(kept.job_id) if kept.job_id is not None else None
    return job if job is not None and job.state in (State.READY, State.RUNNING) else None


def refuse_running(kept: FileImport) -> None:
    """Refuse what cannot be done with an import while a job is on its way.

    :raises ConflictError: where one is.
    """
    if running_job(kept) is not None:
        raise ConflictError(_RUNNING)


def stop(import_id: int) -> None:
    """Have a running import stop after the rows at hand; what is in stays."""
    kept = own_import(import_id)
    job = running_job(kept)
    if job is None:
        return
    cancel(job.id)
    reading().rollback()
    if job.name == JOB and kept.result is None and running_job(kept) is None:
        _end_unbegun(kept, rehearsal=job.arguments["dry_run"])


def _end_unbegun(kept: FileImport, *, rehearsal: bool) -> None:
    """Keep that an import was stopped before it began, and tell whoever was to have it."""
    author = person_of(kept.author_id) if kept.author_id is not None else None
    locale = (author and author.locale) or company().language
    with force_locale(locale):
        told = failure(str(_("Stopped before it began.")), rehearsal=rehearsal)
        keep_result(kept.id, told)
        tell_end(kept, kept.author_id, told)


def keep_result(import_id: int, result: Mapping[str, Any]) -> None:
    """Keep what came of a run."""
    with writing() as session:
        session.get_one(FileImport, import_id).result = dict(result)


def mapping_text(upload: bytes) -> str:
    """Give an uploaded mapping as text.

    :raises InvalidError: where it is none.
    """
    try:
        return upload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("The mapping is no text in UTF-8")
        raise InvalidError(message, {"mapping": message}) from error
