"""A first look at all rows: how many there are, and how their dates and amounts are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Final

from salesman_core.records.imports.amounts import MarkEvidence
from salesman_core.records.imports.cells import Hints
from salesman_core.records.imports.dates import OrderEvidence
from salesman_core.records.imports.mapping import Options
from salesman_core.records.imports.plan import Column, Plan
from salesman_core.records.imports.sheet import Row, Sheet
from salesman_core.records.imports.spellings import MOST_TEXTS

_DATED: Final = ("date", "moment")
_COUNTED: Final = ("money", "number")


@dataclass(slots=True)
class Survey:
    """What was found.

    :param rows: rows that hold something.
    :param blank_rows: rows that hold nothing.
    :param filled: indexes of columns in which something stands.
    :param orders: by index, what the columns of dates show.
    :param marks: by index, what the columns of amounts show.
    :param texts: by field whose values recur, what stands in its columns, and how often.
    """

    rows: int = 0
    blank_rows: int = 0
    filled: set[int] = field(default_factory=set)
    orders: dict[int, OrderEvidence] = field(default_factory=dict)
    marks: dict[int, MarkEvidence] = field(default_factory=dict)
    texts: dict[str, Counter[str]] = field(default_factory=dict)
    _counted: dict[int, list[Counter[str]]] = field(default_factory=dict)

    def hints(self, column: Column, options: Options, zone: tzinfo = UTC) -> Hints:
        """Give how a column is read: as the mapping says, as it shows, as the others show."""
        shown = self.orders.get(column.index, OrderEvidence()).order
        return Hints(
            date_order=column.rule.dates or options.dates or shown or self._order_of_all(),
            decimal_mark=column.rule.decimal
            or options.decimal
            or self.marks.get(column.index, MarkEvidence()).mark,
            zone=zone,
        )

    def count(self, column: Column) -> None:
        """Count from now on what stands in a column, where it fills a field whose values recur."""
        for each in column.fields:
            if each.recurs:
                texts = self.texts.setdefault(each.name, Counter())
                self._counted.setdefault(column.index, []).append(texts)

    def note(self, index: int, text: str) -> None:
        """Count a text of a column, of the first hundred thousand that differ."""
        for texts in self._counted.get(index, ()):
            if text in texts or len(texts) < MOST_TEXTS:
                texts[text] += 1

    def _order_of_all(self) -> str:
        together = OrderEvidence()
        for evidence in self.orders.values():
            together.seen.update(evidence.seen)
        return together.order


def surveyed(sheet: Sheet, plan: Plan) -> Survey:
    """Look at all rows of a sheet.

    :raises UnreadableFileError: where the file turns out to be broken.
    """
    survey = Survey()
    for column in plan.columns:
        kinds = {each.kind for each in column.fields}
        if kinds.intersection(_DATED):
            survey.orders[column.index] = OrderEvidence()
        if kinds.intersection(_COUNTED):
            survey.marks[column.index] = MarkEvidence()
        survey.count(column)
    for row in sheet.rows():
        _look_at(row, survey)
    return survey


def _look_at(row: Row, survey: Survey) -> None:
    if row.is_blank:
        survey.blank_rows += 1
        return
    survey.rows += 1
    for index, cell in enumerate(row.cells):
        if cell == "":
            continue
        survey.filled.add(index)
        if isinstance(cell, str):
            if index in survey.orders:
                survey.orders[index].add(cell)
            if index in survey.marks:
                survey.marks[index].add(cell)
            survey.note(index, cell)
