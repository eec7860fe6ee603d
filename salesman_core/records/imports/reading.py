"""Rows of a sheet read into rows of fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from salesman_core.db import normalised
from salesman_core.i18n import texts
from salesman_core.records.imports.cells import SEVERAL, Hints, Reading, read_cell, text_of
from salesman_core.records.imports.errors import CellError, MappingError
from salesman_core.records.imports.mapping import ColumnMapping
from salesman_core.records.imports.meanings import ValueMap
from salesman_core.records.imports.plan import Plan
from salesman_core.records.imports.sheet import Cell, Row
from salesman_core.records.imports.survey import Survey
from salesman_hookspecs import ImportField

_ = texts.gettext

UNMAPPED = "unmapped"
WHOLE_ROW = ""
"""The name under which an error or a warning stands that concerns no single field."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value.

    :param value: what stands in the file.
    :param reason: what is wrong with it, in the same words for each value that fails in this way.
    """

    value: str
    reason: str

    def __str__(self) -> str:
        """Give both."""
        return str(CellError(self.value, self.reason)) if self.value else self.reason


@dataclass(slots=True)
class ReadRow:
    """A row whose cells were read.

    :param row: as it stands in the file.
    :param values: by field, in the form of ``ImportBatch.rows``.
    :param texts: by field, what stands in the file, for messages.
    :param errors: by field; a row with any is refused.
    :param warnings: by field.
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Problem] = field(default_factory=dict)
    warnings: dict[str, Problem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Source:
    """The column from which a field's value comes.

    :param when: in which rows: those in which other columns hold one of some texts.
    """

    field: ImportField
    index: int
    hints: Hints
    when: tuple[tuple[int, frozenset[str]], ...] = ()

    def fills(self, cells: Sequence[Cell]) -> bool:
        """Tell whether the value of a row comes from here."""
        return self.index < len(cells) and all(
            index < len(cells) and normalised(text_of(cells[index])) in held
            for index, held in self.when
        )


class RowReader:
    """Reads the rows of one sheet.

    :param fields: what may be filled.
    :param mapping: value maps, compositions and defaults.
    :param plan: which column fills which field.
    :param survey: how the columns are written.
    :param zone: the company's time zone.
    """

    def __init__(
        self,
        fields: Sequence[ImportField],
        mapping: ColumnMapping,
        plan: Plan,
        survey: Survey,
        zone: tzinfo = UTC,
    ) -> None:
        self._headings = plan.headings
        self._by_name = {each.name: each for each in fields}
        self._required = [each.name for each in fields if each.required]
        self._mapping = mapping
        self._kept = plan.kept
        self._maps = {name: ValueMap(values) for name, values in mapping.values.items()}
        self._defaults = _read_defaults(self._by_name, mapping, Hints(zone=zone))
        self._sources = [
            _Source(
                each,
                column.index,
                survey.hints(column, mapping.options, zone),
                _conditions(column.rule.when, plan.headings),
            )
            for column in plan.columns
            for each in column.fields
        ]

    def read(self, row: Row) -> ReadRow:
        """Read a row that is not blank."""
        read = ReadRow(row)
        if len(row.cells) > len(self._headings):
            read.errors[WHOLE_ROW] = _too_wide(row, len(self._headings))
            return read
        currencies: dict[str, str] = {}
        for field_, cell, hints in self._cells(row):
            self._take(field_, cell, hints, read, currencies)
        self._settle_currencies(read, currencies)
        for name, value in self._defaults.items():
            if name not in read.errors:
                read.values.setdefault(name, value)
        for name in self._required:
            if name not in read.values and name not in read.errors:
                read.errors[name] = Problem("", _("A value is required."))
        self._keep_the_rest(read)
        return read

    def _cells(self, row: Row) -> Iterator[tuple[ImportField, Cell, Hints]]:
        for source in self._sources:
            if source.fills(row.cells):
                yield source.field, row.cells[source.index], source.hints
        if self._mapping.compose:
            by_heading = {
                heading: text_of(cell)
                for heading, cell in zip(self._headings, row.cells, strict=False)
            }
            for name, composition in self._mapping.compose.items():
                yield self._by_name[name], composition.filled(by_heading), Hints()

    def _take(
        self,
        field_: ImportField,
        cell: Cell,
        hints: Hints,
        read: ReadRow,
        currencies: dict[str, str],
    ) -> None:
        name = field_.name
        meant = self._meant(field_, cell)
        try:
            reading = read_cell(field_.kind, meant, hints)
        except CellError as error:
            read.errors[name] = Problem(error.value, error.reason)
            return
        if reading is None:
            return
        read.texts[name] = text_of(cell)
        read.values[name] = _together(field_, read.values.get(name), reading)
        if reading.warning:
            read.warnings[name] = Problem(read.texts[name], reading.warning)
        if reading.currency and field_.money_currency:
            currencies[name] = reading.currency

    def _meant(self, field_: ImportField, cell: Cell) -> Cell:
        meanings = self._maps.get(field_.name)
        if meanings is None:
            return cell
        return meanings.each_meant(cell) if field_.kind == "list" else meanings.meant(cell)

    def _settle_currencies(self, read: ReadRow, currencies: Mapping[str, str]) -> None:
        """Let the currency beside an amount fill its field, and refuse a row that names two."""
        for name, code in currencies.items():
            holder = self._by_name[name].money_currency
            if holder is None or holder not in self._by_name:
                continue
            other = read.values.setdefault(holder, code)
            if str(other).upper() != code:
                reason = _("The amount says %(one)s, the row %(other)s.", one=code, other=other)
                read.errors[name] = Problem(read.texts[name], reason)

    def _keep_the_rest(self, read: ReadRow) -> None:
        cells = read.row.cells
        kept = {
            heading: text_of(cells[index])
            for index, heading in self._kept
            if index < len(cells) and cells[index] != ""
        }
        if kept:
            read.values[UNMAPPED] = kept


def _conditions(
    when: Mapping[str, Sequence[str]], headings: Sequence[str]
) -> tuple[tuple[int, frozenset[str]], ...]:
    return tuple(
        (headings.index(heading), frozenset(map(normalised, held)))
        for heading, held in when.items()
    )


def _together(field_: ImportField, before: Any, reading: Reading) -> Any:
    if field_.kind not in SEVERAL or before is None:
        return reading.value
    return tuple(dict.fromkeys((*before, *reading.value)))


def _too_wide(row: Row, width: int) -> Problem:
    reason = _(
        "The row has more cells than there are headings: does a text hold the delimiter without"
        " quotation marks around it?"
    )
    return Problem(text_of(row.cells[width]), reason)


def _read_defaults(
    by_name: Mapping[str, ImportField], mapping: ColumnMapping, hints: Hints
) -> dict[str, Any]:
    defaults = {}
    for name, cell in mapping.defaults.items():
        try:
            reading = read_cell(by_name[name].kind, cell, hints)
        except CellError as error:
            message = _("[defaults] %(name)s: %(why)s", name=name, why=error)
            raise MappingError(message) from error
        if reading is not None:
            defaults[name] = reading.value
    return defaults
