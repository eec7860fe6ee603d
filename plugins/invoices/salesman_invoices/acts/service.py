"""Every change of acts: made of what is left of an invoice, issued with a number, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from salesman_requisites.toolkit import take_number
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    Client,
    ConflictError,
    Deal,
    ForbiddenError,
    InvalidError,
    WritingSession,
    announce,
    audit,
    current_person,
    demand_permission,
    differences,
    for_change,
    formats,
    from_bin,
    now,
    reaches,
    touch,
    writing,
)
from salesman_hookspecs import Text
from salesman_invoices import billing
from salesman_invoices.acts.remaining import LineLeft, confirmed_of_deal, lines_left
from salesman_invoices.models import (
    ACT,
    ACT_KINDS,
    CANCELLED,
    DRAFT,
    ISSUED,
    KIND,
    LANGUAGES,
    SERVICE,
    Act,
    ActLine,
    Invoice,
)
from salesman_invoices.parts import NOUGHT, Left, discount_of, part_of, together
from salesman_invoices.permissions import CHANGE_ACTS
from salesman_invoices.sellers import judged_seller
from salesman_invoices.snapshot import snapshot_now
from salesman_invoices.standing import company_day
from salesman_invoices.texts import texts

_ = texts.lazy

LONGEST_REASON: Final = 500
_AFTERWARDS: Final = frozenset({"comment"})
"""What may still be changed of an issued act: nothing of it is printed."""
_SELLER: Final = ("company_id", "signer_id")
_FURTHEST: Final = timedelta(days=366)
_COPIED: Final = ("article", "name", "unit", "price", "discount_percent", "vat_percent",
                  "vat_on_top")  # fmt: skip


def make_act(values: Mapping[str, Any]) -> int:
    """Make a draft of an act.

    :param values: as the JSON API names them: ``invoice_id``, and what else is known. With
        ``quantities`` it confirms so much of some lines; without, all that is left.
    :returns: the new act's id.
    :raises InvalidError: by field.
    :raises ConflictError: where nothing is left to confirm, the invoice is not issued, or the acts
        would come to more than the deal.
    """
    demand_permission(CHANGE_ACTS)
    with writing() as session:
        invoice = _invoice(session, values["invoice_id"])
        act = Act(
            invoice_id=invoice.id,
            deal_id=invoice.deal_id,
            client_id=invoice.client_id,
            owner_id=invoice.owner_id if invoice.owner_id is not None else current_person().id,
            company_id=invoice.company_id,
            signer_id=invoice.signer_id,
            currency=invoice.currency,
            kind=values.get("kind") or SERVICE,
            day=_judged_day(values.get("day")),
            state=DRAFT,
            language=values.get("language") or invoice.language,
            comment=str(values.get("comment") or "").strip(),
            snapshot={},
            search_text="",
            created_at=now(),
            updated_at=now(),
        )
        said = {name: values[name] for name in _SELLER if values.get(name) is not None}
        act.company_id, act.signer_id = _seller(session, act, said)
        _fill(session, act, values.get("quantities"))
        session.add(act)
        session.flush()
        _demand_within_deal(session, act)
        _demand_own(session, act)
        _keep(session, act, "created", _first(act, invoice))
        return act.id


def _seller(
    session: Session, act: Act, said: Mapping[str, int | None]
) -> tuple[int | None, int | None]:
    """Give the own company of an act and who signs it, as it is or as somebody says.

    With another own company nobody signs any more who signed for the former one.

    :raises InvalidError: for an own company that is not in use, and a signer that is none of it.
    """
    company_id = said.get("company_id", act.company_id)
    kept = act.signer_id if company_id == act.company_id else None
    signer_id = said.get("signer_id", kept)
    if said and company_id is not None:
        judged_seller(session, company_id, None, signer_id, act.currency)
    elif signer_id is not None and company_id is None:
        message = _("Say first which own company issues it.")
        raise InvalidError(message, {"company_id": message})
    return company_id, signer_id


def _invoice(session: Session, invoice_id: int) -> Invoice:
    """Give the invoice, locked: two acts of one invoice are made one after the other.

    :raises InvalidError: where there is none that the person may see.
    :raises ForbiddenError: for an invoice of somebody whose acts they may not make.
    :raises ConflictError: for a draft and a cancelled one.
    """
    if not reaches(KIND, invoice_id):
        message = _("There is no such invoice, or you may not see it.")
        raise InvalidError(message, {"invoice_id": message})
    invoice: Invoice = for_change(session, KIND, invoice_id, CHANGE_ACTS)
    _demand_issued(invoice)
    return invoice


def _demand_issued(invoice: Invoice) -> None:
    if invoice.state != ISSUED:
        raise ConflictError(_("Acts confirm what was invoiced: the invoice has to be issued."))


def _demand_own(session: WritingSession, act: Act) -> None:
    if not reaches(ACT, act.id, CHANGE_ACTS, session=session):
        message = _("It would belong to the owner of the invoice, whose acts you may not change.")
        raise ForbiddenError(message, CHANGE_ACTS)


def _judged_day(day: date | None) -> date:
    if day is None:
        return company_day()
    if abs(day - company_day()) > _FURTHEST:
        message = _("An act is of a day within a year from today.")
        raise InvalidError(message, {"day": message})
    return day


def _fill(session: Session, act: Act, quantities: Sequence[Mapping[str, Any]] | None) -> None:
    """Let an act have its lines and sums.

    :raises InvalidError: for a line that is none of the invoice, and more than is left of one.
    :raises ConflictError: where nothing is left at all.
    """
    if act.invoice_id is None:
        raise ConflictError(_("The invoice of this act is gone."))
    there = lines_left(session, act.invoice_id, but=act.id)
    parts = [(one, part_of(one.line, one.left, quantity))
             for one, quantity in _chosen(there, quantities)]  # fmt: skip
    if not parts:
        raise ConflictError(_("All of this invoice has been confirmed by acts."))
    act.lines = [_line(one, part, place) for place, (one, part) in enumerate(parts)]
    sums = together([part for _one, part in parts])
    act.net, act.vat, act.amount = sums.net, sums.vat, sums.amount


def _chosen(
    there: Sequence[LineLeft], quantities: Sequence[Mapping[str, Any]] | None
) -> list[tuple[LineLeft, Decimal]]:
    if quantities is None:
        return [(one, one.left.quantity) for one in there if one.left.quantity > NOUGHT]
    wanted = {one["invoice_line_id"]: one["quantity"] for one in quantities}
    if len(wanted) < len(quantities):
        message = _("One line stands here twice.")
        raise InvalidError(message, {"quantities": message})
    if not wanted.keys() <= {one.line.id for one in there}:
        message = _("There is no such line in the invoice.")
        raise InvalidError(message, {"quantities": message})
    chosen = [(one, wanted[one.line.id]) for one in there if wanted.get(one.line.id)]
    _refuse_too_much(chosen)
    if not chosen:
        message = _("Say how much of it was done or delivered: nothing is chosen.")
        raise InvalidError(message, {"quantities": message})
    return chosen


def _refuse_too_much(chosen: Sequence[tuple[LineLeft, Decimal]]) -> None:
    wrong: dict[str, Text] = {}
    for one, quantity in chosen:
        if quantity > one.left.quantity:
            wrong[f"quantities.{one.line.id}"] = _(
                "Of “%(name)s” %(left)s are left to confirm.",
                name=one.line.name,
                left=formats.number(max(one.left.quantity, NOUGHT)),
            )
        elif quantity < 0:
            wrong[f"quantities.{one.line.id}"] = _("A quantity is more than nought.")
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)


def _line(one: LineLeft, part: Left, position: int) -> ActLine:
    line = one.line
    return ActLine(
        **{name: getattr(line, name) for name in _COPIED},
        position=position,
        invoice_line_id=line.id,
        quantity=part.quantity,
        discount_amount=discount_of(line, part.quantity),
        net=part.net,
        vat=part.vat,
        amount=part.amount,
        cost_amount=part.cost,
    )


def _demand_within_deal(session: Session, act: Act) -> None:
    """Let the acts of a deal come to no more than the deal, unless the company allows it.

    :raises ConflictError: with what the deal, its other acts and this one come to.
    """
    if act.deal_id is None or billing.may_exceed():
        return
    deal = session.get(Deal, act.deal_id, with_for_update=True)
    others = confirmed_of_deal(session, act.deal_id, but=act.id)
    own = billing.counted(act)
    if deal is None or others + own <= deal.amount:
        return
    message = _(
        "The deal comes to %(deal)s, its other acts to %(others)s: one of %(own)s would be more"
        " than the deal.",
        deal=formats.money(deal.amount, deal.currency),
        others=formats.money(others, deal.currency),
        own=formats.money(own, deal.currency),
    )
    raise ConflictError(message)


def change_act(act_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a draft; of an issued act its comment alone. Give whether anything changed.

    :raises ConflictError: where something is printed that cannot change any more.
    """
    with writing() as session:
        act: Act = for_change(session, ACT, act_id, CHANGE_ACTS, version)
        if act.state == CANCELLED:
            raise ConflictError(_("This act is cancelled."))
        if act.state == ISSUED and values.keys() - _AFTERWARDS:
            raise ConflictError(_("An issued act cannot change: cancel it and make another one."))
        changes = differences(act, _columns(session, act, values))
        for name, (_old, new) in changes.items():
            setattr(act, name, new)
        changes |= _refill(session, act, values)
        if not changes:
            return False
        _keep(session, act, "changed", changes)
        return True


def _columns(session: Session, act: Act, values: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if values.get("kind") in ACT_KINDS:
        wanted["kind"] = values["kind"]
    said = {name: values[name] for name in _SELLER if name in values}
    if said:
        wanted |= zip(_SELLER, _seller(session, act, said), strict=True)
    if "comment" in values:
        wanted["comment"] = str(values["comment"] or "").strip()
    if "day" in values:
        wanted["day"] = _judged_day(values["day"])
    if values.get("language") in LANGUAGES:
        wanted["language"] = values["language"]
    return wanted


def _refill(session: Session, act: Act, values: Mapping[str, Any]) -> Changes:
    if values.get("quantities") is None:
        return {}
    if act.invoice_id is not None:
        _invoice(session, act.invoice_id)
    before, amount = _as_lines(act), act.amount
    _fill(session, act, values["quantities"])
    session.flush()
    _demand_within_deal(session, act)
    after = _as_lines(act)
    changes: Changes = {} if before == after else {"lines": (before, after)}
    return changes if amount == act.amount else {**changes, "amount": (amount, act.amount)}


def _as_lines(act: Act) -> list[str]:
    return [f"{one.name} × {one.quantity.normalize():f} = {one.amount}" for one in act.lines]


def issue_act(act_id: int, version: int | None = None) -> str:
    """Issue a draft: it gets its number and keeps what it was made from. Give the number.

    :raises ConflictError: where it is no draft, its own company is not known, or its invoice is
        not issued any more.
    """
    with writing() as session:
        act: Act = for_change(session, ACT, act_id, CHANGE_ACTS, version)
        if act.state != DRAFT:
            raise ConflictError(_("This act has been issued already."))
        if act.company_id is None:
            raise ConflictError(_("Say first which own company issues it."))
        _demand_room(session, act)
        act.snapshot = _snapshot(session, act)
        act.signer_id = (act.snapshot["seller"]["signer"] or {}).get("id")
        act.state = ISSUED
        act.number = take_number(session, ACT, act.company_id, act.day).text
        _keep(session, act, "issued", {"number": (None, act.number)})
        return act.number


def _snapshot(session: Session, act: Act) -> dict[str, Any]:
    """Give what an act keeps: as an invoice, and of which invoice it is."""
    invoice = None if act.invoice_id is None else session.get(Invoice, act.invoice_id)
    kept: dict[str, Any] = dict(
        snapshot_now(
            session,
            company_id=act.company_id,
            signer_id=act.signer_id,
            client_id=act.client_id,
            deal_id=act.deal_id,
        )
    )
    if kept["buyer"] is None and invoice is not None:
        kept["buyer"] = (invoice.snapshot or {}).get("buyer")
    told = None
    if invoice is not None:
        day = invoice.issued_on
        told = {"number": invoice.number, "issued_on": None if day is None else day.isoformat()}
    return kept | {"invoice": told}


def cancel_act(act_id: int, reason: str = "", version: int | None = None) -> None:
    """Cancel an issued act; its number stays its own, and its part is left to confirm again.

    :raises ConflictError: where it is not issued.
    """
    with writing() as session:
        act: Act = for_change(session, ACT, act_id, CHANGE_ACTS, version)
        if act.state != ISSUED:
            raise ConflictError(_("Only an issued act can be cancelled."))
        act.state, act.cancelled_at = CANCELLED, now()
        act.cancel_reason = str(reason or "").strip()[:LONGEST_REASON]
        changes: Changes = {"cancel_reason": ("", act.cancel_reason)} if act.cancel_reason else {}
        _keep(session, act, "cancelled", changes)


def reopen_act(act_id: int, version: int | None = None) -> None:
    """Take the cancelling of an act back.

    :raises ConflictError: where it is not cancelled, or others have confirmed its part since.
    """
    with writing() as session:
        act: Act = for_change(session, ACT, act_id, CHANGE_ACTS, version)
        if act.state != CANCELLED:
            raise ConflictError(_("This act is not cancelled."))
        _demand_room(session, act)
        act.state, act.cancelled_at, act.cancel_reason = ISSUED, None, ""
        _keep(session, act, "reopened", {})


def delete_act(act_id: int, version: int | None = None) -> None:
    """Put a draft into the bin.

    :raises ConflictError: for what was issued: it can be cancelled.
    """
    with writing() as session:
        act: Act = for_change(session, ACT, act_id, CHANGE_ACTS, version)
        if act.state != DRAFT:
            raise ConflictError(_("An issued act is not deleted: cancel it."))
        act.deleted_at = now()
        _keep(session, act, "deleted", {})


def restore_act(act_id: int) -> None:
    """Take a draft out of the bin.

    :raises ConflictError: where others have confirmed its part since.
    """
    with writing() as session:
        act: Act = from_bin(session, ACT, act_id, CHANGE_ACTS)
        _demand_room(session, act)
        _keep(session, act, "restored", {})


def _demand_room(session: Session, act: Act) -> None:
    """Let an act hold its part only where that is left of an invoice that stands.

    :raises ConflictError: otherwise.
    """
    if act.invoice_id is None:
        raise ConflictError(_("The invoice of this act is gone."))
    invoice = session.get_one(Invoice, act.invoice_id, with_for_update=True)
    _demand_issued(invoice)
    left = {one.line.id: one.left for one in lines_left(session, act.invoice_id, but=act.id)}
    for line in act.lines:
        own = left.get(line.invoice_line_id or 0, Left(NOUGHT, NOUGHT, NOUGHT))
        if line.quantity > own.quantity or line.net > own.net or line.vat > own.vat:
            message = _("Other acts have confirmed “%(name)s” meanwhile.", name=line.name)
            raise ConflictError(message)
    _demand_within_deal(session, act)


def named(act: Any) -> str:
    """Give what an act is called: its number, and while it has none, its id as ``#17``."""
    return act.number or f"#{act.id}"


def _first(act: Act, invoice: Invoice) -> Changes:
    names = ("client_id", "deal_id", "kind", "day", "amount", "currency")
    held = {name: getattr(act, name) for name in names} | {"invoice_id": invoice.label}
    return {name: (None, value) for name, value in held.items() if value not in {None, ""}}


def _keep(session: WritingSession, act: Act, action: str, changes: Changes) -> None:
    """Note what was done to an act: its version, the audit, the event."""
    name = None
    if act.client_id is not None:
        name = session.scalar(sa.select(Client.name).where(Client.id == act.client_id))
    act.search_text = " ".join(one for one in (act.number, name) if one)
    touch(act)
    audit(session, ACT, act.id, named(act), action, changes)
    payload: dict[str, Any] = {
        "invoice_id": act.invoice_id,
        "deal_id": act.deal_id,
        "client_id": act.client_id,
    }
    if action == "changed":
        payload["fields"] = sorted(changes)
    announce(session, f"invoices.act.{action}", ACT, act.id, payload)
