"""How deals came to stages and how far from there; and the filter of their list by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Days,
    Deal,
    DealMove,
    FieldKind,
    ListFilter,
    Stage,
    comes_to_a_stage,
    formats,
    name_of,
    reading,
    visible,
)
from salesman_hookspecs import AddedFilter

_ = texts.lazy

WON: Final = 0
"""Where a way ends that ends with a won deal: no stage has this id."""
ABOVE_ALL: Final = 1_000
"""So much progress has what is won: more than any stage."""
_WRITTEN: Final = re.compile(
    r"(\d{1,18}):(\d{1,18}):(\d{4}-\d{2}-\d{2})?:(\d{4}-\d{2}-\d{2})?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Went:
    """Deals that came to a stage in a period, and afterwards to another or beyond it.

    :param end_id: the other stage, or ``WON``.
    """

    begin_id: int
    end_id: int
    days: Days

    @property
    def value(self) -> str:
        """Give it as the filter ``analytics.went`` of the list of deals has it."""
        ends = (self.days.since, self.days.until)
        written = ("" if one is None else one.isoformat() for one in ends)
        return ":".join((str(self.begin_id), str(self.end_id), *written))

    @classmethod
    def told(cls, value: str) -> Went | None:
        """Give what a value of the filter says; None where it says nothing."""
        found = _WRITTEN.fullmatch(value)
        if found is None:
            return None
        try:
            since, until = (date.fromisoformat(one) if one else None for one in found.group(3, 4))
        except ValueError:  # as the 30th of February
            return None
        return cls(int(found[1]), int(found[2]), Days(since, until))


def first_comings(
    heights: Sequence[int], days: Days, conditions: Sequence[sa.ColumnElement[bool]]
) -> sa.CTE:
    """Give when each deal came to each stage first, of what came on some days.

    It has ``deal_id``, ``stage_id`` and ``day``, and as ``day_<height>`` for each height the day on
    which the deal had got so far from there on.

    :param heights: of progress.
    :param conditions: which deals count, access included.
    """
    steps = _steps(heights, conditions).c
    first = sa.func.row_number().over(
        partition_by=(steps.deal_id, steps.stage_id), order_by=(steps.at, steps.id)
    )
    behind = [steps[f"day_{height}"] for height in heights]
    comings = (
        sa.select(steps.deal_id, steps.stage_id, steps.day, first.label("place"), *behind)
        .where(steps.comes, *days.holds(steps.day))
        .subquery()
    )
    return sa.select(comings).where(comings.c.place == 1).cte("comings")


def _steps(heights: Sequence[int], conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Subquery:
    """Give the steps of the deals that count, each with the first days behind it by height."""
    won = sa.and_(DealMove.action == "close", DealMove.outcome == "won")
    comes = comes_to_a_stage(DealMove)
    height = sa.case((won, ABOVE_ALL), else_=Stage.percent)
    deal: Any = (DealMove.deal_id, Stage.pipeline_id)
    backwards: Any = (DealMove.at.desc(), DealMove.id.desc())
    days = [
        sa.func.min(sa.case((height >= one, DealMove.day)))
        .over(partition_by=deal, order_by=backwards)
        .label(f"day_{one}")
        for one in heights
    ]
    columns: Any = (
        DealMove.id,
        DealMove.deal_id,
        DealMove.to_stage_id.label("stage_id"),
        DealMove.at,
        DealMove.day,
        comes.label("comes"),
        *days,
    )
    return (
        sa.select(*columns)
        .join(Deal, Deal.id == DealMove.deal_id)
        .join(Stage, Stage.id == DealMove.to_stage_id)
        .where(*conditions, sa.or_(comes, won))
        .subquery()
    )


def _has_gone(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    """Give the condition of the deals that went so; what means nothing finds none."""
    went = Went.told(str(value))
    height = None if went is None else _height(went.end_id)
    if went is None or height is None:
        return sa.false()
    comings = first_comings((height,), went.days, (visible("deal"),)).c
    came = comings.stage_id == went.begin_id
    gone = sa.select(comings.deal_id).where(came, comings[f"day_{height}"].is_not(None))
    return Deal.id.in_(gone)


def _height(stage_id: int) -> int | None:
    if stage_id == WON:
        return ABOVE_ALL
    return reading().scalar(sa.select(Stage.percent).where(Stage.id == stage_id))


def _in_words(value: Any) -> str:
    went = Went.told(str(value))
    if went is None:
        return str(value)
    name = name_of(Stage)
    end = str(_("won")) if went.end_id == WON else name(went.end_id)
    words = [f"{name(went.begin_id)} → {end}"]
    if went.days.since is not None:
        words.append(str(_("from %(day)s", day=formats.day(went.days.since))))
    if went.days.until is not None:
        words.append(str(_("until %(day)s", day=formats.day(went.days.until))))
    return ", ".join(words)


FILTER: Final = AddedFilter(
    "deal",
    ListFilter("went", _("Went the way"), FieldKind.TEXT, _has_gone, ("eq",), show=_in_words),
    asked=False,
)
"""The filter of the list of deals to which figures of ways lead."""
