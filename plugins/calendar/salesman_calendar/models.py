"""The tables of activities: kinds with their usual results, and what is planned and done."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import TRIGRAMS, Base, BigId, KeptRecord, Norm, identity, refers

KIND: Final = "calendar.activity"

CALL: Final = "call"
BASES: Final = (CALL, "meeting", "task", "letter", "other")
"""What a kind of activity is at bottom, whatever the company calls it."""

ICONS: Final = (
    "phone", "users", "checkbox", "mail", "calendar-event", "message", "file-text", "truck",
    "building", "tool", "star", "coin",
)  # fmt: skip
"""The drawings that a kind may have, by Tabler's names."""

NORMAL: Final = "normal"
PRIORITIES: Final = ("low", NORMAL, "high")

MOST_MINUTES: Final = 24 * 60
MOST_REMIND_MINUTES: Final = 14 * 24 * 60


class Result(Base):
    """What usually comes of activities of a kind, as “No answer”.

    ``reached`` is for calls: whether anybody was spoken to. Telemarketers' figures need it.
    """

    __tablename__ = "calendar_result"

    id: Mapped[int] = identity()
    kind_id: Mapped[int] = refers("calendar_kind.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(100))
    reached: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Kind(Base):
    """A kind of activity, as the company calls it. One that is not active is offered no more.

    ``version`` counts the changes of the kind and of its results.
    """

    __tablename__ = "calendar_kind"
    __table_args__ = (
        sa.CheckConstraint("base IN ('call', 'meeting', 'task', 'letter', 'other')", name="base"),
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(60))
    icon: Mapped[str] = mapped_column(sa.String(40))
    base: Mapped[str] = mapped_column(sa.String(10))
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    results: Mapped[list[Result]] = relationship(
        order_by=Result.position, cascade="all, delete-orphan"
    )


class ActivityContact(Base):
    """Whom of a client an activity is with."""

    __tablename__ = "calendar_activity_contact"

    activity_id: Mapped[int] = refers(
        "calendar_activity.id", ondelete="CASCADE", primary_key=True, index=False
    )
    contact_id: Mapped[int] = refers("core_contact.id", ondelete="CASCADE", primary_key=True)


class Reminding(Base):
    """How somebody wants to be reminded; who has no row is told in the application alone."""

    __tablename__ = "calendar_reminding"

    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True, index=False)
    by_mail: Mapped[bool] = mapped_column(default=False)


class Series(Base):
    """By which rule activities come again.

    What each of them is stands in the activities, which are made ahead (ADR 102); here stands when
    they come. ``starts_on``, ``until`` and ``hour`` are of the clock of ``zone``; without an hour
    they may be done at any time of their day. From ``stopped_on`` on what there was lies in the
    bin, and nothing comes any more unless that is taken back; where another series goes on with it,
    its rule ends. ``made_until`` is the last day for which activities were made.
    """

    __tablename__ = "calendar_series"

    id: Mapped[int] = identity()
    rule: Mapped[str] = mapped_column(sa.String(200))
    until: Mapped[date | None]
    count: Mapped[int | None]
    zone: Mapped[str] = mapped_column(sa.String(60))
    starts_on: Mapped[date]
    hour: Mapped[time | None]
    stopped_on: Mapped[date | None]
    made_until: Mapped[date] = mapped_column(index=True)
    created_at: Mapped[datetime]


class Feed(Base):
    """By which address somebody's activities are read by another program: whoever knows the key."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True, index=False)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]


WAITING, ACCEPTED, TENTATIVE, DECLINED = ANSWERS = ("waiting", "accepted", "tentative", "declined")


class Guest(Base):
    """Somebody who is invited by a letter, and what they answered.

    ``whole`` says that they are invited to the whole series of the activity. ``sequence`` is that
    of the last letter, so that calendars tell a later one (RFC 5545, 3.8.7.4). The link of the
    letter has a key: whoever opens it is found by its hash, and it stands sealed, because the next
    letter has the same link.
    """

    __tablename__ = "calendar_guest"
    __table_args__ = (
        sa.CheckConstraint(
            "answer IN ('waiting', 'accepted', 'tentative', 'declined')", name="answer"
        ),
        sa.UniqueConstraint("activity_id", "email"),
    )

    id: Mapped[int] = identity()
    activity_id: Mapped[int] = refers("calendar_activity.id", ondelete="CASCADE", index=False)
    contact_id: Mapped[int | None] = refers("core_contact.id", ondelete="SET NULL")
    name: Mapped[str] = mapped_column(sa.String(300))
    email: Mapped[str] = mapped_column(sa.String(254))
    whole: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str] = mapped_column(sa.String(10), default=WAITING)
    answered_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sealed_key: Mapped[str] = mapped_column(sa.String(500))
    invited_at: Mapped[datetime]


class Activity(KeptRecord, Base):
    """Something to be done on a day, or that was done.

    ``day`` is a date in the company's zone. ``starts_at`` is UTC, or None for what may be done at
    any time of that day. ``due_at`` follows from both: past it, what is open is overdue.
    ``remind_at`` follows from ``remind_minutes``; ``reminded_at`` says that it has been done.
    ``about_kind`` and ``about_id`` name a record that another plugin keeps, as a lead (ADR 45).
    What comes again has its ``series_id`` and ``occurs_on``, the day that the rule gives it, in the
    zone of the series; ``apart`` says that somebody changed this one alone.
    """

    __tablename__ = "calendar_activity"
    __table_args__ = (
        sa.CheckConstraint("priority IN ('low', 'normal', 'high')", name="priority"),
        sa.CheckConstraint("(about_kind IS NULL) = (about_id IS NULL)", name="about"),
        sa.Index("ix_calendar_activity_owner_id_due_at", "owner_id", "done_at", "due_at"),
        sa.Index("ix_calendar_activity_owner_id_day", "owner_id", "day"),
        sa.Index("ix_calendar_activity_client_id_due_at", "client_id", "done_at", "due_at"),
        sa.Index("ix_calendar_activity_deal_id_due_at", "deal_id", "done_at", "due_at"),
        sa.Index("ix_calendar_activity_about", "about_kind", "about_id", "done_at", "due_at"),
        sa.Index("ix_calendar_activity_due_at", "due_at", "id"),
        sa.Index("ix_calendar_activity_remind_at", "remind_at", "reminded_at"),
        sa.Index("ix_calendar_activity_series_id_occurs_on", "series_id", "occurs_on"),
    )

    id: Mapped[int] = identity()
    kind_id: Mapped[int] = refers("calendar_kind.id", ondelete="RESTRICT")
    subject: Mapped[str] = mapped_column(sa.String(300))
    search_subject: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL", index=False)
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="SET NULL", index=False)
    about_kind: Mapped[str | None] = mapped_column(sa.String(60))
    about_id: Mapped[int | None] = mapped_column(BigId)
    series_id: Mapped[int | None] = refers("calendar_series.id", ondelete="SET NULL", index=False)
    occurs_on: Mapped[date | None]
    apart: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    day: Mapped[date]
    starts_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    minutes: Mapped[int | None]
    priority: Mapped[str] = mapped_column(sa.String(10), default=NORMAL)
    remind_minutes: Mapped[int | None]
    remind_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    result_id: Mapped[int | None] = refers("calendar_result.id", ondelete="RESTRICT")
    result_text: Mapped[str] = mapped_column(sa.Text, default="")
    created_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    contacts: Mapped[list[ActivityContact]] = relationship(cascade="all, delete-orphan")
