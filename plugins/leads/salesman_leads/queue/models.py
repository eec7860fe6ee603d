"""The tables of calls: what may come of one, the calls themselves, and who has a lead in hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, BigId, identity, refers

NO_ANSWER: Final = "no_answer"
CALL_BACK: Final = "call_back"
WRONG_NUMBER: Final = "wrong_number"
NO_INTEREST: Final = "no_interest"
INTEREST: Final = "interest"
BASES: Final = (NO_ANSWER, CALL_BACK, WRONG_NUMBER, NO_INTEREST, INTEREST)
"""What a result of a call is at bottom, whatever the company calls it: it decides what follows."""


class CallResult(Base):
    """What may come of a call, as the company calls it. One not active is offered no more.

    ``closes_as_id`` says with which result a lead without interest is closed where nobody chooses.
    """

    __tablename__ = "leads_call_result"
    __table_args__ = (
        sa.CheckConstraint(
            "base IN ('no_answer', 'call_back', 'wrong_number', 'no_interest', 'interest')",
            name="base",
        ),
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(100))
    base: Mapped[str] = mapped_column(sa.String(20))
    closes_as_id: Mapped[int | None] = refers("leads_result.id", ondelete="SET NULL")
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class Attempt(Base):
    """A call to a lead and what came of it.

    ``phone`` is the number that was wrong. ``activity_id`` is the call that was planned, where the
    calendar was active, and ``inquiry_id`` the inquiry that counts the call, where inquiries were;
    both may be gone. ``before`` is what the lead was before, for undoing.
    """

    __tablename__ = "leads_attempt"
    __table_args__ = (sa.Index("ix_leads_attempt_person_id", "person_id", "at"),)

    id: Mapped[int] = identity()
    lead_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")
    person_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    at: Mapped[datetime]
    call_result_id: Mapped[int] = refers("leads_call_result.id", ondelete="RESTRICT")
    comment: Mapped[str] = mapped_column(sa.String(1000), default="")
    call_back_at: Mapped[datetime | None]
    phone: Mapped[str] = mapped_column(sa.String(254), default="")
    activity_id: Mapped[int | None] = mapped_column(BigId)
    inquiry_id: Mapped[int | None] = mapped_column(BigId)
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class Lease(Base):
    """Who has a lead in hand, and until when: then anybody may have it again.

    It is written by whoever holds the lead's row against others, so two never get the same one.
    """

    __tablename__ = "leads_lease"

    lead_id: Mapped[int] = refers(
        "leads_lead.id", ondelete="CASCADE", index=False, primary_key=True
    )
    person_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE")
    until: Mapped[datetime]
