"""What names somebody who leaves, given to those who take over: of every kind, core or plugin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.origin import coming_from, current_origin
from salesman_core.access.person import SYSTEM, acting_as, current_person, load_person, person_of
from salesman_core.access.records import record_types
from salesman_core.db import WritingSession, reading, table_of
from salesman_core.errors import ConflictError, InvalidError, VetoedError
from salesman_core.i18n import texts
from salesman_core.jobs import State, enqueue, job_piece, job_progress, jobs_in
from salesman_core.people import taken_over
from salesman_core.people.named_users import (
    Handed,
    hand,
    naming,
    naming_types,
    owned_by,
    to_be_handed,
)
from salesman_core.plugins.host import current_host
from salesman_core.records.changes import ask, audit, audit_row
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

REFUSED: Final = "not_handed_over"
"""What the audit of a record says that a plugin kept with who left."""

Successors = Mapping[str, int | None]
"""Who takes over, by kind of record; None where it stays theirs. See :data:`ALL_KINDS`."""

STAYS: Final[dict[str, int | None]] = {ALL_KINDS: None}
"""Nobody takes anything over."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How many records of a kind name somebody, those in the bin included.

    :param count: whom they belong to, who takes part in them, or whom a custom field of theirs
        names.
    :param owned: those of them that belong to the user.
    """

    kind: str
    title: Text
    count: int
    owned: int


def holdings(session: Session, user_id: int) -> list[Holding]:
    """Give how much names a user, of every kind that has any of it."""
    found = []
    for type_ in naming_types():
        naming_them, theirs = naming(type_, user_id), owned_by(type_, user_id)
        counts = sa.select(sa.func.count(), sa.func.count(sa.case((theirs, 1))))
        row = session.execute(counts.select_from(table_of(type_.model)).where(naming_them)).one()
        if row[0]:
            found.append(Holding(type_.kind, type_.plural, *row))
    return found


def left_behind(session: Session, user_id: int) -> list[Holding]:
    """Give what a user owns that stays with them because its plugin is loaded and not active.

    Nobody may be asked for it, and nobody could see it: it is given on once the plugin is back.
    """
    active = {type_.kind for type_ in record_types()}
    every = current_host().contributions(salesman_record_types, inactive=True)
    owned_ones = [one.value for one in every if one.value.owner and not one.value.stays]
    idle = [one for one in owned_ones if one.kind not in active]
    there = set(sa.inspect(session.connection()).get_table_names()) if idle else set()
    found = []
    for type_ in idle:
        table = table_of(type_.model)
        owned = sa.select(sa.func.count()).select_from(table).where(owned_by(type_, user_id))
        count = (session.scalar(owned) or 0) if table.name in there else 0
        if count:
            found.append(Holding(type_.kind, type_.plural, count, count))
    return found


def demand_decided(session: Session, user_id: int, name: str, successors: Successors) -> None:
    """Let somebody leave only where it is said of all that they own what becomes of it.

    :raises ConflictError: where nobody was asked, naming what there is.
    """
    if ALL_KINDS in successors:
        return
    owned = {one.kind: one.owned for one in holdings(session, user_id) if one.owned}
    asked = (owned.keys() | _coming_to(user_id)) - successors.keys()
    if asked:
        types = [one for one in naming_types() if one.kind in asked]
        named = ", ".join(f"{one.plural}: {owned.get(one.kind, 0)}" for one in types)
        message = _(
            "These still belong to %(name)s: %(records)s. Say who takes over, or that they stay.",
            name=name,
            records=named,
        )
        raise ConflictError(message)


def begin(session: WritingSession, user_id: int, successors: Successors) -> int | None:
    """Give all that names a user to their successors; give the job that does it, if one has to.

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
    arguments = {
        "user_id": user_id,
        "successors": given,
        "actor_id": current_person().id,
        "origin": list(current_origin()),
    }
    return enqueue(session, JOB, arguments, key=JOB)  # one after the other, see _coming_to


def _coming_to(user_id: int) -> set[str]:
    """Give the kinds of record that somebody is still taking over from others who left.

    What they are given before they hand over themselves has to go on to their own successor.
    """
    under_way = jobs_in(State.READY, State.RUNNING, name=JOB, limit=_MOST_UNDER_WAY)
    given = [one.arguments["successors"] for one in under_way]
    coming = {kind for successors in given for kind, id_ in successors.items() if id_ == user_id}
    return coming & {type_.kind for type_ in naming_types()}


def _successor(kind: str, successors: Successors) -> int | None:
    return successors.get(kind, successors.get(ALL_KINDS))


def _judge(session: Session, user_id: int, given: Mapping[str, int]) -> None:
    people = {id_: load_person(session, id_) for id_ in set(given.values())}
    types = {type_.kind: type_ for type_ in naming_types()}
    wrong: dict[str, Text] = {}
    for kind, id_ in given.items():
        person = people[id_]
        if person is None or id_ == user_id:
            wrong[kind] = _("Choose an active colleague.")
        elif not person.may(types[kind].view_permission):
            wrong[kind] = _("%(name)s may not even see such records.", name=person.name)
    if wrong:
        raise InvalidError(_("Not everybody can take over what you gave them."), wrong)


def hand_over(
    user_id: int,
    successors: Mapping[str, int],
    actor_id: int | None,
    origin: Sequence[str] | None = None,
) -> None:
    """Let records name their successors, batch after batch, as whoever decided it.

    What a plugin refuses stays where it is, and the audit says why. To do it once more changes
    nothing else.

    :param origin: from where it was decided, where that is not here and now.
    """
    person = person_of(actor_id) if actor_id is not None else None
    with acting_as(person or SYSTEM), coming_from(origin or current_origin()):
        of = sum(one.count for one in holdings(reading(), user_id) if one.kind in successors)
        done = 0
        for type_ in naming_types():
            if type_.kind in successors:
                for moved in _moved(type_, user_id, successors[type_.kind]):
                    done += moved
                    job_progress(done, of)


def _moved(type_: RecordType, from_id: int, to_id: int) -> Iterator[int]:
    """Move the records of a kind; give how many were looked at, after each batch."""
    last = 0
    while True:
        with job_piece() as session:
            batch = to_be_handed(session, type_, from_id, to_id, after=last, limit=BATCH)
            agreed = [one for one in batch if _agreed(session, type_, one)]
            if agreed:
                hand(session, type_, agreed, from_id, to_id)
                taken_over.keep(session, type_, len(agreed), from_id, to_id)
                _tell(session, type_, agreed, from_id, to_id)
        if not batch:
            return
        last = batch[-1].id
        yield len(batch)


def _agreed(session: Session, type_: RecordType, one: Handed) -> bool:
    """Ask plugins; keep with the record why one of them refuses."""
    try:
        ask(type_.kind, one.id, one.changes)
    except VetoedError as error:
        audit(session, type_.kind, one.id, one.label, REFUSED, {"reason": (None, str(error))})
        return False
    return True


def _tell(
    session: Session, type_: RecordType, handed: Sequence[Handed], from_id: int, to_id: int
) -> None:
    rows = [audit_row(type_.kind, one.id, one.label, "handed_over", one.changes) for one in handed]
    write_rows(session, Audit, rows)
    owned = tuple(one.id for one in handed if type_.owner in one.changes)
    if owned:
        reassigned = Reassigned(type_.kind, owned, from_id, to_id)
        current_host().call(salesman_records_reassigned, reassigned=reassigned)


HAND_OVER: Final = Job(
    JOB,
    hand_over,
    attempts=5,
    timeout=6 * 3600,
    transactional=False,
    title=_("Handing records over"),
)
