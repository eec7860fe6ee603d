"""Clients as the shared filters of reports find them, and the addresses of the same clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import Client, list_address, of_team, visible

_WHOSE: Final = ("owner_id", "team_id", "source")


def counted_clients(asked: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """Give the conditions of the clients that count, access included."""
    found = [visible("client")]
    if asked["owner_id"] is not None:
        found.append(Client.owner_id == asked["owner_id"])
    if asked["team_id"] is not None:
        found.append(of_team(Client.owner_id, asked["team_id"]))
    if asked["source"] is not None:
        found.append(Client.source == asked["source"])
    return found


def clients_address(asked: Mapping[str, Any], **filters: Any) -> str:
    """Give the address of the list of the clients that count, with further filters."""
    whose = {name: asked[name] for name in _WHOSE}
    return list_address("clients.index", {**whose, **filters})
