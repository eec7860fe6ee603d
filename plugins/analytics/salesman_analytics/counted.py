"""What a declared report counts: its rows, what they come to, and the same of the period before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from salesman_analytics.asked import Asked
from salesman_analytics.declared import Column, DeclaredReport, Values
from salesman_core.toolkit import current_person

LINE: Final = "line"
"""The key by which a row says to be no usual one: ``total``, or ``apart`` from the total."""
TOTAL, APART = "total", "apart"


@dataclass(frozen=True)
class Counted:
    """The figures of a report.

    :param columns: those that whoever acts may see and that some row has.
    :param rows: the usual rows, as they were counted.
    :param apart: rows that stand below the total and are not in it.
    :param total: what the usual rows come to; None where there are none.
    :param former: the usual rows and those apart of the period before, by key.
    :param former_total: what those of the period before come to.
    :param compared_with: the period before; None where nothing is compared.
    """

    report: DeclaredReport
    asked: Asked
    columns: Sequence[Column]
    rows: Sequence[Values]
    apart: Sequence[Values]
    total: Values | None
    former: Mapping[Any, Values]
    former_total: Values | None
    compared_with: Asked | None

    @property
    def name_column(self) -> Column:
        """Give the column that names the rows."""
        return self.columns[0]

    @cached_property
    def figures(self) -> Sequence[Column]:
        """Give the columns behind the one that names the rows."""
        return self.columns[1:]

    def before(self, row: Values) -> Values | None:
        """Give the same row of the period before; None where nothing is compared.

        What was not there then is a row of nothing.
        """
        if self.compared_with is None:
            return None
        if row.get(LINE) == TOTAL:
            return self.former_total or {}
        return self.former.get(key_of(self.report, row), {})

    def address(self, column: Column, row: Values) -> str:
        """Give the address of the list of exactly what a figure counts, or an empty one."""
        if column.address is None or not row.get(column.name):
            return ""
        return column.address(self.asked.told, row)


def counted(report: DeclaredReport, asked: Asked) -> Counted:
    """Count a report: as often as it says its statements, and once more for the period before."""
    rows = _rows(report, asked)
    earlier = asked.former if report.compared else None
    former = [] if earlier is None else _rows(report, earlier)
    columns = list(_columns(report, rows))
    return Counted(
        report,
        asked,
        columns,
        rows=[one for one in rows if LINE not in one],
        apart=[one for one in rows if one.get(LINE) == APART],
        total=_total(columns, rows),
        former={key_of(report, one): one for one in former if one.get(LINE) != TOTAL},
        former_total=_total(columns, former),
        compared_with=earlier,
    )


def key_of(report: DeclaredReport, row: Values) -> Any:
    """Give what tells a row from others of its report: its ``key``, or else its name."""
    return row.get("key", row.get(report.columns[0].name))


def exact(column: Column, value: Any) -> Any:
    """Give a value as files and programs get it: of a share not all the digits of a third."""
    if column.kind != "percent" or value is None:
        return value
    return round(Decimal(value), 2)


def _rows(report: DeclaredReport, asked: Asked) -> list[Values]:
    if report.count is None:  # whose page is its own; nobody asks
        return []
    return list(report.count(asked.told))


def _columns(report: DeclaredReport, rows: Sequence[Values]) -> Iterator[Column]:
    """Give what whoever acts may see; a column that no row has is left out."""
    person = current_person()
    named = {name for row in rows for name in row}
    for place, column in enumerate(report.columns):
        seen = column.permission is None or person.may(column.permission)
        if place == 0 or (seen and (not rows or column.name in named)):
            yield column


def _total(columns: Sequence[Column], rows: Sequence[Values]) -> Values | None:
    """Give what the usual rows come to; what a total says of itself stands before what adds up."""
    usual = [one for one in rows if LINE not in one]
    if not usual:
        return None
    sums: dict[str, Any] = {}
    for column in columns:
        if column.adds_up:
            known = [one[column.name] for one in usual if one.get(column.name) is not None]
            sums[column.name] = sum(known) if known else None
    said = next((one for one in rows if one.get(LINE) == TOTAL), {})
    return {**sums, **said, LINE: TOTAL}
