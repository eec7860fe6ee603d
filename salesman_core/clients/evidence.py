"""The evidence for the ladder: taken over from whoever gives it, kept, counted and withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.clients.models import ClientEvidence
from salesman_core.db import AnyRow, one_of, rows_of, table_of
from salesman_core.i18n import CORE
from salesman_core.plugins.host import current_host
from salesman_core.records.saving import write_rows
from salesman_core.records.worded import kept
from salesman_hookspecs import Evidence, Phase
from salesman_hookspecs.insight import salesman_relationship_evidence

SALE, INTEREST = "sale", "interest"

_EVIDENCE: Final = table_of(ClientEvidence)
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
_KEY: Final = (_EVIDENCE.c.client_id, _EVIDENCE.c.weight, _EVIDENCE.c.sale)
_HELD: Final = sa.select(*_KEY, _EVIDENCE.c.id).where(
    _EVIDENCE.c.owner == sa.bindparam("owner"),
    one_of(_EVIDENCE.c.client_id, "ids"),
)
# Not as one value: where PostgreSQL has no statistics yet, as in the first import, it would compare
# each row of an owner with all of them.
_HELD_OF_SALES: Final = _HELD.where(_EVIDENCE.c.sale.in_(sa.bindparam("sales", expanding=True)))

Key = tuple[int, str, str]
"""What tells the evidence of an owner apart: the client, its weight, and what it is about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What evidence there is about a client; all evidence of one sale counts once.

    :param interests: of how many sales, finished or not, it speaks.
    :param sales: how many of these were made.
    """

    interests: int = 0
    sales: int = 0

    def __add__(self, other: Standing) -> Standing:
        """Give the evidence of both, where they speak of different sales."""
        return Standing(self.interests + other.interests, self.sales + other.sales)


@dataclass(frozen=True, slots=True)
class News:
    """What has changed in the evidence that is kept.

    :param fresh: the clients about whom something is new.
    :param withdrawn: by client, how much of it is no longer there.
    """

    fresh: set[int] = field(default_factory=set)
    withdrawn: dict[int, Standing] = field(default_factory=dict)

    def add(self, other: News) -> None:
        """Add what has changed besides."""
        self.fresh.update(other.fresh)
        for client_id, less in other.withdrawn.items():
            self.withdrawn[client_id] = self.withdrawn.get(client_id, Standing()) + less


def take_over(session: Session, ids: Sequence[int]) -> News:
    """Ask everybody for the evidence about some clients, and keep what stands now.

    Only owners that answered are believed: the evidence of a suspended plugin stays.
    """
    answers = current_host().call(salesman_relationship_evidence, client_ids=ids)
    given: dict[str, list[Evidence]] = defaultdict(list)
    for answer in answers:
        given[answer.owner] += list(answer.value)
    news = News()
    for owner, evidence in given.items():
        if owner == CORE:
            news.add(_reconcile(session, owner, ids, evidence))
        else:
            news.add(_believed(session, owner, ids, evidence))
    return news


def keep_given(session: Session, owner: str, ids: Sequence[int], given: Sequence[Evidence]) -> News:
    """Keep evidence beside what is there already; nothing is withdrawn.

    :param ids: the clients of whom it speaks.
    """
    held = _held(session, owner, ids, [one.sale for one in given])
    return _keep(session, owner, [one for one in given if _key(one) not in held])


def withdraw_of(session: Session, owner: str) -> News:
    """Withdraw all evidence of an owner."""
    gone = sa.delete(_EVIDENCE).where(_EVIDENCE.c.owner == owner)
    rows = session.execute(gone.returning(*_KEY)).all()
    return News(withdrawn=_amounts((row.client_id, row.weight, row.sale) for row in rows))


def _believed(session: Session, owner: str, ids: Sequence[int], given: Sequence[Evidence]) -> News:
    """Keep a plugin's evidence; what the database refuses leaves its former evidence standing."""
    asked = [one for one in given if one.client_id in ids]
    place = "salesman_relationship_evidence"
    kept = current_host().dispatcher.guarded(
        owner, place, lambda: _reconcile(session, owner, ids, asked), phase=Phase.WRITE
    )
    return kept or News()


def _reconcile(session: Session, owner: str, ids: Sequence[int], given: Sequence[Evidence]) -> News:
    held = _held(session, owner, ids)
    wanted = {_key(one): one for one in given}
    withdrawn = held.keys() - wanted.keys()
    if withdrawn:
        gone = sa.delete(_EVIDENCE).where(_EVIDENCE.c.id == sa.bindparam("gone"))
        session.execute(gone, [{"gone": held[key]} for key in withdrawn])
    news = _keep(session, owner, [wanted[key] for key in sorted(wanted.keys() - held.keys())])
    news.add(News(withdrawn=_amounts(withdrawn)))
    return news


def _keep(session: Session, owner: str, new: Sequence[Evidence]) -> News:
    write_rows(session, ClientEvidence, [_row(owner, one) for one in new])
    return News({one.client_id for one in new})


def _amounts(keys: Iterable[Key]) -> dict[int, Standing]:
    """Give by client how much some evidence is."""
    interests: dict[int, set[str]] = defaultdict(set)
    sales: dict[int, set[str]] = defaultdict(set)
    for client_id, weight, sale in keys:
        interests[client_id].add(sale)
        if weight == SALE:
            sales[client_id].add(sale)
    return {id_: Standing(len(some), len(sales[id_])) for id_, some in interests.items()}


def _key(one: Evidence) -> Key:
    return one.client_id, one.weight, one.sale


def _held(
    session: Session, owner: str, ids: Sequence[int], sales: Sequence[str] | None = None
) -> dict[Key, int]:
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
    kind, id_ = one.record or (None, None)
    return {
        "client_id": one.client_id,
        "owner": owner,
        "weight": one.weight,
        "sale": one.sale,
        "at": one.at,
        "text": text,
        "words": words,
        "record_kind": kind,
        "record_id": id_,
    }


def standing_of(session: Session, ids: Sequence[int]) -> Mapping[int, Standing]:
    """Give by client what evidence there is; those about whom there is none are left out."""
    rows = rows_of(session, _COUNTED, {"ids": ids})
    return {client_id: Standing(interests, sales) for client_id, interests, sales in rows}


def most_telling(session: Session, ids: Sequence[int]) -> Mapping[int, AnyRow]:
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
            ClientEvidence.record_kind,
            ClientEvidence.record_id,
            place.label("place"),
        )
        .where(ClientEvidence.client_id.in_(ids))
        .subquery()
    )
    rows = session.execute(sa.select(ranked).where(ranked.c.place == 1)).all()
    return {row.client_id: row for row in rows}
