"""The sums below a list of deals, over all that its filter finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.records import visible
from salesman_core.db import AnyRow, reading, whole_sum
from salesman_core.deals import queries
from salesman_core.deals.forecast import forecast
from salesman_core.deals.lists import DEALS
from salesman_core.deals.models import Deal, Stage
from salesman_core.deals.open_figures import FrozenFigures
from salesman_core.deals.standing import rests_today
from salesman_core.deals.worth import Worth, any_foreign, worth_columns, worth_of
from salesman_core.records import lists
from salesman_core.records.lists import ListQuery

_NOUGHT: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of all that the filter finds, in one currency.

    :param weighted: the forecast of the deals in work; see :func:`forecast`.
    :param frozen: the frozen ones, which the forecast leaves out.
    """

    currency: str
    count: int
    amount: Decimal
    weighted: Decimal
    cost: Decimal
    margin: Decimal
    frozen: FrozenFigures


@dataclass(frozen=True, slots=True)
class WorthTotal:
    """What all of it is worth in the company's currency.

    :param in_all: every deal that the filter finds; its forecast is of those in work.
    :param frozen: the frozen ones among them, which the forecast leaves out.
    """

    in_all: Worth
    frozen: Worth


def totals(query: ListQuery) -> list[Total]:
    """Sum by currency, that of the most deals first."""
    sums = (
        sa.func.count(Deal.id).label("number"),
        whole_sum(Deal.amount).label("amount"),
        whole_sum(queries.MARGIN).label("margin"),
    )
    found: dict[str, list[AnyRow]] = {}
    for row in _by_stage(query, sums, Deal.currency):
        found.setdefault(row.currency, []).append(row)
    summed = [_total(currency, rows) for currency, rows in found.items()]
    return sorted(summed, key=lambda total: -total.count)


def worth_total(query: ListQuery, summed: Sequence[Total]) -> WorthTotal | None:
    """Give what it is all worth in the company's currency, where some is in another one."""
    if not any_foreign(total.currency for total in summed):
        return None
    rows = _by_stage(query, worth_columns())
    found = [(row, worth_of(row, row.percent if row.works else 0)) for row in rows]
    return WorthTotal(
        in_all=sum((worth for _row, worth in found), Worth()),
        frozen=sum((worth_of(row, row.percent) for row, _worth in found if row.rests), Worth()),
    )


def _by_stage(query: ListQuery, sums: Sequence[Any], *by: Any) -> Sequence[AnyRow]:
    """Sum by stage and by how the deals stand there: in work, frozen, or closed.

    They are weighted only here, where no number is too large for that.
    """
    opened, rests = Deal.outcome.is_(None), rests_today()
    keys = (
        *by,
        Deal.stage_id,
        Stage.percent,
        sa.and_(opened, sa.not_(rests)).label("works"),
        sa.and_(opened, rests).label("rests"),
    )
    return lists.totals(reading(), sums, DEALS, query, visible("deal"), by=keys)


def _total(currency: str, rows: Sequence[AnyRow]) -> Total:
    amount, margin = (_sum_of(rows, name) for name in ("amount", "margin"))
    resting = [row for row in rows if row.rests]
    return Total(
        currency=currency,
        count=sum(row.number for row in rows),
        amount=amount,
        weighted=_forecast_of(row for row in rows if row.works),
        cost=amount - margin,
        margin=margin,
        frozen=FrozenFigures(
            count=sum(row.number for row in resting),
            amount=_sum_of(resting, "amount"),
            weighted=_forecast_of(resting),
        ),
    )


def _sum_of(rows: Iterable[AnyRow], name: str) -> Decimal:
    return sum((_hundredths(getattr(row, name)) for row in rows), _NOUGHT)


def _forecast_of(rows: Iterable[AnyRow]) -> Decimal:
    return sum((forecast(_hundredths(row.amount), row.percent) for row in rows), _NOUGHT)


def _hundredths(units: int | Decimal) -> Decimal:
    return Decimal(int(units)).scaleb(-2)
