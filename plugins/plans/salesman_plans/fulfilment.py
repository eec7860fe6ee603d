"""Plan fulfilment: facts, plans and pace of somebody's period, as the widget and pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import SEE_MARGIN, company, current_person, now, today, worktime
from salesman_hookspecs import Text
from salesman_plans import queries
from salesman_plans.bases import Span, limits, spans
from salesman_plans.facts import (
    Days,
    Fact,
    digits_of,
    facts,
    facts_by_owner,
    facts_of_items,
    pipeline,
    seen_metrics,
)
from salesman_plans.models import EVERYTHING, METRICS, UNITS
from salesman_plans.months import Period, work_days
from salesman_plans.pace import Elapsed, Standing, not_counted, standing
from salesman_plans.results import Results, people_of_teams
from salesman_plans.sources import AccountingBasis, bases, basis_named, item_titles
from salesman_plans.texts import texts
from salesman_plans.titles import METRIC_TITLES
from salesman_plans.whose import PERSON, Whose, people

_ = texts.lazy

MOST_ITEMS: Final = 12
"""Of so many categories and products are somebody's units told: of the largest plans."""


@dataclass(frozen=True, slots=True)
class Line:
    """A metric of a period.

    :param fact: None where no source gives it on this basis.
    :param item: of what units are told; of everything where it is empty.
    :param title: what people call it.
    """

    metric: str
    fact: Fact | None
    standing: Standing
    item: str = EVERYTHING
    title: Text = ""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """How far somebody's plan of a period is.

    :param spans: on which basis which of its days are counted.
    :param as_of: the moment of which it is true, UTC.
    """

    whose: Whose
    period: Period
    spans: Sequence[Span]
    elapsed: Elapsed
    lines: Sequence[Line]
    as_of: datetime

    @property
    def lacking(self) -> int:
        """How many records have no rate, and are not in the money."""
        return max((one.fact.lacking for one in self.lines if one.fact), default=0)

    @property
    def planned(self) -> bool:
        """Whether there is a plan of anything."""
        return any(one.standing.plan is not None for one in self.lines)


def fulfilment(
    session: Session,
    whose: Whose,
    period: Period,
    *,
    basis: str | None = None,
    item: str = EVERYTHING,
) -> Fulfilment:
    """Count how far a plan is: a fixed number of statements, whatever there is to count.

    :param basis: instead of the company's, to compare.
    :param item: one whose units are told even where there is no plan of them.
    :raises ForbiddenError: for whoever does not see all that counts.
    """
    counted = spans_of(period, basis)
    found = _facts(session, counted, whose)
    plans = queries.planned(session, whose.key, period)
    judged = limits()
    elapsed = elapsed_of(period, today(company().tz))
    ahead = {} if elapsed.over else pipeline(session, found, Days(period.first, period.last), whose)
    lines = []
    for metric in METRICS:
        fact, digits = found.get(metric), digits_of(metric)
        plan, title = plans.get((metric, EVERYTHING)), METRIC_TITLES[metric]
        if fact is not None:
            weighted = ahead[metric].value if metric in ahead else None
            so_far = standing(fact.value, plan, elapsed, judged, digits, weighted)
            lines.append(Line(metric, fact, so_far, title=title))
        elif plan is not None:
            lines.append(Line(metric, None, not_counted(plan, elapsed, digits), title=title))
    of_items = {one: value for (_metric, one), value in plans.items() if one != EVERYTHING}
    items = sorted(of_items, key=lambda one: (-of_items[one], one))[:MOST_ITEMS]
    items += [item] if item not in {EVERYTHING, *items} else []
    lines += _item_lines(session, counted, whose, items, of_items, elapsed, judged)
    return Fulfilment(whose, period, counted, elapsed, lines, now())


def _item_lines(  # noqa: PLR0917  # what of whom, beside which plans
    session: Session,
    counted: Sequence[Span],
    whose: Whose,
    items: Sequence[str],
    plans: Mapping[str, Decimal],
    elapsed: Elapsed,
    judged: tuple[int, int],
) -> list[Line]:
    """Give the units of some items: a statement a basis, and those that give their titles."""
    if not items:
        return []
    found: dict[str, Fact] = {}
    for span in counted:
        if (basis := bases().get(span.basis)) is None:
            continue
        told = facts_of_items(session, basis, items, Days(span.first, span.last), whose)
        for one, fact in told.items():
            found[one] = found.get(one, Fact()) + fact
    titles = item_titles(items)
    lines = []
    for one in items:
        told_fact, plan, digits = found.get(one), plans.get(one), digits_of(UNITS)
        title = titles.get(one, _("what is not there any more"))
        if told_fact is not None:
            so_far = standing(told_fact.value, plan, elapsed, judged, digits)
            lines.append(Line(UNITS, told_fact, so_far, one, title))
        elif plan is not None:
            lines.append(Line(UNITS, None, not_counted(plan, elapsed, digits), one, title))
    return lines


def spans_of(period: Period, basis: str | None = None) -> list[Span]:
    """Give on which basis a period is counted: one that is asked for, else the company's."""
    if basis is None:
        return spans(period)
    return [Span(basis_named(basis).id, period.first, period.last)]


def _facts(session: Session, counted: Sequence[Span], whose: Whose) -> dict[str, Fact]:
    """Give what came true by metric; a basis whose plugin is away gives nothing."""
    known = bases()
    found: dict[str, Fact] = {}
    for span in counted:
        basis = known.get(span.basis)
        if basis is None:
            continue
        days = Days(span.first, span.last)
        for metric, fact in facts(session, basis, _seen(basis), days, whose).items():
            found[metric] = found.get(metric, Fact()) + fact
    return found


def _seen(basis: AccountingBasis) -> list[str]:
    return seen_metrics(basis, margin=current_person().may(SEE_MARGIN))


@dataclass(frozen=True, slots=True)
class PersonLine:
    """How far somebody's plan is, among others; *whose* is None for what belongs to nobody."""

    whose: Whose | None
    standing: Standing


def by_people(
    session: Session, found: Fulfilment, metric: str, item: str = EVERYTHING
) -> list[PersonLine]:
    """Give how far each person is of a team or the company, whoever has most first.

    A fixed number of statements, however many people there are. A person with the team's results
    has those of their team, as far as they count in what is looked at. What belongs to nobody
    stands last: people and it add up to the company.
    """
    facts_of = _facts_by_owner(session, found, metric, item)
    results = Results(facts_of, people_of_teams(session))
    first, last = found.period.first, found.period.last
    plans = queries.plans_of_months(session, metric, first, last, item)
    planned: dict[str, Decimal] = {}
    for (subject, _month), value in plans.items():
        planned[subject] = planned.get(subject, Decimal(0)) + value
    ids = {id_ for id_ in facts_of if id_ is not None} | _planned_people(planned, found, results)
    judged, digits = limits(), digits_of(metric)
    told = sorted(
        ((results.of(one, metric), one) for one in people(session, sorted(ids))),
        key=lambda pair: (-pair[0], pair[1].name),
    )
    lines = [
        PersonLine(one, standing(fact, planned.get(one.key), found.elapsed, judged, digits))
        for fact, one in told
    ]
    if None in facts_of:
        fact = facts_of[None][metric].value
        lines.append(PersonLine(None, standing(fact, None, found.elapsed, judged, digits)))
    return lines


def _planned_people(
    planned: Mapping[str, Decimal], found: Fulfilment, results: Results
) -> set[int]:
    """Give the people who have a plan and belong to what is looked at."""
    ids = {int(key.partition(":")[2]) for key in planned if key.startswith(f"{PERSON}:")}
    team_id = found.whose.counted_team
    return ids if team_id is None else ids & results.teams.get(team_id, frozenset())


def _facts_by_owner(
    session: Session, found: Fulfilment, metric: str, item: str
) -> dict[int | None, dict[str, Fact]]:
    known = bases()
    together: dict[int | None, dict[str, Fact]] = {}
    for span in found.spans:
        basis = known.get(span.basis)
        if basis is None or not basis.counts(metric, item):
            continue
        days = Days(span.first, span.last)
        by_owner = facts_by_owner(session, basis, [metric], days, found.whose, item)
        for owner, told in by_owner.items():
            before = together.get(owner, {metric: Fact()})[metric]
            together[owner] = {metric: before + told[metric]}
    return together


def elapsed_of(period: Period, day: date) -> Elapsed:
    """Give how many working days of a period have come, up to a day."""
    works = worktime().is_work_day
    last = min(max(day, period.first), period.last)
    passed = 0 if day < period.first else work_days(period.first, last, works)
    of = work_days(period.first, period.last, works)
    return Elapsed(passed, of, over=day > period.last)
