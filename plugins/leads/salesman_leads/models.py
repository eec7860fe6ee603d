"""The tables of leads. Their names begin with the plugin's id and an underscore."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import TRIGRAMS, Base, KeptRecord, Norm, Reach, identity, refers

KIND: Final = "leads.lead"

OPEN: Final = "open"
IN_WORK: Final = "in_work"
CLOSED: Final = "closed"
STATUSES: Final = (OPEN, IN_WORK, CLOSED)

CONVERTED: Final = "converted"
RESULTS: Final = (CONVERTED, "spam", "duplicate", "not_our_customer", "other")


class LeadPhone(Reach, Base):
    """A telephone number that a lead gave."""

    __tablename__ = "leads_phone"

    lead_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")


class LeadEmail(Reach, Base):
    """An address for letters that a lead gave."""

    __tablename__ = "leads_email"

    lead_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")


class Lead(KeptRecord, Base):
    """An interest not yet checked: no client and no deal so far.

    ``name`` is who, ``company`` for whom; at least one of them, or a way to reach somebody, is
    there. Where nothing else is, ``title`` is that way, masked. A closed lead has a ``result``; a
    converted one refers to what came of it.
    ``reminded_at`` says when its owner was last told that it waits.
    """

    __tablename__ = "leads_lead"
    __table_args__ = (
        sa.CheckConstraint("status IN ('open', 'in_work', 'closed')", name="status"),
        sa.CheckConstraint("(status = 'closed') = (result IS NOT NULL)", name="result"),
        sa.Index("ix_leads_lead_created_at", "created_at", "id"),
        sa.Index("ix_leads_lead_owner_id_status", "owner_id", "status"),
    )

    id: Mapped[int] = identity()
    title: Mapped[str] = mapped_column(sa.String(300))
    search_title: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    name: Mapped[str] = mapped_column(sa.String(300), default="")
    company: Mapped[str] = mapped_column(sa.String(300), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    status: Mapped[str] = mapped_column(sa.String(10), default=OPEN, index=True)
    result: Mapped[str | None] = mapped_column(sa.String(20))
    comment: Mapped[str] = mapped_column(sa.String(1000), default="")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL")
    contact_id: Mapped[int | None] = refers("core_contact.id", ondelete="SET NULL")
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="SET NULL")
    reminded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    phones: Mapped[list[LeadPhone]] = relationship(
        order_by=LeadPhone.position, cascade="all, delete-orphan"
    )
    emails: Mapped[list[LeadEmail]] = relationship(
        order_by=LeadEmail.position, cascade="all, delete-orphan"
    )
