"""What somebody who leaves owns, given to those who take over: of every kind, core or plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.person import SYSTEM, acting_as, current_person, load_person, person_of
from salesman_core.access.records import record_types
from salesman_core.clock import now
from salesman_core.db import AnyRow, WritingSession, reading, table_of
from salesman_core.errors import InvalidError, VetoedError
from salesman_core.i18n import texts
from salesman_core.jobs import State, enqueue, job_piece, job_progress, jobs_in
from salesman_core.plugins.host import current_host
from salesman_core.records.changes import ask, audit_row
from salesman_core.records.models import Audit
from salesman_core.records.saving import write_rows
from salesman_hookspecs import Job, Reassigned, RecordType, Text
from salesman_hookspecs.data import salesman_record_types, salesman_records_reassigned

_ = texts.lazy

JOB: Final = "core.people.hand_over"
ALL_KINDS: Final = ""
"""The kind under which a successor stands who takes over what nobody else does."""
AT_ONCE: Final = 500
"""So many records change hands with the deactivation itself; more of them in the background."""
BATCH: Final = 500
_MOST_UNDER_WAY: Final = 1000

Successors = Mapping[str, int]
"""Who takes over, by kind of record; see :data:`ALL_KINDS`."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How many records of a kind belong to somebody, those in the bin included."""

    kind: str
    title: Text
    count: int


def owned_types() -> list[RecordType]:
    """Give the kinds of record that have an owner."""
    return [type_ for type_ in record_types() if type_.owner is not None]


def holdings(session: Session, user_id: int) -> list[Holding]:
    """Give how much belongs to a user, of every kind that they have any of."""
    return _held(session, user_id, owned_types())


def left_behind(session: Session, user_id: int) -> list[Holding]:
    """Give how much stays with a user because its plugin is loaded and not active.

    Nobody may be asked for it, and nobody could see it: it is given on once the plugin is back.
    """
    active = {type_.kind for type_ in record_types()}
    every = current_host().contributions(salesman_record_types, inactive=True)
    idle = [one.value for one in every if one.value.kind not in active and one.value.owner]
    there = set(sa.inspect(session.connection()).get_table_names()) if idle else set()
    return _held(session, user_id, [one for one in idle if table_of(one.model).name in there])


def _held(session: Session, user_id: int, types: Iterable[RecordType]) -> list[Holding]:
    found = []
    for type_ in types:
        columns = table_of(type_.model).c
        owned = sa.select(sa.func.count()).where(columns[str(type_.owner)] == user_id)
        count = session.scalar(owned) or 0
        if count:
            found.append(Holding(type_.kind, type_.plural, count))
    return found


def begin(session: WritingSession, user_id: int, successors: Successors) -> int | None:
    """Give all that a user owns to their successors; give the job that does it, if one has to.

    :raises InvalidError: by kind, for a successor who cannot take over.
    """
    held, coming = holdings(session, user_id), _coming_to(user_id)
    taken = {kind: _successor(kind, successors) for kind in {one.kind for one in held} | coming}
    given = {kind: id_ for kind, id_ in taken.items() if id_ is not None}
    _judge(session, user_id, given)
    if not given:
        return None
    if not coming and sum(one.count for one in held) <= AT_ONCE:
        hand_over(user_id, given, current_person().id)
        return None
    arguments = {"user_id": user_id, "successors": given, "actor_id": current_person().id}
    return enqueue(session, JOB, arguments, key=JOB)  # one after the other, see _coming_to


def _coming_to(user_id: int) -> set[str]:
    """Give the kinds of record that somebody is still taking over from others who left.

    What they are given before they hand over themselves has to go on to their own successor.
    """
    under_way = jobs_in(State.READY, State.RUNNING, name=JOB, limit=_MOST_UNDER_WAY)
    given = [one.arguments["successors"] for one in under_way]
    coming = {kind for successors in given for kind, id_ in successors.items() if id_ == user_id}
    return coming & {type_.kind for type_ in owned_types()}


def _successor(kind: str, successors: Successors) -> int | None:
    return successors.get(kind, successors.get(ALL_KINDS))


def _judge(session: Session, user_id: int, given: Successors) -> None:
    people = {id_: load_person(session, id_) for id_ in set(given.values())}
    types = {type_.kind: type_ for type_ in owned_types()}
    wrong: dict[str, Text] = {}
    for kind, id_ in given.items():
        person = people[id_]
        if person is None or id_ == user_id:
            wrong[kind] = _("Choose an active colleague.")
        elif not person.may(types[kind].view_permission):
            wrong[kind] = _("%(name)s may not even see such records.", name=person.name)
    if wrong:
        raise InvalidError(_("Not everybody can take over what you gave them."), wrong)


def hand_over(user_id: int, successors: Successors, actor_id: int | None) -> None:
    """Give records to their new owners, batch after batch, as whoever decided it.

    What a plugin refuses stays where it is. To do it once more changes nothing.
    """
    person = person_of(actor_id) if actor_id is not None else None
    with acting_as(person or SYSTEM):
        of = sum(one.count for one in holdings(reading(), user_id) if one.kind in successors)
        done = 0
        for type_ in owned_types():
            if type_.kind in successors:
                for moved in _moved(type_, user_id, successors[type_.kind]):
                    done += moved
                    job_progress(done, of)


def _moved(type_: RecordType, from_id: int, to_id: int) -> Iterator[int]:
    """Move the records of a kind; give how many were looked at, after each batch."""
    last = 0
    while True:
        with job_piece() as session:
            rows = _batch(session, type_, from_id, last)
            _move(
                session,
                type_,
                [row for row in rows if _agreed(type_, row.id, from_id, to_id)],
                from_id,
                to_id,
            )
        if not rows:
            return
        last = rows[-1].id
        yield len(rows)


def _batch(session: Session, type_: RecordType, from_id: int, last: int) -> Sequence[AnyRow]:
    columns = table_of(type_.model).c
    label: Any = getattr(type_.model, type_.label)
    owned = sa.select(columns.id, label.label("label")).where(
        columns[str(type_.owner)] == from_id, columns.id > last
    )
    return session.execute(owned.order_by(columns.id).limit(BATCH).with_for_update()).all()


def _agreed(type_: RecordType, record_id: int, from_id: int, to_id: int) -> bool:
    try:
        ask(type_.kind, record_id, {str(type_.owner): (from_id, to_id)})
    except VetoedError:
        return False
    return True


def _move(
    session: WritingSession, type_: RecordType, rows: Sequence[AnyRow], from_id: int, to_id: int
) -> None:
    if not rows:
        return
    table, owner = table_of(type_.model), str(type_.owner)
    values: dict[str, Any] = {owner: to_id}
    if "version" in table.c:
        values["version"] = table.c.version + 1
    if "updated_at" in table.c:
        values["updated_at"] = now()
    ids = tuple(row.id for row in rows)
    session.execute(sa.update(table).where(table.c.id.in_(ids)).values(values))
    change = {owner: (from_id, to_id)}
    entries = [
        audit_row(type_.kind, row.id, str(row.label or ""), "handed_over", change) for row in rows
    ]
    write_rows(session, Audit, entries)
    reassigned = Reassigned(type_.kind, ids, from_id, to_id)
    current_host().call(salesman_records_reassigned, reassigned=reassigned)


def successors_offered() -> list[tuple[int, str]]:
    """Give the active users who may take over."""
    found = sa.select(User.id, User.name).where(User.active).order_by(User.search_name, User.id)
    return [(row.id, row.name) for row in reading().execute(found)]


HAND_OVER: Final = Job(
    JOB,
    hand_over,
    attempts=5,
    timeout=6 * 3600,
    transactional=False,
    title=_("Handing records over"),
)
