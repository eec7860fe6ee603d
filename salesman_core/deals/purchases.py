"""Which purchase of its client a won deal is: the first, the second, and so on.

They are counted by the days on which they were closed, among the deals that a person sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import eq, ge, le
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.records import visible
from salesman_core.deals.models import Deal

_COMPARED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"eq": eq, "gte": ge, "lte": le}
COMPARISONS: Final = tuple(_COMPARED)
"""The operators that the filter ``purchase`` of the list of deals knows."""


def purchases(*columns: Any) -> sa.Subquery:
    """Give the SQL of the won deals of clients, as far as the person sees them.

    It has ``deal_id``, ``number`` (1 for the first purchase of the client) and ``before`` (the day
    of the purchase before it, or null).

    :param columns: of the deals, that stand behind these.
    """
    of_client: Any = {"partition_by": Deal.client_id, "order_by": (Deal.closed_on, Deal.id)}
    return (
        sa.select(
            Deal.id.label("deal_id"),
            sa.func.row_number().over(**of_client).label("number"),
            sa.func.lag(Deal.closed_on).over(**of_client).label("before"),
            *columns,
        )
        .where(Deal.outcome == "won", Deal.client_id.is_not(None), visible("deal"))
        .subquery("purchases")
    )


def is_purchase(operator: str, number: Any) -> sa.ColumnElement[bool]:
    """Give the condition of the deals that are such a purchase of their client."""
    every = purchases()
    return Deal.id.in_(
        sa.select(every.c.deal_id).where(_COMPARED[operator](every.c.number, number))
    )
