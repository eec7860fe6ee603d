"""The tables of inquiries. Their names begin with the plugin's id and an underscore."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import (
    TRIGRAMS,
    Base,
    BigId,
    KeptRecord,
    Money,
    Norm,
    Reach,
    Thousandths,
    identity,
    refers,
)

KIND: Final = "inquiries.inquiry"

INCOMING: Final = "incoming"
DIRECTIONS: Final = (INCOMING, "outgoing")

NEW: Final = "new"
PROCESSED: Final = "processed"
CANCELLED: Final = "cancelled"
STATUSES: Final = (NEW, PROCESSED, CANCELLED)

LEAD: Final = "lead"
DEAL: Final = "deal"
CLIENT: Final = "client"
BECOMES: Final = (LEAD, DEAL, CLIENT)
"""What may come of an inquiry."""

MOST_AMOUNT: Final = 10**13
"""More than this no deal amounts to by counting: it is said by hand."""


class Channel(Base):
    """A way by which people get in touch, as the company calls it.

    ``call`` says that it counts as a call: telemarketers' figures need it. One that is not active
    is offered no more.
    """

    __tablename__ = "inquiries_channel"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(60))
    call: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class Result(Base):
    """What comes of inquiries, as the company calls it.

    ``reached`` says that somebody was spoken to, ``interest`` that an interest was found. One that
    is not active is offered no more.
    """

    __tablename__ = "inquiries_result"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(60))
    reached: Mapped[bool] = mapped_column(default=False)
    interest: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class InquiryPhone(Reach, Base):
    """A telephone number that somebody gave, or from which they called."""

    __tablename__ = "inquiries_phone"

    inquiry_id: Mapped[int] = refers("inquiries_inquiry.id", ondelete="CASCADE")


class InquiryEmail(Reach, Base):
    """An address for letters that somebody gave."""

    __tablename__ = "inquiries_email"

    inquiry_id: Mapped[int] = refers("inquiries_inquiry.id", ondelete="CASCADE")


class InquiryProduct(Base):
    """A product that was asked about, as they called it: how many, and at what price.

    Each of both may be unknown. The price is for one, in the company's currency.
    """

    __tablename__ = "inquiries_product"

    id: Mapped[int] = identity()
    inquiry_id: Mapped[int] = refers("inquiries_inquiry.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(300))
    quantity: Mapped[Decimal | None] = mapped_column(Thousandths)
    price: Mapped[Decimal | None] = mapped_column(Money)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)


class Inquiry(KeptRecord, Base):
    """One contact from or to a client or a stranger, with its result.

    ``happened_at`` is when, ``day`` its date in the company's zone: figures count by it, and by
    ``taken_by_id``, who took it; ``owner_id`` is who works on it by now. Of a stranger ``name``,
    ``company`` and ways to reach them say who it was. ``title`` is what it was about, or who, a
    phone masked. What is left to do stands in ``next_step``; what is ``new`` past ``deadline_at``
    is late. ``became_kind`` and ``became_id`` name what came of it: a lead is another plugin's,
    which may be gone, so nothing refers to it. ``activity_id`` likewise.
    """

    __tablename__ = "inquiries_inquiry"
    __table_args__ = (
        sa.CheckConstraint("direction IN ('incoming', 'outgoing')", name="direction"),
        sa.CheckConstraint("status IN ('new', 'processed', 'cancelled')", name="status"),
        sa.CheckConstraint("became_kind IN ('lead', 'deal', 'client')", name="became_kind"),
        sa.Index("ix_inquiries_inquiry_happened_at", "happened_at", "id"),
        sa.Index("ix_inquiries_inquiry_day", "day", "taken_by_id"),
        sa.Index("ix_inquiries_inquiry_taken_by_id", "taken_by_id", "day"),
        sa.Index("ix_inquiries_inquiry_owner_id_status", "owner_id", "status", "deadline_at"),
        sa.Index("ix_inquiries_inquiry_status_deadline_at", "status", "deadline_at", "id"),
        sa.Index("ix_inquiries_inquiry_client_id", "client_id", "happened_at"),
        sa.Index("ix_inquiries_inquiry_deal_id", "deal_id", "happened_at"),
        sa.Index("ix_inquiries_inquiry_became", "became_kind", "became_id"),
    )

    id: Mapped[int] = identity()
    title: Mapped[str] = mapped_column(sa.String(300))
    search_title: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    direction: Mapped[str] = mapped_column(sa.String(10), default=INCOMING)
    channel_id: Mapped[int] = refers("inquiries_channel.id", ondelete="RESTRICT")
    happened_at: Mapped[datetime]
    day: Mapped[date]
    subject: Mapped[str] = mapped_column(sa.String(300), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    taken_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL", index=False)
    contact_id: Mapped[int | None] = refers("core_contact.id", ondelete="SET NULL")
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="SET NULL", index=False)
    name: Mapped[str] = mapped_column(sa.String(300), default="")
    company: Mapped[str] = mapped_column(sa.String(300), default="")
    result_id: Mapped[int | None] = refers("inquiries_result.id", ondelete="RESTRICT")
    next_step: Mapped[str] = mapped_column(sa.String(300), default="")
    deadline_at: Mapped[datetime | None]
    activity_id: Mapped[int | None] = mapped_column(BigId, index=True)
    status: Mapped[str] = mapped_column(sa.String(10), default=NEW)
    became_kind: Mapped[str | None] = mapped_column(sa.String(10))
    became_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    phones: Mapped[list[InquiryPhone]] = relationship(
        order_by=InquiryPhone.position, cascade="all, delete-orphan"
    )
    emails: Mapped[list[InquiryEmail]] = relationship(
        order_by=InquiryEmail.position, cascade="all, delete-orphan"
    )
    products: Mapped[list[InquiryProduct]] = relationship(
        order_by=InquiryProduct.position, cascade="all, delete-orphan"
    )
