"""What plans do by the clock: tell people that half, nearly all and all of theirs is reached."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    SEE_MARGIN,
    AnyRow,
    company,
    notify,
    person_of,
    reading,
    speaking,
    today,
    whose_business,
    writing,
)
from salesman_hookspecs import Person
from salesman_plans.bases import basis_on
from salesman_plans.facts import Days, facts_by_owner
from salesman_plans.levels import LEVELS, PERCENT, level_of
from salesman_plans.models import MARGIN, Plan
from salesman_plans.months import last_day, month_of
from salesman_plans.permissions import EDIT, VIEW
from salesman_plans.results import Results, people_of_teams
from salesman_plans.sources import bases, item_titles
from salesman_plans.texts import texts
from salesman_plans.titles import METRIC_TITLES, month_title
from salesman_plans.whose import PERSON, Whose, known


def tell() -> int:
    """Tell of the plans of this month that reached 50, 90 or 100 %; give of how many.

    On the first day of a month those of the last one are told as well: people close deals until
    its last minute. Each level of a plan is told once: the notice and the note of it commit
    together. Whoever is told of a plan may see it; of the company's and of teams' those are told
    who set plans. What came true is counted for all at once, however many plans there are: once
    for everything, and once for each category or product of which there are plans.
    """
    session, day = reading(), today(company().tz)
    months = dict.fromkeys(month_of(one).first for one in (day - timedelta(days=1), day))
    return sum(_tell_of(session, first) for first in months)


def _tell_of(session: Session, first: date) -> int:
    basis = bases().get(basis_on(first))
    plans = [] if basis is None else _open_plans(session, first)
    plans = [one for one in plans if basis is not None and one.metric in basis.metrics]
    if basis is None or not plans:
        return 0
    days, teams = Days(first, last_day(first)), people_of_teams(session)
    whose = known(session, {one.subject for one in plans})
    told = 0
    for item in sorted({one.item for one in plans}):
        asked = [one for one in plans if one.item == item and basis.counts(one.metric, item)]
        metrics = sorted({one.metric for one in asked})
        counted = facts_by_owner(session, basis, metrics, days, item=item) if metrics else {}
        results = Results(counted, teams)
        told += sum(_tell(one, whose[one.subject], results) for one in asked
                    if one.subject in whose)  # fmt: skip
    return told


def _open_plans(session: Session, first: date) -> list[AnyRow]:
    """Give the plans of a month of which not all has been told."""
    columns = (Plan.id, Plan.subject, Plan.user_id, Plan.metric, Plan.month, Plan.value, Plan.told)
    asked = sa.select(*columns, Plan.item).where(Plan.month == first, Plan.told < LEVELS[-1])
    return list(session.execute(asked.order_by(Plan.id)).all())


def _tell(plan: AnyRow, whose: Whose, results: Results) -> bool:
    level = level_of(results.of(whose, plan.metric), plan.value)
    if level <= plan.told:
        return False
    with writing() as session:
        noted = sa.update(Plan).where(Plan.id == plan.id, Plan.told < level).values(told=level)
        if not getattr(session.execute(noted), "rowcount", 0):
            return False
        for person in _who_is_told(plan, whose):
            with speaking(person.locale or company().language):
                text = _told(plan, whose, level)
            notify(session, person.id, text, _address(plan))
    return True


def _who_is_told(plan: AnyRow, whose: Whose) -> list[Person]:
    """Give the active people whom a plan concerns: its person, else those who set plans."""
    ids = [plan.user_id] if whose.kind == PERSON else [one.id for one in whose_business(EDIT)]
    people = [person_of(id_) for id_ in ids]
    return [one for one in people if one is not None and _sees(one, plan, whose)]


def _sees(person: Person, plan: AnyRow, whose: Whose) -> bool:
    if plan.metric == MARGIN and not person.may(SEE_MARGIN):
        return False
    return person.scope(VIEW) >= whose.plan_scope_needed(person)


def _told(plan: AnyRow, whose: Whose, level: int) -> str:
    figure = str(METRIC_TITLES[plan.metric])
    if plan.item:
        figure += f" · {item_titles([plan.item]).get(plan.item, plan.item)}"
    words = {"figure": figure, "month": month_title(plan.month)}
    if whose.kind == PERSON:
        if level >= PERCENT:
            return texts.gettext("Your plan is fulfilled: %(figure)s, %(month)s", **words)
        return texts.gettext(
            "%(percent)s%% of your plan are reached: %(figure)s, %(month)s", percent=level, **words
        )
    return texts.gettext(
        "%(whose)s: %(percent)s%% of the plan are reached: %(figure)s, %(month)s",
        whose=whose.title,
        percent=level,
        **words,
    )


def _address(plan: AnyRow) -> str:
    asked = {"whose": plan.subject, "period": f"{plan.month:%Y-%m}", "metric": plan.metric}
    asked |= {"item": plan.item} if plan.item else {}
    return f"/plans/figure?{urlencode(asked, safe=':')}"
