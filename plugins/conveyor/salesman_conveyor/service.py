"""Every change of handovers: the rules, the transaction, the events.

Whatever is done locks the client or deal first, so that no record is handed over twice at once,
and nothing is taken up by two people. A unique index says the same to the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_conveyor import stations
from salesman_conveyor.models import (
    CURRENT,
    DONE,
    KIND,
    LONGEST_REASON,
    PASSED,
    RETURNED,
    TAKE_UP_MINUTES,
    TAKEN,
    WAITING,
    WITHDRAWN,
    Handover,
    HandoverParticipant,
    Reason,
    Station,
    StationPerson,
)
from salesman_conveyor.permissions import GIVE, STEER, TAKE
from salesman_conveyor.records import (
    DEAL,
    demand_sight,
    let_join,
    let_take_over,
    lock_record,
    record_of,
)
from salesman_conveyor.telling import tell
from salesman_conveyor.texts import texts
from salesman_conveyor.times import spent
from salesman_conveyor.use import note_handover
from salesman_core.toolkit import (
    Changes,
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    User,
    When,
    WritingSession,
    announce,
    audit,
    current_person,
    demand,
    demand_permission,
    locked,
    needs,
    now,
    reading,
    touch,
    visible,
    worktime,
    writing,
)
from salesman_hookspecs import Text

_ = texts.lazy

MOST_OPEN: Final = 20
LONGEST_OPEN: Final = 300
LONGEST_NOTE: Final = 5000
TRIED: Final = 20
"""So many that wait are tried where others take them up at the same moment."""

Points = Sequence[Mapping[str, Any]]


def hand_over(kind: str, record_id: int, values: Mapping[str, Any]) -> int:
    """Hand a client or deal over to a station; give the id of the handover.

    :param values: ``station_id``; ``person_id``, one of its people, or None for its queue;
        ``note``; ``open_points``, what is left to do; ``points``, what of the station's own was
        ticked.
    :raises ConflictError: where it is with somebody else.
    :raises InvalidError: by field.
    """
    with writing() as session:
        record = lock_record(session, kind, record_id)
        demand(kind, record_id, GIVE, session=session)
        station = _station(session, values["station_id"])
        person_id = _person_at(session, station, values.get("person_id"))
        current = current_handover(session, kind, record_id)
        if current is not None:
            _demand_hers(current, record)
            if current.station_id == station.id and person_id in {None, current.owner_id}:
                raise _wrong("station_id", _("It is at “%(name)s” already.", name=station.name))
        if current is None or current.station_id != station.id:
            _demand_ready(session, station, kind, record, values.get("points") or ())
        return _give(
            session,
            kind,
            record,
            {
                "station": station,
                "person_id": person_id,
                "giver_id": current_person().id,
                "note": _note(values.get("note")),
                "points": [{"text": one, "done": False} for one in _open_points(values)],
            },
            current,
        ).id


def hand_over_by_rule(
    session: WritingSession, kind: str, record: Any, station: Station, rule: Mapping[str, Any]
) -> bool:
    """Hand a locked record over because a rule says so; tell whether it went.

    What the station asks for and is not there goes along as open points.

    :param rule: ``rule_id``, and ``giver_id``: whose act it followed from.
    """
    current = current_handover(session, kind, record.id)
    if current is not None and current.station_id == station.id:
        return False
    if not stations.people_at(session, station.id):
        return False
    lacking = [str(need.title) for need in _unfilled(session, station, kind, record)]
    points = [{"text": text, "done": False} for text in (*lacking, *station.points)]
    told = {"station": station, "person_id": None, "note": "", "points": points, **rule}
    _give(session, kind, record, told, current)
    return True


def take(handover_id: int, version: int | None = None) -> None:
    """Take up what waits: from then on whoever acts works on it.

    :raises ConflictError: where somebody else has taken it up, or it is over.
    """
    demand_permission(TAKE)
    with writing() as session:
        handover, record = _for_act(session, handover_id, version)
        if handover.state != WAITING:
            raise ConflictError(_taken_already(session, handover))
        _demand_may_take(session, handover)
        kind, _id = record_of(handover)
        me = current_person()
        handover.state, handover.taken_at = TAKEN, now()
        handover.owner_id = handover.taken_by_id = me.id
        handover.waited_minutes = spent(worktime(), handover, handover.taken_at).waited
        _see(session, handover, [me.id])
        station = _station_of(session, handover)
        if me.id is not None and station is not None:
            if station.takes_over:
                let_take_over(kind, record, me.id, _name_of(session, handover.from_station_id))
            let_join(kind, record, me.id, station.name)
            demand_sight(session, kind, record.id, me)
        _keep(session, handover, "taken", {"state": (WAITING, TAKEN)})
        told = _("%(who)s has taken up “%(title)s”", who=me.name, title=handover.title)
        tell(session, [handover.giver_id], told, address_of(handover))


def take_next() -> int | None:
    """Take up what waits longest for whoever acts; give its id, None where nothing waits."""
    demand_permission(TAKE)
    ids = reading().scalars(waiting_for_me().limit(TRIED)).all()
    for handover_id in ids:
        try:
            take(handover_id)
        except (ConflictError, MissingError):
            continue  # somebody was quicker
        return handover_id
    return None


def return_handover(
    handover_id: int, reason_id: int | None, reason: str, version: int | None = None
) -> int | None:
    """Send back what was handed over, with a reason; give the id of the handover back.

    It goes to whoever gave it, at the station it came from; None where nobody is to get it.

    :raises ConflictError: where it has come back itself, or is over.
    :raises InvalidError: without a reason.
    """
    demand_permission(TAKE)
    with writing() as session:
        handover, record = _for_act(session, handover_id, version)
        _demand_current(handover)
        _demand_may_take(session, handover)
        if handover.return_of_id is not None:
            raise ConflictError(_("It came back already: hand it over to whom it belongs."))
        handover.reason_id = _checked_reason(session, reason_id)
        handover.reason = _note(reason, "reason", LONGEST_REASON)
        if handover.reason_id is None and not handover.reason:
            raise _wrong("reason_id", _("Say why it goes back."))
        kind, _id = record_of(handover)
        back_to = _back_to(session, handover, record)
        before = handover.state
        _end(session, handover, RETURNED)
        _keep(session, handover, "returned", {"state": (before, RETURNED)})
        if back_to is None and handover.from_station_id is None:
            return None
        told = {
            "station": session.get(Station, handover.from_station_id or 0),
            "person_id": back_to,
            "giver_id": current_person().id,
            "note": handover.reason,
            "points": [dict(one) for one in handover.points if not one["done"]],
            "return_of_id": handover.id,
        }
        return _give(session, kind, record, told, handover).id


def finish(handover_id: int, version: int | None = None) -> None:
    """Say that the way of a record ends here: it leaves the conveyor."""
    demand_permission(TAKE)
    with writing() as session:
        handover, _record = _for_act(session, handover_id, version)
        _demand_current(handover)
        _demand_may_take(session, handover)
        finish_locked(session, handover)


def finish_locked(session: WritingSession, handover: Handover) -> None:
    """End the way of a record whose handover was loaded for a change."""
    before = handover.state
    _end(session, handover, DONE)
    _keep(session, handover, "finished", {"state": (before, DONE)})


def resume(handover_id: int, version: int | None = None) -> None:
    """Take back that the way of a record has ended.

    :raises ConflictError: where it has not, or the record is on a way of its own by now.
    """
    demand_permission(TAKE)
    with writing() as session:
        handover, _record = _for_act(session, handover_id, version)
        if handover.state != DONE:
            raise ConflictError(_("It has not ended here."))
        if _has_gone_again(session, handover):
            raise ConflictError(_("It has been handed over again since."))
        _demand_may_take(session, handover)
        _reopen(handover)
        _keep(session, handover, "resumed", {"state": (DONE, handover.state)})


def withdraw(handover_id: int, version: int | None = None) -> None:
    """Take back what one has handed over and nobody has taken up: all is as it was before.

    :raises ConflictError: where somebody has taken it up.
    """
    with writing() as session:
        handover, _record = _for_act(session, handover_id, version)
        if handover.state != WAITING:
            raise ConflictError(_taken_already(session, handover))
        if handover.giver_id != current_person().id and not current_person().may(STEER):
            raise ForbiddenError(_("Only whoever handed it over may take it back."), STEER)
        moment = handover.given_at
        _end(session, handover, WITHDRAWN)
        session.flush()  # the record has no current handover now
        previous = session.get(Handover, handover.previous_id or 0, with_for_update=True)
        if previous is not None and previous.ended_at == moment:
            before = previous.state
            _reopen(previous)
            _keep(session, previous, "resumed", {"state": (before, previous.state)})
        _keep(session, handover, "withdrawn", {"state": (WAITING, WITHDRAWN)})


def assign(handover_id: int, person_id: int, version: int | None = None) -> None:
    """Say which of the people of a station is to take up what waits in its queue.

    :raises ConflictError: where it does not wait at a station.
    """
    demand_permission(STEER)
    with writing() as session:
        handover, _record = _for_act(session, handover_id, version)
        if handover.state != WAITING or handover.station_id is None:
            raise ConflictError(_("It does not wait at a station."))
        station = session.get_one(Station, handover.station_id)
        before, handover.owner_id = handover.owner_id, _person_at(session, station, person_id)
        _see(session, handover, [handover.owner_id])
        _keep(session, handover, "assigned", {"owner_id": (before, handover.owner_id)})
        told = _("“%(title)s” waits for you", title=handover.title)
        tell(session, [handover.owner_id], told, address_of(handover))


def tick(handover_id: int, number: int, *, done: bool, version: int | None = None) -> None:
    """Say that an open point is done, or is not.

    :param number: its place, from 0.
    """
    demand_permission(TAKE)
    with writing() as session:
        handover, _record = _for_act(session, handover_id, version)
        _demand_current(handover)
        _demand_may_take(session, handover)
        if not 0 <= number < len(handover.points):
            raise MissingError(_("There is no such point."))
        points = [dict(one) for one in handover.points]
        points[number]["done"] = done
        before, handover.points = in_lines(handover.points), points
        _keep(session, handover, "changed", {"points": (before, in_lines(points))})


def in_lines(points: Points) -> list[str]:
    """Give open points as the history tells them."""
    return [f"{'✓' if one['done'] else '—'} {one['text']}" for one in points]


def waiting_for_me() -> sa.Select[int]:
    """Give the query of the ids of what waits for whoever acts: their own first, then by time."""
    me = current_person().id
    own = Handover.owner_id == me
    there = Handover.station_id.in_(_stations_of(me))
    return (
        sa.select(Handover.id)
        .where(visible(KIND), Handover.state == WAITING)
        .where(sa.or_(own, sa.and_(Handover.owner_id.is_(None), there)))
        .order_by(sa.case((own, 0), else_=1), Handover.due_at, Handover.id)
    )


def current_handover(session: Session, kind: str, record_id: int) -> Handover | None:
    """Give the handover by which a record stands where it is, loaded for a change."""
    column = Handover.deal_id if kind == DEAL else Handover.client_id
    one = sa.select(Handover).where(column == record_id, Handover.ended_at.is_(None))
    one = one.with_for_update().execution_options(populate_existing=True)
    return session.scalars(one).one_or_none()


def address_of(handover: Handover) -> str:
    """Give the path of the page of a handover."""
    return f"/conveyor/{handover.id}"


def _stations_of(user_id: int | None) -> sa.Select[int]:
    there = StationPerson
    return sa.select(there.station_id).where(there.user_id == user_id)


def _give(
    session: WritingSession,
    kind: str,
    record: Any,
    told: Mapping[str, Any],
    current: Handover | None,
) -> Handover:
    """Let a record be at a station from now on, and tell whom that concerns.

    :param told: ``station`` (None for none), ``person_id``, ``giver_id``, ``note``, ``points``,
        and what else the handover keeps.
    """
    station: Station | None = told["station"]
    moment = now()
    if current is not None and current.ended_at is None:
        before = current.state
        _end(session, current, PASSED, moment)
        _keep(session, current, "passed", {"state": (before, PASSED)})
    elif current is not None:
        moment = current.ended_at or moment
    giver_id: int | None = told["giver_id"]
    minutes = station.take_up_minutes if station is not None else TAKE_UP_MINUTES
    note_handover(session)
    handover = Handover(
        title=record.name[:300],
        search_title=record.name[:300],
        client_id=None if kind == DEAL else record.id,
        deal_id=record.id if kind == DEAL else None,
        station_id=None if station is None else station.id,
        from_station_id=_came_from(session, station, giver_id, current),
        state=WAITING,
        owner_id=told["person_id"],
        giver_id=giver_id,
        rule_id=told.get("rule_id"),
        previous_id=None if current is None else current.id,
        return_of_id=told.get("return_of_id"),
        note=told["note"],
        points=list(told["points"]),
        given_at=moment,
        day=When.at(moment).day,
        due_at=worktime().later(moment, minutes),
        began_at=moment if current is None else current.began_at,
        created_at=moment,
        updated_at=moment,
    )
    session.add(handover)
    session.flush()
    addressed = [handover.owner_id]
    if handover.owner_id is None and station is not None:
        addressed = [*stations.people_at(session, station.id)]
    _see(session, handover, [giver_id, *addressed])
    if giver_id == current_person().id and handover.return_of_id is None:
        let_join(kind, record, giver_id, _name_of(session, handover.from_station_id))
    _keep(session, handover, "given", _first_changes(handover))
    tell(
        session, [*addressed, record.owner_id], _announced(handover, station), address_of(handover)
    )
    return handover


def _announced(handover: Handover, station: Station | None) -> Text:
    told: dict[str, Any] = {"who": current_person().name, "title": handover.title}
    if handover.return_of_id is not None:
        return _("%(who)s returns “%(title)s”", **told)
    name = "" if station is None else station.name
    if handover.rule_id is not None:
        return _("“%(title)s” has come to %(station)s", title=handover.title, station=name)
    return _("%(who)s hands “%(title)s” over to %(station)s", station=name, **told)


def _came_from(
    session: Session, station: Station | None, giver_id: int | None, current: Handover | None
) -> int | None:
    """Give the station from which a record comes: where it was, else where its giver works."""
    if current is not None:
        return current.station_id
    return stations.station_of(session, giver_id, station.id if station is not None else 0)


def _back_to(session: Session, handover: Handover, record: Any) -> int | None:
    """Give to whom something goes back: who gave it, else whose it is; None for the queue."""
    for user_id in (handover.giver_id, record.owner_id):
        user = session.get(User, user_id or 0)
        if user is not None and user.active:
            return user.id
        if handover.from_station_id is not None:
            return None
    return None


def _end(session: Session, handover: Handover, state: str, moment: datetime | None = None) -> None:
    handover.state, handover.ended_at = state, moment or now()
    handover.ended_on = When.at(handover.ended_at).day
    handover.waited_minutes, handover.worked_minutes = spent(
        worktime(), handover, handover.ended_at
    )
    session.flush()  # before another one of the record begins


def _reopen(handover: Handover) -> None:
    handover.state = WAITING if handover.taken_at is None else TAKEN
    handover.ended_at = handover.ended_on = handover.worked_minutes = None
    handover.reason_id, handover.reason = None, ""
    if handover.taken_at is None:
        handover.waited_minutes = None


def _for_act(
    session: WritingSession, handover_id: int, version: int | None
) -> tuple[Handover, Any]:
    """Load a handover that whoever acts sees, and its record, both for a change.

    :raises MissingError: where there is none, or the record is gone.
    """
    seen = sa.select(Handover.client_id, Handover.deal_id)
    row = session.execute(seen.where(Handover.id == handover_id, visible(KIND))).one_or_none()
    if row is None:
        raise MissingError(_("There is no such handover, or you may not see it."))
    record = lock_record(session, *record_of(row))
    return locked(session, Handover, handover_id, version), record


def _has_gone_again(session: Session, handover: Handover) -> bool:
    """Tell whether the record of a handover that is over has been on a later way.

    Where clients were merged it may be on the one of another client, which began before.
    """
    column = Handover.deal_id if handover.deal_id is not None else Handover.client_id
    later = sa.and_(Handover.id > handover.id, Handover.state != WITHDRAWN)
    gone = sa.exists().where(
        column == record_of(handover)[1], sa.or_(later, Handover.ended_at.is_(None))
    )
    return bool(session.scalar(sa.select(gone)))


def _demand_current(handover: Handover) -> None:
    if handover.state not in CURRENT:
        raise ConflictError(_("It has gone on from here already."))


def _demand_may_take(session: Session, handover: Handover) -> None:
    """Let those act on a handover with whom it is, the people of its queue, and who steers.

    :raises ForbiddenError: for others, who only see it.
    """
    me = current_person()
    if me.may(STEER) or handover.owner_id == me.id:
        return
    in_queue = handover.owner_id is None and handover.station_id is not None
    if in_queue and me.id in stations.people_at(session, handover.station_id or 0):
        return
    raise ForbiddenError(_("It is with somebody else."), STEER)


def _demand_hers(current: Handover, record: Any) -> None:
    """Let a record that stands somewhere be handed on by whom it is with, whose it is, who steers.

    While it waits, whoever gave it may give it to others as well.
    """
    me = current_person()
    allowed = {current.owner_id, record.owner_id}
    allowed |= {current.giver_id} if current.state == WAITING else set()
    if me.id not in allowed and not me.may(STEER):
        raise ConflictError(_("It is with somebody else: they hand it on, or return it."))


def _demand_ready(
    session: Session, station: Station, kind: str, record: Any, ticked: Iterable[str]
) -> None:
    """Let a record go to a station only with what must be there.

    :raises InvalidError: naming what is missing.
    """
    lacking = _unfilled(session, station, kind, record)
    wrong: dict[str, Text] = {}
    if lacking:
        names = ", ".join(str(need.title) for need in lacking)
        wrong["station_id"] = _(
            "“%(station)s” needs: %(names)s.", station=station.name, names=names
        )
    said = set(ticked)
    missing = [one for one in station.points if one not in said]
    if missing:
        wrong["points"] = _("Tick what is there: %(points)s.", points="; ".join(missing))
    if wrong:
        raise InvalidError(_("Something that must be there is missing."), wrong)


def _unfilled(session: Session, station: Station, kind: str, record: Any) -> list[needs.Need]:
    if kind != DEAL:
        return []
    asked = needs.known(station.required)
    return [need for need in asked if not need.is_filled(session, record)]


def _station(session: Session, station_id: int) -> Station:
    station = session.get(Station, station_id)
    if station is None or not station.active:
        raise _wrong("station_id", _("There is no such station."))
    if not stations.people_at(session, station.id):
        raise _wrong("station_id", _("Nobody works at “%(name)s” yet.", name=station.name))
    return station


def _person_at(session: Session, station: Station, person_id: int | None) -> int | None:
    if person_id is not None and person_id not in stations.people_at(session, station.id):
        raise _wrong("person_id", _("Choose somebody who works at “%(name)s”.", name=station.name))
    return person_id


def _checked_reason(session: Session, reason_id: int | None) -> int | None:
    if reason_id is None:
        return None
    reason = session.get(Reason, reason_id)
    if reason is None or not reason.active:
        raise _wrong("reason_id", _("Choose one of them."))
    return reason.id


def _open_points(values: Mapping[str, Any]) -> list[str]:
    points = [text for one in values.get("open_points") or () if (text := str(one).strip())]
    if len(points) > MOST_OPEN or any(len(one) > LONGEST_OPEN for one in points):
        raise _wrong(
            "open_points",
            _(
                "At most %(most)s points of %(longest)s characters fit.",
                most=MOST_OPEN,
                longest=LONGEST_OPEN,
            ),
        )
    return points


def _note(typed: object, field: str = "note", most: int = LONGEST_NOTE) -> str:
    text = str(typed or "").strip()
    if len(text) > most:
        raise _wrong(field, _("At most %(most)s characters fit here.", most=most))
    return text


def _station_of(session: Session, handover: Handover) -> Station | None:
    return session.get(Station, handover.station_id or 0)


def _name_of(session: Session, station_id: int | None) -> str:
    station = session.get(Station, station_id or 0)
    return "" if station is None else station.name


def _see(session: Session, handover: Handover, user_ids: Iterable[int | None]) -> None:
    """Let people see a handover from now on."""
    part = HandoverParticipant
    held = set(session.scalars(sa.select(part.user_id).where(part.record_id == handover.id)))
    people = {one for one in user_ids if one is not None} - held
    session.add_all(stations.take_part(handover.id, user_id) for user_id in sorted(people))


def _taken_already(session: Session, handover: Handover) -> Text:
    who = session.get(User, handover.taken_by_id or 0)
    if handover.state == TAKEN and who is not None:
        return _("%(who)s has taken it up already.", who=who.name)
    return _("It does not wait any more.")


def _first_changes(handover: Handover) -> Changes:
    names = ("station_id", "from_station_id", "owner_id", "giver_id", "note", "due_at")
    told = {name: getattr(handover, name) for name in names}
    told["points"] = in_lines(handover.points)
    return {name: (None, value) for name, value in told.items() if value}


def _keep(session: WritingSession, handover: Handover, action: str, changes: Changes) -> None:
    touch(handover)
    session.flush()
    audit(session, KIND, handover.id, handover.title, action, changes)
    names = ("client_id", "deal_id", "station_id", "owner_id")
    about = {name: getattr(handover, name) for name in names}
    announce(session, f"conveyor.handover.{action}", KIND, handover.id, about)


def _wrong(field: str, message: Text) -> InvalidError:
    return InvalidError(message, {field: message})
