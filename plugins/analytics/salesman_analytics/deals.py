"""Deals as the shared filters of reports find them, and the addresses of the same deals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    DEAL_MARGIN,
    AnyRow,
    Days,
    Deal,
    list_address,
    of_source,
    of_team,
    visible,
    worth_columns,
)

NOBODY: Final = 0
"""The key of the row of what has no owner: no person has this id."""


def counted_deals(asked: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """Give the conditions of the deals that count, access included, whatever their days."""
    found = [visible("deal")]
    if asked["owner_id"] is not None:
        found.append(Deal.owner_id == asked["owner_id"])
    if asked["team_id"] is not None:
        found.append(of_team(Deal.owner_id, asked["team_id"]))
    if asked["pipeline_id"] is not None:
        found.append(Deal.pipeline_id == asked["pipeline_id"])
    if asked["source"] is not None:
        found.append(of_source(asked["source"]))
    return found


def closed_within(asked: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """Give the conditions of deals that were closed in the period."""
    return [Deal.outcome.is_not(None), *Days(asked["since"], asked["until"]).holds(Deal.closed_on)]


def margin_columns() -> list[sa.Label[Any]]:
    """Give the columns of what some deals' margins come to, beside those of ``worth_columns``."""
    sums: Any = worth_columns(DEAL_MARGIN)
    own, other = (one for one in sums if one.name in {"own", "other"})
    return [own.element.label("own_margin"), other.element.label("other_margin")]


def margin_of(row: AnyRow) -> Decimal:
    """Give what a row of such columns says."""
    return Decimal(int(row.own_margin)).scaleb(-2) + (row.other_margin or Decimal(0))


def deals_address(asked: Mapping[str, Any], **filters: Any) -> str:
    """Give the address of the list of the deals that count, with further filters."""
    whose = {name: asked[name] for name in ("owner_id", "team_id", "pipeline_id", "source")}
    return list_address("deals.index", {**whose, **filters})


def period_filters(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Give the filters of the list for deals that were closed in the period."""
    return {"closed_on__gte": asked["since"], "closed_on__lte": asked["until"]}


def known_worth(lacking: int) -> dict[str, str]:
    """Give the filter of the deals that a sum is made of, where some have no rate and count not."""
    return {"rate_missing": "false"} if lacking else {}


def of_owner(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the filter of the records of a row whose key is an owner: none for the total."""
    if "key" not in row:
        return {}
    return {"owner_id__isnull": "true"} if row["key"] == NOBODY else {"owner_id": row["key"]}


def working(asked: Mapping[str, Any], row: Mapping[str, Any], **filters: Any) -> str:
    """Give the address of the deals in work of a row whose key is an owner."""
    return deals_address(asked, state="open", frozen="false", **of_owner(row), **filters)


def working_worth(asked: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Give the address of those of them that their sum is made of; ``lacking`` have no rate."""
    return working(asked, row, **known_worth(row["lacking"]))
