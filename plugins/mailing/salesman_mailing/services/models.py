"""The tables of mailing services: what is linked with what, what would change, what came in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, identity, refers
from salesman_mailing.consent.models import LONGEST_ADDRESS

KIND: Final = "mailing.link"
"""How the history of a group's link is kept."""

IDLE, COMPARING, PLANNED, CARRYING = "idle", "comparing", "planned", "carrying"
STATES: Final = (IDLE, COMPARING, PLANNED, CARRYING)
"""Nothing to do; the list is being read; what would change can be seen; it is being done."""

LOOK, TAKE_IN, ALL = "look", "take_in", "all"
MODES: Final = (LOOK, TAKE_IN, ALL)
"""What follows comparing: nothing, what comes in alone, or all of it."""

REFUSE, LEAVE, STRIKE, AGREE = "refuse", "leave", "strike", "agree"
ADD, UPDATE, TAKE_OUT, UNSUBSCRIBE = "add", "update", "take_out", "unsubscribe"
COMING_IN: Final = (REFUSE, LEAVE, STRIKE, AGREE)
GOING_OUT: Final = (UNSUBSCRIBE, TAKE_OUT, ADD, UPDATE)
"""In their order: who is not to be written to goes first."""

_SERVICE: Final = 40
LONGEST_LIST_ID: Final = 64
LONGEST_TITLE: Final = 200
LONGEST_WORDS: Final = 300


class Link(Base):
    """A group and the list of a service that has its members.

    ``by_id`` is in whose name members are looked up. With ``automatic`` what is to change goes out
    by the clock, else a person presses a button. ``ticket`` is by what the service finds what it is
    making for us, ``failures`` how often in a row it did not answer. ``same`` and ``others`` count
    those of whom nothing changes, and those whom only the list knows. ``further`` are the fields
    that go out beside the usual ones: objects with ``kind`` and ``name`` of ours, and ``field``, as
    the service calls it.
    """

    __tablename__ = "mailing_link"
    __table_args__ = (
        sa.CheckConstraint("state IN ('idle', 'comparing', 'planned', 'carrying')", name="state"),
        sa.CheckConstraint("mode IN ('look', 'take_in', 'all')", name="mode"),
        sa.UniqueConstraint("service", "list_id"),
        sa.UniqueConstraint("group_id", "service"),
    )

    id: Mapped[int] = identity()
    group_id: Mapped[int] = refers("mailing_group.id", ondelete="CASCADE", index=False)
    service: Mapped[str] = mapped_column(sa.String(_SERVICE))
    list_id: Mapped[str] = mapped_column(sa.String(LONGEST_LIST_ID))
    list_title: Mapped[str] = mapped_column(sa.String(LONGEST_TITLE), default="")
    automatic: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default=IDLE)
    mode: Mapped[str] = mapped_column(sa.String(10), default=LOOK)
    ticket: Mapped[str] = mapped_column(sa.String(200), default="")
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)
    problem: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS), default="")
    same: Mapped[int] = mapped_column(sa.Integer, default=0)
    others: Mapped[int] = mapped_column(sa.Integer, default=0)
    compared_at: Mapped[datetime | None]
    carried_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    further: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)


class Sent(Base):
    """Somebody whom we put into a list; ``digest`` is of what the list was told of them."""

    __tablename__ = "mailing_link_sent"

    link_id: Mapped[int] = refers(
        "mailing_link.id", ondelete="CASCADE", primary_key=True, index=False
    )
    address: Mapped[str] = mapped_column(sa.String(LONGEST_ADDRESS), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class TakenIn(Base):
    """What a service said of somebody and was taken in: it counts once.

    So a person who says afterwards that they want letters again is not refused for them a second
    time by what the service still says. ``list_id`` is empty for what is about all lists.
    """

    __tablename__ = "mailing_taken_in"

    service: Mapped[str] = mapped_column(sa.String(_SERVICE), primary_key=True)
    list_id: Mapped[str] = mapped_column(sa.String(LONGEST_LIST_ID), primary_key=True, default="")
    address: Mapped[str] = mapped_column(sa.String(LONGEST_ADDRESS), primary_key=True)
    standing: Mapped[str] = mapped_column(sa.String(10))
    at: Mapped[datetime]


class Change(Base):
    """Something that is to change for an address, on our side or at the service.

    ``told`` holds the fields and tags that go out, see ``OutgoingContact``. ``done_at`` is when it
    was done, ``refused`` in whose words it was not.
    """

    __tablename__ = "mailing_link_change"
    __table_args__ = (
        sa.CheckConstraint(
            "what IN ('refuse', 'leave', 'strike', 'agree',"
            " 'add', 'update', 'take_out', 'unsubscribe')",
            name="what",
        ),
        sa.Index("ix_mailing_link_change_link_id", "link_id", "what", "done_at", "id"),
    )

    id: Mapped[int] = identity()
    link_id: Mapped[int] = refers("mailing_link.id", ondelete="CASCADE", index=False)
    what: Mapped[str] = mapped_column(sa.String(12))
    address: Mapped[str] = mapped_column(sa.String(LONGEST_ADDRESS))
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    done_at: Mapped[datetime | None]
    refused: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS), default="")


class Happened(Base):
    """Something that happened at a service and was told to us, once.

    ``lists`` are those of which it was said, as ``|17|18|``; empty: all of them.
    """

    __tablename__ = "mailing_service_event"
    __table_args__ = (
        sa.CheckConstraint(
            "what IN ('subscribed', 'left', 'refused', 'complained', 'bad', 'soft',"
            " 'delivered', 'opened', 'clicked')",
            name="what",
        ),
        sa.UniqueConstraint("service", "key"),
        sa.Index("ix_mailing_service_event_address", "address", "what", "at"),
        sa.Index("ix_mailing_service_event_taken_at", "taken_at"),
    )

    id: Mapped[int] = identity()
    service: Mapped[str] = mapped_column(sa.String(_SERVICE))
    key: Mapped[str] = mapped_column(sa.String(64))
    what: Mapped[str] = mapped_column(sa.String(12))
    address: Mapped[str] = mapped_column(sa.String(LONGEST_ADDRESS))
    lists: Mapped[str] = mapped_column(sa.String(500), default="")
    campaign: Mapped[str] = mapped_column(sa.String(64), default="")
    words: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS), default="")
    at: Mapped[datetime]
    taken_at: Mapped[datetime]
