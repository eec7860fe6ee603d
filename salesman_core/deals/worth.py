"""What deals in several currencies are worth together, in the company's currency.

Each amount counts at the rate that its deal keeps. A deal without one does not count at all: how
many those are is said beside the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import visible
from salesman_core.db import AnyRow, sum_converted, whole_sum
from salesman_core.deals.counted import Days
from salesman_core.deals.figures import Funnel, narrowed_to
from salesman_core.deals.forecast import forecast
from salesman_core.deals.models import Deal, Stage
from salesman_core.deals.rates import lacks_rate
from salesman_core.deals.standing import rests_today
from salesman_core.services.company import company

_NOUGHT: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Worth:
    """Amounts in the company's currency.

    :param count: how many deals there are, those without a rate among them.
    :param lacking: how many have no rate, and are not in the amounts.
    :param weighted: the forecast: each amount times its progress.
    """

    count: int = 0
    lacking: int = 0
    amount: Decimal = _NOUGHT
    weighted: Decimal = _NOUGHT

    def __add__(self, other: Worth) -> Worth:
        """Give both together."""
        return Worth(
            self.count + other.count,
            self.lacking + other.lacking,
            self.amount + other.amount,
            self.weighted + other.weighted,
        )


def any_foreign(currencies: Iterable[str]) -> bool:
    """Tell whether sums by currency leave open what it is all worth to the company."""
    own = company().currency
    return any(currency != own for currency in currencies)


def worth_columns(amount: Any = None, of: Any = Deal) -> tuple[sa.ColumnElement[Any], ...]:
    """Give the columns ``number``, ``lacking``, ``own`` and ``other`` of some deals' sums.

    ``own`` is what is in the company's currency already, ``other`` what its rates make of the rest.

    :param amount: what is summed; the amounts of the deals where not given.
    :param of: the deals, or the columns of a query of them that has :data:`WORTH`.
    """
    amount = of.amount if amount is None else amount
    own = of.currency == company().currency
    known = sa.and_(sa.not_(own), sa.not_(lacks_rate(of)))
    return (
        sa.func.count(of.id).label("number"),
        sa.func.count(of.id).filter(lacks_rate(of)).label("lacking"),
        sa.func.coalesce(whole_sum(amount, own), 0).label("own"),
        sum_converted(amount, of.rate).filter(known).label("other"),
    )


WORTH: Final = (Deal.id, Deal.amount, Deal.currency, Deal.rate, Deal.rate_currency)
"""The columns of deals on which their worth depends."""


def worth_of(row: AnyRow, percent: int = 0) -> Worth:
    """Give what a row of such columns says.

    :param percent: the progress of the one stage in which all of them stand.
    """
    amount = Decimal(int(row.own)).scaleb(-2) + (row.other or _NOUGHT)
    return Worth(row.number, row.lacking, amount, forecast(amount, percent))


def worth_by_stage(session: Session, conditions: Sequence[Any]) -> dict[int, Worth]:
    """Give what the deals in work are worth, by their stages.

    :param conditions: which deals count, access included.
    """
    found = open_worth(session, conditions)
    return {stage_id: worth for (stage_id, rests), worth in found.items() if not rests}


def open_worth(session: Session, conditions: Sequence[Any]) -> dict[tuple[int, bool], Worth]:
    """Give what open deals are worth, by their stages and whether they are frozen.

    :param conditions: which deals count, access included.
    """
    rests = rests_today().label("rests")
    rows = session.execute(
        sa.select(Deal.stage_id, Stage.percent, rests, *worth_columns())
        .join(Stage, Stage.id == Deal.stage_id)
        .where(*conditions, Deal.outcome.is_(None))
        .group_by(Deal.stage_id, Stage.percent, rests)
    )
    return {(row.stage_id, bool(row.rests)): worth_of(row, row.percent) for row in rows}


@dataclass(frozen=True, slots=True)
class FunnelWorth:
    """What the funnel counts, over all currencies.

    :param frozen: frozen deals, which the forecast of those in work leaves out.
    """

    currency: str
    in_work: Worth
    frozen: Worth
    won: Worth
    lost: Worth


def funnel_worth(
    session: Session,
    pipeline_id: int,
    days: Days,
    owner_id: int | None = None,
    team_id: int | None = None,
) -> FunnelWorth:
    """Give what a pipeline is worth as the person sees it; see :func:`figures.funnel`."""
    seen = [visible("deal"), visible("deal", "core.report.funnel")]
    seen += [Deal.pipeline_id == pipeline_id, *narrowed_to(owner_id, team_id)]
    ended = sa.select(Deal.outcome, *worth_columns()).group_by(Deal.outcome)
    closed = ended.where(*seen, Deal.outcome.is_not(None), *days.holds(Deal.closed_on))
    outcomes = {row.outcome: worth_of(row) for row in session.execute(closed)}
    standing = open_worth(session, seen)
    works, rests = (
        sum((worth for (_stage, frozen), worth in standing.items() if frozen is wanted), Worth())
        for wanted in (False, True)
    )
    return FunnelWorth(
        company().currency,
        in_work=works,
        frozen=rests,
        won=outcomes.get("won", Worth()),
        lost=outcomes.get("lost", Worth()),
    )


def worth_of_funnel(
    session: Session,
    counted: Funnel,
    days: Days,
    owner_id: int | None = None,
    team_id: int | None = None,
) -> FunnelWorth:
    """Give what a funnel is worth over all currencies.

    Where there is but the company's own, that is what has been counted already.
    """
    own = company().currency
    if {counted.currency, *counted.currencies} != {own}:
        return funnel_worth(session, counted.pipeline_id, days, owner_id, team_id)
    frozen = counted.frozen
    return FunnelWorth(
        own,
        in_work=Worth(counted.count, 0, counted.amount, counted.weighted),
        frozen=Worth(frozen.count, 0, frozen.amount, frozen.weighted),
        won=Worth(counted.won.count, 0, counted.won.amount),
        lost=Worth(counted.lost.count, 0, counted.lost.amount),
    )
