"""What the list of handovers can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from salesman_conveyor.models import (
    CURRENT,
    DONE,
    KIND,
    PASSED,
    WAITING,
    WITHDRAWN,
    Handover,
    Reason,
    Station,
    StationPerson,
)
from salesman_conveyor.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    Column,
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    RecordList,
    User,
    current_person,
    now,
    reading,
)

_ = texts.lazy

Condition = sa.ColumnElement[bool]

Giver: Final = aliased(User)
Taker: Final = aliased(User)
Former: Final = aliased(Station)
"""The station from which a record came, beside the one at which it is."""

STATE_TITLES: Final = {
    "waiting": _("waiting"),
    "taken": _("in work"),
    "passed": _("handed on"),
    "returned": _("returned"),
    "withdrawn": _("taken back"),
    "done": _("finished"),
}


def is_late() -> Condition:
    """Give the condition of what waits longer than it should."""
    return sa.and_(Handover.state == WAITING, Handover.due_at <= now())


def is_current() -> Condition:
    """Give the condition of the handovers by which records stand where they are."""
    return Handover.state.in_(CURRENT)


def came_back() -> Condition:
    """Give the condition of what was returned to whoever had given it."""
    return Handover.return_of_id.is_not(None)


def waits_for_me() -> Condition:
    """Give the condition of what whoever acts may take up: theirs, and their stations' queues."""
    me = current_person().id
    theirs = sa.select(StationPerson.station_id).where(StationPerson.user_id == me)
    in_queue = sa.and_(Handover.owner_id.is_(None), Handover.station_id.in_(theirs))
    return sa.and_(Handover.state == WAITING, sa.or_(Handover.owner_id == me, in_queue))


def has_arrived() -> Condition:
    """Give the condition of what came to a station and was not taken back."""
    return sa.and_(Handover.station_id.is_not(None), Handover.state != WITHDRAWN)


def has_gone_on() -> Condition:
    """Give the condition of what a station has let go on, to another one or to its end."""
    return sa.and_(Handover.station_id.is_not(None), Handover.state.in_((PASSED, DONE)))


def was_taken() -> Condition:
    """Give the condition of what somebody took up."""
    return Handover.taken_at.is_not(None)


def _waited(operator: str, day: Any) -> Condition:
    """Let what waits now count beside what came in on some days, whenever it came."""
    came = Handover.day >= day if operator == "gte" else Handover.day <= day
    return sa.or_(Handover.state == WAITING, came)


def _person(operator: str, value: Any) -> Condition:
    """Give what somebody took up, and what waits for them."""
    ids = value if operator == "in" else (value,)
    waits = sa.and_(Handover.state == WAITING, Handover.owner_id.in_(ids))
    return sa.or_(Handover.taken_by_id.in_(ids), waits)


def _flag(condition: Callable[[], Condition]) -> Callable[[str, Any], Condition]:
    def where(_operator: str, value: Any) -> Condition:
        holds = sa.func.coalesce(condition(), sa.false())
        return condition() if value else sa.not_(holds)

    return where


def _filter(name: str, title: Any, condition: Callable[[], Condition]) -> ListFilter:
    return ListFilter(name, title, FieldKind.FLAG, _flag(condition), operators=("eq",))


def _name_of(model: type[Station | Reason]) -> Callable[[Any], str]:
    def show(id_: Any) -> str:
        return str(reading().scalar(sa.select(model.name).where(model.id == id_)) or id_)

    return show


HANDOVERS: Final = ListSpec(
    kind=KIND,
    id=Handover.id,
    source=sa.outerjoin(Handover, Station, Station.id == Handover.station_id)
    .outerjoin(Former, Former.id == Handover.from_station_id)
    .outerjoin(User, User.id == Handover.owner_id)
    .outerjoin(Giver, Giver.id == Handover.giver_id)
    .outerjoin(Taker, Taker.id == Handover.taken_by_id)
    .outerjoin(Reason, Reason.id == Handover.reason_id),
    search=Handover.search_title,
    default_sort="-given_at",
    fields=(
        ListField(
            "title",
            _("Client or deal"),
            Handover.title,
            FieldKind.TEXT,
            norm=Handover.search_title,
        ),
        ListField("state", _("State"), Handover.state, FieldKind.CHOICE, choices=STATE_TITLES),
        ListField(
            "station_id",
            _("Station"),
            Handover.station_id,
            FieldKind.REF,
            sort_column=Station.position,
            show=_name_of(Station),
        ),
        ListField(
            "from_station_id",
            _("Came from"),
            Handover.from_station_id,
            FieldKind.REF,
            sort_column=Former.position,
            show=_name_of(Station),
        ),
        ListField(
            "owner_id", _("With"), Handover.owner_id, FieldKind.USER, sort_column=User.search_name
        ),
        ListField(
            "giver_id",
            _("Handed over by"),
            Handover.giver_id,
            FieldKind.USER,
            sort_column=Giver.search_name,
        ),
        ListField(
            "taken_by_id",
            _("Taken up by"),
            Handover.taken_by_id,
            FieldKind.USER,
            sort_column=Taker.search_name,
        ),
        ListField(
            "reason_id",
            _("Reason for returning"),
            Handover.reason_id,
            FieldKind.REF,
            sort_column=Reason.position,
            show=_name_of(Reason),
        ),
        ListField("client_id", _("Client"), Handover.client_id, FieldKind.REF, sortable=False),
        ListField("deal_id", _("Deal"), Handover.deal_id, FieldKind.REF, sortable=False),
        ListField("day", _("Day of handing over"), Handover.day, FieldKind.DATE),
        ListField("ended_on", _("Day of going on"), Handover.ended_on, FieldKind.DATE),
        ListField("given_at", _("Handed over"), Handover.given_at, FieldKind.MOMENT),
        ListField("due_at", _("To be taken up by"), Handover.due_at, FieldKind.MOMENT),
        ListField("taken_at", _("Taken up"), Handover.taken_at, FieldKind.MOMENT, empty_high=True),
        ListField("ended_at", _("Gone on"), Handover.ended_at, FieldKind.MOMENT, empty_high=True),
        ListField("updated_at", _("Changed"), Handover.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        _filter("for_me", _("Waits for me"), waits_for_me),
        _filter("late", _("Late"), is_late),
        _filter("came_back", _("Came back"), came_back),
        _filter("current", _("Is there now"), is_current),
        _filter("arrived", _("Came to a station"), has_arrived),
        _filter("gone_on", _("Went on from a station"), has_gone_on),
        _filter("was_taken", _("Was taken up"), was_taken),
        ListFilter(
            "waited",
            _("Waits still, or came in"),
            FieldKind.DATE,
            _waited,
            operators=("gte", "lte"),
        ),
        ListFilter("person_id", _("Taken up by, or waits for"), FieldKind.USER, _person),
    ),
)

HANDOVER: Final = (
    Handover.id,
    Handover.title,
    Handover.client_id,
    Handover.deal_id,
    Handover.station_id,
    Handover.from_station_id,
    Handover.state,
    Handover.owner_id,
    Handover.giver_id,
    Handover.taken_by_id,
    Handover.rule_id,
    Handover.previous_id,
    Handover.return_of_id,
    Handover.reason_id,
    Handover.reason,
    Handover.note,
    Handover.points,
    Handover.given_at,
    Handover.day,
    Handover.due_at,
    Handover.taken_at,
    Handover.ended_at,
    Handover.ended_on,
    Handover.began_at,
    Handover.created_at,
    Handover.updated_at,
    Handover.version,
)
"""What a handover is, in the JSON API."""

NAMED: Final = (
    *HANDOVER,
    Station.name.label("station_name"),
    Former.name.label("from_station_name"),
    User.name.label("owner_name"),
    Giver.name.label("giver_name"),
    Taker.name.label("taker_name"),
    Reason.name.label("reason_name"),
)
"""The same with what a page shows beside it."""

COLUMNS: Final = (
    Column("title", _("Client or deal"), "title"),
    Column("station", _("Station"), "station_id"),
    Column("state", _("State"), "state"),
    Column("owner", _("With"), "owner_id"),
    Column("giver", _("Handed over by"), "giver_id"),
    Column("given_at", _("Handed over"), "given_at"),
    Column("due_at", _("To be taken up by"), "due_at"),
    Column("from_station", _("Came from"), "from_station_id", usual=False),
    Column("taker", _("Taken up by"), "taken_by_id", usual=False),
    Column("taken_at", _("Taken up"), "taken_at", usual=False),
    Column("ended_at", _("Gone on"), "ended_at", usual=False),
    Column("reason", _("Reason for returning"), "reason_id", usual=False),
    Column("note", _("Note"), usual=False),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some handovers, for files."""
    for row in rows:
        yield {
            "title": row.title,
            "station": row.station_name or "",
            "state": str(STATE_TITLES[row.state]),
            "owner": row.owner_name or "",
            "giver": row.giver_name or "",
            "given_at": row.given_at,
            "due_at": row.due_at,
            "from_station": row.from_station_name or "",
            "taker": row.taker_name or "",
            "taken_at": row.taken_at,
            "ended_at": row.ended_at,
            "reason": ": ".join(one for one in (row.reason_name, row.reason) if one),
            "note": row.note,
        }


LISTED: Final = RecordList(
    HANDOVERS,
    "conveyor.handovers",
    _("Handovers"),
    NAMED,
    COLUMNS,
    _cells,
    export="conveyor.line.view",
)
