"""The tables of clicks: the links of letters, and who followed which."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, identity, refers
from salesman_mailing.campaigns.drawing import LONGEST_TARGET


class LetterLink(Base):
    """A link of a campaign's letter, as it was when the letter went out.

    Addresses in letters name it by its number: where they lead stands here and nowhere else.
    ``position`` is its place in the letter, from 1. ``clicked_forgotten`` and ``clicks_forgotten``
    count the letters in which it was followed, and how often, where it is forgotten who did.
    """

    __tablename__ = "mailing_letter_link"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "position"),)

    id: Mapped[int] = identity()
    campaign_id: Mapped[int] = refers("mailing_campaign.id", ondelete="CASCADE", index=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    target: Mapped[str] = mapped_column(sa.String(LONGEST_TARGET))
    clicked_forgotten: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    clicks_forgotten: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")


class Click(Base):
    """That a link of one person's letter was followed: when first, and how often."""

    __tablename__ = "mailing_click"

    recipient_id: Mapped[int] = refers(
        "mailing_recipient.id", ondelete="CASCADE", primary_key=True, index=False
    )
    link_id: Mapped[int] = refers("mailing_letter_link.id", ondelete="CASCADE", primary_key=True)
    first_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(sa.Integer, default=1)
