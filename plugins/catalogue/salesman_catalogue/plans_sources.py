"""Units sold, as the plugin of plans asks for them: the lines of closed deals."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import sqlalchemy as sa

from salesman_catalogue.deal_filters import narrowing
from salesman_catalogue.items import is_of_item, items
from salesman_catalogue.lines.queries import sold_lines
from salesman_catalogue.models import Line
from salesman_core.toolkit import Deal, Thousandths, closed_deals_address, visible

_AFTER_DEALS: Final = 50


def sources() -> Iterable[Mapping[str, Any]]:
    """Give the units of deals that were won, and of all that were closed."""
    usual = {
        "metrics": ("units",),
        "kind": "deal",
        "permission": "core.deal.view",
        "order": _AFTER_DEALS,
    }
    closed = {"won": Deal.outcome == "won", "closed": Deal.outcome.is_not(None)}
    return [
        {
            "basis": state,
            "entries": _entries(counted),
            "address": _address(state),
            "items": items(_entries_of_item(counted)),
            **usual,
        }
        for state, counted in closed.items()
    ]


_UNITS: Final = sa.type_coerce(
    sa.cast(sa.func.sum(sa.type_coerce(Line.quantity, sa.BigInteger)), sa.BigInteger), Thousandths
)
_OF_DEAL: Final = (Deal.closed_on.label("day"), Deal.owner_id, Deal.id.label("record_id"))


def _entries(counted: sa.ColumnElement[bool]) -> Callable[[], sa.Select[Any]]:
    return lambda: _sold(counted, visible("deal"))


def _entries_of_item(counted: sa.ColumnElement[bool]) -> Callable[[str], sa.Select[Any]]:
    return lambda key: _sold(counted, visible("deal")).where(is_of_item(Line.product_id, key))


@functools.lru_cache(maxsize=256)
def _sold(counted: sa.ColumnElement[bool], _seen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Give the deals that count, each once with what its lines sold together.

    The very same query for the same question, so that it is kept.

    :param counted: which of them count.
    :param _seen: which of them whoever asks may see: it stands in the query.
    """
    # By all that others narrow it down to, so that databases look at those deals alone.
    found = sold_lines((*_OF_DEAL, _UNITS.label("units"))).where(counted)
    return found.group_by(Deal.id, Deal.closed_on, Deal.owner_id)


def _address(state: str) -> Callable[[Mapping[str, str]], str]:
    of_all = closed_deals_address(state)

    def address(asked: Mapping[str, str]) -> str:
        if "item" not in asked:
            return of_all(asked)
        narrowed = narrowing(asked["item"])
        return "" if narrowed is None else f"{of_all(asked)}&{urlencode(narrowed)}"

    return address
