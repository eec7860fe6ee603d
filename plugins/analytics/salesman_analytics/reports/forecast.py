"""The forecast by month: what deals in work may bring, when, and beside which plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

import sqlalchemy as sa

from salesman_analytics.asked import months_before
from salesman_analytics.deals import counted_deals, deals_address, known_worth
from salesman_analytics.months import month_title
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    AMOUNT,
    Deal,
    Stage,
    Worth,
    company,
    current_person,
    month_of,
    reading,
    rests_today,
    service,
    today,
    worth_columns,
    worth_of,
)
from salesman_hookspecs import Scope

_ = texts.lazy

Values = Mapping[str, Any]

MONTHS: Final = 12
"""So many months are told apart, this one among them."""
_A_DAY: Final = timedelta(days=1)
_NOTHING: Final = Worth()
OVERDUE, LATER, UNDATED, FROZEN = "overdue", "later", "undated", "frozen"


class Plans(Protocol):
    """What is used of the service of plans."""

    def goals(
        self, metric: str, first: date, last: date, owner_id: int | None, team_id: int | None
    ) -> Mapping[date, Decimal]:
        """Give the plans of some months, by their first days."""
        ...


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that the forecast tells apart."""

    today: date

    @property
    def months(self) -> list[date]:
        """Give the first days of the months, this one's first."""
        return [months_before(self.today.replace(day=1), -place) for place in range(MONTHS + 1)]

    def place_of(self, row: Any) -> str:
        """Give the line in which some deals stand.

        :param row: with ``rests``, ``late`` and ``month``.
        """
        if row.rests:
            return FROZEN
        if row.month is None:
            return UNDATED
        if row.late:
            return OVERDUE
        return LATER if row.month >= self.months[-1] else row.month.isoformat()

    def filters(self, place: str) -> dict[str, Any]:
        """Give the filter of the list for the deals of a line; of all in work for no line."""
        if place == FROZEN:
            return {"frozen": "true"}
        working = {"state": "open", "frozen": "false"}
        if place == OVERDUE:
            return {**working, "expected_on__lte": self.today - _A_DAY}
        if place == UNDATED:
            return {**working, "expected_on__isnull": "true"}
        if place == LATER:
            return {**working, "expected_on__gte": self.months[-1]}
        if not place:
            return working
        first = date.fromisoformat(place)
        ends = (max(first, self.today), months_before(first, -1) - _A_DAY)
        return {**working, "expected_on__gte": ends[0], "expected_on__lte": ends[1]}


def forecast(asked: Values) -> Iterable[Values]:
    """Count open deals by the month in which they are expected: two statements, and the plan's."""
    calendar = Calendar(today(company().tz))
    found = _worth_by_place(asked, calendar)
    won = _won_this_month(asked, calendar)
    if not found and not won.count:
        return []
    plan = _plan(asked, calendar)
    return list(_rows(calendar, found, won, plan))


def _rows(
    calendar: Calendar, found: Mapping[str, Worth], won: Worth, plan: Mapping[date, Decimal]
) -> Iterator[Values]:
    if OVERDUE in found:
        yield _row(OVERDUE, str(_("Overdue")), found)
    for place, first in enumerate(_shown_months(calendar, found, plan)):
        row = _row(first.isoformat(), month_title(first), found)
        won_here = won if place == 0 else _NOTHING
        if place == 0:
            row |= {"won": won.amount, "won_lacking": won.lacking}
        if first in plan:
            row["plan"] = plan[first]
            row["reached"] = 100 * (row["forecast"] + won_here.amount) / plan[first]
        yield row
    for place_name, title in ((LATER, _("Later")), (UNDATED, _("Without a date"))):
        if place_name in found:
            yield _row(place_name, str(title), found)
    lacking = sum(one.lacking for name, one in found.items() if name != FROZEN)
    yield {"line": "total", "lacking": lacking, "won_lacking": won.lacking}
    if FROZEN in found:
        yield {**_row(FROZEN, str(_("Frozen, apart from that")), found), "line": "apart"}


def _shown_months(
    calendar: Calendar, found: Mapping[str, Worth], plan: Mapping[date, Decimal]
) -> list[date]:
    """Give the months up to the last that has deals or a plan, this one at least."""
    months = calendar.months[:-1]
    last = max(
        (place for place, one in enumerate(months) if one in plan or one.isoformat() in found),
        default=0,
    )
    return months[: last + 1]


def _row(place: str, title: str, found: Mapping[str, Worth]) -> dict[str, Any]:
    worth = found.get(place, _NOTHING)
    return {
        "month": title,
        "key": place,
        "deals": worth.count,
        "amount": worth.amount,
        "forecast": worth.weighted,
        "lacking": worth.lacking,
    }


def _worth_by_place(asked: Values, calendar: Calendar) -> Mapping[str, Worth]:
    rests = rests_today().label("rests")
    late = sa.func.coalesce(Deal.expected_on < calendar.today, sa.false()).label("late")
    month = month_of(Deal.expected_on).label("month")
    counted: Any = sa.select(Stage.percent, rests, late, month, *worth_columns())
    rows = reading().execute(
        counted.join(Stage, Stage.id == Deal.stage_id)
        .where(*counted_deals(asked), Deal.outcome.is_(None))
        .group_by(Stage.percent, rests, late, month)
    )
    found: dict[str, Worth] = {}
    for row in rows:
        place = calendar.place_of(row)
        found[place] = found.get(place, _NOTHING) + worth_of(row, row.percent)
    return found


def _won_this_month(asked: Values, calendar: Calendar) -> Worth:
    first, behind = calendar.months[:2]
    counted: Any = sa.select(*worth_columns()).where(
        *counted_deals(asked),
        Deal.outcome == "won",
        Deal.closed_on >= first,
        Deal.closed_on < behind,
    )
    return worth_of(reading().execute(counted).one())


def _plan(asked: Values, calendar: Calendar) -> Mapping[date, Decimal]:
    """Give the plan of turnover of whom the forecast is about; none of a part of their deals."""
    plans: Plans | None = service("plans")
    if plans is None or asked["pipeline_id"] is not None or asked["source"] is not None:
        return {}
    person = current_person()
    owner_id, team_id = asked["owner_id"], asked["team_id"]
    if person.scope("core.deal.view") == Scope.OWN and team_id is None:
        owner_id = person.id
    return plans.goals("turnover", calendar.months[0], calendar.months[-2], owner_id, team_id)


def _deals(asked: Values, row: Values) -> str:
    calendar = Calendar(today(company().tz))
    return deals_address(asked, **calendar.filters(row.get("key", "")))


def _worth(asked: Values, row: Values) -> str:
    calendar = Calendar(today(company().tz))
    known = known_worth(row["lacking"])
    return deals_address(asked, **calendar.filters(row.get("key", "")), **known)


def _won(asked: Values, row: Values) -> str:
    calendar = Calendar(today(company().tz))
    first, behind = calendar.months[:2]
    known = known_worth(row["won_lacking"])
    days = {"closed_on__gte": first, "closed_on__lte": behind - _A_DAY}
    return deals_address(asked, state="won", **days, **known)


REPORTS: Final[Sequence[Values]] = (
    {
        "id": "analytics.forecast",
        "title": _("Forecast by month"),
        "question": _("What will the deals in work bring, in which month, and is that the plan?"),
        "group": "money",
        "permission": "core.deal.view",
        "filters": ("owner_id", "team_id", "pipeline_id", "source"),
        "count": forecast,
        "columns": (
            {"name": "month", "title": _("Expected in"), "kind": "text"},
            {
                "name": "deals",
                "title": _("Deals"),
                "kind": "number",
                "address": _deals,
                "method": _(
                    "Open deals by the day on which they are expected to close. Those whose day"
                    " has passed are overdue; frozen ones stand apart and are not in the total."
                ),
            },
            {
                "name": "amount",
                "title": AMOUNT,
                "kind": "money",
                "address": _worth,
                "method": _(
                    "What stands in these deals, each at the rate that it keeps. One without a"
                    " rate is not in it."
                ),
            },
            {
                "name": "forecast",
                "title": _("Forecast"),
                "kind": "money",
                "address": _worth,
                "method": _(
                    "Each amount times the progress of its stage; rounded once for all deals of a"
                    " stage and a month."
                ),
            },
            {
                "name": "won",
                "title": _("Won this month"),
                "kind": "money",
                "address": _won,
                "method": _("Deals that were closed as won since the month began."),
            },
            {
                "name": "plan",
                "title": _("Plan"),
                "kind": "money",
                "adds": False,
                "method": _(
                    "The plan of turnover for the month: of the seller or the team that is chosen,"
                    " else of the company, as far as you may see it. With one pipeline or source"
                    " alone there is none."
                ),
            },
            {
                "name": "reached",
                "title": _("Of the plan"),
                "kind": "percent",
                "method": _(
                    "The forecast and what is won together, as a share of the plan. What is"
                    " overdue, later or without a date is not in it."
                ),
            },
        ),
        "chart": {"kind": "bars", "columns": ("won", "forecast", "plan")},
        "order": 10,
        "opens_for": {"everything": 10, "head": 10, "seller": 10},
    },
)
