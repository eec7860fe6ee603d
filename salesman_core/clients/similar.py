"""Clients that are perhaps the one that somebody means: by what they share, and by name.

Only clients that the person sees are named, and nothing tells that there are others (ADR 0012).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import Bin, visible
from salesman_core.clients.likeness import ALIKE, likeness, rare_words, readings
from salesman_core.clients.models import Client
from salesman_core.db import AnyRow, normalised, table_of
from salesman_core.db.trigrams import having_any
from salesman_core.i18n import texts
from salesman_core.records.merging.keys import sharing
from salesman_hookspecs import Text

_ = texts.lazy

MOST: Final = 5
NAME: Final = "name"
"""The name of the reason that names are alike, beside those of keys."""
A_SIMILAR_NAME: Final = _("a similar name")

_JUDGED: Final = 200
"""So many names that have parts in common are judged, those with the most in common first."""
_WORDS: Final = 5
"""By so many words of a name others are looked for, the longest ones."""
_SHORTEST: Final = 3
_HALVES_FROM, _THIRDS_FROM = 5, 10

_CLIENT: Final = table_of(Client).c


@dataclass(frozen=True, slots=True)
class Similar:
    """A client that may be the one that somebody means.

    :param in_bin: whether it lies in the bin, from which the person may take it.
    :param score: how likely it is, from 0 to 1.
    :param reasons: why, in words; with what is the same, as it was typed there.
    """

    id: int
    name: str
    in_bin: bool
    score: float
    reasons: tuple[Text, ...]


def similar_clients(
    session: Session, typed: Mapping[str, Any], *, besides: int | None = None, limit: int = MOST
) -> list[Similar]:
    """Give the clients that may be what is typed, the likeliest first.

    :param typed: the fields of a client as the JSON API names them, as far as they are known.
    :param besides: a client that is not to be among them.
    """
    reached = _reached() if besides is None else sa.and_(_reached(), _CLIENT.id != besides)
    reasons: dict[int, dict[str, Text]] = {}
    among = sa.select(_CLIENT.id).where(reached)
    for one in sharing(session, "client", typed, lambda id_: id_.in_(among)):
        text = f"{one.reason}: {one.shown}" if one.shown else one.reason
        reasons.setdefault(one.record_id, {})[one.source] = text
    alike = names_alike(session, typed.get("name", ""), reached)
    for id_ in alike:
        reasons.setdefault(id_, {})[NAME] = A_SIMILAR_NAME
    score = {id_: score_of(reasons[id_], alike.get(id_, 0.0)) for id_ in reasons}
    best = sorted(reasons, key=lambda id_: (-score[id_], id_))[:limit]
    rows = _named(session, best)
    return [
        Similar(
            id_, rows[id_].name, bool(rows[id_].in_bin), score[id_], tuple(reasons[id_].values())
        )
        for id_ in best
    ]


def score_of(sources: Collection[str], alike: float) -> float:
    """Give how likely two clients are one: sharing something says more than a name."""
    shared = len(sources) - (NAME in sources)
    return 1 - (1 - 0.95 * alike) * 0.1**shared


def _reached() -> sa.ColumnElement[bool]:
    """Give the SQL of the clients that the person sees, or may take out of the bin."""
    return sa.or_(visible("client"), visible("client", "core.client.delete", bin=Bin.ALONE))


def _named(session: Session, ids: Sequence[int]) -> dict[int, AnyRow]:
    rows = session.execute(
        sa.select(_CLIENT.id, _CLIENT.name, _CLIENT.deleted_at.is_not(None).label("in_bin")).where(
            _CLIENT.id.in_(ids)
        )
    )
    return {row.id: row for row in rows}


def names_alike(session: Session, name: str, among: sa.ColumnElement[bool]) -> dict[int, float]:
    """Give the likeness of the clients that have a similar name.

    :param among: the SQL of the clients that are asked for.
    """
    words = sorted(rare_words(name), key=len, reverse=True)[:_WORDS]
    query = sa.select(_CLIENT.id, _CLIENT.name).where(among, *_candidates(name, words))
    query = query.order_by(*_nearest_first(words), _CLIENT.id).limit(_JUDGED)
    judged = {row.id: likeness(name, row.name) for row in session.execute(query)}
    return {id_: alike for id_, alike in judged.items() if alike >= ALIKE}


def _candidates(name: str, words: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    """Give the SQL of the names that have enough in common with one to be judged."""
    parts = _read(words, _parts)
    if not parts:
        return [_CLIENT.search_name == normalised(name)]
    long = [word for word in words if len(word) >= _HALVES_FROM]
    enough = 1 if len(long) <= 1 else 2  # a slip in one of several words leaves the others whole
    return [having_any(_CLIENT.search_name, parts), _in_common(parts) >= enough]


def _nearest_first(words: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """Give the order of names by how much they have in common with words."""
    parts = _read(words, _threes if len(words) == 1 else _parts)
    if not parts:
        return []
    length = sa.func.abs(sa.func.length(_CLIENT.search_name) - sum(map(len, words)))
    return [_in_common(parts).desc(), length]


def _in_common(parts: Sequence[str]) -> sa.ColumnElement[int]:
    """Give the SQL of how many of some parts a name holds."""
    text = sa.type_coerce(_CLIENT.search_name, sa.Text())
    held = [sa.case((text.contains(part, autoescape=True), 1), else_=0) for part in parts]
    return sum(held[1:], start=held[0])


def _read(words: Sequence[str], divided: Callable[[str], Sequence[str]]) -> list[str]:
    """Give the parts of words in either alphabet."""
    return sorted({part for word in words for one in readings(word) for part in divided(one)})


def _threes(word: str) -> list[str]:
    return [word[start : start + _SHORTEST] for start in range(len(word) - _SHORTEST + 1)]


def _parts(word: str) -> list[str]:
    """Give parts of a word, of which one stays whole where somebody slips once (or twice)."""
    length = len(word)
    if length < _SHORTEST:
        return []
    if length < _HALVES_FROM:
        return [word]
    if length < _THIRDS_FROM:
        half = max(_SHORTEST, length // 2)
        return [word[:half], word[-half:]]
    third = length // 3
    return [word[:third], word[third:-third], word[-third:]]
