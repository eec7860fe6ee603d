"""The tables of promises, phrases, thanks and lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import (
    TRIGRAMS,
    Base,
    KeptRecord,
    Money,
    Norm,
    Thousandths,
    identity,
    refers,
)


class Thanks(Base):
    """How often a client was thanked: one row for a client, so a merging has to join two."""

    __tablename__ = "sample_thanks"

    client_id: Mapped[int] = refers(
        "core_client.id", ondelete="CASCADE", primary_key=True, index=False
    )
    times: Mapped[int]


class Phrase(Base):
    """Words with which promises usually begin."""

    __tablename__ = "sample_phrase"

    id: Mapped[int] = identity()
    text: Mapped[str] = mapped_column(sa.String(100))


class Line(Base):
    """What of a deal is sold, and for how much: it owns the amount together with its fellows."""

    __tablename__ = "sample_line"

    id: Mapped[int] = identity()
    deal_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE")
    amount: Mapped[Decimal] = mapped_column(Money)
    cost: Mapped[Decimal] = mapped_column(Money)


class Habits(Base):
    """What a client is used to."""

    __tablename__ = "sample_habits"

    id: Mapped[int] = identity()
    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE", index=False, unique=True)
    nickname: Mapped[str] = mapped_column(sa.String(100), default="", index=True)
    drink: Mapped[str | None] = mapped_column(sa.String(20))
    since: Mapped[date | None]
    early: Mapped[bool | None]
    spends: Mapped[Decimal | None] = mapped_column(Money)
    visits: Mapped[Decimal | None] = mapped_column(Thousandths)
    host_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    search_text: Mapped[str] = mapped_column(Norm, default="", info=TRIGRAMS)


class ContactHabits(Base):
    """What a contact is used to."""

    __tablename__ = "sample_contact_habits"

    contact_id: Mapped[int] = refers(
        "core_contact.id", ondelete="CASCADE", primary_key=True, index=False
    )
    colour: Mapped[str | None] = mapped_column(sa.String(50))


class DealHabits(Base):
    """What a deal is used to."""

    __tablename__ = "sample_deal_habits"

    deal_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE", primary_key=True, index=False)
    colour: Mapped[str | None] = mapped_column(sa.String(50))


class Promise(KeptRecord, Base):
    """Something that was promised to a client, perhaps about one of its deals.

    It means nothing without the client, so it goes with it.
    """

    __tablename__ = "sample_promise"

    id: Mapped[int] = identity()
    text: Mapped[str] = mapped_column(sa.String(300))
    search_text: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE")
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="SET NULL")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    kept_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
