"""The rows of an import with something to say about them, as files to be handed out."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.imports.keeping import own_import
from salesman_core.records.imports.report import write_refused, write_warnings
from salesman_core.records.imports.summary import summary_of
from salesman_core.services import files as store

if TYPE_CHECKING:
    from salesman_core.records.imports.result import ImportResult
    from salesman_core.records.imports.run import ImportRun
    from salesman_core.records.imports.sheet import Sheet
    from salesman_hookspecs import Text

_ = texts.lazy


def told_of(run: ImportRun, *, stopped: str = "") -> dict[str, Any]:
    """Give what is kept of a run that is over; its rows with remarks lie in the store from now on.

    :param stopped: why it did not come to its end, or an empty text.
    """
    result = run.result
    return summary_of(
        result,
        refused_hash=_stored(write_refused, run) if result.refused_rows else None,
        warnings_hash=_stored(write_warnings, run) if result.warnings else None,
        stopped=stopped,
    )


def _stored(write: Callable[[Sheet, ImportResult, IO[str]], None], run: ImportRun) -> str:
    file = io.StringIO(newline="")
    write(run.sheet, run.result, file)
    content = file.getvalue().encode("utf-8-sig")  # as Excel knows it
    return store.store(io.BytesIO(content), largest=len(content)).hash


def refused_rows(import_id: int) -> Path:
    """Give the file with the rows that were refused.

    :raises MissingError: where there is none.
    """
    return _rows_file(import_id, "refused_hash", _("No row was refused."))


def rows_worth_a_look(import_id: int) -> Path:
    """Give the file with the rows that deserve a look, though they are in.

    :raises MissingError: where there is none.
    """
    return _rows_file(import_id, "warnings_hash", _("No row is worth a look."))


def _rows_file(import_id: int, name: str, missing: Text) -> Path:
    hash_ = (own_import(import_id).result or {}).get(name)
    if hash_ is None:
        raise MissingError(missing)
    return store.stored_file(hash_)
