"""Every change of payments, and of what they make of invoices.

Whatever is done, the invoices concerned are dealt out and counted anew from all that is meant for
them and stands on them: their state depends on what was paid, not on the order in which it was
entered, changed or taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    Client,
    ForbiddenError,
    InvalidError,
    Planned,
    User,
    WritingSession,
    announce,
    audit,
    carry_out,
    company,
    current_person,
    demand_permission,
    differences,
    for_change,
    formats,
    from_bin,
    is_currency,
    locked,
    notify,
    now,
    plan_external_ids,
    reaches,
    review_relationship,
    seen_records,
    speaking,
    touch,
    writing,
)
from salesman_hookspecs import Text
from salesman_invoices.billing import margin_of
from salesman_invoices.drafting import MOST_AMOUNT
from salesman_invoices.models import (
    BACK,
    CANCELLED,
    DIRECTIONS,
    DRAFT,
    IN,
    KIND,
    PAYMENT,
    Allotment,
    Invoice,
    Payment,
    PaymentExternalId,
)
from salesman_invoices.payments.advance import (
    advance_on,
    cut,
    draw,
    draw_again,
    drawn_by,
    let_go,
    said_draws,
    usual_draws,
)
from salesman_invoices.payments.dealing import deal_anew, hold, moved, put, put_on
from salesman_invoices.payments.shares import share_out
from salesman_invoices.permissions import CHANGE_PAYMENTS
from salesman_invoices.service import named
from salesman_invoices.standing import company_day
from salesman_invoices.texts import texts

_ = texts.lazy

NOUGHT: Final = Decimal(0)
_PLAIN: Final = ("day", "amount", "reference", "comment")


def enter_payment(values: Mapping[str, Any]) -> int:
    """Note that money came in from a client, or went back.

    :param values: as the JSON API names them: ``amount``, above nought, and what else is known.
        ``allotments`` say how much of it belongs to which invoice, without sign; ``invoice_id``
        alone means as much as is left of that one, by the days of all that is meant for it. What is
        not allotted is the client's advance. Of what went back, ``advances`` say how much was taken
        of which payment that came in, and ``invoice_id`` means the rest. Where they are left out,
        what was paid over that invoice goes back first; what is said for no invoice is taken of the
        newest advances.
    :returns: the payment's id.
    :raises InvalidError: by field; for a draft, a cancelled invoice, another currency, and where
        more is allotted than was paid, or than is left of the invoice.
    """
    demand_permission(CHANGE_PAYMENTS)
    with writing() as session:
        wanted = _wanted(values)
        invoices = _invoices(session, wanted)
        currency = _currency_of(values, invoices)
        payment = Payment(
            client_id=_payer(values, invoices),
            company_id=next((one.company_id for one in invoices.values()), None),
            owner_id=_owner(session, values, invoices),
            day=_judged_day(values.get("day") or company_day()),
            amount=_judged_amount(values.get("amount")),
            currency=currency,
            direction=values.get("direction") or IN,
            meant_for_id=_meant_for(values),
            reference=str(values.get("reference") or "").strip(),
            comment=str(values.get("comment") or "").strip(),
            search_text="",
            created_at=now(),
            updated_at=now(),
        )
        session.add(payment)
        session.flush()
        carry_out(_keys(session, payment, values))
        if payment.meant_for_id is None:
            _enter_sums(session, payment, values, invoices)
        _settle(session, [*invoices.values()], payment)
        _demand_own(session, payment)
        _keep(session, payment, "created", _first(payment))
        return payment.id


def _meant_for(values: Mapping[str, Any]) -> int | None:
    """Give the invoice for which a payment is entered without a sum being said."""
    said = values.get("advances")
    if values.get("allotments") or said or (said is not None and values.get("direction") == BACK):
        return None
    invoice_id: int | None = values.get("invoice_id")
    return invoice_id


def _enter_sums(
    session: WritingSession,
    payment: Payment,
    values: Mapping[str, Any],
    invoices: Mapping[int, Invoice],
) -> None:
    """Let a new payment belong to what is said, and have taken of what is said or usual."""
    wanted = _wanted(values)
    drawn = _said(session, payment, values, wanted)
    sums = _sums(session, payment, wanted, invoices, drawn)
    _demand_room(payment, sums, invoices)
    _allot(session, payment, sums)
    if drawn is None:
        drawn = usual_draws(session, payment, wanted, _unallotted(payment))
    draw(session, payment, drawn)


def _said(
    session: Session,
    payment: Payment,
    values: Mapping[str, Any],
    wanted: Mapping[int, Decimal | None],
) -> dict[int, Decimal] | None:
    """Give what a return is said to have taken of which advance; None where nothing is said.

    What came in takes of none.

    :raises InvalidError: as :func:`said_draws`.
    """
    said = values.get("advances")
    if payment.direction == IN:
        return _demand_none(said or ())
    if said is None:
        return None
    allotted = sum((amount for amount in wanted.values() if amount is not None), NOUGHT)
    return said_draws(session, payment, said, payment.amount - allotted)


def _demand_none(said: Sequence[Any]) -> dict[int, Decimal]:
    if said:
        message = _("Only what went back is taken of an advance.")
        raise InvalidError(message, {"advances": message})
    return {}


def _unallotted(payment: Payment) -> Decimal:
    """Give what of a return can be taken of advances."""
    return payment.amount - payment.allotted if payment.direction == BACK else NOUGHT


def _wanted(values: Mapping[str, Any]) -> dict[int, Decimal | None]:
    """Give what is to go to which invoice; None for as much as is left of it."""
    wanted: dict[int, Decimal | None] = {}
    for one in values.get("allotments") or ():
        if one["invoice_id"] in wanted:
            message = _("One invoice stands here twice.")
            raise InvalidError(message, {"allotments": message})
        wanted[one["invoice_id"]] = one["amount"]
    if values.get("invoice_id") is not None:
        wanted.setdefault(values["invoice_id"], None)
    return {id_: amount for id_, amount in wanted.items() if amount != 0}


def _invoices(session: Session, wanted: Iterable[int]) -> dict[int, Invoice]:
    """Give invoices that something is to be allotted to, locked in one order.

    :raises InvalidError: for what there is not, or cannot be paid.
    :raises ForbiddenError: for an invoice on which the person may enter no payment.
    """
    found: dict[int, Invoice] = {}
    for invoice_id in sorted(set(wanted)):
        if not reaches(KIND, invoice_id, session=session):
            message = _("There is no such invoice, or you may not see it.")
            raise InvalidError(message, {"allotments": message})
        found[invoice_id] = for_change(session, KIND, invoice_id, CHANGE_PAYMENTS)
        _demand_payable(found[invoice_id])
    return found


def _demand_payable(invoice: Invoice) -> None:
    told: Text | None = None
    if invoice.state == DRAFT:
        told = _("Invoice %(number)s is a draft: issue it first.", number=named(invoice))
    elif invoice.state == CANCELLED:
        told = _(
            "Invoice %(number)s is cancelled: nothing can be paid on it.", number=named(invoice)
        )
    if told is not None:
        raise InvalidError(told, {"allotments": told})


def _currency_of(values: Mapping[str, Any], invoices: Mapping[int, Invoice]) -> str:
    """Give the currency of a payment: that which is said, or that of its invoices."""
    billed = {one.currency for one in invoices.values()}
    said = str(values.get("currency") or "").strip().upper()
    if not said:
        said = next(iter(sorted(billed)), company().currency)
    if not is_currency(said):
        message = _("There is no currency %(code)s.", code=said)
        raise InvalidError(message, {"currency": message})
    _demand_one_currency(said, invoices)
    return said


def _demand_one_currency(currency: str, invoices: Mapping[int, Invoice]) -> None:
    for invoice in invoices.values():
        if invoice.currency != currency:
            message = _(
                "Invoice %(number)s is in %(own)s, the payment in %(other)s.",
                number=named(invoice),
                own=invoice.currency,
                other=currency,
            )
            raise InvalidError(message, {"currency": message})


def _payer(values: Mapping[str, Any], invoices: Mapping[int, Invoice]) -> int | None:
    given = values.get("client_id")
    billed = next((one.client_id for one in invoices.values()), None)
    if given is None:
        return billed
    if not reaches("client", given):
        message = _("There is no such client, or you may not see it.")
        raise InvalidError(message, {"client_id": message})
    return int(given)


def _owner(
    session: Session, values: Mapping[str, Any], invoices: Mapping[int, Invoice]
) -> int | None:
    """Give whose payment it is: that of the first invoice's owner, else of the client's."""
    for invoice in invoices.values():
        if invoice.owner_id is not None:
            return invoice.owner_id
    client_id = values.get("client_id")
    wanted = sa.select(Client.owner_id).where(Client.id == client_id)
    owner_id: int | None = session.scalar(wanted) if client_id is not None else None
    return owner_id if owner_id is not None else current_person().id


def _demand_own(session: WritingSession, payment: Payment) -> None:
    """Let nobody enter a payment that they could not go on with."""
    if not reaches(PAYMENT, payment.id, CHANGE_PAYMENTS, session=session):
        message = _(
            "It would belong to the owner of the client, whose payments you may not change."
        )
        raise ForbiddenError(message, CHANGE_PAYMENTS)


def _judged_day(day: date) -> date:
    """Give the day of a payment, which is not to come: what is planned stands in the schedule.

    :raises InvalidError: for a later day than today.
    """
    if day > company_day():
        message = _("A payment is of today or earlier; what is to come stands in the schedule.")
        raise InvalidError(message, {"day": message})
    return day


def _judged_amount(amount: Decimal | None) -> Decimal:
    if amount is None or not 0 < amount <= MOST_AMOUNT:
        message = _("Say how much was paid: more than nought.")
        raise InvalidError(message, {"amount": message})
    return amount


def _sums(
    session: Session,
    payment: Payment,
    wanted: Mapping[int, Decimal | None],
    invoices: Mapping[int, Invoice],
    drawn: Mapping[int, Decimal] | None = None,
) -> dict[int, Decimal]:
    """Give how much goes to which invoice, without sign.

    :param drawn: what a return takes of which advance; None where nobody said it.
    :raises InvalidError: where that is more than the payment, or than what of it is still there.
    """
    sums = {id_: amount for id_, amount in wanted.items() if amount is not None}
    if any(amount < 0 for amount in sums.values()):
        message = _("What is allotted is more than nought.")
        raise InvalidError(message, {"allotments": message})
    for invoice_id in wanted.keys() - sums.keys():
        invoice = invoices[invoice_id]
        rest = payment.amount - sum(sums.values(), NOUGHT)
        left = invoice.amount - invoice.paid
        if payment.direction == BACK:
            over = advance_on(session, invoice, but=payment.id) if drawn is None else None
            rest -= sum(drawn.values(), NOUGHT) if drawn is not None else over or NOUGHT
            left = invoice.paid
        if (amount := min(rest, left)) > 0:
            sums[invoice_id] = amount
    if sum(sums.values(), NOUGHT) > payment.amount:
        message = _(
            "More is allotted than was paid: %(allotted)s of %(amount)s.",
            allotted=formats.money(sum(sums.values(), NOUGHT), payment.currency),
            amount=formats.money(payment.amount, payment.currency),
        )
        raise InvalidError(message, {"allotments": message})
    if payment.direction == IN and sum(sums.values(), NOUGHT) > payment.amount - payment.returned:
        message = _(
            "%(returned)s of this payment went back already: take that return back first, or let it"
            " take of another advance.",
            returned=formats.money(payment.returned, payment.currency),
        )
        raise InvalidError(message, {"allotments": message})
    return sums


def _demand_room(
    payment: Payment, sums: Mapping[int, Decimal], invoices: Mapping[int, Invoice]
) -> None:
    """Let nobody say more of what came in for an invoice than is left of it.

    :raises InvalidError: with how much that is.
    """
    for invoice_id, amount in sums.items():
        invoice = invoices[invoice_id]
        if payment.direction == IN and amount > (room := _room(payment, invoice)):
            message = _(
                "No more than %(left)s of this payment can belong to invoice %(number)s: so much of"
                " it is left to pay. The rest stays the client's advance.",
                number=named(invoice),
                left=formats.money(room, invoice.currency),
            )
            raise InvalidError(message, {"allotments": message})


def _room(payment: Payment, invoice: Invoice) -> Decimal:
    """Give how much of a payment may be said for an invoice: what is left, and what it has there.

    Of invoices from before more may be paid than they come to: that may stay.
    """
    has = next((one.amount for one in payment.allotments if one.invoice_id == invoice.id), NOUGHT)
    return max(invoice.amount - invoice.paid + has, has, NOUGHT)


def _allot(session: WritingSession, payment: Payment, sums: Mapping[int, Decimal]) -> None:
    """Let a payment be allotted exactly so; the invoices are to be settled then."""
    for invoice_id in put_on(payment).keys() | sums.keys():
        put(payment, invoice_id, sums.get(invoice_id, NOUGHT))
    session.flush()


def _settle(session: WritingSession, invoices: Sequence[Invoice], payment: Payment) -> None:
    """Deal out and count anew all that a change of a payment concerns.

    Other payments that change by that are kept as a change of theirs.
    """
    moved = deal_anew(session, invoices)
    recount(session, invoices)
    for other, changes in moved:
        if other is not payment:
            _keep(session, other, "changed", changes)


def recount(session: WritingSession, invoices: Sequence[Invoice]) -> None:
    """Count invoices anew from all that was paid on them, and tell whom it concerns."""
    for invoice in invoices:
        standing = sa.select(Allotment).where(Allotment.invoice_id == invoice.id)
        there = session.scalars(standing).all()
        paid = share_out(there, invoice.amount, invoice.net, margin_of(invoice))
        was_paid = invoice.paid_on is not None
        changes = differences(invoice, {"paid": paid.amount, "paid_on": paid.since})
        invoice.paid, invoice.paid_on = paid.amount, paid.since
        if not changes:
            continue
        touch(invoice)
        audit(session, KIND, invoice.id, named(invoice), "changed", changes)
        _announce(session, invoice, changes)
        if invoice.paid_on is not None and not was_paid:
            _tell_owner(session, invoice)
    clients = [one.client_id for one in invoices if one.client_id is not None]
    review_relationship(clients)


def _announce(session: WritingSession, invoice: Invoice, changes: Changes) -> None:
    whose = {"deal_id": invoice.deal_id, "client_id": invoice.client_id}
    fields = {**whose, "fields": sorted(changes)}
    announce(session, "invoices.invoice.changed", KIND, invoice.id, fields)
    if "paid_on" in changes and invoice.paid_on is not None:
        sums = {**whose, "amount": invoice.amount, "currency": invoice.currency}
        announce(session, "invoices.invoice.paid", KIND, invoice.id, sums)


def _tell_owner(session: WritingSession, invoice: Invoice) -> None:
    """Tell whose invoice it is that it is paid, unless they entered it themselves."""
    if invoice.owner_id in {None, current_person().id}:
        return
    locale = session.scalar(sa.select(User.locale).where(User.id == invoice.owner_id))
    with speaking(locale or company().language):
        text = texts.gettext(
            "Invoice %(number)s is paid: %(amount)s",
            number=named(invoice),
            amount=formats.money(invoice.amount, invoice.currency),
        )
        notify(session, invoice.owner_id, text, f"/invoices/{invoice.id}")


def change_payment(payment_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a payment, or what it was allotted to; give whether anything changed.

    :param values: those that are to change; ``allotments`` are then exactly these.
    """
    with writing() as session:
        payment, concerned = _for_change(session, payment_id, version, _wanted(values))
        wanted = {name: values[name] for name in _PLAIN if name in values}
        if "day" in wanted:
            wanted["day"] = _judged_day(wanted["day"])
        if "amount" in wanted:
            wanted["amount"] = _judged_amount(wanted["amount"])
        if "direction" in values and values["direction"] in DIRECTIONS:
            wanted["direction"] = values["direction"]
        if "client_id" in values and values["client_id"] != payment.client_id:
            wanted["client_id"] = _payer(values, {})
        before, taken = put_on(payment), drawn_by(payment)
        # Before anything is set: to write keys is to write what stands there half changed.
        keyed = carry_out(_keys(session, payment, values))
        changes = differences(payment, wanted)
        _demand_free(payment, changes)
        if _stays_meant(payment, values, changes):
            _set_meant(session, payment, changes)
        else:
            concerned |= _set_said(session, payment, values, changes, concerned)
        if not (changes | keyed | moved(payment, before, taken)):
            return False
        _settle(session, [*concerned.values()], payment)
        changes |= keyed | moved(payment, before, taken)
        _keep(session, payment, "changed", changes)
        return True


def _for_change(
    session: Session, payment_id: int, version: int | None, more: Iterable[int] = ()
) -> tuple[Payment, dict[int, Invoice]]:
    """Give a payment that is to change, and the invoices which that concerns; see :func:`hold`.

    :param more: further invoices; those on which the person may enter no payment are left out.
    """
    concerned: dict[int, Invoice] = {}
    if reaches(PAYMENT, payment_id, CHANGE_PAYMENTS, session=session):  # else nobody waits for it
        may = [one for one in more if reaches(KIND, one, CHANGE_PAYMENTS, session=session)]
        concerned = {one.id: one for one in hold(session, payment_id, may)}
    payment: Payment = for_change(session, PAYMENT, payment_id, CHANGE_PAYMENTS, version)
    ids = put_on(payment).keys() | {one for one in [payment.meant_for_id] if one is not None}
    for invoice_id in sorted(ids - concerned.keys()):  # it came to stand there a moment ago
        concerned[invoice_id] = locked(session, Invoice, invoice_id)
    return payment, concerned


def _stays_meant(payment: Payment, values: Mapping[str, Any], changes: Changes) -> bool:
    """Tell whether nobody says by hand what of a payment belongs where.

    Whoever gives a return to another client does: it lets go of the advances of the former one.
    """
    said = "allotments" in values or values.get("advances") is not None
    given_away = payment.direction == BACK and "client_id" in changes
    return payment.meant_for_id is not None and not said and not given_away


def _set_meant(session: WritingSession, payment: Payment, changes: Changes) -> None:
    """Change the fields of a payment of which the rest is dealt out."""
    if changes.keys() & {"amount", "direction"}:
        _allot(session, payment, {})
        draw(session, payment, {})
    for name, (_old, new) in changes.items():
        setattr(payment, name, new)


def _set_said(
    session: WritingSession,
    payment: Payment,
    values: Mapping[str, Any],
    changes: Changes,
    concerned: Mapping[int, Invoice],
) -> dict[int, Invoice]:
    """Change the fields of a payment, and let it belong to what is said, else to what it did.

    :returns: what it belonged to and belongs to now.
    """
    before, taken = put_on(payment), drawn_by(payment)
    anew = "allotments" in values
    goal = _wanted(values) | _hidden(session, KIND, before) if anew else {**before}
    invoices = {id_: concerned[id_] for id_ in before}
    invoices |= _invoices(session, goal.keys() - before.keys())
    _demand_one_currency(payment.currency, {id_: invoices[id_] for id_ in goal})
    said = _said_anew(
        session, payment, values, {name: new for name, (_old, new) in changes.items()}
    )
    sums, drawn = _set(session, payment, changes, goal, invoices, said)
    if anew:
        _demand_room(payment, sums, invoices)
    elif payment.direction == IN:  # what was taken off an invoice pays what is left of it now
        sums = {id_: min(one, _room(payment, invoices[id_])) for id_, one in sums.items()}
    if changes or sums != before or drawn != taken:
        payment.meant_for_id = None
        _allot(session, payment, sums)
        if taken or drawn:
            draw(session, payment, drawn)
    return invoices


def _hidden(session: Session, kind: str, sums: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Give what is of records of a kind that the person does not see: it stays as it is."""
    seen = seen_records(session, ((kind, id_) for id_ in sums))
    return {id_: one for id_, one in sums.items() if (kind, id_) not in seen}


def _demand_free(payment: Payment, changes: Changes) -> None:
    """Let nobody turn around, or give to another client, what went back in part.

    :raises InvalidError: by field.
    """
    if payment.direction == BACK or payment.returned == 0:
        return
    told = _(
        "%(returned)s of this payment went back already: take that return back first.",
        returned=formats.money(payment.returned, payment.currency),
    )
    wrong: dict[str, Text] = {one: told for one in ("direction", "client_id") if one in changes}
    dealt = payment.allotted if payment.meant_for_id is not None else NOUGHT  # else see _sums
    if "amount" in changes and changes["amount"][1] < payment.returned + dealt:
        wrong["amount"] = told
    if wrong:
        raise InvalidError(told, wrong)


def _said_anew(
    session: Session, payment: Payment, values: Mapping[str, Any], wanted: Mapping[str, Any]
) -> dict[int, Decimal] | None:
    """Give what a return is now said to have taken of which advance, with what is not seen.

    :raises InvalidError: as :func:`said_draws`, and where it is no return.
    """
    said = values.get("advances")
    if said is None:
        return None
    if wanted.get("direction", payment.direction) == IN:
        return _demand_none(said)
    hidden = _hidden(session, PAYMENT, drawn_by(payment))
    most = wanted.get("amount", payment.amount) - sum(hidden.values(), NOUGHT)
    return hidden | said_draws(session, payment, said, most)


def _set(  # noqa: PLR0917  # what a change of a payment needs to know
    session: WritingSession,
    payment: Payment,
    changes: Changes,
    goal: Mapping[int, Decimal | None],
    invoices: Mapping[int, Invoice],
    said: Mapping[int, Decimal] | None,
) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """Change the fields of a payment; give what goes to which invoice, and is of which advance."""
    taken = bool(payment.drawn)
    with session.no_autoflush:  # half changed, until all of it fits together
        for name, (_old, new) in changes.items():
            setattr(payment, name, new)
        sums = _sums(session, payment, goal, invoices)
        drawn = _still_drawn(payment, changes, said, sums)
        if payment.direction == BACK or taken:
            payment.returned = sum(drawn.values(), NOUGHT)
    return sums, drawn


def _still_drawn(
    payment: Payment,
    changes: Changes,
    said: Mapping[int, Decimal] | None,
    sums: Mapping[int, Decimal],
) -> dict[int, Decimal]:
    """Give what a payment takes of which advance once it is changed.

    What is allotted to an invoice by now is no part of an advance; another client has others.

    :raises InvalidError: where more is said than belongs to no invoice.
    """
    if payment.direction == IN:
        return {}
    if "client_id" in changes:
        if said:
            message = _("This is no advance of the same client in the same currency.")
            raise InvalidError(message, {"advances": message})
        return {}
    rest = payment.amount - sum(sums.values(), NOUGHT)
    wanted = drawn_by(payment) if said is None else said
    found = cut(wanted, rest)
    if said is not None and found != said:
        message = _("More is taken of advances than went back and belongs to no invoice.")
        raise InvalidError(message, {"advances": message})
    return found


def allot_payment(
    payment_id: int, allotments: Sequence[Mapping[str, Any]], version: int | None = None
) -> bool:
    """Let a payment belong to exactly these invoices; the rest of it is an advance."""
    return change_payment(payment_id, {"allotments": allotments}, version)


def delete_payment(payment_id: int, version: int | None = None) -> list[int]:
    """Take a payment back: it lies in the bin, and its invoices are as they were without it.

    :returns: the invoices to which it belonged.
    """
    with writing() as session:
        payment, concerned = _for_change(session, payment_id, version)
        stood, drawn = put_on(payment), drawn_by(payment)
        draw(session, payment, {})
        drawn |= let_go(session, payment)
        payment.taken_back = [*_noted("invoice_id", stood), *_noted("payment_id", drawn)]
        _allot(session, payment, {})
        payment.deleted_at = now()
        _settle(session, [*concerned.values()], payment)
        _keep(session, payment, "deleted", {})
        return sorted(stood) or [one for one in [payment.meant_for_id] if one is not None]


def restore_payment(payment_id: int) -> None:
    """Take a payment out of the bin, allotted as it was where that can still be.

    What belonged to an invoice that was cancelled meanwhile comes back as an advance; so does what
    others were said to pay of it by now.
    """
    with writing() as session:
        noted = session.scalar(sa.select(Payment.taken_back).where(Payment.id == payment_id))
        held = hold(session, payment_id, _noted_before("invoice_id", noted or ()))
        payment: Payment = from_bin(session, PAYMENT, payment_id, CHANGE_PAYMENTS)
        former = _noted_before("invoice_id", payment.taken_back)
        drawn = _noted_before("payment_id", payment.taken_back)
        there = {
            one.id: one
            for one in held
            if one.state not in {DRAFT, CANCELLED} and one.deleted_at is None
        }
        payment.taken_back = []
        if payment.meant_for_id not in there:
            payment.meant_for_id = None
            _allot(session, payment, _still_possible(session, payment, former, there))
        draw_again(session, payment, drawn)
        _settle(session, [*there.values()], payment)
        _keep(session, payment, "restored", {})


def _still_possible(
    session: Session,
    payment: Payment,
    former: Mapping[int, Decimal],
    invoices: Mapping[int, Invoice],
) -> dict[int, Decimal]:
    """Give what a payment can still belong to: what others were said to pay by now stays theirs."""
    sums = {id_: former[id_] for id_ in former.keys() & invoices.keys()}
    if payment.direction == BACK:
        return sums
    said = (
        sa.select(Allotment.invoice_id, Allotment.amount)
        .join(Payment, Payment.id == Allotment.payment_id)
        .where(Allotment.invoice_id.in_(sums), Payment.meant_for_id.is_(None))
    )
    room = {id_: invoices[id_].amount for id_ in sums}
    for row in session.execute(said):
        room[row.invoice_id] -= row.amount
    return {id_: max(min(sum_, room[id_]), NOUGHT) for id_, sum_ in sums.items()}


def _noted(name: str, sums: Mapping[int, Decimal]) -> list[dict[str, Any]]:
    return [{name: id_, "amount": str(amount)} for id_, amount in sums.items()]


def _noted_before(name: str, noted: Iterable[Mapping[str, Any]]) -> dict[int, Decimal]:
    return {one[name]: Decimal(one["amount"]) for one in noted if name in one}


def _keys(session: Session, payment: Payment, values: Mapping[str, Any]) -> Iterator[Planned]:
    if "external_ids" in values:
        keys = values["external_ids"]
        yield from plan_external_ids(session, PaymentExternalId, payment.id, keys)


def _first(payment: Payment) -> Changes:
    names = ("client_id", "owner_id", "day", "amount", "currency", "direction", "reference")
    held = {name: getattr(payment, name) for name in names}
    return {name: (None, value) for name, value in held.items() if value not in {None, ""}}


def called(payment: Any) -> str:
    """Give what a payment is called: the number of the bank's paper, else its id as ``#17``."""
    return payment.reference or f"#{payment.id}"


def _keep(session: WritingSession, payment: Payment, action: str, changes: Changes) -> None:
    wanted = sa.select(Client.name).where(Client.id == payment.client_id)
    name = session.scalar(wanted) if payment.client_id is not None else None
    words = (payment.reference, name, payment.comment[:200])
    payment.search_text = " ".join(one for one in words if one)
    touch(payment)
    audit(session, PAYMENT, payment.id, called(payment), action, changes)
    payload: dict[str, Any] = {"client_id": payment.client_id}
    if action == "changed":
        payload["fields"] = sorted(changes)
    announce(session, f"invoices.payment.{action}", PAYMENT, payment.id, payload)
