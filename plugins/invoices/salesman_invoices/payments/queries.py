"""Every read of payments, through access."""

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
    ListQuery,
    MissingError,
    Money,
    User,
    external_ids_of,
    totals,
    visible,
    whole_sum,
)
from salesman_invoices.billing import hundredths
from salesman_invoices.models import (
    BACK,
    IN,
    KIND,
    PAYMENT,
    Allotment,
    Drawn,
    Invoice,
    Payment,
    PaymentExternalId,
)
from salesman_invoices.payments.advance import LEFT, MOST_ADVANCES, advances
from salesman_invoices.payments.lists import PAYMENTS, SOURCE
from salesman_invoices.queries import sees_client
from salesman_invoices.texts import texts

_ = texts.lazy

COLUMNS: Final = (
    Payment.id,
    Payment.direction,
    Payment.client_id,
    Payment.company_id,
    Payment.owner_id,
    Payment.day,
    Payment.amount,
    Payment.allotted,
    Payment.returned,
    Payment.currency,
    Payment.reference,
    Payment.comment,
    Payment.imported,
    Payment.created_at,
    Payment.updated_at,
    Payment.version,
)
"""What a payment is."""

NAMED: Final = (*COLUMNS, Client.name.label("client_name"), User.name.label("owner_name"))
"""The same with what a page shows beside it."""


def payments(columns: Sequence[Any] = NAMED) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the payments that the person reaches."""
    return sa.select(*columns).select_from(SOURCE).where(visible(PAYMENT))


def one_payment(session: Session, payment_id: int) -> AnyRow:
    """Give a payment.

    :raises MissingError: where there is none that the person may see.
    """
    wanted = payments((*NAMED, sees_client())).where(Payment.id == payment_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise MissingError(_("There is no such payment, or you may not see it."))
    return row


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on some payments, by payment."""

    allotments: Mapping[int, Sequence[AnyRow]]
    drawn: Mapping[int, Sequence[AnyRow]]
    external_ids: Mapping[int, Mapping[str, str]]


def hanging(session: Session, payment_ids: Sequence[int]) -> Hanging:
    """Give what hangs on some payments that were read through access, in four statements."""
    return Hanging(
        allotments_of(session, payment_ids),
        drawn_of(session, payment_ids),
        external_ids_of(session, PaymentExternalId, payment_ids),
    )


def allotments_of(session: Session, payment_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    """Give to which invoices payments went; those that the person may not see have no number."""
    found: dict[int, list[AnyRow]] = {id_: [] for id_ in payment_ids}
    sees = visible(KIND)
    columns = (
        Allotment.payment_id,
        Allotment.amount,
        sa.case((sees, Allotment.margin)).label("margin"),
        sa.case((sees, Invoice.id)).label("invoice_id"),
        sa.case((sees, Invoice.number)).label("number"),
    )
    wanted = (
        sa.select(*columns)
        .join(Invoice, Invoice.id == Allotment.invoice_id)
        .where(Allotment.payment_id.in_(payment_ids))
    )
    for row in session.execute(wanted.order_by(Allotment.id)):
        found[row.payment_id].append(row)
    return found


def drawn_of(session: Session, payment_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    """Give what returns took of which advances, from either side.

    The other side has neither id nor number where the person may not see it.
    """
    found: dict[int, list[AnyRow]] = {id_: [] for id_ in payment_ids}
    for own, other in (
        (Drawn.return_id, Drawn.payment_id),
        (Drawn.payment_id, Drawn.return_id),
    ):
        sees = visible(PAYMENT)
        columns = (
            own.label("own_id"),
            Drawn.amount,
            sa.case((sees, Payment.id)).label("payment_id"),
            sa.case((sees, Payment.label)).label("called"),
            sa.case((sees, Payment.day)).label("day"),
        )
        wanted = sa.select(*columns).join(Payment, Payment.id == other).where(own.in_(payment_ids))
        for row in session.execute(wanted.order_by(Drawn.id)):
            found[row.own_id].append(row)
    return found


def advances_of(
    session: Session, client_id: int | None, currency: str, invoice_ids: Sequence[int] = ()
) -> Sequence[AnyRow]:
    """Give the advances of a client that the person sees, in the order in which they go back."""
    left = sa.type_coerce(LEFT, Money()).label("left")
    columns = (Payment.id, Payment.label, Payment.day, left, Payment.currency)
    wanted = advances(client_id, currency, invoice_ids).with_only_columns(*columns)
    return session.execute(wanted.where(visible(PAYMENT)).limit(MOST_ADVANCES)).all()


@dataclass(frozen=True, slots=True)
class Total:
    """What the payments of a list come to in one currency.

    :param received: what came in.
    :param returned: what went back.
    :param advance: what of what came in belongs to no invoice, less what went back of it.
    """

    currency: str
    number: int
    received: Decimal
    returned: Decimal
    advance: Decimal


_SUMS: Final = (
    sa.func.count(Payment.id).label("number"),
    whole_sum(Payment.amount, Payment.direction == IN).label("received"),
    whole_sum(Payment.amount, Payment.direction == BACK).label("returned"),
    whole_sum(sa.case((Payment.direction == IN, LEFT), else_=-LEFT)).label("advance"),
)


def _total(row: Any) -> Total:
    sums = (row.received, row.returned, row.advance)
    return Total(row.currency, row.number, *(hundredths(one) for one in sums))


def list_totals(session: Session, query: ListQuery) -> list[Total]:
    """Sum by currency all that the filter finds."""
    rows = totals(session, _SUMS, PAYMENTS, query, visible(PAYMENT), by=(Payment.currency,))
    return sorted((_total(row) for row in rows), key=lambda one: -one.number)


def totals_of_client(session: Session, client_id: int) -> list[Total]:
    """Give what the payments of a client that the person sees come to, by currency."""
    rows = session.execute(
        sa.select(Payment.currency, *_SUMS)
        .where(visible(PAYMENT), Payment.client_id == client_id)
        .group_by(Payment.currency)
    )
    return [_total(row) for row in rows]
