"""The tables of leads. Their names begin with the plugin's id and an underscore."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import (
    TRIGRAMS,
    Base,
    ExternalId,
    KeptRecord,
    Norm,
    Reach,
    identity,
    refers,
)
from salesman_leads.channels.models import Channel, TaggedLink
from salesman_leads.mailbox.models import Letter, Mailbox

__all__ = ["Channel", "Letter", "Mailbox", "TaggedLink"]

KIND: Final = "leads.lead"

OPEN: Final = "open"
IN_WORK: Final = "in_work"
PROCESSED: Final = "processed"
CLOSED: Final = "closed"
STATUSES: Final = (OPEN, IN_WORK, PROCESSED, CLOSED)
UNFINISHED: Final = (OPEN, IN_WORK)
"""With such a lead somebody has yet to find out whether anything comes of it."""

CONVERTED: Final = "converted"
REJECTIONS: Final = ("spam", "duplicate", "not_our_customer", "other")
RESULTS: Final = (CONVERTED, *REJECTIONS)
"""What a result is at bottom, whatever the company calls it."""

FORMER: Final = "former_id"
"""Under this name the history of a lead says which closed one it goes on from."""

UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
"""The tags of a link by which somebody came."""


class LeadPhone(Reach, Base):
    """A telephone number that a lead gave; a ``wrong`` one turned out to be somebody else's."""

    __tablename__ = "leads_phone"

    lead_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")
    wrong: Mapped[bool] = mapped_column(default=False)


class LeadEmail(Reach, Base):
    """An address for letters that a lead gave."""

    __tablename__ = "leads_email"

    lead_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")


class LeadProduct(Base):
    """A product that somebody is interested in, as they called it."""

    __tablename__ = "leads_product"

    id: Mapped[int] = identity()
    lead_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(300))
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)


class LeadExternalId(ExternalId, Base):
    """A lead's key in another system; it goes along to the client and the deal."""

    __tablename__ = "leads_external_id"
    __table_args__ = (sa.Index("ix_leads_external_id_key", "key"),)

    record_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")


class Result(Base):
    """Why a lead comes to nothing, as the company calls it. One not active is offered no more.

    ``base`` is what it counts as. Some need a comment.
    """

    __tablename__ = "leads_result"
    __table_args__ = (
        sa.CheckConstraint(
            "base IN ('spam', 'duplicate', 'not_our_customer', 'other')", name="base"
        ),
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(100))
    base: Mapped[str] = mapped_column(sa.String(20))
    needs_comment: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class Lead(KeptRecord, Base):
    """An interest not yet checked: no client and no deal so far.

    ``name`` is who, ``company`` for whom; at least one of them, a way to reach somebody, or a key
    in another system is there. Where only a way is, ``title`` is that way, masked. A ``processed``
    lead was found to be an interest and waits to become a client. A closed one has a ``result``,
    and a ``result_id`` where it came to nothing; a converted one refers to what came of it.
    ``closed_at`` and ``closed_by_id`` say when and by whom, where that is known, and
    ``status_before`` says what it is again when it is taken up again.
    ``suspicion`` says why it may be junk: such a lead is kept apart until somebody brings it back.
    ``reminded_at`` says when its owner was last told that it waits. ``attempts`` counts the calls
    to it, and before ``next_call_at`` the queue does not bring it again.
    """

    __tablename__ = "leads_lead"
    __table_args__ = (
        sa.CheckConstraint("status IN ('open', 'in_work', 'processed', 'closed')", name="status"),
        sa.CheckConstraint("(status = 'closed') = (result IS NOT NULL)", name="result"),
        sa.Index("ix_leads_lead_created_at", "created_at", "id"),
        sa.Index("ix_leads_lead_owner_id_status", "owner_id", "status"),
        sa.Index("ix_leads_lead_utm_source", "utm_source"),
    )

    id: Mapped[int] = identity()
    title: Mapped[str] = mapped_column(sa.String(300))
    search_title: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    name: Mapped[str] = mapped_column(sa.String(300), default="")
    company: Mapped[str] = mapped_column(sa.String(300), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    channel: Mapped[str] = mapped_column(sa.String(100), default="")
    utm_source: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_medium: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_campaign: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_content: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_term: Mapped[str] = mapped_column(sa.String(200), default="")
    referrer: Mapped[str] = mapped_column(sa.String(1000), default="")
    page: Mapped[str] = mapped_column(sa.String(1000), default="")
    ip: Mapped[str] = mapped_column(sa.String(45), default="")
    region: Mapped[str] = mapped_column(sa.String(100), default="")
    language: Mapped[str] = mapped_column(sa.String(10), default="")
    no_mailing: Mapped[bool] = mapped_column(default=False)
    no_calls: Mapped[bool] = mapped_column(default=False)
    suspicion: Mapped[str] = mapped_column(sa.String(300), default="")
    status: Mapped[str] = mapped_column(sa.String(10), default=OPEN, index=True)
    result: Mapped[str | None] = mapped_column(sa.String(20))
    result_id: Mapped[int | None] = refers("leads_result.id", ondelete="RESTRICT")
    comment: Mapped[str] = mapped_column(sa.String(1000), default="")
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    status_before: Mapped[str | None] = mapped_column(sa.String(10))
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL")
    contact_id: Mapped[int | None] = refers("core_contact.id", ondelete="SET NULL")
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="SET NULL")
    imported: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    reminded_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_call_at: Mapped[datetime | None]
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
    products: Mapped[list[LeadProduct]] = relationship(
        order_by=LeadProduct.position, cascade="all, delete-orphan"
    )
    external_ids: Mapped[list[LeadExternalId]] = relationship(cascade="all, delete-orphan")
