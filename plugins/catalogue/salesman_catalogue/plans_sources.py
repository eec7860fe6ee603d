"""Units sold, as the plugin of plans asks for them: the lines of closed deals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from salesman_catalogue.lines.queries import sold_lines
from salesman_catalogue.models import Line
from salesman_core.toolkit import Deal, Thousandths, closed_deals_address

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
            "address": closed_deals_address(state),
            **usual,
        }
        for state, counted in closed.items()
    ]


def _entries(counted: sa.ColumnElement[bool]) -> Callable[[], sa.Select[Any]]:
    """Give the deals that count, each once with what its lines sold together."""
    whole = sa.func.sum(sa.type_coerce(Line.quantity, sa.BigInteger))
    units = sa.type_coerce(sa.cast(whole, sa.BigInteger), Thousandths)
    of_deal = (Deal.closed_on.label("day"), Deal.owner_id, Deal.id.label("record_id"))

    def entries() -> sa.Select[Any]:
        # By all that others narrow it down to, so that databases look at those deals alone.
        found = sold_lines((*of_deal, units.label("units"))).where(counted)
        return found.group_by(Deal.id, Deal.closed_on, Deal.owner_id)

    return entries
