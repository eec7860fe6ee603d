"""Every read of counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, MissingError, company, one_of, today
from salesman_hookspecs import Text
from salesman_requisites.companies import queries as companies
from salesman_requisites.numbering.models import Counter, CounterPeriod
from salesman_requisites.numbering.papers import Paper, papers
from salesman_requisites.numbering.patterns import Period, repeats, written
from salesman_requisites.texts import texts

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class CounterState:
    """How papers of a kind are numbered for an own company, and what comes next.

    :param paper: the key of the kind of paper; ``title`` what people call it.
    :param period: of today; ``next`` the number that comes next in it.
    :param preview: that number as it will stand on a paper of today.
    :param repeats: whether the same number comes again when the counter starts anew.
    :param version: of the counter, 0 as long as nobody has changed or used it.
    """

    company_id: int
    company: str
    code: str
    paper: str
    title: Text
    pattern: str
    starts: str
    period: str
    next: int
    preview: str
    repeats: bool
    version: int


def counters(session: Session) -> Sequence[CounterState]:
    """Give the counters of all own companies that are in use, by kind of paper.

    A fixed number of statements, however many there are.
    """
    owners = companies.companies(session, offered=True)
    offered = papers(session)
    kept = _kept(session, [one.id for one in owners])
    day = today(company().tz)
    counted = _counted(session, list(kept.values()))
    return [
        _state(owner, paper, kept.get((owner.id, paper.key)), counted, day)
        for paper in offered
        for owner in owners
    ]


def one_counter(session: Session, company_id: int, paper: str) -> CounterState:
    """Give a counter.

    :raises MissingError: where there is no such company in use, or nobody offers such papers.
    """
    for state in counters(session):
        if (state.company_id, state.paper) == (company_id, paper):
            return state
    raise MissingError(_("There is no such counter."))


def _kept(session: Session, company_ids: Sequence[int]) -> dict[tuple[int, str], AnyRow]:
    columns = (Counter.id, Counter.company_id, Counter.paper, Counter.pattern, Counter.starts)
    query = sa.select(*columns, Counter.version).where(one_of(Counter.company_id, company_ids))
    return {(row.company_id, row.paper): row for row in session.execute(query)}


def _counted(session: Session, kept: Sequence[AnyRow]) -> dict[tuple[int, str], int]:
    query = sa.select(CounterPeriod.counter_id, CounterPeriod.period, CounterPeriod.next).where(
        one_of(CounterPeriod.counter_id, [row.id for row in kept])
    )
    return {(row.counter_id, row.period): row.next for row in session.execute(query)}


def _state(
    owner: AnyRow,
    paper: Paper,
    row: AnyRow | None,
    counted: dict[tuple[int, str], int],
    day: date,
) -> CounterState:
    pattern, starts = (paper.pattern, paper.starts) if row is None else (row.pattern, row.starts)
    period = Period.of(day, starts).key
    following = 1 if row is None else counted.get((row.id, period), 1)
    return CounterState(
        company_id=owner.id,
        company=owner.short_name,
        code=owner.code,
        paper=paper.key,
        title=paper.title,
        pattern=pattern,
        starts=starts,
        period=period,
        next=following,
        preview=written(pattern, following, day, owner.code),
        repeats=repeats(pattern, starts),
        version=0 if row is None else row.version,
    )
