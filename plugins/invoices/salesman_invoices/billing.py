"""What of a deal has been billed, and what is left: the rule that invoices stay within the deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    Deal,
    MissingError,
    company,
    formats,
    plugin_settings,
    visible,
    whole_sum,
)
from salesman_invoices.models import CANCELLED, Allotment, Invoice, InvoiceLine
from salesman_invoices.texts import texts

_ = texts.lazy

DEAL: Final = (
    Deal.id,
    Deal.name,
    Deal.client_id,
    Deal.owner_id,
    Deal.amount,
    Deal.cost,
    Deal.currency,
    Deal.outcome,
    Deal.stage_id,
    Deal.pipeline_id,
    Deal.version,
)
"""What billing needs of a deal."""


def without_vat() -> bool:
    """Tell whether amounts of deals are meant without VAT."""
    return company().vat == "without"


def counted(row: Any) -> Decimal:
    """Give what an invoice counts for where it is held against its deal: as deals mean amounts."""
    value: Decimal = row.net if without_vat() else row.amount
    return value


def counted_column() -> sa.SQLColumnExpression[Decimal]:
    """Give the same in SQL."""
    return Invoice.net if without_vat() else Invoice.amount


_NOUGHT: Final = Decimal("0.00")


def hundredths(value: Any) -> Decimal:
    """Give what a sum of whole hundredths comes to."""
    return Decimal(int(value)).scaleb(-2) if value else _NOUGHT


def margin_of(row: Any) -> Decimal | None:
    """Give the margin of an invoice, or None where nobody knows what it costs."""
    return None if row.cost is None else counted(row) - row.cost


def one_deal(session: Session, deal_id: int) -> AnyRow:
    """Give a deal that whoever acts may see.

    :raises MissingError: where there is none.
    """
    seen = sa.select(*DEAL).where(Deal.id == deal_id, visible("deal"))
    row = session.execute(seen).one_or_none()
    if row is None:
        raise MissingError(_("There is no such deal, or you may not see it."))
    return row


@dataclass(frozen=True, slots=True)
class Billed:
    """What the invoices of a deal come to, those that are cancelled or in the bin left out.

    :param counted: as amounts of deals are meant.
    :param cost: what of the deal's cost they carry.
    :param number: how many there are.
    """

    counted: Decimal
    cost: Decimal
    number: int


def billed(session: Session, deal_id: int, but: int | None = None) -> Billed:
    """Give what the invoices of a deal come to.

    :param but: an invoice that is left out.
    """
    sums = (
        sa.func.count(Invoice.id).label("number"),
        whole_sum(counted_column()).label("counted"),
        whole_sum(sa.func.coalesce(Invoice.cost, 0)).label("cost"),
    )
    row = session.execute(sa.select(*sums).where(*_holding(deal_id, but))).one()
    return Billed(hundredths(row.counted), hundredths(row.cost), row.number)


def _holding(deal_id: int, but: int | None) -> list[sa.ColumnElement[bool]]:
    holding = [
        Invoice.deal_id == deal_id,
        Invoice.state != CANCELLED,
        Invoice.deleted_at.is_(None),
    ]
    return holding if but is None else [*holding, Invoice.id != but]


BILLED: Final = (
    InvoiceLine.deal_line_id,
    InvoiceLine.quantity,
    InvoiceLine.price,
    InvoiceLine.discount_percent,
    InvoiceLine.discount_amount,
    InvoiceLine.vat_percent,
    InvoiceLine.vat_on_top,
    InvoiceLine.net,
    InvoiceLine.vat,
    InvoiceLine.cost_amount,
)
"""What is known of a part of a deal's line that has been billed."""


def billed_parts(
    session: Session, deal_id: int, but: int | None = None
) -> Mapping[int, Sequence[AnyRow]]:
    """Give the parts of each line of a deal that have been billed, by the line's id."""
    rows = session.execute(
        sa.select(*BILLED)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(*_holding(deal_id, but), InvoiceLine.deal_line_id.is_not(None))
    )
    found: dict[int, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.deal_line_id, []).append(row)
    return found


def may_exceed() -> bool:
    """Tell whether the invoices of a deal may come to more than its amount."""
    return bool(plugin_settings("invoices")["exceed_deals"])


def demand_within(session: Session, deal: Any, invoice: Any) -> None:
    """Let the invoices of a deal come to no more than the deal, unless the company allows it.

    :raises ConflictError: with what the deal, its other invoices and this one come to; and where
        the deal has another currency by now.
    """
    if invoice.currency != deal.currency:
        message = _(
            "The deal is in %(deal)s by now, this invoice in %(own)s: make another one.",
            deal=deal.currency,
            own=invoice.currency,
        )
        raise ConflictError(message)
    if may_exceed():
        return
    others = billed(session, deal.id, but=invoice.id).counted
    own = counted(invoice)
    if others + own <= deal.amount:
        return
    message = _(
        "The deal comes to %(deal)s, its other invoices to %(others)s: one of %(own)s would be"
        " more than the deal.",
        deal=formats.money(deal.amount, deal.currency),
        others=formats.money(others, deal.currency),
        own=formats.money(own, deal.currency),
    )
    raise ConflictError(message)


def is_billed_by_amount(session: Session, deal_id: int) -> bool:
    """Tell whether a line of the deal's invoices bills none of the deal's own lines."""
    other = (
        sa.select(InvoiceLine.id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(*_holding(deal_id, None), InvoiceLine.deal_line_id.is_(None))
    )
    return bool(session.scalar(sa.select(other.exists())))


def has_payments(session: Session, invoice_id: int) -> bool:
    """Tell whether anything of a payment stands on an invoice."""
    standing = sa.select(Allotment.id).where(Allotment.invoice_id == invoice_id)
    return bool(session.scalar(sa.select(standing.exists())))
