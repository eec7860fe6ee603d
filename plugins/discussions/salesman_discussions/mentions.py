"""Whom a message names by ``@``: found by what stands in it, judged by what the writer knows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import InvalidError, User, colleagues, known_teams, seen_users
from salesman_discussions.markdown import begins_mention, ends_mention
from salesman_discussions.texts import texts

_ = texts.lazy

MOST: Final = 20
"""So many people and teams may one message name."""
_MOST_SIGNS: Final = 200
_MOST_OF_TEAM: Final = 200


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom a message names, or a team.

    :param typed: how it stands behind the ``@``.
    """

    typed: str
    user_id: int | None = None
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Somebody who may be named, or a team.

    :param written: what stands behind the ``@`` for them: the name, with the number of the user
        where somebody else is called the same.
    """

    written: str
    name: str
    user_id: int | None = None
    team_id: int | None = None


def mentionable() -> list[Mentionable]:
    """Give whom the person may name: active colleagues and teams that they know of."""
    people = colleagues()
    often = Counter(name.casefold() for _id, name in people)
    found = []
    for id_, name in people:
        written = f"{name}#{id_}" if often[name.casefold()] > 1 else name
        found.append(Mentionable(written, name, user_id=id_))
    return found + [Mentionable(name, name, team_id=id_) for id_, name in known_teams()]


def named_in(text: str) -> list[Named]:
    """Give whom a text names, each once.

    :raises InvalidError: for the field ``text``: for more than may be named, and for a name that
        several colleagues have.
    """
    if "@" not in text:
        return []
    found: dict[tuple[int | None, int | None], Named] = {}
    for one in _found(text, mentionable()):
        found.setdefault((one.user_id, one.team_id), one)
    if len(found) > MOST:
        message = _("A message names at most %(most)s people and teams.", most=MOST)
        raise InvalidError(message, {"text": message})
    return list(found.values())


def _found(text: str, known: Sequence[Mentionable]) -> Iterator[Named]:
    by_first: dict[str, list[Mentionable]] = defaultdict(list)
    for one in sorted(known, key=lambda one: -len(one.written)):
        by_first[one.written[:1].casefold()].append(one)
    signs = [at for at, letter in enumerate(text) if letter == "@"][:_MOST_SIGNS]
    for at in signs:
        if begins_mention(text, at):
            yield from _named_at(text, at + 1, by_first)


def _named_at(
    text: str, start: int, by_first: Mapping[str, Sequence[Mentionable]]
) -> Iterator[Named]:
    for one in by_first.get(text[start : start + 1].casefold(), ()):
        if _stands(text, start, one.written):
            yield Named(text[start : start + len(one.written)], one.user_id, one.team_id)
            return
        end = start + len(one.name)
        if (
            one.written != one.name
            and _stands(text, start, one.name)
            and text[end : end + 1] != "#"
        ):
            _refuse_ambiguous(one)


def _stands(text: str, start: int, written: str) -> bool:
    end = start + len(written)
    return text[start:end].casefold() == written.casefold() and ends_mention(text, end)


def _refuse_ambiguous(one: Mentionable) -> None:
    message = _("Several are called %(name)s: choose one of them from the list.", name=one.name)
    raise InvalidError(message, {"text": message})


def members(session: Session, team_ids: Collection[int]) -> list[int]:
    """Give the active people of some teams whom the person may know of."""
    if not team_ids:
        return []
    within = sa.and_(User.team_id.in_(sorted(team_ids)), User.active, seen_users())
    people = sa.select(User.id).where(within).order_by(User.id).limit(_MOST_OF_TEAM)
    return list(session.scalars(people))
