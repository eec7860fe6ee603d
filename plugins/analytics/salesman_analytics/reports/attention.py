"""Deals in work by seller: which of them stand still, are late, or have no next step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import sqlalchemy as sa

from salesman_analytics.deals import (
    NOBODY,
    counted_deals,
    deals_address,
    of_owner,
    working,
    working_worth,
)
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    Deal,
    company,
    in_work,
    over_plan,
    overdue,
    people_names,
    reading,
    service,
    today,
    worth_columns,
    worth_of,
)

_ = texts.lazy

Values = Mapping[str, Any]


class Activities(Protocol):
    """What is used of the service of the calendar."""

    def lacks_next(self) -> sa.ColumnElement[bool] | None:
        """Give the condition of deals for which nothing is planned."""
        ...

    def deals_without_next(self, owner_id: int | None) -> str:
        """Give the address of the page of such deals."""
        ...


def attention(asked: Values) -> Iterable[Values]:
    """Count the deals in work of each owner by what they lack: one statement, two with plans."""
    names, lacks_next = people_names(), _lacks_next()
    found = [_row(row, names) for row in _by_owner(asked, lacks_next)]
    if lacks_next is None:
        for row in found:
            del row["no_next"]
    lacking = sum(one["lacking"] for one in found)
    ordered = sorted(found, key=lambda one: (-one["stalled"], -one["in_work"], one["seller"]))
    return [*ordered, {"line": "total", "lacking": lacking}]


def _lacks_next() -> sa.ColumnElement[bool] | None:
    calendar: Activities | None = service("calendar")
    return None if calendar is None else calendar.lacks_next()


def _by_owner(asked: Values, lacks_next: sa.ColumnElement[bool] | None) -> Iterable[AnyRow]:
    without = sa.false() if lacks_next is None else lacks_next
    counted: Any = sa.select(
        Deal.owner_id,
        sa.func.count(Deal.id).filter(over_plan()).label("stalled"),
        sa.func.count(Deal.id).filter(overdue()).label("overdue"),
        sa.func.count(Deal.id).filter(without).label("no_next"),
        *worth_columns(),
    ).where(*counted_deals(asked), in_work())
    rows: Iterable[AnyRow] = reading().execute(counted.group_by(Deal.owner_id))
    return rows


def _row(row: AnyRow, names: Mapping[int, str]) -> dict[str, Any]:
    worth = worth_of(row)
    return {
        "seller": names.get(row.owner_id, str(_("Nobody"))),
        "key": row.owner_id or NOBODY,
        "in_work": row.number,
        "amount": worth.amount,
        "stalled": row.stalled,
        "overdue": row.overdue,
        "no_next": row.no_next,
        "lacking": worth.lacking,
    }


def _stalled(asked: Values, row: Values) -> str:
    return deals_address(asked, stalled="true", **of_owner(row))


def _overdue(asked: Values, row: Values) -> str:
    return working(asked, row, expected_on__lt=today(company().tz))


def _without_next(asked: Values, row: Values) -> str:
    """Lead to the calendar's page, which knows a person or all, and nothing else that is asked."""
    calendar: Activities | None = service("calendar")
    owner_id = row.get("key", asked["owner_id"])
    of_team = owner_id is None and asked["team_id"] is not None
    narrower = asked["pipeline_id"] is not None or asked["source"] is not None
    if calendar is None or owner_id == NOBODY or of_team or narrower:
        return ""
    return calendar.deals_without_next(owner_id)


REPORTS: Final[Sequence[Values]] = (
    {
        "id": "analytics.attention",
        "title": _("Deals in work by seller"),
        "question": _("Whose deals stand still, are late or have no next step?"),
        "group": "sales",
        "permission": "core.deal.view",
        "filters": ("owner_id", "team_id", "pipeline_id", "source"),
        "count": attention,
        "columns": (
            {"name": "seller", "title": _("Seller"), "kind": "text"},
            {
                "name": "in_work",
                "title": _("In work"),
                "kind": "number",
                "address": working,
                "method": _("Deals that are open now; frozen ones left out, here and beside it."),
            },
            {
                "name": "amount",
                "title": _("Amount in work"),
                "kind": "money",
                "address": working_worth,
                "method": _("What stands in the deals in work, each at the rate that it keeps."),
            },
            {
                "name": "stalled",
                "title": _("Stand still"),
                "kind": "number",
                "address": _stalled,
                "method": _(
                    "Deals that stand in their stage for longer than it plans, by whole days; days"
                    " for which they were frozen do not count. A stage without a plan holds"
                    " nothing up."
                ),
            },
            {
                "name": "overdue",
                "title": _("Overdue"),
                "kind": "number",
                "address": _overdue,
                "method": _("Deals whose expected day has passed."),
            },
            {
                "name": "no_next",
                "title": _("Without a next step"),
                "kind": "number",
                "address": _without_next,
                "method": _(
                    "Deals for which no activity is planned that you see, as the calendar lists"
                    " them."
                ),
            },
        ),
        "chart": {"kind": "bars", "columns": ("stalled", "overdue", "no_next")},
        "order": 20,
        "opens_for": {"everything": 40, "head": 30, "seller": 20, "service": 30},
    },
)
