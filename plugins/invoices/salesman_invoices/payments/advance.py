"""Advances: what of payments belongs to no invoice and did not go back, and which of it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    InvalidError,
    WritingSession,
    formats,
    seen_records,
    touch,
    whole_sum,
)
from salesman_invoices.billing import hundredths
from salesman_invoices.models import BACK, IN, PAYMENT, Allotment, Drawn, Payment
from salesman_invoices.texts import texts

_ = texts.lazy

NOUGHT: Final = Decimal(0)
MOST_ADVANCES: Final = 100
"""So many advances of a client are offered, and taken from at once, for a return."""
LEFT: Final = Payment.amount - Payment.allotted - Payment.returned
"""What is left of a payment that came in; of one that went back, what nobody knows the source of.
"""


def left_of(payment: Any) -> Decimal:
    """Give the same of a payment, or of its row."""
    return Decimal(payment.amount - payment.allotted - payment.returned)


def advance_on(session: Session, invoice: Any, but: int | None = None) -> Decimal:
    """Give what was paid over an invoice and belongs to none: one statement.

    That is what is left of the payments that stand on it or are meant for it; no more than those
    who paid it have ahead in its currency altogether, for of some returns nobody knows what they
    took.

    :param invoice: the object, or a row with its ``id`` and ``currency``.
    :param but: a payment that is left out.
    """
    of_it = (_came_with([invoice.id]), *_CAME_IN)
    payers = sa.select(Payment.client_id).where(*of_it)
    ahead = sa.case((Payment.direction == IN, LEFT), else_=-LEFT)
    over = sa.select(whole_sum(LEFT)).where(*of_it)
    altogether = sa.select(whole_sum(ahead)).where(
        Payment.client_id.in_(payers),
        Payment.currency == invoice.currency,
        Payment.deleted_at.is_(None),
        Payment.id != (but or 0),
    )
    paid_over, ahead_of_all = session.execute(
        sa.select(over.scalar_subquery(), altogether.scalar_subquery())
    ).one()
    most = paid_over if ahead_of_all is None else min(paid_over or 0, ahead_of_all)
    return max(hundredths(most), NOUGHT)


_CAME_IN: Final = (Payment.direction == IN, Payment.deleted_at.is_(None))


def _came_with(invoice_ids: Iterable[int]) -> sa.ColumnElement[bool]:
    ids = [*invoice_ids]
    standing = sa.select(Allotment.payment_id).where(Allotment.invoice_id.in_(ids))
    return sa.or_(Payment.meant_for_id.in_(ids), Payment.id.in_(standing))


def advances(
    client_id: int | None, currency: str, invoice_ids: Iterable[int] = ()
) -> sa.Select[Any]:
    """Give the query of the advances of a client, without access: the order in which they go back.

    Those that came with one of some invoices go first, then the newest.
    """
    on_them = _came_with(invoice_ids)
    return (
        sa.select(Payment.id)
        .where(sa.or_(Payment.client_id == client_id, on_them), Payment.currency == currency)
        .where(LEFT > 0, *_CAME_IN)
        .order_by(sa.case((on_them, 0), else_=1), Payment.day.desc(), Payment.id.desc())
    )


def said_draws(
    session: Session, back: Payment, said: Sequence[Mapping[str, Any]], most: Decimal
) -> dict[int, Decimal]:
    """Judge which advances a return is to take, and how much of each.

    :param said: with ``payment_id``, and ``amount``; where that is left out, as much as there is.
    :param most: so much may it take of all together.
    :raises InvalidError: for what is no advance of the same client and currency, and for more than
        is left of it or went back.
    """
    held, found = drawn_by(back), dict[int, Decimal]()
    seen = seen_records(session, ((PAYMENT, one["payment_id"]) for one in said))
    for one in sorted(said, key=lambda one: one["payment_id"]):
        if (PAYMENT, one["payment_id"]) not in seen:
            raise _refusal(_("There is no such payment, or you may not see it."))
        advance = _advance(session, back, one["payment_id"])
        if advance.id in found:
            raise _refusal(_("One advance stands here twice."))
        there = left_of(advance) + held.get(advance.id, NOUGHT)
        amount = one.get("amount")
        amount = min(there, most - sum(found.values(), NOUGHT)) if amount is None else amount
        if amount > there:
            raise _refusal(
                _(
                    "Of this advance %(left)s are left: %(amount)s cannot go back of it.",
                    left=formats.money(there, back.currency),
                    amount=formats.money(amount, back.currency),
                )
            )
        found[advance.id] = amount
    if sum(found.values(), NOUGHT) > most:
        raise _refusal(_("More is taken of advances than went back and belongs to no invoice."))
    return {id_: amount for id_, amount in found.items() if amount > 0}


def _advance(session: Session, back: Payment, payment_id: int) -> Payment:
    """Give a payment that came in, locked, for a return that takes of it."""
    found = session.get(Payment, payment_id, with_for_update=True)
    fits = (
        found is not None
        and found.direction == IN
        and found.deleted_at is None
        and (found.client_id, found.currency) == (back.client_id, back.currency)
    )
    if found is None or not fits:
        raise _refusal(_("This is no advance of the same client in the same currency."))
    return found


def _refusal(told: Any) -> InvalidError:
    return InvalidError(told, {"advances": told})


def usual_draws(
    session: Session, back: Payment, invoice_ids: Iterable[int], most: Decimal
) -> dict[int, Decimal]:
    """Give what a return takes of which advances where nobody says: of the first of them first."""
    if most <= 0:
        return {}
    wanted = advances(back.client_id, back.currency, invoice_ids).limit(MOST_ADVANCES)
    ids = session.scalars(wanted).all()
    locking = sa.select(Payment).where(Payment.id.in_(ids)).order_by(Payment.id).with_for_update()
    there = session.scalars(locking.execution_options(populate_existing=True))
    left = {one.id: left_of(one) for one in there}
    return cut({id_: left[id_] for id_ in ids if id_ in left}, most)


def cut(draws: Mapping[int, Decimal], most: Decimal) -> dict[int, Decimal]:
    """Give as much of some draws as goes into a sum: the later ones are let go first."""
    found: dict[int, Decimal] = {}
    for id_, amount in draws.items():
        rest = most - sum(found.values(), NOUGHT)
        if (kept := min(amount, rest)) > 0:
            found[id_] = kept
    return found


def drawn_by(back: Payment) -> dict[int, Decimal]:
    """Give what a return took of which advance."""
    return {one.payment_id: one.amount for one in back.drawn}


def draw(session: WritingSession, back: Payment, goal: Mapping[int, Decimal]) -> None:
    """Let a return have taken exactly this; ``returned`` follows on both sides."""
    set_drawn(session, back, goal)
    session.flush()


def set_drawn(session: WritingSession, back: Payment, goal: Mapping[int, Decimal]) -> None:
    """Do the same without writing it yet, for whoever changes more at once."""
    held = {one.payment_id: one for one in back.drawn}
    for payment_id in sorted(held.keys() | goal.keys()):
        one, amount = held.get(payment_id), goal.get(payment_id, NOUGHT)
        before = NOUGHT if one is None else one.amount
        if amount == before:
            continue
        advance = session.get_one(Payment, payment_id, with_for_update=True)
        advance.returned += amount - before
        touch(advance)
        if one is None:
            back.drawn.append(Drawn(payment_id=payment_id, amount=amount))
        elif amount == 0:
            back.drawn.remove(one)
        else:
            one.amount = amount
    if held or goal:  # else it is an advance itself
        back.returned = sum(goal.values(), NOUGHT)


def let_go(session: WritingSession, advance: Payment) -> dict[int, Decimal]:
    """Let no return have taken of a payment; give what each had, by the returns' ids.

    Those that are meant for an invoice take of others as soon as that is dealt out anew.
    """
    taken = (
        sa.select(Drawn)
        .join(Payment, Payment.id == Drawn.return_id)
        .where(Drawn.payment_id == advance.id, Payment.meant_for_id.is_(None))
        .order_by(Drawn.return_id)
    )
    found = {one.return_id: one.amount for one in session.scalars(taken)}
    for return_id in found:
        back = session.get_one(Payment, return_id, with_for_update=True)
        rest = {id_: amount for id_, amount in drawn_by(back).items() if id_ != advance.id}
        draw(session, back, rest)
        touch(back)
    return found


def draw_again(session: WritingSession, payment: Payment, former: Mapping[int, Decimal]) -> None:
    """Let returns and advances that come out of the bin belong together as far as they still can.

    Of what was given to another client in between, nothing goes back. What returns take that are
    meant for an invoice is dealt out with it.

    :param former: of a return by the advances, of an advance by the returns that took of it.
    """
    for other_id, amount in sorted(former.items()):
        other = session.get(Payment, other_id, with_for_update=True)
        if other is None or other.deleted_at is not None or other.direction == payment.direction:
            continue
        back, advance = (payment, other) if payment.direction == BACK else (other, payment)
        if back.meant_for_id is not None:
            continue
        possible = min(amount, left_of(back), left_of(advance))
        if possible > 0 and _is_advance_for(session, advance, back):
            draw(session, back, drawn_by(back) | {advance.id: possible})


def _is_advance_for(session: Session, advance: Payment, back: Payment) -> bool:
    """Tell whether a payment is among the advances of which a return can be taken."""
    on = [one.invoice_id for one in back.allotments]
    wanted = advances(back.client_id, back.currency, on).where(Payment.id == advance.id)
    return session.scalar(wanted) is not None
