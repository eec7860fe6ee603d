"""The plans of the demo company: a little more than what its people have sold lately."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from salesman_core.toolkit import reading
from salesman_hookspecs import Demo
from salesman_plans.bases import USUAL
from salesman_plans.facts import Days, Fact, facts_by_owner
from salesman_plans.models import COMPANY, DEALS, MARGIN, TURNOVER
from salesman_plans.months import month_after, year_of
from salesman_plans.service import Goal, set_goals
from salesman_plans.sources import basis_named
from salesman_plans.whose import PERSON, people

METRICS: Final = (TURNOVER, MARGIN, DEALS)
_GROWTH: Final = Decimal("1.15")
_STEP: Final = Decimal(10_000)
_MONTHS: Final = 12


def give_plans(demo: Demo) -> None:
    """Give the company and those who sell plans of this year, by what they sold in a year."""
    head = demo.people["head"]
    with demo.at(datetime.combine(demo.today, time(9), UTC), head):
        year = year_of(demo.today.year)
        begin = month_after(demo.today.replace(day=1), -_MONTHS)
        sold = facts_by_owner(reading(), basis_named(USUAL), METRICS, Days(begin, demo.today))
        active = {one.id for one in people(reading(), [id_ for id_ in sold if id_]) if one.active}
        subjects = {f"{PERSON}:{id_}": sold[id_] for id_ in sold if id_ in active}
        subjects[COMPANY] = _together(subjects.values())
        set_goals([
            Goal(subject, month, metric, value)
            for subject, facts in subjects.items()
            for metric in METRICS
            for month in year.firsts()
            if (value := _monthly(facts.get(metric, Fact()).value, metric, month))
        ])  # fmt: skip


def _together(everybody: Iterable[dict[str, Fact]]) -> dict[str, Fact]:
    total = {metric: Fact() for metric in METRICS}
    for facts in everybody:
        for metric, fact in facts.items():
            total[metric] += fact
    return total


def _monthly(of_year: Decimal, metric: str, month: date) -> Decimal:
    """Give the plan of a month: summers are quiet."""
    season = Decimal("0.8") if month.month in {1, 7, 8} else Decimal(1)
    value = of_year / _MONTHS * _GROWTH * season
    if metric == DEALS:
        return Decimal(round(value)) if value >= 1 else Decimal(0)
    return (value / _STEP).quantize(Decimal(1)) * _STEP
