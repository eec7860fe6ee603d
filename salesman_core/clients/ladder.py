"""The ladder of relationship (``product.md``, rule 2): it climbs by evidence, in the open.

Where a person put a client, it stays until evidence earns as much: new evidence may lift it from
there, and takes it no lower. From then on it stands by its evidence again, and falls only where
that is withdrawn, or where the company asks more of the rung.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.clients.evidence import (
    News,
    Standing,
    keep_given,
    most_telling,
    standing_of,
    take_over,
    withdraw_of,
)
from salesman_core.clients.models import Client, Rung
from salesman_core.clients.moves import Why, move, note_in_history, note_move
from salesman_core.clock import now
from salesman_core.db import AnyRow, one_of, rows_of, table_of, writing
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.changes import touch_records
from salesman_core.records.saving import for_change
from salesman_hookspecs import Evidence, Text

_ = texts.lazy

_AT_A_TIME: Final = 1000
"""Clients that one statement names."""

_CLIENT: Final = table_of(Client)
_STAND: Final = (
    sa.select(_CLIENT.c.id, _CLIENT.c.rung_id, _CLIENT.c.rung_pinned_at)
    .where(one_of(_CLIENT.c.id, "ids"))
    .order_by(_CLIENT.c.id)
    .with_for_update(key_share=True)
)
"""Where some clients stand; the order keeps two changes from waiting for each other."""

_RUNG: Final = table_of(Rung).c
_LADDER: Final = sa.select(_RUNG.id, _RUNG.position, _RUNG.interests, _RUNG.sales).order_by(
    _RUNG.position, _RUNG.id
)


def rungs(session: Session) -> Sequence[Rung]:
    """Give the rungs from the lowest to the highest."""
    return session.scalars(sa.select(Rung).order_by(Rung.position, Rung.id)).all()


def lowest_rung(session: Session) -> int:
    """Give the rung on which a client begins."""
    found = session.scalar(sa.select(Rung.id).order_by(Rung.position, Rung.id).limit(1))
    if found is None:
        raise MissingError(_("The ladder has no rungs."))
    return found


def review_relationship(client_ids: Iterable[int]) -> None:
    """Ask everybody for the evidence about some clients and move them where it puts them.

    Called in the transaction of whatever may have changed the evidence.
    """
    ids = sorted(set(client_ids))
    if not ids:
        return
    with writing() as session:
        session.flush()
        _settle(session, ids, take_over(session, ids))


def add_evidence(owner: str, given: Sequence[Evidence]) -> None:
    """Keep evidence that has just come about, and move the clients of whom it speaks.

    Nothing else is asked for: what an import brings in is known, and asking for all that stands
    about a client takes the longer the more deals it has.

    :param owner: who gives it, as ``core``; it gives the same when it is asked for all.
    """
    ids = sorted({one.client_id for one in given})
    if not ids:
        return
    with writing() as session:
        session.flush()
        _settle(session, ids, keep_given(session, owner, ids, given))


def withdraw_evidence(session: Session, owner: str) -> None:
    """Withdraw all evidence of an owner that is gone for good, and move the clients accordingly."""
    news = withdraw_of(session, owner)
    ids = sorted(news.withdrawn)
    for first in range(0, len(ids), _AT_A_TIME):
        _settle(session, ids[first : first + _AT_A_TIME], news)


def _settle(session: Session, ids: Sequence[int], news: News) -> None:
    """Put clients where their evidence puts them."""
    touch_records(Client, ids)
    ladder = rows_of(session, _LADDER)
    place = {rung.id: number for number, rung in enumerate(ladder)}
    clients = rows_of(session, _STAND, {"ids": ids})
    standing = standing_of(session, ids)
    leaving: list[tuple[Client, AnyRow]] = []
    for row in clients:
        rung = earned(ladder, standing.get(row.id, Standing()))
        if row.rung_pinned_at is not None:
            if row.id not in news.fresh or place[rung.id] < place[row.rung_id]:
                continue  # a person's word stands until evidence earns as much
        elif rung.id == row.rung_id:
            continue  # as nearly always: no object is made of it
        client = session.get_one(Client, row.id)
        client.rung_pinned_at = None
        if rung.id != client.rung_id:
            leaving.append((client, rung))
    _climb(session, ladder, leaving, standing, news)


def earned(ladder: Sequence[AnyRow], standing: Standing) -> AnyRow:
    """Give the highest rung that the evidence earns; the lowest one needs none."""
    reached = [
        rung
        for rung in ladder[1:]
        if (rung.sales or rung.interests)  # else only people put clients there
        and rung.sales <= standing.sales
        and rung.interests <= standing.interests
    ]
    return reached[-1] if reached else ladder[0]


def _climb(
    session: Session,
    ladder: Sequence[AnyRow],
    leaving: Sequence[tuple[Client, AnyRow]],
    standing: Mapping[int, Standing],
    news: News,
) -> None:
    """Move clients to the rungs that they have earned, or fallen to."""
    if not leaving:
        return
    place = {rung.id: number for number, rung in enumerate(ladder)}
    telling = most_telling(session, [client.id for client, _rung in leaving])
    for client, rung in leaving:
        if place[rung.id] > place[client.rung_id]:
            why = _because(telling[client.id])
        else:
            less = news.withdrawn.get(client.id, Standing())
            before = earned(ladder, standing.get(client.id, Standing()) + less)
            why = _fallen(withdrawn=place[before.id] >= place[client.rung_id])
        move(session, client, rung.id, why, automatic=True)


def _because(evidence: AnyRow) -> Why:
    record = (evidence.record_kind, evidence.record_id) if evidence.record_kind else None
    return Why(evidence.text, evidence.words, record)


def _fallen(*, withdrawn: bool) -> Why:
    if withdrawn:
        return Why.told(_("the evidence for it was withdrawn"))
    return Why.told(_("what its rung asks for was changed"))


def set_rung(client_id: int, rung_id: int, reason: str, version: int | None = None) -> None:
    """Put a client on a rung by hand; the ladder then waits for new evidence.

    :raises InvalidError: without a reason, or for a rung that there is not.
    """
    if not reason.strip():
        message = _("Say why: the reason stays in the client's story.")
        raise InvalidError(message, {"reason": message})
    with writing() as session:
        client = for_change(session, "client", client_id, "core.client.edit", version)
        if session.get(Rung, rung_id) is None:
            message = _("There is no rung %(id)s.", id=rung_id)
            raise InvalidError(message, {"rung_id": message})
        if client.rung_id == rung_id:
            _confirm(session, client, reason.strip())
        else:
            put_on_rung(session, client, rung_id, reason.strip())


def put_on_rung(session: Session, client: Client, rung_id: int, reason: Text) -> None:
    """Put a loaded client on another rung, as somebody or their file wants it."""
    client.rung_pinned_at = now()
    move(session, client, rung_id, Why.told(reason), automatic=False)


def _confirm(session: Session, client: Client, reason: str) -> None:
    """Let a person answer for it that a client stands where it stands."""
    before, client.rung_pinned_at = client.rung_pinned_at, now()
    note_move(session, client, client.rung_id, Why.told(reason), automatic=False)
    note_in_history(session, client, {"rung_pinned_at": (before, client.rung_pinned_at)})
