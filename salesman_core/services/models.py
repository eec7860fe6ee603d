"""Tables of the services: settings that change at run time, the log of letters, and rates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.db import Base, Rate, identity, refers


class Setting(Base):
    """A setting that somebody changed in the administration."""

    __tablename__ = "core_setting"

    owner: Mapped[str] = mapped_column(sa.String(31), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON)


class Notice(Base):
    """Something that one person was told, with the page that shows more of it."""

    __tablename__ = "core_notice"
    __table_args__ = (
        sa.Index("ix_core_notice_user_id", "user_id", "read_at"),
        sa.Index("ix_core_notice_created_at", "created_at"),
    )

    id: Mapped[int] = identity()
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", index=False)
    text: Mapped[str] = mapped_column(sa.String(300))
    address: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class KeptLetter(Base):
    """A letter in the log of outgoing mail.

    ``sealed`` holds what is secret in it (place in the text → what is sent there) until the
    letter has gone out; no page shows it.
    """

    __tablename__ = "core_letter"

    id: Mapped[int] = identity()
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    to: Mapped[str] = mapped_column(sa.String(254), index=True)
    reply_to: Mapped[str] = mapped_column(sa.String(254), default="")
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    sealed: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    state: Mapped[str] = mapped_column(sa.String(10))
    error: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class CurrencyRate(Base):
    """What one unit of a currency was worth on a day.

    ``base`` is the currency that it was worth that much of: the company's own when it was entered.
    """

    __tablename__ = "core_currency_rate"
    __table_args__ = (
        sa.CheckConstraint("rate > 0", name="rate"),
        sa.UniqueConstraint("base", "currency", "day"),
    )

    id: Mapped[int] = identity()
    base: Mapped[str] = mapped_column(sa.String(3))
    currency: Mapped[str] = mapped_column(sa.String(3))
    day: Mapped[date]
    rate: Mapped[Decimal] = mapped_column(Rate)
