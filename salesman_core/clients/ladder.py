"""The ladder of relationship (``product.md``, rule 2): it climbs by evidence, in the open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import SYSTEM, current_person
from salesman_core.clients.models import Client, ClientEvidence, Rung, RungMove
from salesman_core.clock import now
from salesman_core.db import AnyRow, one_of, rows_of, table_of, writing
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import CORE, texts
from salesman_core.plugins.host import current_host
from salesman_core.records.changes import announce, audit, touch_records
from salesman_core.records.saving import for_change, touch, write_rows
from salesman_core.records.worded import Words, kept, worded
from salesman_hookspecs import Evidence, Phase, Text
from salesman_hookspecs.insight import salesman_relationship_evidence

_ = texts.lazy

SALE, INTEREST = "sale", "interest"
_AT_A_TIME: Final = 1000
"""Clients that one statement names."""

_EVIDENCE: Final = table_of(ClientEvidence)
_CLIENT: Final = table_of(Client)
_STAND: Final = (
    sa.select(_CLIENT.c.id, _CLIENT.c.rung_id, _CLIENT.c.rung_pinned_at)
    .where(one_of(_CLIENT.c.id, "ids"))
    .order_by(_CLIENT.c.id)
    .with_for_update()
)
"""Where some clients stand; the order keeps two changes from waiting for each other."""

_RUNG: Final = table_of(Rung).c
_LADDER: Final = sa.select(_RUNG.id, _RUNG.position, _RUNG.interests, _RUNG.sales).order_by(
    _RUNG.position, _RUNG.id
)
_SOLD: Final = sa.case((_EVIDENCE.c.weight == SALE, _EVIDENCE.c.sale))
_COUNTED: Final = (
    sa.select(
        _EVIDENCE.c.client_id,
        sa.func.count(sa.distinct(_EVIDENCE.c.sale)),
        sa.func.count(sa.distinct(_SOLD)),
    )
    .where(one_of(_EVIDENCE.c.client_id, "ids"))
    .group_by(_EVIDENCE.c.client_id)
)
_HELD: Final = sa.select(
    _EVIDENCE.c.client_id, _EVIDENCE.c.weight, _EVIDENCE.c.sale, _EVIDENCE.c.id
).where(
    _EVIDENCE.c.owner == sa.bindparam("owner"),
    one_of(_EVIDENCE.c.client_id, "ids"),
)
# Not as one value: PostgreSQL would compare each row with all of an array that it does not know.
_HELD_OF_SALES: Final = _HELD.where(_EVIDENCE.c.sale.in_(sa.bindparam("sales", expanding=True)))


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
        _settle(session, ids, _take_over(session, ids))


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
        held = _held(session, owner, ids, [one.sale for one in given])
        new = [one for one in given if (one.client_id, one.weight, one.sale) not in held]
        write_rows(session, ClientEvidence, [_row(owner, one) for one in new])
        _settle(session, ids, {one.client_id for one in new})


def withdraw_evidence(session: Session, owner: str) -> None:
    """Withdraw all evidence of an owner that is gone for good, and move the clients accordingly."""
    of_owner = _EVIDENCE.c.owner == owner
    clients = sa.select(_EVIDENCE.c.client_id).distinct().where(of_owner)
    ids = session.scalars(clients.order_by(_EVIDENCE.c.client_id)).all()
    session.execute(sa.delete(_EVIDENCE).where(of_owner))
    for first in range(0, len(ids), _AT_A_TIME):
        _settle(session, ids[first : first + _AT_A_TIME], ())


def _settle(session: Session, ids: Sequence[int], fresh: Collection[int]) -> None:
    """Put clients where their evidence puts them.

    :param fresh: those of whom something is new; others stay where a person put them.
    """
    touch_records(Client, ids)
    ladder = rows_of(session, _LADDER)
    clients = rows_of(session, _STAND, {"ids": ids})
    standing = _standing(session, ids)
    leaving: list[tuple[Client, AnyRow]] = []
    for row in clients:
        if row.rung_pinned_at is not None and row.id not in fresh:
            continue
        rung = earned(ladder, standing.get(row.id, Standing()))
        if row.rung_pinned_at is None and rung.id == row.rung_id:
            continue  # as nearly always: no object is made of it
        client = session.get_one(Client, row.id)
        client.rung_pinned_at = None
        if rung.id != client.rung_id:
            leaving.append((client, rung))
    _climb(session, ladder, leaving)


def _take_over(session: Session, ids: Sequence[int]) -> set[int]:
    """Keep what stands now; give the clients about whom something is new.

    Only owners that answered are believed: the evidence of a suspended plugin stays.
    """
    answers = current_host().call(salesman_relationship_evidence, client_ids=ids)
    given: dict[str, list[Evidence]] = defaultdict(list)
    for answer in answers:
        given[answer.owner] += list(answer.value)
    fresh: set[int] = set()
    for owner, evidence in given.items():
        if owner == CORE:
            fresh |= _reconcile(session, owner, ids, evidence)
        else:
            fresh |= _believed(session, owner, ids, evidence)
    return fresh


def _believed(
    session: Session, owner: str, ids: Sequence[int], given: Sequence[Evidence]
) -> set[int]:
    """Keep a plugin's evidence; what the database refuses leaves its former evidence standing."""
    asked = [one for one in given if one.client_id in ids]
    place = "salesman_relationship_evidence"
    kept = current_host().dispatcher.guarded(
        owner, place, lambda: _reconcile(session, owner, ids, asked), phase=Phase.WRITE
    )
    return kept or set()


def _reconcile(
    session: Session, owner: str, ids: Sequence[int], given: Sequence[Evidence]
) -> set[int]:
    held = _held(session, owner, ids)
    wanted = {(one.client_id, one.weight, one.sale): one for one in given}
    withdrawn = [{"gone": held[key]} for key in held.keys() - wanted.keys()]
    if withdrawn:
        gone = sa.delete(_EVIDENCE).where(_EVIDENCE.c.id == sa.bindparam("gone"))
        session.execute(gone, withdrawn)
    new = [wanted[key] for key in sorted(wanted.keys() - held.keys())]
    write_rows(session, ClientEvidence, [_row(owner, one) for one in new])
    return {one.client_id for one in new}


def _held(
    session: Session, owner: str, ids: Sequence[int], sales: Sequence[str] | None = None
) -> dict[tuple[int, str, str], int]:
    """Give the ids of what is kept: a client may have thousands, so no objects are made.

    :param sales: only what is about these; None for all.
    """
    asked: dict[str, object] = {"owner": owner, "ids": ids}
    if sales is None:
        rows = rows_of(session, _HELD, asked)
    else:
        rows = rows_of(session, _HELD_OF_SALES, asked | {"sales": sales})
    return {(client_id, weight, sale): id_ for client_id, weight, sale, id_ in rows}


def _row(owner: str, one: Evidence) -> dict[str, object]:
    text, words = kept(one.text)
    return {
        "client_id": one.client_id,
        "owner": owner,
        "weight": one.weight,
        "sale": one.sale,
        "at": one.at,
        "text": text,
        "words": words,
        "url": one.url,
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """What evidence there is about a client; all evidence of one sale counts once.

    :param interests: of how many sales, finished or not, it speaks.
    :param sales: how many of these were made.
    """

    interests: int = 0
    sales: int = 0


def _standing(session: Session, ids: Sequence[int]) -> dict[int, Standing]:
    rows = rows_of(session, _COUNTED, {"ids": ids})
    return {client_id: Standing(interests, sales) for client_id, interests, sales in rows}


def earned(ladder: Sequence[AnyRow], standing: Standing) -> AnyRow:
    """Give the highest rung that the evidence earns."""
    reached = [
        rung
        for rung in ladder
        if rung.sales <= standing.sales and rung.interests <= standing.interests
    ]
    return reached[-1] if reached else ladder[0]


def _climb(
    session: Session, ladder: Sequence[AnyRow], leaving: Sequence[tuple[Client, AnyRow]]
) -> None:
    """Move clients to the rungs that they have earned, or fallen to."""
    if not leaving:
        return
    position = {one.id: one.position for one in ladder}
    telling = _most_telling(session, [client.id for client, _rung in leaving])
    for client, rung in leaving:
        because = telling.get(client.id) if rung.position > position[client.rung_id] else None
        why = Why(because.text, because.words, because.url) if because else _withdrawn()
        _move(session, client, rung.id, why, automatic=True)


def _withdrawn() -> Why:
    return Why(*kept(_("the evidence for it was withdrawn")))


def _most_telling(session: Session, ids: Sequence[int]) -> dict[int, AnyRow]:
    """Give the evidence that speaks for each client's rung: the newest sale, else interest."""
    weightiest = sa.case((ClientEvidence.weight == SALE, 0), else_=1)
    place = sa.func.row_number().over(
        partition_by=ClientEvidence.client_id,
        order_by=(weightiest, ClientEvidence.at.desc(), ClientEvidence.id.desc()),
    )
    ranked = (
        sa.select(
            ClientEvidence.client_id,
            ClientEvidence.text,
            ClientEvidence.words,
            ClientEvidence.url,
            place.label("place"),
        )
        .where(ClientEvidence.client_id.in_(ids))
        .subquery()
    )
    rows = session.execute(sa.select(ranked).where(ranked.c.place == 1)).all()
    return {row.client_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Why:
    """Why a client moves on the ladder.

    :param reason: as somebody wrote it; empty where ``words`` say it in any language.
    :param url: where the reason can be seen, or None.
    """

    reason: str
    words: Words | None
    url: str | None = None


def _move(session: Session, client: Client, rung_id: int, why: Why, *, automatic: bool) -> None:
    person = SYSTEM if automatic else current_person()
    session.add(
        RungMove(
            client_id=client.id,
            from_rung_id=client.rung_id,
            to_rung_id=rung_id,
            at=now(),
            actor_id=person.id,
            actor_name="" if automatic else person.name,
            automatic=automatic,
            reason=why.reason,
            words=why.words,
            url=why.url,
        )
    )
    changes = {"rung_id": (client.rung_id, rung_id)}
    client.rung_id = rung_id
    touch(client)
    audit(session, "client", client.id, client.name, "rung", changes)
    reason = worded(why.reason, why.words)
    told = {"rung_id": rung_id, "automatic": automatic, "reason": reason}
    announce(session, "core.client.climbed", "client", client.id, told)


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
        put_on_rung(session, client, rung_id, reason.strip())


def put_on_rung(session: Session, client: Client, rung_id: int, reason: Text) -> None:
    """Put a loaded client on a rung, as somebody or their file wants it."""
    client.rung_pinned_at = now()
    if client.rung_id != rung_id:
        _move(session, client, rung_id, Why(*kept(reason)), automatic=False)
