"""Every read of invoices, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Deal,
    ListQuery,
    MissingError,
    User,
    current_person,
    external_ids_of,
    totals,
    visible,
    whole_sum,
)
from salesman_invoices.billing import hundredths
from salesman_invoices.lists import INVOICES, SOURCE
from salesman_invoices.models import (
    KIND,
    Allotment,
    Invoice,
    InvoiceExternalId,
    InvoiceLine,
    Payment,
)
from salesman_invoices.permissions import COSTS
from salesman_invoices.standing import IS_ISSUED, IS_OVERDUE, STANDING
from salesman_invoices.texts import texts

_ = texts.lazy

INVOICE: Final = (
    Invoice.id,
    Invoice.number,
    Invoice.state,
    STANDING.label("standing"),
    Invoice.company_id,
    Invoice.account_id,
    Invoice.signer_id,
    Invoice.deal_id,
    Invoice.step_id,
    Invoice.client_id,
    Invoice.owner_id,
    Invoice.currency,
    Invoice.rate,
    Invoice.rate_currency,
    Invoice.issued_on,
    Invoice.due_on,
    Invoice.net,
    Invoice.vat,
    Invoice.amount,
    Invoice.cost,
    Invoice.paid,
    Invoice.paid_on,
    Invoice.purpose,
    Invoice.language,
    Invoice.comment,
    Invoice.snapshot,
    Invoice.imported,
    Invoice.cancelled_at,
    Invoice.cancel_reason,
    Invoice.created_at,
    Invoice.updated_at,
    Invoice.version,
)
"""What an invoice is."""


def sees_client() -> sa.SQLColumnExpression[bool]:
    """Give the SQL for whether whoever acts sees the client that stands beside the row."""
    seen = sa.and_(Client.id.is_not(None), visible("client"))
    return sa.case((seen, sa.true()), else_=sa.false()).label("sees_client")


def named_columns() -> tuple[Any, ...]:
    """Give the columns of an invoice with what a page shows beside them.

    A client is named by what the invoice keeps of it: who sees a paper sees for whom it is.
    """
    return (
        *INVOICE,
        Client.name.label("client_name"),
        User.name.label("owner_name"),
        sees_client(),
        sa.case((visible("deal"), Deal.name)).label("deal_name"),
    )


NAMED: Final = (
    *INVOICE,
    Client.name.label("client_name"),
    User.name.label("owner_name"),
)
"""The same for lists: the deal is named on the card alone."""


def invoices(columns: Sequence[Any] = NAMED) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the invoices that the person reaches."""
    return sa.select(*columns).select_from(SOURCE).where(visible(KIND))


def one_invoice(session: Session, invoice_id: int) -> AnyRow:
    """Give an invoice.

    :raises MissingError: where there is none that the person may see.
    """
    wanted = invoices(named_columns()).where(Invoice.id == invoice_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise MissingError(_("There is no such invoice, or you may not see it."))
    return row


def sees_costs() -> bool:
    """Tell whether whoever acts may see costs and margins."""
    return current_person().may(COSTS)


LINE: Final = (
    InvoiceLine.id,
    InvoiceLine.invoice_id,
    InvoiceLine.deal_line_id,
    InvoiceLine.product_id,
    InvoiceLine.article,
    InvoiceLine.name,
    InvoiceLine.unit,
    InvoiceLine.quantity,
    InvoiceLine.price,
    InvoiceLine.discount_percent,
    InvoiceLine.discount_amount,
    InvoiceLine.vat_percent,
    InvoiceLine.vat_on_top,
    InvoiceLine.net,
    InvoiceLine.vat,
    InvoiceLine.amount,
    InvoiceLine.cost_amount,
)
"""What a line is."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on some invoices, by invoice."""

    lines: Mapping[int, Sequence[AnyRow]]
    external_ids: Mapping[int, Mapping[str, str]]


def hanging(session: Session, invoice_ids: Sequence[int]) -> Hanging:
    """Give what hangs on some invoices that were read through access, in two statements."""
    return Hanging(
        lines_of(session, invoice_ids), external_ids_of(session, InvoiceExternalId, invoice_ids)
    )


def lines_of(session: Session, invoice_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    """Give the lines of some invoices that were read through access."""
    found: dict[int, list[AnyRow]] = {id_: [] for id_ in invoice_ids}
    wanted = sa.select(*LINE).where(InvoiceLine.invoice_id.in_(invoice_ids))
    for row in session.execute(wanted.order_by(InvoiceLine.position, InvoiceLine.id)):
        found[row.invoice_id].append(row)
    return found


def payments_on(session: Session, invoice_id: int) -> Sequence[AnyRow]:
    """Give what was paid on an invoice that was read through access, the first first.

    Who sees an invoice sees what was paid on it; ``seen`` tells whether the payment itself is
    within their reach.
    """
    columns = (
        Allotment.id,
        Allotment.payment_id,
        Allotment.day,
        Allotment.amount,
        Payment.reference,
        Payment.direction,
    )
    seen = sa.case((visible("invoices.payment"), True), else_=False).label("seen")
    return session.execute(
        sa.select(*columns, seen)
        .join(Payment, Payment.id == Allotment.payment_id)
        .where(Allotment.invoice_id == invoice_id)
        .order_by(Allotment.day, Allotment.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Total:
    """What the invoices of a list come to in one currency; drafts and cancelled ones do not count.

    :param number: how many are listed, whatever their state.
    :param left: what is still to be paid.
    """

    currency: str
    number: int
    amount: Decimal
    paid: Decimal
    left: Decimal
    overdue: Decimal


_STILL: Final = sa.case((Invoice.paid < Invoice.amount, Invoice.amount - Invoice.paid), else_=0)
_SUMS: Final = (
    sa.func.count(Invoice.id).label("number"),
    whole_sum(Invoice.amount, IS_ISSUED).label("amount"),
    whole_sum(Invoice.paid, IS_ISSUED).label("paid"),
    whole_sum(_STILL, IS_ISSUED).label("left"),
    whole_sum(_STILL, IS_OVERDUE).label("overdue"),
)


def _total(row: Any) -> Total:
    sums = (row.amount, row.paid, row.left, row.overdue)
    return Total(row.currency, row.number, *(hundredths(one) for one in sums))


def list_totals(session: Session, query: ListQuery) -> list[Total]:
    """Sum by currency all that the filter finds, that of the most invoices first."""
    rows = totals(session, _SUMS, INVOICES, query, visible(KIND), by=(Invoice.currency,))
    return sorted((_total(row) for row in rows), key=lambda one: -one.number)


def invoices_of(session: Session, kind: str, record_id: int, limit: int) -> Sequence[AnyRow]:
    """Give the invoices of a client or deal that the person sees, the newest first."""
    column = Invoice.client_id if kind == "client" else Invoice.deal_id
    own = invoices().where(column == record_id)
    return session.execute(own.order_by(Invoice.id.desc()).limit(limit)).all()


def totals_of(session: Session, kind: str, record_id: int) -> list[Total]:
    """Give what the invoices of a client or deal that the person sees come to, by currency."""
    column = Invoice.client_id if kind == "client" else Invoice.deal_id
    rows = session.execute(
        sa.select(Invoice.currency, *_SUMS)
        .where(visible(KIND), column == record_id)
        .group_by(Invoice.currency)
    )
    return [_total(row) for row in rows]


def some_invoices(session: Session, invoice_ids: Sequence[int]) -> dict[int, AnyRow]:
    """Give those of some invoices that the person sees, by their ids."""
    if not invoice_ids:
        return {}
    rows = session.execute(invoices().where(Invoice.id.in_(invoice_ids)))
    return {row.id: row for row in rows}


def open_invoices(session: Session, client_id: int) -> Sequence[AnyRow]:
    """Give the issued invoices of a client that are not wholly paid, the first due first."""
    own = invoices().where(Invoice.client_id == client_id, IS_ISSUED, Invoice.paid < Invoice.amount)
    ordered = own.order_by(Invoice.due_on.is_(None), Invoice.due_on, Invoice.id)
    return session.execute(ordered).all()


def paid_invoices(session: Session, client_id: int) -> Sequence[AnyRow]:
    """Give the issued invoices of a client on which something was paid, the newest first."""
    own = invoices().where(Invoice.client_id == client_id, IS_ISSUED, Invoice.paid > 0)
    return session.execute(own.order_by(Invoice.id.desc()).limit(PAID_AT_MOST)).all()


PAID_AT_MOST: Final = 100
"""So many paid invoices are offered for a return."""
