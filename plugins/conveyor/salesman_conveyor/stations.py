"""The company's stations and reasons: how they are kept, and every read of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_conveyor.models import (
    LONGEST_POINT,
    MOST_MINUTES,
    MOST_PEOPLE,
    MOST_POINTS,
    WAITING,
    Handover,
    HandoverParticipant,
    Reason,
    Station,
    StationPerson,
)
from salesman_conveyor.permissions import MANAGE
from salesman_conveyor.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    CompanyList,
    FieldWords,
    InvalidError,
    User,
    current_person,
    needs,
    now,
    number_or_none,
    touch_records,
    user_names,
)

_ = texts.lazy


def _apply(session: Session, row: Station, values: Mapping[str, Any], *, new: bool) -> None:
    row.take_up_minutes = _minutes(values.get("take_up_minutes"))
    row.takes_over = bool(values.get("takes_over"))
    row.required = needs.judged(values.get("required"))
    row.points = _points(values.get("points"))
    people = _people(session, values.get("people") or ())
    held = {one.user_id for one in row.people}
    row.people = [one for one in row.people if one.user_id in people] + [
        StationPerson(user_id=user_id) for user_id in sorted(people - held)
    ]
    if not new:
        _show_queue(session, row.id, people - held, held - people)


def _minutes(typed: Any) -> int:
    minutes = number_or_none(str(typed)) if typed is not None else None
    if minutes is None or not 1 <= minutes <= MOST_MINUTES:
        message = _("Give whole minutes, from 1 to %(most)s.", most=MOST_MINUTES)
        raise InvalidError(message, {"take_up_minutes": message})
    return minutes


def _points(typed: Any) -> list[str]:
    """Give what must be there beside the fields, each once, as it was typed in lines."""
    lines = typed.splitlines() if isinstance(typed, str) else (typed or ())
    points = list(dict.fromkeys(line for line in (str(one).strip() for one in lines) if line))
    if len(points) > MOST_POINTS or any(len(one) > LONGEST_POINT for one in points):
        message = _(
            "At most %(most)s points of %(longest)s characters fit.",
            most=MOST_POINTS,
            longest=LONGEST_POINT,
        )
        raise InvalidError(message, {"points": message})
    return points


def _people(session: Session, typed: Any) -> set[int]:
    ids = {number for one in typed if (number := number_or_none(str(one))) is not None}
    known = set(session.scalars(sa.select(User.id).where(User.id.in_(ids))))
    if len(ids) > MOST_PEOPLE or known != ids:
        message = _("Choose people who are there, %(most)s at most.", most=MOST_PEOPLE)
        raise InvalidError(message, {"people": message})
    return known


def _show_queue(session: Session, station_id: int, came: set[int], left: set[int]) -> None:
    """Let those who came to a station see what waits there, and those who left no more."""
    waiting = sa.select(Handover.id).where(
        Handover.station_id == station_id, Handover.state == WAITING, Handover.owner_id.is_(None)
    )
    ids = list(session.scalars(waiting))
    part = HandoverParticipant
    givers = sa.select(Handover.id).where(
        Handover.id == part.record_id, Handover.giver_id == part.user_id
    )
    session.execute(
        sa.delete(part).where(
            part.record_id.in_(ids), part.user_id.in_(left), sa.not_(sa.exists(givers))
        ),
        execution_options={"synchronize_session": False},
    )
    for user_id in sorted(came):
        held = set(session.scalars(sa.select(part.record_id).where(part.user_id == user_id)))
        session.add_all(
            take_part(handover_id, user_id) for handover_id in ids if handover_id not in held
        )
    touch_records(Handover, ids)


def take_part(handover_id: int, user_id: int) -> HandoverParticipant:
    """Give the row by which somebody sees a handover."""
    return HandoverParticipant(
        record_id=handover_id, user_id=user_id, since=now(), by_id=current_person().id
    )


def _told(row: Station) -> dict[str, Any]:
    names = ("name", "take_up_minutes", "takes_over", "required", "points", "active")
    told: dict[str, Any] = {name: getattr(row, name) for name in names}
    return told | {"people": sorted(one.user_id for one in row.people)}


def _keep_reason(_session: Session, _row: Reason, _values: Mapping[str, Any], *, new: bool) -> None:
    del new  # a reason has nothing beside its name


def _told_reason(row: Reason) -> dict[str, Any]:
    return {"name": row.name, "active": row.active}


STATIONS: Final = CompanyList("conveyor.station", Station, MANAGE, _apply, _told)
REASONS: Final = CompanyList("conveyor.reason", Reason, MANAGE, _keep_reason, _told_reason)

STATIONS.describe(
    _("Station of the conveyor"),
    {
        "name": FieldWords(_("Name")),
        "take_up_minutes": FieldWords(_("To be taken up within, minutes")),
        "takes_over": FieldWords(_("Whoever takes it up becomes the owner")),
        "required": FieldWords(_("Needed fields")),
        "points": FieldWords(_("What must be there")),
        "people": FieldWords(_("People"), names=user_names),
    },
)
REASONS.describe(_("Reason for returning"), {"name": FieldWords(_("Name"))})


@dataclass(frozen=True, slots=True)
class ShownStation:
    """A station with its people, as pages and the JSON API show it."""

    row: AnyRow
    people: Sequence[AnyRow]

    @property
    def person_ids(self) -> list[int]:
        """Those of them who may be given something: the active ones."""
        return [one.id for one in self.people if one.active]


def stations(session: Session, *, offered: bool = False) -> list[ShownStation]:
    """Give the stations in the order in which work goes, in two statements.

    :param offered: only those to which something may still be handed over.
    """
    columns = (
        Station.id,
        Station.name,
        Station.take_up_minutes,
        Station.takes_over,
        Station.required,
        Station.points,
        Station.active,
        Station.version,
    )
    every = sa.select(*columns).order_by(Station.position, Station.id)
    rows = session.execute(every.where(Station.active) if offered else every).all()
    people = people_of_stations(session)
    return [ShownStation(row, people.get(row.id, [])) for row in rows]


def people_of_stations(session: Session) -> dict[int, list[AnyRow]]:
    """Give who works where: id, name and whether they are active, by station."""
    named = (
        sa.select(StationPerson.station_id, User.id, User.name, User.active)
        .join(User, User.id == StationPerson.user_id)
        .order_by(User.search_name, User.id)
    )
    found: dict[int, list[AnyRow]] = {}
    for row in session.execute(named):
        found.setdefault(row.station_id, []).append(row)
    return found


def people_at(session: Session, station_id: int) -> list[int]:
    """Give the ids of the active people of a station."""
    there = sa.select(User.id).join(StationPerson, StationPerson.user_id == User.id)
    there = there.where(StationPerson.station_id == station_id, User.active)
    return list(session.scalars(there.order_by(User.id)))


def station_of(session: Session, user_id: int | None, but: int) -> int | None:
    """Give the station at which somebody works, the first of several; None where at none.

    :param but: a station that is not meant.
    """
    if user_id is None:
        return None
    there = (
        sa.select(Station.id)
        .join(StationPerson, StationPerson.station_id == Station.id)
        .where(StationPerson.user_id == user_id, Station.active, Station.id != but)
        .order_by(Station.position, Station.id)
    )
    return session.scalar(there.limit(1))


def reasons(session: Session, *, offered: bool = False) -> Sequence[AnyRow]:
    """Give the reasons for returning in the company's order."""
    every = sa.select(Reason.id, Reason.name, Reason.active, Reason.version)
    every = every.where(Reason.active) if offered else every
    return session.execute(every.order_by(Reason.position, Reason.id)).all()
