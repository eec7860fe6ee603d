"""The figures of the conveyor: what comes in, waits, is worked on, goes back and goes on.

All are counted from the handovers that whoever reads sees, and each leads to exactly those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_conveyor import stations
from salesman_conveyor.lists import has_arrived, has_gone_on, is_current
from salesman_conveyor.models import KIND, RETURNED, TAKEN, WAITING, Handover
from salesman_conveyor.times import between
from salesman_core.toolkit import AnyRow, WorkTime, now, visible, worktime

WEEK: Final = 7
STATION, PERSON = "station_id", "person"


@dataclass(frozen=True, slots=True)
class Line:
    """What is counted of a station or a person in a period.

    :param key: the id of the station or person, or None for no person.
    :param arrived: came in; ``gone_on`` went on; ``returned`` were sent back from here.
    :param taken: how many of what came in were taken up or went on, with ``waited`` minutes in
        all; ``worked`` minutes went into ``ended`` of them.
    :param waiting: how many wait now, for ``waiting_minutes`` in all so far; ``late`` of them too
        long; ``in_work`` are worked on now.
    """

    key: int | None
    arrived: int = 0
    taken: int = 0
    waited: int = 0
    ended: int = 0
    worked: int = 0
    gone_on: int = 0
    returned: int = 0
    waiting: int = 0
    waiting_minutes: int = 0
    late: int = 0
    in_work: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was or is there."""
        return self == Line(self.key)

    @property
    def usual_wait(self) -> Decimal | None:
        """Working minutes before it was taken up, on average; what waits still counts so far."""
        return _average(self.waited + self.waiting_minutes, self.taken + self.waiting)

    @property
    def usual_work(self) -> Decimal | None:
        """Working minutes from taking up until it went on, on average."""
        return _average(self.worked, self.ended)


def _average(total: int, count: int) -> Decimal | None:
    return None if count == 0 else round(Decimal(total) / count, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are counted, both ends among them."""

    first: date
    last: date

    @property
    def weeks(self) -> Decimal:
        """How many weeks they are."""
        return Decimal((self.last - self.first).days + 1) / WEEK

    def per_week(self, count: int) -> Decimal:
        """Give how many that is in a week."""
        return round(count / self.weeks, 1)


def by_station(session: Session, period: Period) -> dict[int | None, Line]:
    """Give what is counted of each station, in three statements."""
    return _lines(session, period, Handover.station_id, Handover.station_id)


def by_person(session: Session, period: Period) -> dict[int | None, Line]:
    """Give what is counted of each person, in three statements.

    What came in counts for whoever took it up; what waits now for whom it waits.
    """
    return _lines(session, period, Handover.taken_by_id, Handover.owner_id)


def _lines(session: Session, period: Period, by: Any, now_by: Any) -> dict[int | None, Line]:
    counted: dict[int | None, dict[str, int]] = {}
    for query in (_arrived(period, by), _ended(period, by)):
        for row in session.execute(query):
            values = dict(row._mapping)  # noqa: SLF001  # its API
            counted.setdefault(values.pop("key"), {}).update(values)
    hours, moment = worktime(), now()
    for row in session.execute(_current(now_by)):
        _add_current(counted.setdefault(row.key, {}), row, hours, moment)
    return {key: Line(key, **values) for key, values in counted.items()}


def _arrived(period: Period, by: Any) -> sa.Select[Any]:
    """Count what came in: of the days of handing over."""
    over = sa.or_(Handover.taken_at.is_not(None), Handover.ended_at.is_not(None))
    return (
        sa.select(
            by.label("key"),
            sa.func.count(Handover.id).label("arrived"),
            sa.func.count(sa.case((over, 1))).label("taken"),
            sa.func.coalesce(sa.func.sum(Handover.waited_minutes), 0).label("waited"),
        )
        .where(visible(KIND), has_arrived(), Handover.day.between(period.first, period.last))
        .group_by(by)
    )


def _ended(period: Period, by: Any) -> sa.Select[Any]:
    """Count what went on or back: of the days on which it did."""
    worked = sa.case((Handover.taken_at.is_not(None), Handover.worked_minutes))
    return (
        sa.select(
            by.label("key"),
            sa.func.count(worked).label("ended"),
            sa.func.coalesce(sa.func.sum(worked), 0).label("worked"),
            sa.func.count(sa.case((has_gone_on(), 1))).label("gone_on"),
            sa.func.count(sa.case((Handover.state == RETURNED, 1))).label("returned"),
        )
        .where(visible(KIND), has_arrived(), Handover.ended_on.between(period.first, period.last))
        .group_by(by)
    )


def _current(by: Any) -> sa.Select[Any]:
    columns = (Handover.state, Handover.given_at, Handover.began_at, Handover.due_at)
    return sa.select(by.label("key"), *columns).where(
        visible(KIND), is_current(), Handover.station_id.is_not(None)
    )


def _add_current(counted: dict[str, int], row: AnyRow, hours: WorkTime, moment: datetime) -> None:
    def add(name: str, number: int) -> None:
        counted[name] = counted.get(name, 0) + number

    if row.state == TAKEN:
        add("in_work", 1)
        return
    add("waiting", 1)
    add("waiting_minutes", between(hours, row.began_at, row.given_at, moment))
    add("late", int(row.state == WAITING and row.due_at <= moment))


def returns_by_reason(session: Session, period: Period) -> Sequence[AnyRow]:
    """Count what was returned in a period, by station and reason."""
    returned = sa.func.count(Handover.id).label("returned")
    return session.execute(
        sa.select(Handover.station_id, Handover.reason_id, returned)
        .where(visible(KIND), has_arrived(), Handover.state == RETURNED)
        .where(Handover.ended_on.between(period.first, period.last))
        .group_by(Handover.station_id, Handover.reason_id)
        .order_by(returned.desc(), Handover.station_id, Handover.reason_id)
    ).all()


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole line: each station with what is counted of it, in the order in which work goes.

    :param bottleneck: the id of the station at which work waits longest before it is taken up, or
        None where nothing has waited.
    """

    stations: Sequence[tuple[stations.ShownStation, Line]]
    bottleneck: int | None

    @property
    def longest(self) -> Decimal:
        """The longest usual wait, by which the picture is drawn; at least one minute."""
        waits = [line.usual_wait or Decimal(0) for _station, line in self.stations]
        return max([*waits, Decimal(1)])


def picture(session: Session, period: Period) -> Picture:
    """Give the picture of the line; stations out of use stand in it while something was there."""
    lines = by_station(session, period)
    drawn = [
        (one, lines.get(one.row.id, Line(one.row.id)))
        for one in stations.stations(session)
        if one.row.active or one.row.id in lines
    ]
    return Picture(drawn, _bottleneck([line for _one, line in drawn]))


def _bottleneck(lines: Sequence[Line]) -> int | None:
    """Give where work waits longest; of several alike, where more of it waits now."""
    found = max(lines, key=lambda one: (one.usual_wait or 0, one.waiting), default=None)
    return found.key if found is not None and found.usual_wait else None


def rows_of(period: Period) -> Mapping[str, Mapping[str, str]]:
    """Give the filters of the list that shows exactly the handovers of each figure."""
    there = {"arrived": "true"}
    came = {"day__gte": str(period.first), "day__lte": str(period.last), **there}
    went = {"ended_on__gte": str(period.first), "ended_on__lte": str(period.last), **there}
    return {
        "arrived": came,
        "waited": {"waited__gte": str(period.first), "waited__lte": str(period.last), **there},
        "ended": {**went, "was_taken": "true"},
        "gone_on": {**went, "gone_on": "true"},
        "returned": {**went, "state": RETURNED},
        "waiting": {"state": WAITING, **there},
        "late": {"late": "true", **there},
        "in_work": {"state": TAKEN, **there},
    }
