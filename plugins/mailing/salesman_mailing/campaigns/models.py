"""The tables of campaigns: the letter, and whom it goes to."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import TRIGRAMS, Base, BigId, KeptRecord, Norm, identity, refers

KIND: Final = "mailing.campaign"

DRAFT, SCHEDULED, SENDING = "draft", "scheduled", "sending"
PAUSED, STOPPED, DONE = "paused", "stopped", "done"
STATES: Final = (DRAFT, SCHEDULED, SENDING, PAUSED, STOPPED, DONE)

WAITING, IN_HAND, SENT, REFUSED = "waiting", "in_hand", "sent", "refused"
FAILED, INTERRUPTED, SKIPPED = "failed", "interrupted", "skipped"
FATES: Final = (WAITING, IN_HAND, SENT, REFUSED, FAILED, INTERRUPTED, SKIPPED)
"""What becomes of the letter to one address.

``in_hand``: it is being given to the mail server at this moment. ``refused``: the server will not
take it. ``failed``: the server was not ready for it again and again. ``interrupted``: whoever had
it in hand died or lost the server, so it may have gone out or not. ``skipped``: when its turn came
it was not to be written to any more.
"""

RETURNS: Final = ("opened", "clicked", "bounced", "complained", "answered")
"""What may be heard of a letter that was sent."""


class Campaign(KeptRecord, Base):
    """One letter to a group.

    ``per_hour`` and ``per_domain`` bound how many letters go out within any hour, in all and to
    the addresses of one domain. ``started_by_id`` is in whose name those to write to are looked up.
    ``problem`` says why it does not go on at the moment. ``follows_readers`` says whether the
    company wanted to know of openings and clicks when the campaign began. ``readers_forgotten_at``
    is when it was forgotten who they were, ``opened_forgotten`` and ``clicked_forgotten`` in how
    many letters: see :mod:`salesman_mailing.readers.forgetting`.
    """

    __tablename__ = "mailing_campaign"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('draft', 'scheduled', 'sending', 'paused', 'stopped', 'done')", name="state"
        ),
        sa.CheckConstraint("per_hour > 0", name="per_hour"),
        sa.CheckConstraint("per_domain > 0", name="per_domain"),
        sa.Index("ix_mailing_campaign_state", "state", "scheduled_at"),
        sa.Index("ix_mailing_campaign_owner_id", "owner_id", "search_name"),
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(200))
    search_name: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    group_id: Mapped[int | None] = refers("mailing_group.id", ondelete="SET NULL")
    subject: Mapped[str] = mapped_column(sa.String(200), default="")
    preheader: Mapped[str] = mapped_column(sa.String(200), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    sender_name: Mapped[str] = mapped_column(sa.String(100), default="")
    reply_to: Mapped[str] = mapped_column(sa.String(254), default="")
    per_hour: Mapped[int | None] = mapped_column(sa.Integer)
    per_domain: Mapped[int | None] = mapped_column(sa.Integer)
    state: Mapped[str] = mapped_column(sa.String(10), default=DRAFT)
    scheduled_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    started_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    ended_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(sa.String(300), default="")
    follows_readers: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    readers_forgotten_at: Mapped[datetime | None]
    opened_forgotten: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    clicked_forgotten: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Recipient(Base):
    """An address that a campaign goes to, and what became of its letter.

    ``kind`` and ``record_id`` name the record that has the address, ``name`` is what it was called
    when the campaign began. ``not_before`` is when a server that was not ready is asked again.
    ``handed_at`` is when the letter was last taken in hand. ``bounced_at``, ``complained_at`` and
    ``answered_at`` tell what came back; who unsubscribed, the ledger of consents tells.
    ``opened_at`` and ``clicked_at`` are when that was first, ``opens`` how often the picture of the
    letter was asked for: see :mod:`salesman_mailing.readers`.
    """

    __tablename__ = "mailing_recipient"
    __table_args__ = (
        sa.CheckConstraint(
            "fate IN ('waiting', 'in_hand', 'sent', 'refused', 'failed', 'interrupted', 'skipped')",
            name="fate",
        ),
        sa.UniqueConstraint("campaign_id", "address"),
        sa.Index("ix_mailing_recipient_turn", "campaign_id", "fate", "id"),
        sa.Index("ix_mailing_recipient_handed_at", "handed_at", "domain"),
        sa.Index("ix_mailing_recipient_address", "address"),
        sa.Index("ix_mailing_recipient_record", "kind", "record_id"),
    )

    id: Mapped[int] = identity()
    campaign_id: Mapped[int] = refers("mailing_campaign.id", ondelete="CASCADE", index=False)
    address: Mapped[str] = mapped_column(sa.String(254))
    domain: Mapped[str] = mapped_column(sa.String(254))
    kind: Mapped[str] = mapped_column(sa.String(60))
    record_id: Mapped[int] = mapped_column(BigId)
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL")
    name: Mapped[str] = mapped_column(sa.String(500), default="")
    fate: Mapped[str] = mapped_column(sa.String(12), default=WAITING)
    attempts: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    not_before: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.String(500), default="")
    bounced_at: Mapped[datetime | None]
    bounce: Mapped[str] = mapped_column(sa.String(10), default="")
    complained_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    opens: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    clicked_at: Mapped[datetime | None]
