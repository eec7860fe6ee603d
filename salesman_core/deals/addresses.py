"""Addresses of the list of deals, for whoever leads to the rows behind a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import url_for

_WHOSE: Final = ("owner_id", "team_id")


def closed_deals_address(state: str) -> Callable[[Mapping[str, str]], str]:
    """Give what makes the address of the deals that were closed within some days.

    It takes ``from`` and ``to``, both days included, and whose they are: ``owner_id``, ``team_id``
    or neither, as ``salesman_plans_sources`` asks.

    :param state: ``won``, ``lost`` or ``closed``.
    """

    def address(asked: Mapping[str, str]) -> str:
        filters: dict[str, Any] = {
            "state": state,
            "closed_on__gte": asked["from"],
            "closed_on__lte": asked["to"],
            **{name: asked[name] for name in _WHOSE if name in asked},
        }
        return url_for("deals.index", **filters)

    return address
