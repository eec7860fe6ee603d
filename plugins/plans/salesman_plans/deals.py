"""The figures of closed deals: what plans are held against where nothing else is installed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    DEAL_MARGIN,
    Deal,
    Rate,
    closed_deals_address,
    company,
    lacks_rate,
    visible,
)
from salesman_plans.models import DEALS, MARGIN, TURNOVER
from salesman_plans.texts import texts

_ = texts.lazy

WON: Final = "won"
CLOSED: Final = "closed"
SEE_DEALS: Final = "core.deal.view"


def sources() -> Iterable[Mapping[str, Any]]:
    """Give the sources of deals that were won, and of all that were closed."""
    won: dict[str, Any] = {
        "basis": WON,
        "title": _("Deals won"),
        "method": _(
            "Deals that were won, on the day of closing, each at the amount that stands in it. A"
            " lost deal never counts. What is in another currency counts at the rate that the deal"
            " keeps."
        ),
        "entries": _entries(Deal.outcome == WON),
        "address": closed_deals_address(WON),
        "order": 10,
    }
    closed: dict[str, Any] = {
        "basis": CLOSED,
        "title": _("Deals closed, won or lost"),
        "method": _(
            "All deals that were closed, lost ones as well, on the day of closing, each at the"
            " amount that stands in it. The number of deals is that of won ones all the same: a"
            " lost deal is nobody's goal. What is in another currency counts at the rate that the"
            " deal keeps."
        ),
        "entries": _entries(Deal.outcome.is_not(None)),
        "address": closed_deals_address(CLOSED),
        "metrics": (TURNOVER, MARGIN),
        "order": 20,
    }
    usual: dict[str, Any] = {
        "metrics": (TURNOVER, MARGIN, DEALS),
        "kind": "deal",
        "permission": SEE_DEALS,
    }
    won_of_closed = {
        "basis": CLOSED,
        "entries": won["entries"],
        "address": won["address"],
        "metrics": (DEALS,),
        "order": 21,
    }
    return [usual | won, usual | closed, usual | won_of_closed]


def _entries(counted: sa.ColumnElement[bool]) -> Callable[[], sa.Select[Any]]:
    return lambda: _closed_deals(counted, visible("deal"), company().currency)


@functools.lru_cache(maxsize=256)
def _closed_deals(
    counted: sa.ColumnElement[bool], seen: sa.ColumnElement[bool], currency: str
) -> sa.Select[Any]:
    """Give the query of closed deals: the very same for the same question, so that it is kept.

    :param counted: which of them count.
    :param seen: which of them whoever asks may see.
    :param currency: the company's.
    """
    rate = sa.type_coerce(sa.case((Deal.currency != currency, Deal.rate)), Rate())
    entries: Any = sa.select(
        Deal.closed_on.label("day"),
        Deal.owner_id,
        Deal.id.label("record_id"),
        Deal.amount.label(TURNOVER),
        DEAL_MARGIN.label(MARGIN),
        sa.literal_column("1", sa.Integer).label(DEALS),
        rate.label("rate"),
        lacks_rate().label("lacking"),
    ).where(counted, seen)
    found: sa.Select[Any] = entries
    return found
