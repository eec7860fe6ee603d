"""What the values of a file's columns are called here, as a person says it on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.imports.cells import text_of
from salesman_core.records.imports.constants import LONGEST, options_of
from salesman_core.records.imports.keeping import (
    keep_tables,
    opened_sheet,
    own_import,
    refuse_running,
)
from salesman_core.records.imports.mapping import ANYTHING_ELSE, mapping_from
from salesman_core.records.imports.plan import laid_out
from salesman_core.records.imports.service import import_type
from salesman_core.records.listing import listed
from salesman_core.records.models import FileImport
from salesman_hookspecs import ImportField, Text

_ = texts.lazy

AS_IT_STANDS: Final = ""
NOTHING: Final = "-"
"""The choice to let a value mean nothing at all."""
MEANT: Final = "="
"""Stands before what is chosen of a list, so that no value is taken for another choice."""
MOST: Final = 60
"""So many values are shown, the most frequent ones."""
_MOST_COUNTED: Final = 100_000
_KINDS: Final = ("text", "flag", "list")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a column, or whatever else stands there.

    :param name: of its control.
    :param count: in how many cells it stands; None for anything else.
    :param chosen: what is said of it now, as its control says it.
    """

    name: str
    text: str
    count: int | None
    chosen: str


@dataclass(frozen=True, slots=True)
class Values:
    """The values of the columns that fill a field.

    :param options: what they may mean, value and title; nothing where any text will do.
    :param more: how many there are for which there is no room.
    """

    field: ImportField
    values: Sequence[Value]
    options: Sequence[tuple[str, Text]]
    more: int


def has_values(field: ImportField) -> bool:
    """Tell whether what the values of a field are called can be said."""
    return field.kind in _KINDS


def values_of(kept: FileImport, name: str) -> Values:
    """Give the values of the columns that fill a field, the most frequent ones first.

    :raises MissingError: where no column fills it.
    """
    field = next((one for one in import_type(kept.record).fields if one.name == name), None)
    if field is None or not has_values(field):
        raise MissingError(_("There is no such field."))
    counted = _counted(kept, field)
    said: Mapping[str, str] = kept.mapping.get("values", {}).get(name, {})
    shown = [*counted.most_common(MOST), (ANYTHING_ELSE, None)]
    values = [
        Value(f"value-{place}", text, count, _chosen(said, text))
        for place, (text, count) in enumerate(shown)
    ]
    options = [(f"{MEANT}{value}", title) for value, title in options_of(field, *said.values())]
    return Values(field, values, options, max(len(counted) - MOST, 0))


def _chosen(said: Mapping[str, str], text: str) -> str:
    meant = said.get(text)
    if meant is None:
        return AS_IT_STANDS
    return f"{MEANT}{meant}" if meant else NOTHING


def _counted(kept: FileImport, field: ImportField) -> Counter[str]:
    """Count what stands in the columns that fill a field.

    :raises MissingError: where none does.
    """
    counted: Counter[str] = Counter()
    fields = import_type(kept.record).fields
    with opened_sheet(kept, kept.mapping) as sheet:
        plan = laid_out(sheet.headings, fields, mapping_from(kept.mapping, fields))
        indexes = [one.index for one in plan.columns if field in one.fields]
        if not indexes:
            raise MissingError(_("No column fills this field."))
        for row in sheet.rows():
            for index in indexes:
                text = text_of(row.cells[index]) if index < len(row.cells) else ""
                for part in listed(text) if field.kind == "list" else [text] if text else []:
                    if part in counted or len(counted) < _MOST_COUNTED:
                        counted[part] += 1
    return counted


def say_values(import_id: int, name: str, chosen: Mapping[str, str]) -> None:
    """Keep what the values of the columns that fill a field are called here.

    What is said of other values stays.

    :param chosen: by the control's name: :data:`AS_IT_STANDS`, :data:`NOTHING`, or what it means
        behind :data:`MEANT`; where any text will do, that text under the name with ``-text``, and
        something under that with ``-nothing`` for nothing at all.
    :raises InvalidError: by control, where something was chosen that is not offered.
    :raises ConflictError: while the import runs.
    """
    kept = own_import(import_id)
    refuse_running(kept)
    found = values_of(kept, name)
    said = dict(kept.mapping.get("values", {}).get(name, {}))
    for each in found.values:
        said.pop(each.text, None)
        meant = _meant(found, each, chosen)
        if meant is not None:
            said[each.text] = meant
    values = {**kept.mapping.get("values", {}), name: said}
    tables = {**kept.mapping, "values": {field: held for field, held in values.items() if held}}
    keep_tables(import_id, tables)


def _typed(value: Value, chosen: Mapping[str, str]) -> str:
    """Give what was typed of a value, as a choice."""
    if f"{value.name}-nothing" in chosen:
        return NOTHING
    typed = chosen.get(f"{value.name}-text")
    if typed is None:
        return AS_IT_STANDS if value.name in chosen else value.chosen
    return f"{MEANT}{typed.strip()}"


def _meant(found: Values, value: Value, chosen: Mapping[str, str]) -> str | None:
    """Give what a value is to mean: None as it stands, an empty text for nothing at all."""
    now = chosen.get(value.name, value.chosen)
    if not found.options:
        now = _typed(value, chosen)
    if now in {AS_IT_STANDS, MEANT}:
        return None
    if now == NOTHING:
        return ""
    known = not found.options or now in dict(found.options)
    if not known or len(now) > LONGEST or "\0" in now:
        message = (
            _("Choose one of the list.")
            if not known
            else _("This is too long: %(most)s characters at most.", most=LONGEST)
        )
        raise InvalidError(message, {value.name: message})
    return now.removeprefix(MEANT)
