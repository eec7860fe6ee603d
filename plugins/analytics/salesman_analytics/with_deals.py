"""Clients by their deals: a filter of the list of clients that asks as the list of deals does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa

from salesman_analytics.clients import clients_address, counted_clients
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    DEALS,
    Client,
    Deal,
    FieldKind,
    ForbiddenError,
    InvalidError,
    ListFilter,
    ListQuery,
    describe,
    narrowed_to,
    parse_list_query,
    visible,
)
from salesman_hookspecs import AddedFilter

_ = texts.lazy

NAME: Final = "analytics.deals"


def asking(filters: Mapping[str, Any]) -> dict[str, str]:
    """Give the filter of the list of clients for those with a deal that some filters find.

    :param filters: of the list of deals, as its address holds them; what is None is not asked for.
    """
    told = {name: value for name, value in filters.items() if value is not None}
    return {NAME: urlencode(told)} if told else {}


def clients_of_pipeline(asked: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """Give the conditions of the clients that count: of one pipeline those with a deal in it."""
    found = counted_clients(asked)
    if asked["pipeline_id"] is not None:
        of = (Deal.pipeline_id == asked["pipeline_id"], Deal.client_id.is_not(None))
        found.append(Client.id.in_(sa.select(Deal.client_id).where(visible("deal"), *of)))
    return found


def clients_of_pipeline_address(asked: Mapping[str, Any], **filters: Any) -> str:
    """Give the address of the list of the same clients, with further filters."""
    return clients_address(asked, **asking({"pipeline_id": asked["pipeline_id"]}), **filters)


def _has_deals(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    """Give the condition of the clients with such a deal; what means nothing finds nobody."""
    query = _query(str(value))
    if query is None:
        return sa.false()
    seen = sa.and_(visible("deal"), Deal.client_id.is_not(None))
    return Client.id.in_(narrowed_to((Deal.client_id,), DEALS.spec, query, seen))


def _query(value: str) -> ListQuery | None:
    try:
        return parse_list_query(dict(parse_qsl(value, keep_blank_values=True)), DEALS.spec)
    except (InvalidError, ForbiddenError):
        return None


def _in_words(value: Any) -> str:
    query = _query(str(value))
    chips = [] if query is None else describe(query, DEALS.spec)
    return "; ".join(one.told for one in chips) or str(value)


FILTER: Final = AddedFilter(
    "client",
    ListFilter("deals", _("With such a deal"), FieldKind.TEXT, _has_deals, ("eq",), show=_in_words),
    asked=False,
)
"""The filter of the list of clients to which figures of clients with some deals lead."""
