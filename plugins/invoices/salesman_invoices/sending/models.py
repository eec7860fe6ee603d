"""The tables of letters with papers: what was sent, with which words, and who is reminded when."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, identity, refers


class Sending(Base):
    """That a paper went to somebody by email: of an invoice or of an act.

    What became of the letter stands in the core's log (``letter_id``). ``reminder`` is None for
    what a person sent; of a reminder the days after the due day for which it was planned, below
    nought for days before it: each goes out at most once for an invoice. ``by_name`` says who sent
    it, also when they are gone; empty for the clock.
    """

    __tablename__ = "invoices_sending"
    __table_args__ = (
        sa.CheckConstraint("(invoice_id IS NULL) <> (act_id IS NULL)", name="one_paper"),
        sa.CheckConstraint("reminder IS NULL OR invoice_id IS NOT NULL", name="reminder"),
        sa.UniqueConstraint("invoice_id", "reminder"),
        sa.Index("ix_invoices_sending_invoice_id", "invoice_id", "at"),
        sa.Index("ix_invoices_sending_act_id", "act_id", "at"),
    )

    id: Mapped[int] = identity()
    invoice_id: Mapped[int | None] = refers("invoices_invoice.id", ondelete="CASCADE", index=False)
    act_id: Mapped[int | None] = refers("invoices_act.id", ondelete="CASCADE", index=False)
    letter_id: Mapped[int | None] = refers("core_letter.id", ondelete="SET NULL")
    to: Mapped[str] = mapped_column(sa.String(254))
    reminder: Mapped[int | None] = mapped_column(sa.SmallInteger)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    by_name: Mapped[str] = mapped_column(sa.String(200), default="")


class LetterWording(Base):
    """The words of a letter as the company wrote them; without a row the built-in ones hold.

    ``use`` is one of :data:`salesman_invoices.sending.wording.USES`.
    """

    __tablename__ = "invoices_letter_wording"

    use: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Reminding(Base):
    """Whether and when an own company reminds of its invoices.

    ``before`` and ``after`` hold days, counted from the day on which an invoice is due; 0 of
    ``before`` is that day itself.
    """

    __tablename__ = "invoices_reminding"

    company_id: Mapped[int] = refers(
        "requisites_company.id", ondelete="CASCADE", primary_key=True, index=False
    )
    active: Mapped[bool] = mapped_column(default=False)
    before: Mapped[list[int]] = mapped_column(sa.JSON)
    after: Mapped[list[int]] = mapped_column(sa.JSON)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Unreminded(Base):
    """That nobody is to be reminded of an invoice, because somebody said so."""

    __tablename__ = "invoices_unreminded"

    invoice_id: Mapped[int] = refers(
        "invoices_invoice.id", ondelete="CASCADE", primary_key=True, index=False
    )
    at: Mapped[datetime]
    by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
