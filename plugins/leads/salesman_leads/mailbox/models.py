"""The tables of mailboxes and of the letters that were read in them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, BigId, identity, mailboxes, refers

LEAD: Final = "lead"
REFUSED: Final = "refused"
UNREADABLE: Final = "unreadable"
AUTOMATIC: Final = "automatic"
BOUNCE: Final = "bounce"
OWN: Final = "own"
MADE: Final = (LEAD, REFUSED, UNREADABLE, AUTOMATIC, BOUNCE, OWN)
"""What may be made of a letter."""


class Mailbox(Base):
    """A folder of a mailbox whose letters become leads.

    ``sealed_password`` opens with the application's secret key only. ``uid_validity`` and
    ``last_uid`` say how far it has been read (RFC 3501, section 2.3.1.1); where the server numbers
    its letters anew, it is read from the beginning, and ``leads_letter`` keeps doubles out.
    ``begun_at`` says since when it is read, where it was not to bring its old letters.
    ``problem`` says why it could not be read the last time, ``failures`` how often in a row.
    """

    __tablename__ = "leads_mailbox"
    __table_args__ = (
        sa.CheckConstraint("way IN ('imaps', 'starttls', 'imap')", name="way"),
        sa.CheckConstraint("afterwards IN ('leave', 'seen', 'move')", name="afterwards"),
    )

    id: Mapped[int] = identity()
    way: Mapped[str] = mapped_column(sa.String(10), default=mailboxes.IMAPS)
    host: Mapped[str] = mapped_column(sa.String(253))
    port: Mapped[int] = mapped_column(sa.Integer)
    user: Mapped[str] = mapped_column(sa.String(254))
    sealed_password: Mapped[str] = mapped_column(sa.Text, default="")
    folder: Mapped[str] = mapped_column(sa.String(200), default="INBOX")
    subject: Mapped[str] = mapped_column(sa.String(200), default="")
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    channel: Mapped[str] = mapped_column(sa.String(100), default="")
    afterwards: Mapped[str] = mapped_column(sa.String(10), default=mailboxes.SEEN)
    moved_to: Mapped[str] = mapped_column(sa.String(200), default="")
    takes_old: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    uid_validity: Mapped[int | None] = mapped_column(BigId)
    last_uid: Mapped[int] = mapped_column(BigId, default=0)
    begun_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(sa.String(20), default="")
    problem_words: Mapped[str] = mapped_column(sa.String(300), default="")
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)
    version: Mapped[int] = mapped_column(default=1)


class Letter(Base):
    """A letter that was read, and what was made of it.

    ``filed`` says that it has been marked or moved in the mailbox.
    """

    __tablename__ = "leads_letter"
    __table_args__ = (
        sa.UniqueConstraint("mailbox_id", "message_id"),
        sa.CheckConstraint(
            "made IN ('lead', 'refused', 'unreadable', 'automatic', 'bounce', 'own')", name="made"
        ),
        sa.Index("ix_leads_letter_mailbox_id_at", "mailbox_id", "at", "id"),
    )

    id: Mapped[int] = identity()
    mailbox_id: Mapped[int] = refers("leads_mailbox.id", ondelete="CASCADE", index=False)
    message_id: Mapped[str] = mapped_column(sa.String(300))
    uid_validity: Mapped[int] = mapped_column(BigId)
    uid: Mapped[int] = mapped_column(BigId)
    subject: Mapped[str] = mapped_column(sa.String(300), default="")
    made: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    lead_id: Mapped[int | None] = refers("leads_lead.id", ondelete="SET NULL")
    at: Mapped[datetime]
    filed: Mapped[bool] = mapped_column(default=False)
