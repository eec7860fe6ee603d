"""Tables of the services: settings, contents of files, letters, rates, holidays, bans."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class StoredFile(Base):
    """A content in the store, kept once however often it is attached.

    ``hash`` is the SHA-256 of the content and names it in the store; ``size`` is in bytes.
    """

    __tablename__ = "core_file"

    id: Mapped[int] = identity()
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    stored_at: Mapped[datetime]


class KeptLetter(Base):
    """A letter in the log of outgoing mail.

    ``automatic`` says that a program wrote it, and not a person. ``sealed`` holds what is secret in
    it (place in the text → what is sent there) until the letter has gone out; no page shows it.
    """

    __tablename__ = "core_letter"

    id: Mapped[int] = identity()
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    to: Mapped[str] = mapped_column(sa.String(254), index=True)
    reply_to: Mapped[str] = mapped_column(sa.String(254), default="")
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    sealed: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    automatic: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(sa.String(10))
    error: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    files: Mapped[list[LetterFile]] = relationship(
        order_by="LetterFile.id", cascade="all, delete-orphan"
    )


class LetterFile(Base):
    """A file that goes with a letter: as long as the letter is kept, so is its content."""

    __tablename__ = "core_letter_file"

    id: Mapped[int] = identity()
    letter_id: Mapped[int] = refers("core_letter.id", ondelete="CASCADE")
    file_id: Mapped[int] = refers("core_file.id", ondelete="RESTRICT")
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(100))

    stored: Mapped[StoredFile] = relationship()


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


class Holiday(Base):
    """A day that is otherwise than its weekday says.

    ``works`` is False for a holiday on a working day, True where people work on a weekend instead.
    """

    __tablename__ = "core_holiday"

    id: Mapped[int] = identity()
    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(sa.String(100), default="")
    works: Mapped[bool] = mapped_column(default=False)


class ContactBan(Base):
    """That somebody wants no mailing, or no calls; see ADR 0039.

    It is about one of three: an address (a phone or email as it is compared), a client, or a
    contact. ``by_name`` says who noted it, also when they are gone.
    """

    __tablename__ = "core_contact_ban"
    __table_args__ = (
        sa.CheckConstraint("way IN ('mailing', 'calls')", name="way"),
        sa.CheckConstraint(
            "(address IS NOT NULL AND client_id IS NULL AND contact_id IS NULL)"
            " OR (address IS NULL AND client_id IS NOT NULL AND contact_id IS NULL)"
            " OR (address IS NULL AND client_id IS NULL AND contact_id IS NOT NULL)",
            name="one_subject",
        ),
        sa.UniqueConstraint("address", "way"),
        sa.UniqueConstraint("client_id", "way"),
        sa.UniqueConstraint("contact_id", "way"),
    )

    id: Mapped[int] = identity()
    way: Mapped[str] = mapped_column(sa.String(10))
    address: Mapped[str | None] = mapped_column(sa.String(254))
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="CASCADE", index=False)
    contact_id: Mapped[int | None] = refers("core_contact.id", ondelete="CASCADE", index=False)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    by_name: Mapped[str] = mapped_column(sa.String(200), default="")
