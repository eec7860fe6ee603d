"""Likely doubles as the finder keeps them, and what people say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.clock import now
from salesman_core.db import AnyRow, table_of, writing
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.merging.keys import NAME, Pair, name_of_key, told_keys
from salesman_core.records.merging.models import LikelyDouble
from salesman_core.records.saving import write_rows

_ = texts.lazy

_DOUBLE = table_of(LikelyDouble)


@dataclass(frozen=True, slots=True)
class Found:
    """Why two records are probably one.

    :param score: how likely it is, from 0 to 1.
    :param reasons: the names of the keys that they share, and ``name``.
    """

    score: float
    reasons: Sequence[str]


def keep_found(session: Session, kind: str, found: Mapping[Pair, Found]) -> None:
    """Keep pairs that were found; what people said of known ones stays."""
    pairs = sa.tuple_(_DOUBLE.c.first_id, _DOUBLE.c.second_id)
    of_kind = _DOUBLE.c.kind == kind
    known: dict[Pair, int] = {}
    if found:
        held = sa.select(_DOUBLE.c.id, _DOUBLE.c.first_id, _DOUBLE.c.second_id)
        for row in session.execute(held.where(of_kind, pairs.in_(list(found)))):
            known[row.first_id, row.second_id] = row.id
    for pair, id_ in known.items():
        values = _row(kind, pair, found[pair])
        session.execute(sa.update(_DOUBLE).where(_DOUBLE.c.id == id_).values(values))
    new = [_row(kind, pair, one) for pair, one in found.items() if pair not in known]
    write_rows(session, LikelyDouble, new)


def _row(kind: str, pair: Pair, one: Found) -> dict[str, object]:
    return {
        "kind": kind,
        "first_id": pair[0],
        "second_id": pair[1],
        "score": round(100 * one.score),
        "reasons": list(one.reasons),
        "found_at": now(),
    }


def forget_not_found_since(session: Session, kind: str, moment: datetime) -> None:
    """Forget pairs that are none any more; that somebody said so is remembered."""
    old = (_DOUBLE.c.kind == kind, _DOUBLE.c.found_at < moment, _DOUBLE.c.dismissed_at.is_(None))
    session.execute(sa.delete(_DOUBLE).where(*old))


def undecided(kind: str, seen: sa.Select[int]) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the pairs that nobody has decided on, the likeliest first.

    Those alone by whose reasons the person learns nothing that is kept from them.

    :param seen: the ids of the records that the person sees: both are among them.
    """
    return (
        sa.select(_DOUBLE.c.id, _DOUBLE.c.first_id, _DOUBLE.c.second_id)
        .add_columns(_DOUBLE.c.reasons, _DOUBLE.c.found_at)
        .where(_DOUBLE.c.kind == kind, _DOUBLE.c.dismissed_at.is_(None), *_both(seen))
        .where(_may_be_told(kind))
        .order_by(_DOUBLE.c.score.desc(), _DOUBLE.c.id)
    )


def _may_be_told(kind: str) -> sa.ColumnElement[bool]:
    reasons = sa.cast(_DOUBLE.c.reasons, sa.Text)
    told = [NAME, *map(name_of_key, told_keys(kind))]
    return sa.or_(*(reasons.contains(f'"{name}"', autoescape=True) for name in told))


def _both(seen: sa.Select[int]) -> tuple[sa.ColumnElement[bool], ...]:
    return _DOUBLE.c.first_id.in_(seen), _DOUBLE.c.second_id.in_(seen)


def decide(kind: str, double_id: int, seen: sa.Select[int], *, is_double: bool) -> None:
    """Remember that two records are two; or forget it again.

    :raises MissingError: where there is no such pair among what the person sees.
    """
    with writing() as session:
        here = (_DOUBLE.c.id == double_id, _DOUBLE.c.kind == kind, *_both(seen), _may_be_told(kind))
        row: AnyRow | None = session.execute(sa.select(_DOUBLE.c.id).where(*here)).first()
        if row is None:
            raise MissingError(_("There is no such pair, or you may not see it."))
        double = session.get_one(LikelyDouble, double_id)
        double.dismissed_at = None if is_double else now()
        double.dismissed_by_id = None if is_double else current_person().id
