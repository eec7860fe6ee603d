"""Giving numbers out: without a gap and without a double, however many papers are made at once.

The number is taken in the transaction of the paper. Whoever comes meanwhile waits for its end: a
paper that is rolled back gives its number back, and the next one gets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import ConflictError, MissingError, insert_into
from salesman_requisites.companies.models import OwnCompany
from salesman_requisites.numbering.models import Counter, CounterPeriod
from salesman_requisites.numbering.papers import Paper, one_paper
from salesman_requisites.numbering.patterns import HIGHEST, Period, written
from salesman_requisites.texts import texts

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class PaperNumber:
    """The number of a paper.

    :param text: as it stands on the paper: ``0007-1126/2026``.
    :param number: what was counted: 7.
    :param period: for which it was counted: ``2026``, ``2026-11``, or an empty text.
    """

    text: str
    number: int
    period: str


def take_number(session: Session, paper: str, company_id: int, day: date) -> PaperNumber:
    """Take the next number for a paper, in the open transaction.

    Take it late: until the transaction ends nobody else gets a number of this counter. Whoever
    calls has judged whether such a paper may be made.

    :param session: of ``writing()``.
    :param paper: the key of the kind of paper, as it was offered (:class:`Paper`).
    :param company_id: the own company that makes it.
    :param day: of the paper: its year and month decide the period, and stand in the number.
    :raises MissingError: where no active plugin offers such a paper, and where there is no such
        company.
    :raises ConflictError: where the counter has come to its end.
    """
    code = session.scalar(sa.select(OwnCompany.code).where(OwnCompany.id == company_id))
    if code is None:
        raise MissingError(_("There is no such own company in use."))
    counter = counter_of(session, one_paper(session, paper), company_id, hold=True)
    period = Period.of(day, counter.starts)
    number = _counted(session, counter.id, period.key)
    if number > HIGHEST:
        raise ConflictError(_("This counter has come to its end: set its next number."))
    return PaperNumber(written(counter.pattern, number, day, code), number, period.key)


def counter_of(session: Session, paper: Paper, company_id: int, *, hold: bool = False) -> Any:
    """Give the row of a counter, made where it was never used before.

    :param hold: whether nobody may change how it counts until the transaction ends.
    """
    query = sa.select(Counter.id, Counter.pattern, Counter.starts, Counter.version).where(
        Counter.paper == paper.key, Counter.company_id == company_id
    )
    query = query.with_for_update(read=True) if hold else query
    found = session.execute(query).one_or_none()
    if found is not None:
        return found
    usual = {"pattern": paper.pattern, "starts": paper.starts, "version": 1}
    new = insert_into(session, Counter).values(company_id=company_id, paper=paper.key, **usual)
    session.execute(new.on_conflict_do_nothing(index_elements=["company_id", "paper"]))
    return session.execute(query).one()


def _counted(session: Session, counter_id: int, period: str) -> int:
    """Count one further; one statement, so that two who count at once never get the same.

    PostgreSQL lets the second wait for the row of the first until that commits or rolls back; on
    SQLite there is but one who writes.
    """
    counting = insert_into(session, CounterPeriod).values(
        counter_id=counter_id, period=period, next=2
    )
    counted: int = session.execute(
        counting.on_conflict_do_update(
            index_elements=["counter_id", "period"], set_={"next": CounterPeriod.next + 1}
        ).returning(CounterPeriod.next - 1)
    ).scalar_one()
    return counted


def has_issued(session: Session, company_id: int) -> bool:
    """Tell whether a paper of an own company was ever numbered."""
    counted = sa.select(CounterPeriod.counter_id).join(
        Counter, Counter.id == CounterPeriod.counter_id
    )
    return bool(
        session.scalar(
            sa.select(sa.exists(counted.where(Counter.company_id == company_id).subquery()))
        )
    )
