"""The tables of the conveyor: stations with their people, rules, reasons and handovers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import (
    TRIGRAMS,
    Base,
    KeptRecord,
    Norm,
    Participant,
    identity,
    refers,
)

KIND: Final = "conveyor.handover"

WAITING, TAKEN = "waiting", "taken"
PASSED, RETURNED, WITHDRAWN, DONE = "passed", "returned", "withdrawn", "done"
CURRENT: Final = (WAITING, TAKEN)
"""A record stands where its current handover says, of which it has one at most."""
STATES: Final = (*CURRENT, PASSED, RETURNED, WITHDRAWN, DONE)

PROGRESS, RUNG, WON = "progress", "rung", "won"
TRIGGERS: Final = (PROGRESS, RUNG, WON)

TAKE_UP_MINUTES: Final = 240
MOST_MINUTES: Final = 100_000
LONGEST_POINT: Final = 200
MOST_POINTS: Final = 20
MOST_PEOPLE: Final = 100
LONGEST_REASON: Final = 1000


class StationPerson(Base):
    """Somebody who works at a station: they see its queue and may take up what waits there."""

    __tablename__ = "conveyor_station_person"

    station_id: Mapped[int] = refers(
        "conveyor_station.id", ondelete="CASCADE", primary_key=True, index=False
    )
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True)


class Station(Base):
    """A station of the conveyor, as the company calls it; in the order in which work goes.

    ``take_up_minutes``: within so many minutes of working time what comes in should be taken up.
    ``required`` names the fields that a deal must have filled in to come here, ``points`` what
    else must be there, ticked by hand by whoever hands over. Where ``takes_over``, whoever takes a
    record up becomes its owner. One that is not active is offered no more.
    """

    __tablename__ = "conveyor_station"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(60))
    take_up_minutes: Mapped[int] = mapped_column(default=TAKE_UP_MINUTES)
    takes_over: Mapped[bool] = mapped_column(default=False)
    required: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    points: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    people: Mapped[list[StationPerson]] = relationship(cascade="all, delete-orphan")


class Reason(Base):
    """Why things come back, as the company calls it. One that is not active is offered no more."""

    __tablename__ = "conveyor_reason"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(60))
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class Rule(Base):
    """What hands records over by itself: at a progress, on a rung, on winning.

    ``percent`` is the progress from which on a deal goes to the station, ``rung_id`` the rung on
    which a client does; a deal that was won needs neither.
    """

    __tablename__ = "conveyor_rule"
    __table_args__ = (
        sa.CheckConstraint("on_what IN ('progress', 'rung', 'won')", name="on_what"),
        sa.CheckConstraint("(on_what = 'progress') = (percent IS NOT NULL)", name="percent"),
        sa.CheckConstraint("(on_what = 'rung') = (rung_id IS NOT NULL)", name="rung"),
    )

    id: Mapped[int] = identity()
    station_id: Mapped[int] = refers("conveyor_station.id", ondelete="CASCADE")
    on_what: Mapped[str] = mapped_column(sa.String(10))
    percent: Mapped[int | None] = mapped_column(sa.SmallInteger)
    rung_id: Mapped[int | None] = refers("core_rung.id", ondelete="CASCADE")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class HandoverParticipant(Participant, Base):
    """Somebody who has a part in a handover, and sees it: who gave it, who may take it up."""

    __tablename__ = "conveyor_handover_participant"

    record_id: Mapped[int] = refers("conveyor_handover.id", ondelete="CASCADE", primary_key=True)


class Handover(KeptRecord, Base):
    """A stay of a client or deal at a station, from its handing over until it goes on.

    ``title`` is what the record was called. ``owner_id`` is with whom it is now: nobody while it
    waits in the queue of the station. ``giver_id`` handed it over, ``rule_id`` did so by itself,
    ``taken_by_id`` took it up. What came back is a stay of its own, at the station it came from:
    ``return_of_id`` names the handover that was returned; it is at no station where there was none
    before. ``previous_id`` is the stay that this one ended.

    ``waited_minutes`` and ``worked_minutes`` are working time, written once each is over; both are
    counted from ``began_at``, when the record came onto the conveyor, so that the parts of its way
    add up to the whole to the minute (ADR 112). ``day`` and ``ended_on`` are dates of the company.
    """

    __tablename__ = "conveyor_handover"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'passed', 'returned', 'withdrawn', 'done')",
            name="state",
        ),
        sa.CheckConstraint("(client_id IS NULL) <> (deal_id IS NULL)", name="one_record"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('waiting', 'taken'))", name="current_has_no_end"
        ),
        sa.Index(
            "uq_conveyor_handover_client",
            "client_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index(
            "uq_conveyor_handover_deal",
            "deal_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_conveyor_handover_client_id", "client_id", "given_at"),
        sa.Index("ix_conveyor_handover_deal_id", "deal_id", "given_at"),
        sa.Index("ix_conveyor_handover_owner_id", "owner_id", "state"),
        sa.Index("ix_conveyor_handover_station_id", "station_id", "state", "due_at"),
        sa.Index("ix_conveyor_handover_day", "day", "station_id"),
        sa.Index("ix_conveyor_handover_ended_on", "ended_on", "station_id"),
        sa.Index("ix_conveyor_handover_given_at", "given_at", "id"),
    )

    id: Mapped[int] = identity()
    title: Mapped[str] = mapped_column(sa.String(300))
    search_title: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="CASCADE", index=False)
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="CASCADE", index=False)
    station_id: Mapped[int | None] = refers("conveyor_station.id", ondelete="RESTRICT", index=False)
    from_station_id: Mapped[int | None] = refers("conveyor_station.id", ondelete="RESTRICT")
    state: Mapped[str] = mapped_column(sa.String(10), default=WAITING)
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    giver_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    taken_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    rule_id: Mapped[int | None] = refers("conveyor_rule.id", ondelete="SET NULL")
    previous_id: Mapped[int | None] = refers("conveyor_handover.id", ondelete="SET NULL")
    return_of_id: Mapped[int | None] = refers("conveyor_handover.id", ondelete="SET NULL")
    reason_id: Mapped[int | None] = refers("conveyor_reason.id", ondelete="RESTRICT")
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    points: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    given_at: Mapped[datetime]
    day: Mapped[date]
    due_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]
    began_at: Mapped[datetime]
    waited_minutes: Mapped[int | None]
    worked_minutes: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
