"""Every read of plans, through access."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, MissingError, Team, User, visible
from salesman_plans.models import EVERYTHING, KIND, Plan, PlannedPerson
from salesman_plans.months import Period
from salesman_plans.texts import texts

_ = texts.lazy

PLAN: Final = (
    Plan.id,
    Plan.subject,
    Plan.team_id,
    Plan.user_id,
    Plan.month,
    Plan.metric,
    Plan.item,
    Plan.value,
    Plan.updated_at,
)
"""What a plan is in the JSON API."""

WHOSE: Final = sa.func.coalesce(User.name, Team.name, "").label("whose")
SOURCE: Final = (
    sa.join(Plan, User, User.id == Plan.user_id, isouter=True)
    .join(Team, Team.id == Plan.team_id, isouter=True)
)  # fmt: skip
NAMED: Final = (*PLAN, WHOSE)


def one_plan(session: Session, plan_id: int) -> AnyRow:
    """Give a plan.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(sa.select(*PLAN).where(Plan.id == plan_id, visible(KIND))).one_or_none()
    if row is None:
        raise MissingError(_("There is no such plan, or you may not see it."))
    return row


def plans_of_months(
    session: Session, metric: str, first: date, last: date, item: str = EVERYTHING
) -> dict[tuple[str, date], Decimal]:
    """Give all plans of a metric that the person sees, by whose and by month: one statement."""
    rows = session.execute(
        sa.select(Plan.subject, Plan.month, Plan.value).where(
            visible(KIND),
            Plan.metric == metric,
            Plan.item == item,
            Plan.month.between(first, last),
        )
    )
    return {(row.subject, row.month): row.value for row in rows}


def planned(session: Session, subject: str, period: Period) -> dict[tuple[str, str], Decimal]:
    """Give the plan of a period by metric and item: what its months add up to, one statement."""
    values = {"subject": subject, "first": period.first, "last": period.last}
    rows = session.execute(_planned(visible(KIND)), values)
    return {(row.metric, row.item): Decimal(int(row.total)).scaleb(-3) for row in rows}


@functools.lru_cache(maxsize=256)
def _planned(seen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Give the query of somebody's plans: the very same for the same reader, so that it is kept."""
    total = sa.func.sum(sa.type_coerce(Plan.value, sa.BigInteger)).label("total")
    months = Plan.month.between(sa.bindparam("first"), sa.bindparam("last"))
    asked: Any = sa.select(Plan.metric, Plan.item, total)
    found: sa.Select[Any] = asked.where(seen, Plan.subject == sa.bindparam("subject"), months)
    return found.group_by(Plan.metric, Plan.item)


def flags(session: Session) -> Sequence[AnyRow]:
    """Give the active people with whether they have a plan, and with their team's results."""
    columns = (
        User.id,
        User.name,
        Team.name.label("team_name"),
        sa.func.coalesce(PlannedPerson.has_plan, sa.false()).label("has_plan"),
        sa.func.coalesce(PlannedPerson.with_team, sa.false()).label("with_team"),
    )
    asked = (
        sa.select(*columns)
        .outerjoin(PlannedPerson, PlannedPerson.user_id == User.id)
        .outerjoin(Team, Team.id == User.team_id)
    )
    return session.execute(asked.where(User.active).order_by(User.search_name, User.id)).all()


def planned_items(session: Session, first: date, last: date) -> list[str]:
    """Give the items of which the person sees plans of some months."""
    asked = sa.select(Plan.item).distinct().where(
        visible(KIND), Plan.item != EVERYTHING, Plan.month.between(first, last)
    )  # fmt: skip
    return sorted(session.scalars(asked))


Place = tuple[str, date, str, str]
"""What a plan is the goal of: whose, month, metric, item."""


def held(session: Session, places: Iterable[Place]) -> Mapping[Place, Plan]:
    """Give the plans that are there of some places, to be changed."""
    subjects, months, metrics, items = (sorted(set(part)) for part in zip(*places, strict=True))
    there: Any = sa.select(Plan).where(
        Plan.subject.in_(subjects),
        Plan.month.in_(months),
        Plan.metric.in_(metrics),
        Plan.item.in_(items),
    )
    found = session.scalars(there.with_for_update())
    return {(one.subject, one.month, one.metric, one.item): one for one in found}
