"""Columns and what they fill, as a person chooses it on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.imports.cells import NOTHING, text_of
from salesman_core.records.imports.constants import Constant, constants_of, with_constants
from salesman_core.records.imports.mapping import mapping_from
from salesman_core.records.imports.plan import recognised
from salesman_core.records.imports.recognition import OptionChoice, reading_choices
from salesman_core.records.imports.row_choices import BETWEEN, chosen_match, row_choices
from salesman_core.records.imports.sheet import Sheet
from salesman_hookspecs import ImportField, ImportType, Text

_ = texts.lazy

KEEP: Final = ""
"""The choice to keep a column's texts with the records."""
IGNORE: Final = "-"
"""The choice to leave a column out."""

_SAMPLES: Final = 3
_ROWS_LOOKED_AT: Final = 50
_MADE: Final = ("client", "owner", "reason")


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the file and what it fills.

    :param name: of its control.
    :param samples: what stands in it.
    :param chosen: fields it fills, joined by ``+``; :data:`KEEP` or :data:`IGNORE`.
    """

    name: str
    heading: str
    samples: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class FileChoices:
    """What can be chosen about a file.

    :param headings: of all its columns.
    :param columns: what each of them fills.
    :param reading: how it is read.
    :param rows: what is done with its rows, and by what they find their records.
    :param constants: what may hold for all rows.
    """

    headings: tuple[str, ...]
    columns: Sequence[ColumnChoice]
    reading: Sequence[OptionChoice]
    rows: Sequence[OptionChoice]
    constants: Sequence[Constant]

    @property
    def titles(self) -> dict[str, Text]:
        """The titles of the options, by the names of their controls."""
        options = {each.name: each.title for each in (*self.reading, *self.rows)}
        return options | {each.name: each.title for each in self.constants}


def file_choices(sheet: Sheet, type_: ImportType, tables: Mapping[str, Any]) -> FileChoices:
    """Give what can be chosen about a file, with what its mapping says of it now."""
    options = mapping_from(tables, type_.fields).options
    return FileChoices(
        headings=sheet.headings,
        columns=column_choices(sheet, type_.fields, tables),
        reading=reading_choices(sheet.layout, options),
        rows=row_choices(type_, options),
        constants=constants_of(type_.fields, tables),
    )


def column_choices(
    sheet: Sheet, fields: Sequence[ImportField], tables: Mapping[str, Any]
) -> list[ColumnChoice]:
    """Give the columns of a sheet with what its mapping, or else their headings, say of them."""
    mapping = mapping_from(tables, fields)
    rules = mapping.columns or recognised(sheet.headings, fields, mapping)
    samples = _samples(sheet)
    passed_over = {field.name for field in fields if field.kind == NOTHING}
    choices = []
    for index, heading in enumerate(sheet.headings):
        rule = rules.get(heading)
        chosen = BETWEEN.join(rule.fields) if rule else KEEP
        if heading in mapping.options.ignore or chosen in passed_over:
            chosen = IGNORE
        choices.append(ColumnChoice(f"column-{index}", heading, samples[index], chosen))
    return choices


def _samples(sheet: Sheet) -> list[tuple[str, ...]]:
    found: list[dict[str, None]] = [{} for _heading in sheet.headings]
    for row in islice(sheet.rows(), _ROWS_LOOKED_AT):
        for seen, cell in zip(found, row.cells, strict=False):
            if cell != "" and len(seen) < _SAMPLES:
                seen.setdefault(text_of(cell))
    return [tuple(seen) for seen in found]


def offered(
    fields: Sequence[ImportField], choices: Iterable[ColumnChoice]
) -> list[tuple[str, str]]:
    """Give what a column can be chosen to fill: value and title, combinations in use included."""
    titles = {field.name: str(field.title) for field in fields if field.kind != NOTHING}
    together = {each.chosen for each in choices if BETWEEN in each.chosen}
    joined = [
        (chosen, " + ".join(titles[name] for name in chosen.split(BETWEEN)))
        for chosen in sorted(together)
    ]
    return [*titles.items(), *joined]


def makeable(fields: Sequence[ImportField]) -> list[str]:
    """Give the fields whose records can be made where they are missing."""
    names = {field.name for field in fields}
    return [name for name in _MADE if name in names]


def chosen_tables(
    tables: Mapping[str, Any],
    choices: FileChoices,
    chosen: Mapping[str, str],
    create_missing: Sequence[str],
) -> dict[str, Any]:
    """Give the tables of a mapping as somebody has now chosen them.

    What a column's rule says beyond its fields, as the order of its dates, stays where the column
    goes on filling the same.

    :param chosen: by the control's name, what was chosen.
    :param create_missing: fields whose records are made where they are missing.
    :raises InvalidError: where something was chosen that is not offered.
    """
    columns, ignored = _chosen_columns(tables.get("columns", {}), choices.columns, chosen)
    options = tables.get("options", {}) | {
        "ignore": ignored,
        "create_missing": list(create_missing),
        **_chosen_options(choices.reading, chosen),
        **_chosen_rows(choices.rows, chosen),
    }
    changed = {**tables, "columns": columns, "options": options}
    return with_constants(changed, choices.constants, chosen)


def _chosen_columns(
    before: Mapping[str, Any], choices: Sequence[ColumnChoice], chosen: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    columns: dict[str, Any] = {}
    ignored: list[str] = []
    for each in choices:
        now = chosen.get(each.name, each.chosen)
        if now == IGNORE:
            ignored.append(each.heading)
        elif now == each.chosen and each.heading in before:
            columns[each.heading] = before[each.heading]
        elif now != KEEP:
            columns[each.heading] = now.split(BETWEEN)
    # A table without columns would leave them to recognition again.
    return columns or {choices[0].heading: []}, ignored


def _chosen_rows(choices: Sequence[OptionChoice], chosen: Mapping[str, str]) -> dict[str, Any]:
    given = _chosen_options(choices, chosen)
    return {**given, "match": chosen_match(given["match"])} if given else {}


def _chosen_options(choices: Sequence[OptionChoice], chosen: Mapping[str, str]) -> dict[str, str]:
    given = {each.name: chosen.get(each.name, each.chosen) for each in choices}
    for each in choices:
        if given[each.name] not in dict(each.options):
            message = _("Choose one of the list.")
            raise InvalidError(message, {each.name: message})
    return given


def without_columns(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Give the tables of a mapping without all that names columns: they are recognised again."""
    options = {name: held for name, held in tables.get("options", {}).items() if name != "ignore"}
    kept = {name: held for name, held in tables.items() if name not in ("columns", "compose")}
    return {**kept, "options": options}
