"""Participants: people beside the owner who have a part in a record, and see it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.colleagues import seen_users
from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.clock import now
from salesman_core.db import one_of, rows_of, table_of, writing
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.changes import Planned
from salesman_core.records.listing import on_one_line
from salesman_core.records.saving import locked, write_rows

_ = texts.lazy

LONGEST_PART: Final = 100
PARTS: Final = "parts"
"""The field of the audit that tells which part each participant has: ``{user id: part}``."""


def participants_of(
    session: Session, model: type[Any], record_ids: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """Give the participants of some records, by record.

    :param model: the table, as ``DealParticipant``.
    """
    rows = rows_of(session, _participants(table_of(model)), {"record_ids": record_ids})
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.record_id, []).append(
            {"user_id": row.user_id, "name": row.name, "part": row.part, "since": row.since}
        )
    return found


@functools.cache
def _participants(table: sa.Table) -> sa.Select[*tuple[Any, ...]]:
    part, user = table.c, table_of(User).c
    return (
        sa.select(part.record_id, part.user_id, part.part, part.since, user.name)
        .join(table_of(User), user.id == part.user_id)
        .where(one_of(part.record_id, "record_ids"))
        .order_by(part.record_id, part.since, part.user_id)
    )


def with_parts(people: Iterable[Mapping[str, Any]]) -> str:
    """Give participants as a cell of a file holds them: “Anna Petrova (lawyer), Bert”."""
    return on_one_line(
        f"{one['name']} ({one['part']})" if one["part"] else str(one["name"]) for one in people
    )


@dataclass(frozen=True)
class Participation:
    """How one user at a time comes to have a part in a record, and leaves it again.

    The record is locked before it is read who there is: two who add somebody at once add both.
    """

    record: type[Any]
    """The table of the records, as ``Deal``."""
    people: type[Any]
    """The table of who has a part in them, as ``DealParticipant``."""
    change: Callable[[int, Mapping[str, Any]], bool]
    """The service that changes a record, as ``change_deal``."""

    def add(self, record_id: int, user_id: int, part: str) -> bool:
        """Give a user a part in a record: from then on they see it; tell whether that is new."""
        with writing() as session:
            others, _before = self._others(session, record_id, user_id)
            people = [*others, {"user_id": user_id, "part": part.strip()}]
            return self.change(record_id, {"participants": people})

    def include(self, record_id: int, user_ids: Collection[int], part: str) -> list[int]:
        """Give those of some users a part in a record who have none and do not own it.

        :returns: who they are; a part that somebody has already stays as it is called.
        """
        with writing() as session:
            record = locked(session, self.record, record_id)
            held = participants_of(session, self.people, [record_id]).get(record_id, [])
            there = {one["user_id"] for one in held} | {record.owner_id}
            new = sorted({*user_ids} - there)
            if new:
                people = [*held, *({"user_id": id_, "part": part.strip()} for id_ in new)]
                self.change(record_id, {"participants": people})
            return new

    def remove(self, record_id: int, user_id: int) -> str:
        """Take a user's part in a record away; give what it was."""
        with writing() as session:
            others, part = self._others(session, record_id, user_id)
            self.change(record_id, {"participants": others})
            return part

    def _others(
        self, session: Session, record_id: int, user_id: int
    ) -> tuple[list[Mapping[str, Any]], str]:
        """Give who takes part in a record beside a user, and what part that one has."""
        locked(session, self.record, record_id)
        held = participants_of(session, self.people, [record_id]).get(record_id, [])
        part = next((str(one["part"]) for one in held if one["user_id"] == user_id), "")
        return [one for one in held if one["user_id"] != user_id], part


def plan_participants(
    session: Session, model: type[Any], record_id: int, wanted: Sequence[Mapping[str, Any]]
) -> Iterator[Planned]:
    """Plan to make exactly *wanted* the participants of a record.

    The audit names their ids, and the parts that they have as a field of its own.

    :param wanted: each with ``user_id`` and, if it is known, ``part``.
    :raises InvalidError: for users that there are not, and for a part that is too long to be kept.
    """
    parts = {int(one["user_id"]): str(one.get("part") or "") for one in wanted}
    _refuse_too_long(parts.values())
    held = {row.user_id: row for row in session.scalars(_of(model, record_id))}
    _refuse_strangers(session, parts.keys() - held.keys())

    def apply() -> None:
        for user_id in held.keys() - parts.keys():
            session.delete(held[user_id])
        for user_id, part in parts.items():
            if user_id in held:
                held[user_id].part = part
            else:
                session.add(model(**_row(record_id, user_id, part)))

    before = {user_id: row.part for user_id, row in held.items()}
    people = Planned("participants", sorted(before), sorted(parts), apply)
    told = Planned(PARTS, _told(before), _told(parts), apply)
    if people.before != people.after:
        yield people
        told = replace(told, apply=lambda: None)
    if told.before != told.after:
        yield told


def _told(parts: Mapping[int, str]) -> dict[str, str]:
    """Give who has which part, as the audit keeps it."""
    return {str(user_id): parts[user_id] for user_id in sorted(parts) if parts[user_id]}


def write_participants(
    session: Session, model: type[Any], wanted: Mapping[int, Sequence[Mapping[str, Any]]]
) -> None:
    """Write the participants of records that have none yet, as files bring them.

    :param wanted: by record, each with ``user_id`` and ``part``.
    """
    rows = [
        _row(record_id, one["user_id"], one["part"])
        for record_id, people in wanted.items()
        for one in people
    ]
    write_rows(session, model, rows)


def _row(record_id: int, user_id: int, part: str) -> dict[str, Any]:
    by_id = current_person().id
    return {
        "record_id": record_id,
        "user_id": user_id,
        "part": part,
        "since": now(),
        "by_id": by_id,
    }


def _of(model: type[Any], record_id: int) -> sa.Select[Any]:
    return sa.select(model).where(model.record_id == record_id)


def _refuse_too_long(parts: Iterable[str]) -> None:
    if any(len(part) > LONGEST_PART for part in parts):
        message = _("At most %(most)s characters fit here.", most=LONGEST_PART)
        raise InvalidError(message, {"participants": message})


def _refuse_strangers(session: Session, user_ids: Collection[int]) -> None:
    known = sa.select(User.id).where(User.id.in_(user_ids), seen_users())
    missing = set(user_ids) - set(session.scalars(known))
    if missing:
        message = _("There is no user %(id)s.", id=min(missing))
        raise InvalidError(message, {"participants": message})
