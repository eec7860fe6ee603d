"""A declared report as its page shows it: figures in words, what is drawn, what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_analytics.asked import Asked
from salesman_analytics.counted import LINE, TOTAL, Counted
from salesman_analytics.declared import Column, Values
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Client,
    Deal,
    Pipeline,
    colleagues,
    company,
    formats,
    known_teams,
    reading,
    visible,
)
from salesman_hookspecs import Text

_ = texts.lazy

MOST_SHOWN: Final = 200
"""So many rows the page shows; the file has all of them."""
MOST_DRAWN: Final = 24
_MOST_SOURCES: Final = 200

Options = Sequence[tuple[Any, Text]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as people read it.

    :param url: the list of exactly what it counts; empty where there is none.
    :param is_nothing: whether it is nought now, and was in the period before.
    :param before: what it was in the period before, and the difference; empty where nothing is
        compared.
    """

    column: Column
    text: str
    url: str = ""
    is_nothing: bool = False
    before: str = ""
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table."""

    name: Figure
    figures: Sequence[Figure]
    is_total: bool = False


def lines(found: Counted) -> list[Line]:
    """Give the rows of the table: the first of the usual ones, the total, those apart from it."""
    total = [found.total] if found.total is not None and len(found.rows) > 1 else []
    return [_line(found, one) for one in (*found.rows[:MOST_SHOWN], *total, *found.apart)]


def tiles(found: Counted) -> list[Figure]:
    """Give what all rows come to, and what that was in the period before."""
    total = found.total
    if total is None:
        return []
    return [_figure(found, one, total) for one in found.figures if total.get(one.name) is not None]


def _line(found: Counted, row: Values) -> Line:
    is_total = row.get(LINE) == TOTAL
    named = row.get(found.name_column.name) or (str(_("In all")) if is_total else "")
    name = Figure(found.name_column, str(named), found.address(found.name_column, row))
    return Line(name, [_figure(found, one, row) for one in found.figures], is_total)


def _figure(found: Counted, column: Column, row: Values) -> Figure:
    value, currency = row.get(column.name), found.asked.currency
    held = _held(found, column, row)
    shown = Figure(
        column,
        written(column, value, currency),
        found.address(column, row),
        is_nothing=not value and not held,
    )
    if value is None or held is None or shown.is_nothing:
        return shown
    return replace(
        shown,
        before=written(column, held, currency),
        difference=difference(column, value - held, currency),
    )


def _held(found: Counted, column: Column, row: Values) -> Any:
    """Give what a figure was in the period before; None where nothing is compared."""
    before = found.before(row)
    if before is None or not column.compared or column.kind == "text":
        return None
    return before.get(column.name, 0 if column.adds_up else None)


def written(column: Column, value: Any, currency: str) -> str:
    """Give a value as people read it; a dash for nothing."""
    if value is None:
        return "—"
    if column.kind == "money":
        return formats.money(value, currency, whole=True)
    if column.kind == "percent":
        return formats.percent(value, digits=1)
    return str(value) if column.kind == "text" else formats.number(value)


def difference(column: Column, value: Any, currency: str) -> str:
    """Give by how much a figure has changed, with its sign; shares in points."""
    if column.kind == "percent":
        text = str(_("%(num)s pp", num=formats.number(abs(value), digits=1)))
    else:
        text = written(column, abs(value), currency)
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{text}"


def chart(found: Counted, most: int = MOST_DRAWN) -> dict[str, Any] | None:
    """Give what is drawn of the first rows; None where the report draws nothing."""
    declared = found.report.chart
    rows = found.rows[:most]
    if declared is None or not rows:
        return None
    by_name = {one.name: one for one in found.figures}
    drawn = [by_name[name] for name in declared.columns if name in by_name]
    return {
        "kind": declared.kind,
        "label": str(found.report.title),
        "names": [str(one.get(found.name_column.name)) for one in rows],
        "series": [_series(found, one, rows) for one in drawn],
    }


def _series(found: Counted, column: Column, rows: Sequence[Values]) -> dict[str, Any]:
    values = [one.get(column.name) for one in rows]
    return {
        "name": str(column.title),
        "values": [float(one) if isinstance(one, Decimal) else one for one in values],
        "texts": [written(column, one, found.asked.currency) for one in values],
        "links": [found.address(column, one) for one in rows],
    }


def options(filters: Sequence[str], asked: Asked) -> Mapping[str, Options]:
    """Give what may be chosen of the filters that a report takes, one statement each.

    What is asked for is among it, so that the page says what its figures count.
    """
    given: Mapping[str, Callable[[], Options]] = {
        "owner_id": lambda: colleagues(also=[asked.owner_id]),
        "team_id": known_teams,
        "pipeline_id": _pipelines,
        "source": lambda: _sources(asked.source),
        "currency": lambda: _currencies(asked.currency),
    }
    return {name: find() for name, find in given.items() if name in filters}


def _pipelines() -> Options:
    asked = sa.select(Pipeline.id, Pipeline.name).order_by(Pipeline.position, Pipeline.id)
    return [(row.id, row.name) for row in reading().execute(asked)]


def _sources(asked: str | None) -> Options:
    known: Any = sa.select(Client.source).where(visible("client"), Client.source != "").distinct()
    names = list(reading().scalars(known.order_by(Client.source).limit(_MOST_SOURCES)))
    if asked and asked not in names:
        names = sorted([*names, asked])
    return [(name, name) for name in names]


def _currencies(asked: str) -> Options:
    known = reading().scalars(sa.select(Deal.currency).where(visible("deal")).distinct())
    return [(code, code) for code in sorted({company().currency, asked, *known})]
