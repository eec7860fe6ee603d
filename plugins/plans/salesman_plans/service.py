"""Every change of plans: what is set, copied, and whose results count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    SEE_MARGIN,
    Changes,
    ConflictError,
    InvalidError,
    MissingError,
    StaleError,
    WritingSession,
    announce,
    audit,
    audit_many,
    bump,
    current_person,
    demand_permission,
    now,
    visible,
    writing,
)
from salesman_hookspecs import Text
from salesman_plans import queries
from salesman_plans.facts import digits_of
from salesman_plans.levels import level_of
from salesman_plans.models import (
    EVERYTHING,
    KIND,
    MARGIN,
    METRICS,
    PERSON_KIND,
    UNITS,
    Plan,
    PlannedPerson,
)
from salesman_plans.months import month_after
from salesman_plans.permissions import EDIT
from salesman_plans.queries import Place
from salesman_plans.sources import item_titles
from salesman_plans.texts import texts
from salesman_plans.titles import METRIC_TITLES, figure, month_title
from salesman_plans.whose import PEOPLE, PERSON, TEAM, Whose, known, may_see

_ = texts.lazy

MOST_GOALS: Final = 5000
"""So many plans may be set at once: four hundred people for a year."""
MOST_VALUE: Final = Decimal(10) ** 12
_PERCENT: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Goal:
    """What somebody's plan of a month is to be.

    :param subject: whose: ``company``, ``team:3``, ``person:5``.
    :param month: its first day.
    :param value: None to have none.
    :param field: what the person calls it who set it, for complaints.
    :param seen: what stood there when the person began, where that is known; another value that
        somebody else has set meanwhile is then not overwritten.
    :param item: of what units are planned, as ``category:5``; of everything where nothing is said.
    """

    subject: str
    month: date
    metric: str
    value: Decimal | None
    field: str = "value"
    seen: Decimal | bool | None = False
    item: str = EVERYTHING

    @property
    def place(self) -> Place:
        """What it is the goal of."""
        return self.subject, self.month, self.metric, self.item


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a goal.

    :param action: ``created``, ``updated``, ``unchanged`` or ``deleted``.
    :param plan_id: None where there is no plan.
    :param before: what the plan was before.
    """

    action: str
    plan_id: int | None
    before: Decimal | None = None


def set_goals(goals: Sequence[Goal]) -> list[Done]:
    """Set plans: all of them, or none.

    :raises InvalidError: by field, for whoever is not there, has left or is to have no plan, and
        for what is no goal.
    :raises ConflictError: by field, where somebody else set another one meanwhile.
    """
    demand_permission(EDIT)
    if len(goals) > MOST_GOALS:
        raise InvalidError(_("At most %(most)s plans can be set at once.", most=MOST_GOALS))
    with writing() as session:
        whose = known(session, {one.subject for one in goals})
        _refuse(session, goals, whose)
        there = queries.held(session, [one.place for one in goals]) if goals else {}
        _refuse_stale(goals, there)
        _let_have_plans(session, [whose[one.subject] for one in goals if one.value is not None])
        return _write(session, goals, whose, dict(there))


def complaint_about(
    goal: Goal, whose: Whose | None, titles: Mapping[str, Text], *, has_no_plan: bool = False
) -> Text | None:
    """Give what is wrong with a goal, or None.

    :param titles: of the items that there are.
    """
    if whose is None or not may_see(whose, EDIT):
        return _("There is nobody like this whose plans you may set.")
    if goal.metric == MARGIN and not current_person().may(SEE_MARGIN):
        return _("Your roles do not let you see margins.")
    if goal.month.day != 1:
        return _("A plan is for a month: give its first day.")
    if goal.value is None:
        return None
    if not whose.active:
        return _("%(name)s has left: give the plan to somebody who is there.", name=whose.name)
    if has_no_plan:
        return _("%(name)s is to have no plan: change that under “Whose plans”.", name=whose.name)
    wrong = _complaint_about_item(goal, titles)
    return _complaint_about_value(goal.value, goal.metric) if wrong is None else wrong


def _complaint_about_item(goal: Goal, titles: Mapping[str, Text]) -> Text | None:
    if goal.item == EVERYTHING:
        return None
    if goal.metric != UNITS:
        return _("Of a category or a product only units are planned.")
    if goal.item not in titles:
        return _("There is no category or product “%(item)s” that you may see.", item=goal.item)
    return None


def _complaint_about_value(value: Decimal, metric: str) -> Text | None:
    if not 0 < value <= MOST_VALUE:
        return _("A plan is more than nought, and at most %(most)s.", most=MOST_VALUE)
    digits = digits_of(metric)
    if value != value.quantize(Decimal(1).scaleb(-digits)):
        return _("At most %(digits)s digits after the point.", digits=digits)
    return None


def _refuse(session: Session, goals: Sequence[Goal], whose: Mapping[str, Whose]) -> None:
    """Refuse goals that cannot be; two for the same are one too many.

    :raises InvalidError: by field.
    """
    without = _without_plan(session)
    titles = item_titles(one.item for one in goals)
    wrong: dict[str, Text] = {}
    seen: set[Place] = set()
    for goal in goals:
        person = whose.get(goal.subject)
        none = person is not None and person.kind == PERSON and person.id in without
        complaint = complaint_about(goal, person, titles, has_no_plan=none)
        if complaint is None and goal.place in seen:
            complaint = _("This plan is said twice.")
        if complaint is not None:
            wrong[goal.field] = complaint
        seen.add(goal.place)
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)


def _without_plan(session: Session) -> set[int]:
    asked = sa.select(PlannedPerson.user_id).where(sa.not_(PlannedPerson.has_plan))
    return set(session.scalars(asked))


def _refuse_stale(goals: Iterable[Goal], there: Mapping[Any, Plan]) -> None:
    """Refuse to overwrite what somebody else has set since the person read it.

    :raises ConflictError: by field.
    """
    wrong: dict[str, Text] = {}
    for goal in goals:
        if goal.seen is False:
            continue
        plan = there.get(goal.place)
        held = None if plan is None else plan.value
        if held not in {goal.seen, goal.value}:
            wrong[goal.field] = _(
                "Somebody else has set %(value)s here.", value=figure(held, goal.metric)
            )
    if wrong:
        raise ConflictError(_("Somebody else has changed plans meanwhile."), fields=wrong)


def _let_have_plans(session: WritingSession, planned: Iterable[Whose]) -> None:
    """Note that people have a plan who get their first one."""
    ids = {one.id for one in planned if one.kind == PERSON}
    asked = sa.select(PlannedPerson.user_id).where(PlannedPerson.user_id.in_(ids))
    new = sorted(one for one in ids - set(session.scalars(asked)) if one is not None)
    if new:
        bump(session, PEOPLE)
    session.add_all(PlannedPerson(user_id=one, has_plan=True, with_team=False) for one in new)


def _write(
    session: WritingSession,
    goals: Iterable[Goal],
    whose: Mapping[str, Whose],
    there: dict[Place, Plan],
) -> list[Done]:
    done: list[tuple[Goal, Plan | None, str, Decimal | None]] = []
    for goal in goals:
        plan = there.get(goal.place)
        before = None if plan is None else plan.value
        if before == goal.value:
            done.append((goal, plan, "unchanged", before))
        elif goal.value is None:
            session.delete(plan)
            done.append((goal, plan, "deleted", before))
        else:
            plan, action = _set(session, goal, plan, goal.value)
            done.append((goal, plan, action, before))
    try:
        session.flush()
    except IntegrityError as error:
        raise StaleError(_("Somebody else has just set the same plan.")) from error
    _note(session, done, whose)
    return [_told(plan, action, before) for _goal, plan, action, before in done]


def _told(plan: Plan | None, action: str, before: Decimal | None) -> Done:
    return Done(action, None if plan is None or action == "deleted" else plan.id, before)


def _set(
    session: WritingSession, goal: Goal, plan: Plan | None, value: Decimal
) -> tuple[Plan, str]:
    if plan is not None:
        plan.told = level_of(plan.value * plan.told / _PERCENT, value)
        plan.value, plan.updated_at = value, now()
        return plan, "updated"
    kind, _colon, number = goal.subject.partition(":")
    plan = Plan(
        subject=goal.subject,
        team_id=int(number) if kind == TEAM else None,
        user_id=int(number) if kind == PERSON else None,
        month=goal.month,
        metric=goal.metric,
        item=goal.item,
        value=value,
        updated_at=now(),
    )
    session.add(plan)
    return plan, "created"


_ACTIONS: Final = {"created": "created", "updated": "changed", "deleted": "erased"}


def _note(
    session: WritingSession,
    done: Iterable[tuple[Goal, Plan | None, str, Decimal | None]],
    whose: Mapping[str, Whose],
) -> None:
    of_action: dict[str, list[tuple[int, str, Changes]]] = {}
    done = list(done)
    titles = item_titles(goal.item for goal, *_rest in done)
    for goal, plan, action, before in done:
        if plan is None or action == "unchanged":
            continue
        label = f"{whose[goal.subject].title} · {METRIC_TITLES[goal.metric]} · "
        label += month_title(goal.month)
        label += f" · {titles.get(goal.item, goal.item)}" if goal.item else ""
        changes: Changes = {"value": (before, goal.value)}
        of_action.setdefault(_ACTIONS[action], []).append((plan.id, label, changes))
        payload = {"whose": goal.subject, "month": goal.month, "metric": goal.metric}
        payload |= {"item": goal.item}
        announce(session, "plans.plan.set", KIND, plan.id, {**payload, "value": goal.value})
    for action, entries in of_action.items():
        audit_many(session, KIND, action, entries)


@dataclass(frozen=True, slots=True)
class Copying:
    """What is to be copied to whom.

    :param source: whose plans.
    :param year: of which year.
    :param targets: to whom.
    :param to_year: into which year.
    :param percent: how much of them each gets: 110 is a tenth more.
    :param metrics: which ones.
    """

    source: str
    year: int
    targets: Sequence[str]
    to_year: int
    percent: Decimal = _PERCENT
    metrics: Sequence[str] = METRICS


def copy_plans(copying: Copying) -> list[Done]:
    """Copy somebody's plans of a year to others or into another year; what is there is replaced.

    :raises InvalidError: where there is nothing to copy; see :func:`set_goals`.
    """
    with writing() as session:
        return set_goals(copied_goals(session, copying))


def copied_goals(session: Session, copying: Copying) -> list[Goal]:
    """Give the goals that copying sets.

    :raises InvalidError: where there is nothing to copy.
    """
    goals = _copied(session, copying)
    if not goals:
        message = _("There are no plans of this year to copy.")
        raise InvalidError(message, {"source": message})
    return goals


def _copied(session: Session, copying: Copying) -> list[Goal]:
    january = date(copying.year, 1, 1)
    months = {month_after(january, one): one for one in range(12)}
    asked = sa.select(Plan.month, Plan.metric, Plan.item, Plan.value).where(
        visible(KIND),
        Plan.subject == copying.source,
        Plan.month.in_(months),
        Plan.metric.in_(copying.metrics),
    )
    new_year = date(copying.to_year, 1, 1)
    return [
        Goal(
            target,
            month_after(new_year, months[row.month]),
            row.metric,
            _part(row.value, copying.percent, row.metric),
            field="targets",
            item=row.item,
        )
        for row in session.execute(asked)
        for target in copying.targets
        if (target, copying.to_year) != (copying.source, copying.year)
    ]


def _part(value: Decimal, percent: Decimal, metric: str) -> Decimal:
    unit = Decimal(1).scaleb(-digits_of(metric))
    return (value * percent / _PERCENT).quantize(unit, ROUND_HALF_UP)


def set_person(user_id: int, *, has_plan: bool, with_team: bool) -> None:
    """Say whether somebody has a plan, and whether the results of their team count in it.

    :raises MissingError: where there is no such person whose plans one may set.
    :raises InvalidError: where somebody who has left is to have one.
    """
    demand_permission(EDIT)
    with writing() as session:
        person = known(session, [f"{PERSON}:{user_id}"]).get(f"{PERSON}:{user_id}")
        if person is None or not may_see(person, EDIT):
            raise MissingError(_("There is nobody like this whose plans you may set."))
        if has_plan and not person.active:
            message = _("%(name)s has left: give the plan to somebody who is there.",
                        name=person.name)  # fmt: skip
            raise InvalidError(message, {"has_plan": message})
        bump(session, PEOPLE)
        kept = session.get(PlannedPerson, user_id, with_for_update=True)
        if kept is None:
            kept = PlannedPerson(user_id=user_id, has_plan=False, with_team=False)
            session.add(kept)
        changes: Changes = {}
        for name, value in (("has_plan", has_plan), ("with_team", with_team)):
            if getattr(kept, name) != value:
                changes[name] = (getattr(kept, name), value)
                setattr(kept, name, value)
        if changes:
            audit(session, PERSON_KIND, user_id, person.name, "changed", changes)
