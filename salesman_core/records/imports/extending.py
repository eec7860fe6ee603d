"""What rows of a file say of fields that plugins keep: read, judged, and never a reason to refuse.

What does not fit is left out, with a warning, and stays readable with the record, as all that no
field holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from salesman_core.records.custom.imports import extensions_asked
from salesman_core.records.custom.kinds import EXTENSIONS
from salesman_core.records.extensions.changes import what_does_not_fit
from salesman_core.records.extensions.declared import Extension, extensions_of
from salesman_core.records.extensions.rows import Values, held_of, read_ahead
from salesman_core.records.imports.matching import ImportedRow
from salesman_core.records.imports.reading import UNMAPPED
from salesman_hookspecs import Text


def extended_rows(
    session: Session, kind: str, rows: Mapping[int, tuple[ImportedRow, Any]]
) -> Mapping[int, tuple[ImportedRow, dict[str, Any], dict[str, str]]]:
    """Give what rows say of extensions, as a service takes it.

    :param rows: by place, with the record that each means, or None for a new one.
    :returns: by place: the row, with what did not fit among what no field holds; the values by
        plugin; and warnings by field. Places whose rows say nothing of extensions are left out.
    """
    extensions = extensions_of(kind)
    if not any(_says(row, extensions) for row, _record in rows.values()):
        return {}
    records = [record for _row, record in rows.values() if record is not None]
    read_ahead(session, kind, records)
    found: dict[int, tuple[ImportedRow, dict[str, Any], dict[str, str]]] = {}
    for place, (row, record) in rows.items():
        if not _says(row, extensions):
            continue
        asked, warnings = extensions_asked(kind, row)
        for one in extensions:
            held = {} if record is None else held_of(session, one, record)
            warnings |= _leave_out(one, asked.get(one.owner, {}), held)
        found[place] = _with_left_out(row, extensions, warnings), asked, warnings
    return found


def _says(row: ImportedRow, extensions: Iterable[Extension]) -> bool:
    return any(name.startswith(f"{EXTENSIONS}.{one.owner}.") for one in extensions for name in row)


def _leave_out(one: Extension, asked: dict[str, Any], held: Values) -> dict[str, str]:
    """Take those values out that do not go together, and give what is wrong with each."""
    warnings: dict[str, str] = {}
    while asked and (wrong := what_does_not_fit(one, _whole(one, asked, held))):
        for key in [key for key in wrong if key in asked] or list(asked):
            del asked[key]
            warnings[_name(one, key)] = str(_reason(wrong, key))
    return warnings


def _whole(one: Extension, asked: Values, held: Values) -> dict[str, Any]:
    return {field.key: asked.get(field.key, held.get(field.key)) for field in one.fields}


def _reason(wrong: Mapping[str, Text], key: str) -> Text:
    return wrong[key] if key in wrong else next(iter(wrong.values()))


def _name(one: Extension, key: str) -> str:
    return f"{EXTENSIONS}.{one.owner}.{key}"


def _with_left_out(
    row: ImportedRow, extensions: Iterable[Extension], names: Collection[str]
) -> ImportedRow:
    """Give a row with what did not fit among what no field holds."""
    if not names:
        return row
    titles = {field.name: str(field.label) for one in extensions for field in one.fields}
    left = {titles[name]: str(row[name]) for name in names}
    return {**row, UNMAPPED: {**row.get(UNMAPPED, {}), **left}}
