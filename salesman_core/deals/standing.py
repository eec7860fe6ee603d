"""How a deal stands: for how many days against the plan, whether it is late, whether it is frozen.

A frozen deal rests until its day. It is neither late nor behind meanwhile, and those days do not
count against the plan of its stage. The day itself ends that, in the company's time zone: what is
read here never waits for the job that notes it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.clock import now, today
from salesman_core.db import reading
from salesman_core.deals.models import Deal, Stage
from salesman_core.services.company import company

Condition = sa.ColumnElement[bool]

_SOON: Final = 0.8
"""The last fifth of a plan is called behind."""


def is_frozen(row: Any) -> bool:
    """Tell whether an open deal is frozen today.

    :param row: with ``outcome`` and ``frozen_until``.
    """
    until: date | None = row.frozen_until
    return until is not None and row.outcome is None and until > today(company().tz)


def thaws_at(until: date) -> datetime:
    """Give the moment at which a deal that is frozen until a day goes on: when the day begins."""
    return datetime.combine(until, time.min, company().tz)


def time_counted(row: Any) -> timedelta:
    """Give how long a deal has stood in its stage, without the time for which it was frozen.

    :param row: with ``stage_since``, ``plan_since`` and ``frozen_until``.
    """
    moment = now()
    begin: datetime = row.plan_since or row.stage_since
    if row.frozen_until is not None:
        moment = max(moment, thaws_at(row.frozen_until))
    return moment - begin


def days_in_stage(row: Any) -> int:
    """Give the whole days that a deal has stood in its stage; see :func:`time_counted`."""
    return time_counted(row).days


def pace_of(row: Any) -> str:
    """Judge the whole days in a stage: ``good``, ``behind`` (the last fifth), ``late``, or no plan.

    :param row: a deal with ``planned_days``.
    """
    if row.outcome is not None or row.planned_days is None or is_frozen(row):
        return ""
    stood = days_in_stage(row)
    if stood > row.planned_days:
        return "late"
    return "behind" if stood > _SOON * row.planned_days else "good"


def is_overdue(row: Any) -> bool:
    """Tell whether the expected date of an open deal has passed, unless it is frozen.

    :param row: with ``outcome``, ``expected_on`` and ``frozen_until``.
    """
    if row.outcome is not None or row.expected_on is None or is_frozen(row):
        return False
    past: bool = row.expected_on < today(company().tz)
    return past


def frozen() -> Condition:
    """Give the condition of open deals that are frozen today."""
    return sa.and_(Deal.outcome.is_(None), rests_today())


def in_work() -> Condition:
    """Give the condition of open deals that are not frozen."""
    return sa.and_(Deal.outcome.is_(None), sa.not_(rests_today()))


def rests_today() -> Condition:
    """Tell open deals that are frozen today from those in work: true or false, never null."""
    return sa.and_(Deal.frozen_until.is_not(None), Deal.frozen_until > _today())


def needs_attention() -> Condition:
    """Give the condition of deals in work that stand too long or whose expected date has passed."""
    return sa.and_(in_work(), sa.or_(overdue(), over_plan()))


def overdue() -> Condition:
    """Give the condition of deals whose expected date has passed, frozen and closed ones too."""
    return sa.func.coalesce(Deal.expected_on < _today(), sa.false())


def over_plan() -> Condition:
    """Give the condition of deals that stand in their stage for longer than its plan.

    Frozen and closed ones are among them: say :func:`in_work` beside it. Whole days count: three
    days and a few hours are within a plan of three. Written out by length of plan, because the
    databases add days to moments each in its own way.
    """
    plans = reading().scalars(
        sa.select(Stage.planned_days).where(Stage.planned_days.is_not(None)).distinct()
    )
    begin = sa.func.coalesce(Deal.plan_since, Deal.stage_since)
    return sa.or_(
        sa.false(),
        *(
            sa.and_(
                Deal.stage_id.in_(sa.select(Stage.id).where(Stage.planned_days == days)),
                begin < now() - timedelta(days=(days or 0) + 1),
            )
            for days in plans
        ),
    )


def _today() -> date:
    return today(company().tz)
