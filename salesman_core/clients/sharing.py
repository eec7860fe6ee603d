"""Who has a part in a client, and its tags: each comes and goes by itself.

The client is locked before it is read what there is: two who add something at once add both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import sqlalchemy as sa

from salesman_core.clients.models import Client, ClientParticipant, ClientTag
from salesman_core.clients.service import change_client
from salesman_core.db import writing
from salesman_core.records.participants import Participation
from salesman_core.records.saving import locked

_participation: Final = Participation(Client, ClientParticipant, change_client)
add_participant: Final = _participation.add
include_participants: Final = _participation.include
remove_participant: Final = _participation.remove


class Retagged(NamedTuple):
    """Which tags a client got and lost."""

    added: list[str]
    removed: list[str]


def change_tags(
    client_id: int, *, add: Iterable[str], remove: Iterable[str], version: int | None = None
) -> Retagged | None:
    """Add and remove tags beside those that stay; None where the client had them so already.

    :param version: the version that the person saw; None where they do not say.
    :raises StaleError: where somebody changed the client since.
    """
    with writing() as session:
        locked(session, Client, client_id)
        tags = sa.select(ClientTag.tag).where(ClientTag.client_id == client_id)
        held = set(session.scalars(tags))
        wanted = (held | set(add)) - set(remove)
        if not change_client(client_id, {"tags": sorted(wanted)}, version):
            return None
        return Retagged(sorted(wanted - held), sorted(held - wanted))
