"""A new client with its first contact, in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesman_core.clients.service import create_client, create_contact
from salesman_core.db import writing


def create_with_contact(client: Mapping[str, Any], contact: Mapping[str, Any] | None) -> int:
    """Make a client and, where one is given, its first contact: both or neither.

    :returns: the client's id.
    """
    with writing():
        client_id = create_client(client)
        if contact is not None:
            create_contact({**contact, "client_id": client_id})
        return client_id
