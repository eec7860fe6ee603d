"""The tables of web forms, of consents, and of the addresses that answers come from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, identity, refers

FORM: Final = "leads.form"
"""The kind under which the audit tells of forms."""

FIELDS: Final = ("name", "company", "phone", "email", "text", "products", "region")
"""What a form may ask for, in the order in which it is offered."""
WAYS: Final = ("phone", "email")
"""By which of them somebody can be reached."""
WHO: Final = ("name", "company", *WAYS)
"""Of which of them a lead needs one."""
CHOSEN_FROM: Final = ("products", "region")
"""Which of them may offer a list to choose from."""


class Form(Base):
    """A form for strangers. One that is not active takes nothing in, and keeps what it brought.

    ``key`` stands in its address. ``fields`` are the parts of the form in their order, each with
    ``kind``, ``label``, ``placeholder``, ``required`` and ``options``. ``sites`` are the origins
    (RFC 6454) on whose pages it may be shown and from which it takes answers, beside our own.
    With ``letters`` whoever agrees agrees to be written to as well.
    """

    __tablename__ = "leads_form"

    id: Mapped[int] = identity()
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    language: Mapped[str] = mapped_column(sa.String(10))
    heading: Mapped[str] = mapped_column(sa.String(200), default="")
    button: Mapped[str] = mapped_column(sa.String(60), default="")
    fields: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    thanks_text: Mapped[str] = mapped_column(sa.String(2000), default="")
    thanks_url: Mapped[str] = mapped_column(sa.String(1000), default="")
    sites: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    channel: Mapped[str] = mapped_column(sa.String(100), default="")
    letters: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class FormConsent(Base):
    """What somebody agrees to who sends a form, as it read from ``created_at`` on.

    The one with the highest number holds; an empty text asks for nothing. What somebody agreed to
    is never changed: another text is another version.
    """

    __tablename__ = "leads_form_consent"
    __table_args__ = (sa.UniqueConstraint("form_id", "number"),)

    id: Mapped[int] = identity()
    form_id: Mapped[int] = refers("leads_form.id", ondelete="CASCADE", index=False)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]


class FormLead(Base):
    """Which form brought a lead."""

    __tablename__ = "leads_form_lead"

    lead_id: Mapped[int] = refers(
        "leads_lead.id", ondelete="CASCADE", index=False, primary_key=True
    )
    form_id: Mapped[int] = refers("leads_form.id", ondelete="CASCADE")


class Consent(Base):
    """Who agreed to what, when, and from which address: the proof that the law asks for."""

    __tablename__ = "leads_consent"

    id: Mapped[int] = identity()
    lead_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")
    consent_id: Mapped[int] = refers("leads_form_consent.id", ondelete="RESTRICT")
    at: Mapped[datetime]
    ip: Mapped[str] = mapped_column(sa.String(45), default="")


class FormSender(Base):
    """How often a network sent a form within a stretch of time, and how often it was refused."""

    __tablename__ = "leads_form_sender"

    form_id: Mapped[int] = refers(
        "leads_form.id", ondelete="CASCADE", index=False, primary_key=True
    )
    network: Mapped[str] = mapped_column(sa.String(50), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    sent: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
