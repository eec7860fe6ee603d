"""The grid of plans: a year of one metric, a row for the company, each team and each person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import InvalidError, decimal_of, formats, money_of
from salesman_hookspecs import Text
from salesman_plans import queries
from salesman_plans.models import EVERYTHING, MONEY
from salesman_plans.months import period_named, year_of
from salesman_plans.permissions import EDIT
from salesman_plans.service import MOST_GOALS, Goal
from salesman_plans.texts import texts
from salesman_plans.titles import plain
from salesman_plans.whose import Whose, everybody, known, may_see

_ = texts.lazy

_CELL: Final = "cell:"
_SEEN: Final = "seen:"
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """A month of somebody's row.

    :param name: of its field.
    :param value: the plan, or None.
    """

    name: str
    month: date
    value: Decimal | None

    @property
    def written(self) -> str:
        """What stands in the field."""
        if self.value is None:
            return ""
        is_amount = self.value == round(self.value, 2)
        return formats.amount(self.value) if is_amount else formats.number(self.value)


@dataclass(frozen=True, slots=True)
class GridRow:
    """Somebody's year.

    :param may_edit: whether whoever looks may set these plans.
    """

    whose: Whose
    cells: Sequence[Cell]
    may_edit: bool

    @property
    def quarters(self) -> list[tuple[Sequence[Cell], Decimal]]:
        """The cells of each quarter, and what they add up to."""
        parts = [self.cells[begin : begin + 3] for begin in range(0, 12, 3)]
        return [(part, _sum(part)) for part in parts]

    @property
    def total(self) -> Decimal:
        """What the year adds up to."""
        return _sum(self.cells)


def _sum(cells: Sequence[Cell]) -> Decimal:
    return sum((cell.value for cell in cells if cell.value is not None), Decimal(0))


def grid(session: Session, metric: str, year: int, item: str = EVERYTHING) -> list[GridRow]:
    """Give the rows of a year: of those who have a plan, and of those who had one then."""
    period = year_of(year)
    plans = queries.plans_of_months(session, metric, period.first, period.last, item)
    shown = everybody(session)
    there = {one.key for one in shown}
    former = known(session, {subject for subject, _month in plans} - there)
    everyone = [*shown, *sorted(former.values(), key=lambda one: one.name)]
    return [
        GridRow(
            whose,
            [_cell(whose, month, metric, plans) for month in period.firsts()],
            may_edit=whose.active and may_see(whose, EDIT),
        )
        for whose in everyone
    ]


def _cell(
    whose: Whose, month: date, metric: str, plans: Mapping[tuple[str, date], Decimal]
) -> Cell:
    value = plans.get((whose.key, month))
    name = f"{_CELL}{whose.key}:{month:%Y-%m}"
    return Cell(name, month, None if value is None else plain(value, metric))


def goals_typed(typed: Mapping[str, str], metric: str, item: str = EVERYTHING) -> list[Goal]:
    """Give what was typed into the grid where it is not what stood there.

    :raises InvalidError: by field, for what cannot be read.
    """
    goals, wrong = [], {}
    for name, text in typed.items():
        if not name.startswith(_CELL):
            continue
        seen = typed.get(_SEEN + name.removeprefix(_CELL), "")
        if text.strip() == seen.strip():
            continue
        try:
            goals.append(replace(_goal(name, metric, text, seen), item=item))
        except InvalidError as error:
            wrong[name] = error.message
        if len(goals) > MOST_GOALS:
            raise InvalidError(_("At most %(most)s plans can be set at once.", most=MOST_GOALS))
    if wrong:
        raise InvalidError(_("Something could not be read."), wrong)
    return goals


def _goal(name: str, metric: str, text: str, seen: str) -> Goal:
    subject, _colon, month = name.removeprefix(_CELL).rpartition(":")
    first = period_named(month).first
    return Goal(
        subject, first, metric, _number(text, metric), field=name, seen=_number(seen, metric)
    )


def _number(text: str, metric: str) -> Decimal | None:
    """Read a cell: nothing, or nought, is no plan."""
    if not text.strip():
        return None
    if len(text) > _LONGEST:
        raise InvalidError(_("This is no number."))
    try:
        return (money_of(text) if metric in MONEY else decimal_of(text)) or None
    except ValueError as error:
        reason: Text = getattr(error, "reason", None) or _("This is no number.")
        raise InvalidError(reason) from error
