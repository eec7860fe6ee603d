"""Every read of handovers, through access."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from salesman_conveyor.lists import (
    HANDOVERS,
    NAMED,
    came_back,
    is_current,
    is_late,
    waits_for_me,
)
from salesman_conveyor.models import KIND, TAKEN, WAITING, Handover
from salesman_conveyor.texts import texts
from salesman_conveyor.times import Spent, spent
from salesman_core.toolkit import (
    AnyRow,
    Client,
    Deal,
    MissingError,
    current_person,
    now,
    visible,
    worktime,
)
from salesman_hookspecs import Person

_ = texts.lazy

_SOURCE: Final[Any] = HANDOVERS.source
_MODELS: Final[Mapping[str, type[Client | Deal]]] = {"client": Client, "deal": Deal}

ON_DESK: Final = 200
"""So many of what one has to do with fit onto the desk of a station."""


def handovers(person: Person | None = None) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the handovers that a person reaches; else whoever acts."""
    return sa.select(*NAMED).select_from(_SOURCE).where(visible(KIND, person=person))


def one_handover(session: Session, handover_id: int) -> AnyRow:
    """Give a handover.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(handovers().where(Handover.id == handover_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such handover, or you may not see it."))
    return row


def record_is_there() -> sa.ColumnElement[bool]:
    """Give the condition of the handovers whose client or deal does not lie in the bin.

    Each asks for its own record: to gather first what lies in the bin would read all deals.
    """
    return sa.and_(
        sa.not_(_in_bin(Deal, Handover.deal_id)), sa.not_(_in_bin(Client, Handover.client_id))
    )


def _in_bin(model: type[Client | Deal], refers: InstrumentedAttribute[int | None]) -> sa.Exists:
    record = aliased(model)
    binned = sa.select(record.id).where(record.id == refers, record.deleted_at.is_not(None))
    return binned.correlate(Handover).exists()


@dataclass(frozen=True, slots=True)
class Desk:
    """What whoever acts has to do with, each with the first due first.

    :param waiting: what they may take up; ``work`` what they did; ``back`` what came back to them;
        ``given`` what they gave and nobody has taken up yet.
    """

    waiting: Sequence[AnyRow]
    work: Sequence[AnyRow]
    back: Sequence[AnyRow]
    given: Sequence[AnyRow]
    late_ids: Collection[int]
    more: bool


def desk(session: Session) -> Desk:
    """Give the desk of whoever acts, in one statement."""
    me = current_person().id
    mine = sa.or_(waits_for_me(), Handover.owner_id == me, Handover.giver_id == me)
    read = handovers().add_columns(waits_for_me().label("for_me"))
    found = session.execute(
        read.where(is_current(), mine).order_by(Handover.due_at, Handover.id).limit(ON_DESK + 1)
    ).all()
    rows = found[:ON_DESK]
    for_me = [row for row in rows if row.for_me]
    return Desk(
        waiting=[row for row in for_me if row.return_of_id is None],
        work=[row for row in rows if row.state == TAKEN and row.owner_id == me],
        back=[row for row in for_me if row.return_of_id is not None],
        given=[
            row for row in rows if row.state == WAITING and row.giver_id == me and not row.for_me
        ],
        late_ids=late_among(rows),
        more=len(found) > ON_DESK,
    )


def late_among(rows: Sequence[AnyRow]) -> set[int]:
    """Give the ids of those of some handovers that wait longer than they should."""
    moment = now()
    return {row.id for row in rows if row.state == WAITING and row.due_at <= moment}


def times_of(rows: Sequence[AnyRow], moment: datetime | None = None) -> Mapping[int, Spent]:
    """Give how long each of some handovers waited and was worked on, until now where it goes on."""
    hours, until = worktime(), moment or now()
    return {row.id: spent(hours, row, until) for row in rows}


def waiting_count(session: Session) -> int:
    """Count what waits for whoever acts."""
    counted = sa.select(sa.func.count(Handover.id)).where(visible(KIND), waits_for_me())
    return session.scalar(counted) or 0


def counts(session: Session) -> Mapping[str, int]:
    """Count what is late and what came back, of all that whoever reads sees, in one statement."""
    (row,) = session.execute(
        sa.select(
            sa.func.count(sa.case((is_late(), 1))).label("late"),
            sa.func.count(sa.case((came_back(), 1))).label("back"),
        ).where(visible(KIND), is_current())
    )
    return {"late": row.late, "back": row.back}


def way_of(
    session: Session, kind: str, record_id: int, person: Person | None = None
) -> Sequence[AnyRow]:
    """Give the stays of a client or deal in their order."""
    column = {"client": Handover.client_id, "deal": Handover.deal_id}[kind]
    way = handovers(person).where(column == record_id)
    return session.execute(way.order_by(Handover.given_at, Handover.id)).all()


def name_of(session: Session, kind: str, record_id: int) -> str:
    """Give what a client or deal is called that whoever acts sees."""
    model = _MODELS[kind]
    return session.scalar(sa.select(model.name).where(model.id == record_id, visible(kind))) or ""
