"""Clients that are perhaps the one that somebody means: by what they share, and by name.

Only clients that the person sees are named, and nothing tells that there are others (ADR 0012).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import Bin, label_of, visible
from salesman_core.clients import queries
from salesman_core.clients.likeness import ALIKE, likeness, rare_words, readings
from salesman_core.clients.models import Client
from salesman_core.db import AnyRow, normalised, one_of, reading, table_of
from salesman_core.db.trigrams import having_any
from salesman_core.i18n import CORE, texts
from salesman_core.records.custom.kinds import CUSTOM, EXTENSIONS
from salesman_core.records.custom.values import custom_json
from salesman_core.records.extensions.schemas import extensions_json
from salesman_core.records.merging.keys import NAME, sharing, sharing_other_keys
from salesman_hookspecs import Text

_ = texts.lazy

MOST: Final = 5
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

    :param in_bin_since: since when it lies in the bin; None where it does not.
    :param may_restore: whether the person may take it out of there.
    :param score: how likely it is, from 0 to 1.
    :param reasons: why, in words; with what is the same, as it was typed there.
    """

    id: int
    name: str
    in_bin_since: datetime | None
    may_restore: bool
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
        Similar(**rows[id_], score=score[id_], reasons=tuple(reasons[id_].values())) for id_ in best
    ]


def sharing_clients(session: Session, typed: Mapping[str, Any]) -> dict[int, tuple[Text, ...]]:
    """Give the living clients that the person sees and that share a key with somebody, with why.

    :param typed: what is known of somebody, as :func:`similar_clients` takes it.
    """
    seen = sa.select(_CLIENT.id).where(visible("client"))
    reasons: dict[int, dict[str, Text]] = {}
    for one in sharing(session, "client", typed, lambda id_: id_.in_(seen)):
        reasons.setdefault(one.record_id, {})[one.source] = one.reason
    return {id_: tuple(told.values()) for id_, told in reasons.items()}


def clients_by_other_keys(
    session: Session, many: Sequence[Mapping[str, Any]]
) -> list[Sequence[AnyRow]]:
    """Give for each stranger the clients that share a key of a plugin with them, as it is.

    Whoever may see them or not: it is for the system to know whose client somebody is. Phones and
    emails are for :func:`~salesman_core.clients.lists.clients_reached`.

    :param many: what is known of each, as :func:`similar_clients` takes it.
    :returns: for each: id, name and owner of the clients, those with the most in common first.
    """
    shared = sharing_other_keys(session, "client", many, owner=CORE)
    ids = {id_ for some in shared for id_ in some}
    if not ids:
        return [[] for _one in many]
    living = sa.select(Client.id, Client.name, Client.owner_id).where(
        one_of(Client.id, sorted(ids)), Client.deleted_at.is_(None)
    )
    rows = {row.id: row for row in session.execute(living)}
    return [[rows[id_] for id_ in some if id_ in rows] for some in shared]


def similar_to(session: Session, client_id: int, *, limit: int = MOST) -> list[Similar]:
    """Give the living clients that may be one with a client that the person sees."""
    row = queries.one_client(session, client_id)
    around = queries.around_clients(session, [client_id])
    known = {
        **{name: getattr(row, name) for name in ("name", "kind", "site", "source")},
        CUSTOM: custom_json("client", row.custom),
        EXTENSIONS: extensions_json("client", [client_id]).get(client_id, {}),
        "phones": [one["typed"] for one in around.phones.get(client_id, ())],
        "emails": [one["typed"] for one in around.emails.get(client_id, ())],
        "addresses": around.addresses.get(client_id, []),
    }
    similar = similar_clients(session, known, besides=client_id, limit=limit)
    return [one for one in similar if one.in_bin_since is None]


def double_of_restored(client_id: int) -> Text | None:
    """Say of a client that came out of the bin which one may be the same; None where there is none.

    Somebody may have made it anew while it lay there.
    """
    for one in similar_to(reading(), client_id):
        return _(
            "“%(other)s” may be the same client as “%(name)s”, which is back from the bin.",
            other=one.name,
            name=label_of("client", client_id),
        )
    return None


def score_of(sources: Collection[str], alike: float) -> float:
    """Give how likely two clients are one: sharing something says more than a name."""
    shared = len(sources) - (NAME in sources)
    return 1 - (1 - 0.95 * alike) * 0.1**shared


def _reached() -> sa.ColumnElement[bool]:
    """Give the SQL of the clients that the person sees, or would see if they were not in the bin.

    Nobody is to make a client anew that lies there, whether or not they may take it out.
    """
    return sa.or_(visible("client"), visible("client", bin=Bin.ALONE))


def _named(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    may_restore = visible("client", "core.client.delete", bin=Bin.ALONE)
    rows = session.execute(
        sa.select(_CLIENT.id, _CLIENT.name, _CLIENT.deleted_at.label("in_bin_since"))
        .add_columns(sa.case((may_restore, True), else_=False).label("may_restore"))
        .where(_CLIENT.id.in_(ids))
    )
    return {row["id"]: dict(row) for row in rows.mappings()}


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
