"""The tables of consent: what people are written to for, what they said, and what holds now."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, identity, refers

GIVEN, REFUSED = "given", "refused"
STATES: Final = (GIVEN, REFUSED)

BY_HAND, FORM, PAGE, ONE_CLICK, LETTER, IMPORT, SERVICE = (
    "hand",
    "form",
    "page",
    "one_click",
    "letter",
    "import",
    "service",
)
SOURCES: Final = (BY_HAND, FORM, PAGE, ONE_CLICK, LETTER, IMPORT, SERVICE)
"""Where a consent or refusal comes from: a colleague's note, a form, our page of unsubscribing, the
button of a mail program, an answer or complaint by mail, a file, another mailing service."""

LONGEST_ADDRESS: Final = 254


class Purpose(Base):
    """What people are written to for, as the company calls it. One not active is offered no more.

    With ``needs_consent`` only those are written to who agreed; else all who did not refuse. With
    ``by_forms`` it counts for it what people agree to in web forms.
    """

    __tablename__ = "mailing_purpose"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(100))
    needs_consent: Mapped[bool] = mapped_column(default=True)
    by_forms: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class ConsentEntry(Base):
    """What somebody said about being written to. Rows are added and never changed.

    It is about one purpose, about one group (they left it), or about neither: all mailing. ``held``
    tells whether it changed what holds: a file that says “agreed” moves no refusal.
    """

    __tablename__ = "mailing_consent_entry"
    __table_args__ = (
        sa.CheckConstraint("state IN ('given', 'refused')", name="state"),
        sa.CheckConstraint("purpose_id IS NULL OR group_id IS NULL", name="one_subject"),
        sa.Index("ix_mailing_consent_entry_address", "address", "id"),
    )

    id: Mapped[int] = identity()
    address: Mapped[str] = mapped_column(sa.String(LONGEST_ADDRESS))
    purpose_id: Mapped[int | None] = refers("mailing_purpose.id", ondelete="RESTRICT")
    group_id: Mapped[int | None] = refers("mailing_group.id", ondelete="SET NULL")
    group_name: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[str] = mapped_column(sa.String(10))
    held: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    proof: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    by_name: Mapped[str] = mapped_column(sa.String(200), default="")


class Consent(Base):
    """What holds for an address and a purpose now. That all is refused is a ban of the core."""

    __tablename__ = "mailing_consent"
    __table_args__ = (
        sa.CheckConstraint("state IN ('given', 'refused')", name="state"),
        sa.Index("ix_mailing_consent_purpose_id", "purpose_id", "state"),
    )

    address: Mapped[str] = mapped_column(sa.String(LONGEST_ADDRESS), primary_key=True)
    purpose_id: Mapped[int] = refers(
        "mailing_purpose.id", ondelete="CASCADE", primary_key=True, index=False
    )
    state: Mapped[str] = mapped_column(sa.String(10))
    source: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime]


class Leaver(Base):
    """An address whose owner left a group: it is written to no more with that group."""

    __tablename__ = "mailing_leaver"

    group_id: Mapped[int] = refers(
        "mailing_group.id", ondelete="CASCADE", primary_key=True, index=False
    )
    address: Mapped[str] = mapped_column(sa.String(LONGEST_ADDRESS), primary_key=True, index=True)
    at: Mapped[datetime]
