"""Moving clients on the ladder, and the log of it: where a client stands follows from its moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import SYSTEM, current_person
from salesman_core.clients.models import Client, RungMove
from salesman_core.clock import now
from salesman_core.records.changes import Changes, announce, audit
from salesman_core.records.saving import touch
from salesman_core.records.worded import Words, kept, worded
from salesman_hookspecs import Text

_LAST: Final = (
    sa.select(RungMove.to_rung_id)
    .where(RungMove.client_id == sa.bindparam("client_id"))
    .where(RungMove.of_client_id == RungMove.client_id)
    .order_by(RungMove.id.desc())
    .limit(1)
)
"""The rung to which a client's own moves lead."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a client moves on the ladder.

    :param reason: as somebody wrote it; empty where ``words`` say it in any language. It names
        nothing that not everybody may see who sees the client.
    :param record: the kind and id of what it tells of; its name is for those who see that.
    """

    reason: str
    words: Words | None
    record: tuple[str, int] | None = None

    @classmethod
    def told(cls, text: Text) -> Why:
        """Give a reason that tells of no record."""
        return cls(*kept(text))


def move(session: Session, client: Client, rung_id: int, why: Why, *, automatic: bool) -> None:
    """Put a client on another rung."""
    before, client.rung_id = client.rung_id, rung_id
    note_move(session, client, before, why, automatic=automatic)
    note_in_history(session, client, {"rung_id": (before, rung_id)})


def note_in_history(session: Session, client: Client, changes: Changes) -> None:
    """Note in the history what became of a client's place on the ladder."""
    touch(client)
    audit(session, "client", client.id, client.name, "rung", changes)


def note_move(session: Session, client: Client, before: int, why: Why, *, automatic: bool) -> None:
    """Write into the log that a client stands where it stands, and announce that it has moved.

    :param before: the rung that it stood on; the same one where somebody confirmed it.
    """
    person = SYSTEM if automatic else current_person()
    kind, id_ = why.record or (None, None)
    session.add(
        RungMove(
            client_id=client.id,
            of_client_id=client.id,
            from_rung_id=before,
            to_rung_id=client.rung_id,
            at=now(),
            actor_id=person.id,
            actor_name="" if automatic else person.name,
            automatic=automatic,
            reason=why.reason,
            words=why.words,
            record_kind=kind,
            record_id=id_,
        )
    )
    if before != client.rung_id:
        reason = worded(why.reason, why.words)
        told = {"rung_id": client.rung_id, "automatic": automatic, "reason": reason}
        announce(session, "core.client.climbed", "client", client.id, told)


def let_log_follow(session: Session, client_ids: Sequence[int], why: Why) -> None:
    """Note that clients stand elsewhere than their moves say, because something was undone."""
    clients = session.scalars(
        sa.select(Client).where(Client.id.in_(client_ids)).order_by(Client.id)
    ).all()
    for client in clients:
        last = session.scalar(_LAST, {"client_id": client.id})
        if last not in {None, client.rung_id}:
            note_move(session, client, last, why, automatic=False)
