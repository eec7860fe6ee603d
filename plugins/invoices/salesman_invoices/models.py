"""The tables of invoices: invoices with their lines, payments and where they went, acts, schedule.

Papers outlive what they were made from: they refer to clients, deals and own companies by ``SET
NULL`` and keep a snapshot of what they need (:mod:`salesman_invoices.snapshot`). Sums stand in the
currency of the paper, in hundredths, as :mod:`salesman_catalogue.sums` makes them.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import salesman_requisites.toolkit  # noqa: F401  # its tables, to which ours refer
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from salesman_core.toolkit import (
    BESIDE,
    TRIGRAMS,
    Base,
    ExternalId,
    KeptRecord,
    Money,
    Norm,
    Percent,
    Rate,
    Thousandths,
    identity,
    refers,
)

KIND: Final = "invoices.invoice"
PAYMENT: Final = "invoices.payment"
ACT: Final = "invoices.act"

DRAFT: Final = "draft"
ISSUED: Final = "issued"
CANCELLED: Final = "cancelled"
STATES: Final = (DRAFT, ISSUED, CANCELLED)
"""What becomes of a paper. What people read of an issued invoice follows from its payments too."""

IN: Final = "in"
BACK: Final = "back"
DIRECTIONS: Final = (IN, BACK)
"""Which way money went: to us from a client, or back."""

LANGUAGES: Final = ("ru", "en")
"""In which a paper can be printed."""

SERVICE: Final = "service"
DELIVERY: Final = "delivery"
ACT_KINDS: Final = (SERVICE, DELIVERY)


def _named(number: Any, id_: Any) -> sa.ColumnElement[str]:
    """Give what names a paper: its number, and while it has none, its id as ``#17``."""
    return sa.func.coalesce(number, sa.literal("#") + sa.cast(id_, sa.String(20)))


class PaperLine:
    """A line of a paper: what is sold, how much of it, and for how much.

    It is a copy: no change of the deal or the price list touches it. At most one of
    ``discount_percent`` and ``discount_amount`` is not None. ``vat_percent`` is None without VAT.
    ``net``, ``vat``, ``amount`` and ``cost_amount`` are what :mod:`salesman_catalogue.sums` makes
    of it; ``cost_amount`` is None where nobody knows what it cost.
    """

    position: Mapped[int] = mapped_column(sa.Integer)
    article: Mapped[str] = mapped_column(sa.String(100), default="")
    name: Mapped[str] = mapped_column(sa.String(300))
    unit: Mapped[str] = mapped_column(sa.String(30), default="")
    quantity: Mapped[Decimal] = mapped_column(Thousandths)
    price: Mapped[Decimal] = mapped_column(Money)
    discount_percent: Mapped[Decimal | None] = mapped_column(Percent)
    discount_amount: Mapped[Decimal | None] = mapped_column(Money)
    vat_percent: Mapped[Decimal | None] = mapped_column(Percent)
    vat_on_top: Mapped[bool] = mapped_column(default=False)
    net: Mapped[Decimal] = mapped_column(Money)
    vat: Mapped[Decimal] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money)
    cost_amount: Mapped[Decimal | None] = mapped_column(Money)

    @staticmethod
    def rules() -> tuple[sa.schema.SchemaItem, ...]:
        """Give the checks of a line."""
        return (
            sa.CheckConstraint("quantity > 0", name="quantity"),
            sa.CheckConstraint("price >= 0", name="price"),
            sa.CheckConstraint(
                "discount_percent IS NULL OR discount_amount IS NULL", name="discount"
            ),
        )


class Step(Base):
    """A step of a deal's schedule of payments: so much, by then.

    One of ``percent`` (of the deal's amount) and ``amount`` (in the deal's currency) is not None.
    """

    __tablename__ = "invoices_step"
    __table_args__ = (
        sa.CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name="share"),
        sa.Index("ix_invoices_step_deal_id", "deal_id", "position"),
    )

    id: Mapped[int] = identity()
    deal_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE", index=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    title: Mapped[str] = mapped_column(sa.String(200))
    percent: Mapped[Decimal | None] = mapped_column(Percent)
    amount: Mapped[Decimal | None] = mapped_column(Money)
    due_on: Mapped[date | None] = mapped_column(index=True)


class Schedule(Base):
    """The schedule of a deal as a whole: ``version`` counts its changes."""

    __tablename__ = "invoices_schedule"

    deal_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE", primary_key=True, index=False)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class InvoiceExternalId(ExternalId, Base):
    """An invoice's key in another system, as in accounting."""

    __tablename__ = "invoices_external_id"

    record_id: Mapped[int] = refers("invoices_invoice.id", ondelete="CASCADE")


class InvoiceLine(PaperLine, Base):
    """A line of an invoice; ``deal_line_id`` names the line of the deal that it bills.

    ``by_amount`` says that it bills a share of a deal, or a paper of which nobody knows the lines:
    it sells no units. That stays so when the lines of the deal are gone or made anew.
    """

    __tablename__ = "invoices_line"
    __table_args__ = (
        *PaperLine.rules(),
        sa.Index("ix_invoices_line_invoice_id", "invoice_id", "position"),
    )

    id: Mapped[int] = identity()
    invoice_id: Mapped[int] = refers("invoices_invoice.id", ondelete="CASCADE", index=False)
    deal_line_id: Mapped[int | None] = refers("catalogue_line.id", ondelete="SET NULL")
    by_amount: Mapped[bool] = mapped_column(default=False)
    product_id: Mapped[int | None] = refers("catalogue_product.id", ondelete="SET NULL")


class Invoice(KeptRecord, Base):
    """What a client is asked to pay.

    ``number`` is given when it is issued; a draft has none. What people see of an issued one,
    *partly paid*, *paid* or *overdue*, follows from ``paid`` (the sum of its allotments),
    ``amount`` and ``due_on``: see :mod:`salesman_invoices.standing`. ``paid_on`` is the day on
    which it became wholly paid. ``cost`` is None where nobody knows it. ``rate`` is what one unit
    of ``currency`` was worth in ``rate_currency`` on the day of issue. ``snapshot`` is empty in a
    draft. ``search_text`` holds number, client and purpose.
    """

    __tablename__ = "invoices_invoice"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'issued', 'cancelled')", name="state"),
        sa.CheckConstraint("state <> 'issued' OR issued_on IS NOT NULL", name="issued_on"),
        sa.Index("ix_invoices_invoice_created_at", "created_at", "id"),
        sa.Index("ix_invoices_invoice_due_on", "state", "due_on", "id"),
        # What plans sum up: each has all columns that a sum needs.
        sa.Index(
            "ix_invoices_invoice_owner_id",
            "owner_id",
            "issued_on",
            "state",
            "deleted_at",
            "currency",
            "rate_currency",
            "rate",
            "amount",
            "cost",
        ),
        sa.Index(
            "ix_invoices_invoice_issued_on",
            "issued_on",
            "state",
            "deleted_at",
            "owner_id",
            "currency",
            "rate_currency",
            "rate",
            "amount",
            "cost",
        ),
        sa.Index("ix_invoices_invoice_deal_id", "deal_id", "state", "issued_on"),
        sa.Index("ix_invoices_invoice_client_id", "client_id", "state", "issued_on"),
    )

    id: Mapped[int] = identity()
    number: Mapped[str | None] = mapped_column(sa.String(100))
    search_text: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    company_id: Mapped[int | None] = refers("requisites_company.id", ondelete="SET NULL")
    account_id: Mapped[int | None] = refers("requisites_account.id", ondelete="SET NULL")
    signer_id: Mapped[int | None] = refers("requisites_signer.id", ondelete="SET NULL")
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="SET NULL", index=False)
    step_id: Mapped[int | None] = refers("invoices_step.id", ondelete="SET NULL")
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL", index=False)
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    currency: Mapped[str] = mapped_column(sa.String(3))
    rate: Mapped[Decimal | None] = mapped_column(Rate)
    rate_currency: Mapped[str | None] = mapped_column(sa.String(3))
    state: Mapped[str] = mapped_column(sa.String(10), default=DRAFT)
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    net: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    vat: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    amount: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    cost: Mapped[Decimal | None] = mapped_column(Money)
    paid: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    paid_on: Mapped[date | None]
    purpose: Mapped[str] = mapped_column(sa.String(300), default="")
    language: Mapped[str] = mapped_column(sa.String(2))
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    snapshot: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    imported: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    label: Mapped[str] = column_property(_named(number, id))  # noqa: A003  # the column
    lines: Mapped[list[InvoiceLine]] = relationship(
        order_by=InvoiceLine.position, cascade="all, delete-orphan"
    )
    external_ids: Mapped[list[InvoiceExternalId]] = relationship(cascade="all, delete-orphan")


class PaymentExternalId(ExternalId, Base):
    """A payment's key in another system, as in the statement of a bank."""

    __tablename__ = "invoices_payment_external_id"

    record_id: Mapped[int] = refers("invoices_payment.id", ondelete="CASCADE")


class Allotment(Base):
    """What of a payment went to an invoice, or back from it: ``amount`` below nought for returns.

    ``day`` is the payment's. ``net`` is what it comes to without VAT, ``margin`` its share of the
    invoice's margin, both with the sign of ``amount``; the second is None where the cost is not
    known. Shares add up to the whole and do not depend on the order in which payments were
    entered: see :mod:`salesman_invoices.payments.shares`.
    """

    __tablename__ = "invoices_allotment"
    __table_args__ = (
        sa.UniqueConstraint("payment_id", "invoice_id"),
        sa.CheckConstraint("amount <> 0", name="amount"),
        sa.Index("ix_invoices_allotment_day", "day", "invoice_id", "amount", "net", "margin"),
        sa.Index(
            "ix_invoices_allotment_invoice_id", "invoice_id", "day", "amount", "net", "margin"
        ),
    )

    id: Mapped[int] = identity()
    payment_id: Mapped[int] = refers(
        "invoices_payment.id", ondelete="CASCADE", index=False, info={BESIDE: True}
    )
    invoice_id: Mapped[int] = refers("invoices_invoice.id", ondelete="CASCADE", index=False)
    day: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money)
    net: Mapped[Decimal] = mapped_column(Money)
    margin: Mapped[Decimal | None] = mapped_column(Money)


class Drawn(Base):
    """What a return took of an advance: of a payment that came in and is left over (ADR 126)."""

    __tablename__ = "invoices_drawn"
    __table_args__ = (
        sa.UniqueConstraint("return_id", "payment_id"),
        sa.CheckConstraint("amount > 0", name="amount"),
    )

    id: Mapped[int] = identity()
    return_id: Mapped[int] = refers("invoices_payment.id", ondelete="CASCADE", index=False)
    payment_id: Mapped[int] = refers("invoices_payment.id", ondelete="CASCADE", info={BESIDE: True})
    amount: Mapped[Decimal] = mapped_column(Money)


class Payment(KeptRecord, Base):
    """Money that came in from a client, or went back.

    ``allotted`` is the sum of what stands in its allotments, without sign. ``returned`` is, of one
    that came in, what of it went back, and of one that went back, what of it is known to be of
    which advance: the sum of ``Drawn`` either way. What is left of an incoming one is the client's
    advance. ``meant_for_id`` names the invoice that it was entered for with no sums said: what of
    it belongs to that one is dealt out anew whenever something comes, goes or changes there; once
    somebody says sums, it is None (ADR 150). ``taken_back`` holds what had been allotted and drawn
    of a payment that lies in the bin, by invoice and by payment.
    """

    __tablename__ = "invoices_payment"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("allotted >= 0 AND allotted <= amount", name="allotted"),
        sa.CheckConstraint("returned >= 0 AND allotted + returned <= amount", name="returned"),
        sa.CheckConstraint("direction IN ('in', 'back')", name="direction"),
        sa.Index("ix_invoices_payment_day", "day", "id"),
        sa.Index("ix_invoices_payment_client_id", "client_id", "day"),
        sa.Index("ix_invoices_payment_created_at", "created_at", "id"),
    )

    id: Mapped[int] = identity()
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL", index=False)
    company_id: Mapped[int | None] = refers("requisites_company.id", ondelete="SET NULL")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    day: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money)
    allotted: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    returned: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    currency: Mapped[str] = mapped_column(sa.String(3))
    direction: Mapped[str] = mapped_column(sa.String(4), default=IN)
    meant_for_id: Mapped[int | None] = refers("invoices_invoice.id", ondelete="SET NULL")
    reference: Mapped[str] = mapped_column(sa.String(100), default="")
    search_text: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    taken_back: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    imported: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    label: Mapped[str] = column_property(_named(sa.func.nullif(reference, ""), id))  # noqa: A003  # the column
    allotments: Mapped[list[Allotment]] = relationship(
        order_by=Allotment.id, cascade="all, delete-orphan"
    )
    drawn: Mapped[list[Drawn]] = relationship(
        order_by=Drawn.id, foreign_keys=Drawn.return_id, cascade="all, delete-orphan"
    )
    external_ids: Mapped[list[PaymentExternalId]] = relationship(cascade="all, delete-orphan")


class ActLine(PaperLine, Base):
    """A line of an act; ``invoice_line_id`` names the line of the invoice that it confirms."""

    __tablename__ = "invoices_act_line"
    __table_args__ = (
        *PaperLine.rules(),
        sa.Index("ix_invoices_act_line_act_id", "act_id", "position"),
    )

    id: Mapped[int] = identity()
    act_id: Mapped[int] = refers("invoices_act.id", ondelete="CASCADE", index=False)
    invoice_line_id: Mapped[int | None] = refers("invoices_line.id", ondelete="SET NULL")


class Act(KeptRecord, Base):
    """A paper that confirms that something was done or delivered.

    ``number`` is given when it is issued. ``snapshot`` is that of an invoice's.
    """

    __tablename__ = "invoices_act"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'issued', 'cancelled')", name="state"),
        sa.CheckConstraint("kind IN ('service', 'delivery')", name="kind"),
        sa.Index("ix_invoices_act_created_at", "created_at", "id"),
        sa.Index("ix_invoices_act_day", "day", "id"),
    )

    id: Mapped[int] = identity()
    number: Mapped[str | None] = mapped_column(sa.String(100))
    search_text: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    kind: Mapped[str] = mapped_column(sa.String(10), default=SERVICE)
    day: Mapped[date]
    state: Mapped[str] = mapped_column(sa.String(10), default=DRAFT)
    invoice_id: Mapped[int | None] = refers("invoices_invoice.id", ondelete="SET NULL")
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="SET NULL")
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    company_id: Mapped[int | None] = refers("requisites_company.id", ondelete="SET NULL")
    signer_id: Mapped[int | None] = refers("requisites_signer.id", ondelete="SET NULL")
    currency: Mapped[str] = mapped_column(sa.String(3))
    net: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    vat: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    amount: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    language: Mapped[str] = mapped_column(sa.String(2))
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    snapshot: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    label: Mapped[str] = column_property(_named(number, id))  # noqa: A003  # the column
    lines: Mapped[list[ActLine]] = relationship(
        order_by=ActLine.position, cascade="all, delete-orphan"
    )
