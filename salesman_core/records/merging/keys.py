"""Keys that doubles share, as the core and plugins give them, and who shares them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.db import one_of
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import current_host
from salesman_hookspecs import DuplicateKey, Text
from salesman_hookspecs.doubles import salesman_duplicate_keys

T = TypeVar("T")

NAME: Final = "name"
"""The reason for a pair that has similar names, which are no key."""

MOST_SHARING: Final = 10
"""A key that more records share says nothing: a switchboard, an address of all."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A record that shares a key with what was asked about.

    :param source: the name of the key, as ``core.phone``.
    :param reason: what people read for it.
    :param shown: what of the record it is, as it was typed there.
    """

    record_id: int
    source: str
    reason: Text
    shown: str


def keys_of(kind: str) -> list[Contribution[DuplicateKey]]:
    """Give the keys of a kind of record, each with who gives it."""
    return [
        one
        for one in current_host().contributions(salesman_duplicate_keys)
        if one.value.kind == kind
    ]


def told_keys(kind: str) -> list[Contribution[DuplicateKey]]:
    """Give the keys of which the person may learn who shares them."""
    person = current_person()
    return [
        one for one in keys_of(kind) if not one.value.permission or person.may(one.value.permission)
    ]


def all_keys_told(kind: str) -> bool:
    """Tell whether the person may learn of each key who shares it.

    For what was found by one of them and no longer says by which.
    """
    return len(told_keys(kind)) == len(keys_of(kind))


def name_of_key(one: Contribution[DuplicateKey]) -> str:
    """Give the name under which a key is kept, as ``core.phone``."""
    return f"{one.owner}.{one.value.id}"


def sharing(
    session: Session, kind: str, typed: Mapping[str, Any], condition: Callable[[Any], Any]
) -> list[Shared]:
    """Give the records that share a key with what is typed.

    :param typed: fields as the JSON API names them.
    :param condition: gives the SQL by which an id is one of those that are asked for.
    """
    found: list[Shared] = []
    for one in told_keys(kind):
        found += _asked(one, partial(_sharing, session, one, typed, condition)) or ()
    return found


def _sharing(
    session: Session,
    one: Contribution[DuplicateKey],
    typed: Mapping[str, Any],
    condition: Callable[[Any], Any],
) -> list[Shared]:
    wanted = sorted({key for key in one.value.typed(typed) if key})
    if not wanted:
        return []
    keys = one.value.keys().subquery()
    rows = session.execute(
        sa.select(keys.c.record_id, keys.c.shown)
        .where(keys.c.key.in_(wanted), condition(keys.c.record_id))
        .order_by(keys.c.record_id)
        .limit(MOST_SHARING)
    )
    source = name_of_key(one)
    return [Shared(row.record_id, source, one.value.reason, row.shown) for row in rows]


def sharing_other_keys(
    session: Session, kind: str, many: Sequence[Mapping[str, Any]], owner: str
) -> list[list[int]]:
    """Give for each that is typed the records that share a key with it, the most in common first.

    It asks once for each kind of key, however many are typed.

    :param many: fields of each, as the JSON API names them.
    :param owner: whose keys are left out, because the caller knows what they tell.
    """
    found: list[Counter[int]] = [Counter() for _one in many]
    for one in keys_of(kind):
        if one.owner != owner:
            for place, ids in _asked(one, partial(_sharing_each, session, one, many)) or ():
                found[place].update(ids)
    return [sorted(ids, key=lambda id_: (-ids[id_], id_)) for ids in found]


def _sharing_each(
    session: Session, one: Contribution[DuplicateKey], many: Sequence[Mapping[str, Any]]
) -> list[tuple[int, set[int]]]:
    wanted = [{key for key in one.value.typed(typed) if key} for typed in many]
    every = set[str]().union(*wanted)
    if not every:
        return []
    keys = one.value.keys().subquery()
    holders: dict[str, set[int]] = {}
    found = sa.select(keys.c.key, keys.c.record_id).where(one_of(keys.c.key, sorted(every)))
    for row in session.execute(found):
        holders.setdefault(row.key, set()).add(row.record_id)
    few = {key: ids for key, ids in holders.items() if len(ids) <= MOST_SHARING}
    return [
        (place, set[int]().union(*(few.get(key, ()) for key in some)))
        for place, some in enumerate(wanted)
    ]


Pair = tuple[int, int]


def pairs_among(
    session: Session, kind: str, ids: Sequence[int], seen: sa.Select[int]
) -> dict[Pair, list[str]]:
    """Give the pairs that share keys, one of each among *ids*, with the names of the keys.

    :param seen: the ids of the records that are asked for.
    """
    found: dict[Pair, list[str]] = {}
    for one in keys_of(kind):
        for pair in _asked(one, partial(_pairs, session, one, ids, seen)) or ():
            found.setdefault(pair, []).append(name_of_key(one))
    return found


def _pairs(
    session: Session, one: Contribution[DuplicateKey], ids: Sequence[int], seen: sa.Select[int]
) -> list[Pair]:
    keys, others = one.value.keys().subquery(), one.value.keys().subquery()
    own = sa.select(keys.c.key).where(keys.c.record_id.in_(ids), keys.c.key.is_not(None))
    sharing: dict[str, set[int]] = {}
    for row in session.execute(
        sa.select(others.c.key, others.c.record_id).where(
            others.c.key.in_(own), others.c.record_id.in_(seen)
        )
    ):
        sharing.setdefault(row.key, set()).add(row.record_id)
    few = [group for group in sharing.values() if len(group) <= MOST_SHARING]
    asked = set(ids)
    return sorted(
        {
            (min(first, second), max(first, second))
            for group in few
            for first in group & asked
            for second in group - {first}
        }
    )


def _asked(one: Contribution[DuplicateKey], ask: Callable[[], T]) -> T | None:
    """Ask for a plugin's keys; a failing plugin gives none, and the others' stand."""
    place = f"salesman_duplicate_keys: {one.value.id}"
    return current_host().dispatcher.guarded(one.owner, place, ask)


def reasons_in_words(kind: str, sources: Iterable[str]) -> list[Text]:
    """Give what the person reads for the names of keys; those of absent plugins are left out."""
    known = {name_of_key(one): one.value.reason for one in told_keys(kind)}
    return [known[source] for source in sources if source in known]
