"""The tables of what comes back: each letter once, the addresses that are bad, how far we read."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, BigId, identity, refers


class Returned(Base):
    """A letter that came back about one of ours, or whose sender nobody knows.

    ``kind`` is one of :class:`salesman_mailing.bounces.judging.Kind`. ``recipient_id`` is whom our
    letter was for; empty where it names none of ours, so that it counts for nothing.
    """

    __tablename__ = "mailing_returned"
    __table_args__ = (
        sa.UniqueConstraint("message_id"),
        sa.Index("ix_mailing_returned_address", "address", "kind", "at"),
        sa.Index("ix_mailing_returned_at", "at"),
    )

    id: Mapped[int] = identity()
    message_id: Mapped[str] = mapped_column(sa.String(300))
    kind: Mapped[str] = mapped_column(sa.String(12))
    recipient_id: Mapped[int | None] = refers("mailing_recipient.id", ondelete="SET NULL")
    address: Mapped[str] = mapped_column(sa.String(254), default="")
    status: Mapped[str] = mapped_column(sa.String(20), default="")
    words: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime]


class BadAddress(Base):
    """An address to which nothing is sent any more, until somebody says that it works again."""

    __tablename__ = "mailing_bad_address"

    address: Mapped[str] = mapped_column(sa.String(254), primary_key=True)
    words: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime]


class ReturnBox(Base):
    """How far the mailbox is read into which letters come back.

    ``place`` says which mailbox that was: another one is read from its beginning. ``problem`` says
    why it could not be read the last time.
    """

    __tablename__ = "mailing_return_box"

    place: Mapped[str] = mapped_column(sa.String(500), primary_key=True)
    uid_validity: Mapped[int] = mapped_column(BigId)
    last_uid: Mapped[int] = mapped_column(BigId, default=0)
    checked_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(sa.String(20), default="")
