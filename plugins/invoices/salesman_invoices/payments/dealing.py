"""Dealing out anew what stands on invoices, whenever a payment comes, goes or changes (ADR 150)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salesman_core.toolkit import Changes, WritingSession
from salesman_invoices.models import BACK, ISSUED, Allotment, Drawn, Invoice, Payment
from salesman_invoices.payments.advance import drawn_by, set_drawn
from salesman_invoices.payments.replay import Entry, deal_out

NOUGHT: Final = Decimal(0)
Sums = dict[int, Decimal]


def hold(session: Session, payment_id: int, more: Iterable[int] = ()) -> list[Invoice]:
    """Give what a change of a payment concerns, locked in one order: invoices first, then payments.

    That is: the invoices on which it stands or for which it is meant, and those of the payments
    of which it took. They need not be within reach: the payment is.

    :param more: further invoices.
    """
    taken = sa.select(Drawn.payment_id).where(Drawn.return_id == payment_id)
    its = sa.or_(Payment.id == payment_id, Payment.id.in_(taken))
    stands = sa.select(Allotment.invoice_id).join(Payment, Payment.id == Allotment.payment_id)
    meant = sa.select(Payment.meant_for_id).where(its, Payment.meant_for_id.is_not(None))
    ids = {*session.scalars(stands.where(its)), *session.scalars(meant), *more}
    wanted = sa.select(Invoice).where(Invoice.id.in_(ids)).order_by(Invoice.id)
    invoices = session.scalars(_locking(wanted)).all()
    standing = sa.select(Payment.id).where(sa.or_(its, _of(one.id for one in invoices)))
    session.execute(standing.order_by(Payment.id).with_for_update()).all()
    return list(invoices)


def deal_anew(
    session: WritingSession, invoices: Sequence[Invoice]
) -> list[tuple[Payment, Changes]]:
    """Let what is meant for some invoices belong to them as a replay says; give what it changed.

    :param invoices: locked.
    """
    session.flush()
    wanted = sa.select(Payment).where(_of(one.id for one in invoices), Payment.deleted_at.is_(None))
    there = session.scalars(_locking(wanted.order_by(Payment.id).options(*_HANGING))).all()
    dealing = _Dealing(session, there)
    before = {one.id: (put_on(one), drawn_by(one)) for one in there}
    with session.no_autoflush:  # half dealt, until all of it fits together
        for invoice in invoices:
            dealing.deal(invoice)
    session.flush()
    told = [(one, moved(one, *before[one.id])) for one in there]
    return [(one, changes) for one, changes in told if changes]


def moved(payment: Payment, stood: Mapping[int, Decimal], took: Mapping[int, Decimal]) -> Changes:
    """Give what changed of where a payment stands, and of which advances it took."""
    changes: Changes = {}
    if stood != (stands := put_on(payment)):
        changes["allotments"] = (by_id(stood), by_id(stands))
    if took != (takes := drawn_by(payment)):
        changes["advances"] = (by_id(took), by_id(takes))
    return changes


def put_on(payment: Payment) -> Sums:
    """Give how much of a payment belongs to which invoice, without sign."""
    return {one.invoice_id: abs(one.amount) for one in payment.allotments}


def put(payment: Payment, invoice_id: int, amount: Decimal) -> None:
    """Let so much of a payment belong to an invoice, without sign; its shares are counted later."""
    one = next((one for one in payment.allotments if one.invoice_id == invoice_id), None)
    if amount == 0:
        if one is not None:
            payment.allotments.remove(one)
    else:
        if one is None:
            one = Allotment(invoice_id=invoice_id, net=NOUGHT)
            payment.allotments.append(one)
        one.day, one.amount = payment.day, -amount if payment.direction == BACK else amount
    payment.allotted = sum(put_on(payment).values(), NOUGHT)


def by_id(sums: Mapping[int, Decimal]) -> dict[str, str]:
    """Give sums by the ids of what they are of: its name is read by those who may see it."""
    return {str(id_): str(amount) for id_, amount in sorted(sums.items())}


_HANGING: Final = (selectinload(Payment.allotments), selectinload(Payment.drawn))


def _of(invoice_ids: Iterable[int]) -> sa.ColumnElement[bool]:
    """Give the condition of the payments that stand on some invoices, or are meant for them."""
    ids = [*invoice_ids]
    standing = sa.select(Allotment.payment_id).where(Allotment.invoice_id.in_(ids))
    return sa.or_(Payment.meant_for_id.in_(ids), Payment.id.in_(standing))


def _locking(wanted: sa.Select[Any]) -> sa.Select[Any]:
    return wanted.with_for_update().execution_options(populate_existing=True)


class _Dealing:
    """The payments of some invoices while those are dealt out, one after the other."""

    def __init__(self, session: WritingSession, there: Sequence[Payment]) -> None:
        self._session = session
        self._there = there
        self._drawn: dict[int, Sums] = {}
        self._meant: dict[int, int | None] = {}
        taken = (
            sa.select(Drawn.return_id, Drawn.payment_id, Drawn.amount, Payment.meant_for_id)
            .join(Payment, Payment.id == Drawn.return_id)
            .where(Drawn.payment_id.in_([one.id for one in there]))
        )
        for row in session.execute(taken):
            self._drawn.setdefault(row.return_id, {})[row.payment_id] = row.amount
            self._meant[row.return_id] = row.meant_for_id

    def deal(self, invoice: Invoice) -> None:
        """Let what is meant for an invoice belong to it as the replay of its payments says."""
        entries = [
            self._entry(one, invoice)
            for one in self._there
            if one.meant_for_id == invoice.id or invoice.id in put_on(one)
        ]
        dealt = deal_out(invoice.amount if invoice.state == ISSUED else NOUGHT, entries)
        for payment in self._there:
            if payment.meant_for_id != invoice.id:
                continue
            put(payment, invoice.id, dealt.on[payment.id])
            if payment.direction == BACK:
                self._drawn[payment.id] = dealt.drawn[payment.id]
                self._meant[payment.id] = invoice.id
                set_drawn(self._session, payment, dealt.drawn[payment.id])

    def _entry(self, payment: Payment, invoice: Invoice) -> Entry:
        stands, meant = put_on(payment), payment.meant_for_id == invoice.id
        on = stands.pop(invoice.id, NOUGHT)
        by_hand = [
            sums.get(payment.id, NOUGHT)
            for return_id, sums in self._drawn.items()
            if self._meant[return_id] != invoice.id
        ]
        elsewhere = sum((*stands.values(), *by_hand), NOUGHT)
        return Entry(
            id=payment.id,
            place=_place(payment),
            back=payment.direction == BACK,
            meant=meant,
            free=payment.amount - elsewhere,
            fixed=NOUGHT if meant else on,
        )


def _place(payment: Payment) -> tuple[Any, ...]:
    """Give where a payment comes: on one day what came in first, and of returns the largest."""
    back = payment.direction == BACK
    signed = -payment.amount if back else payment.amount
    return payment.day, back, signed, payment.client_id or 0, payment.reference, payment.id
