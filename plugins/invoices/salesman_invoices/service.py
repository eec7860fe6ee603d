"""Every change of invoices: made as drafts, issued with a number for good, cancelled.

A draft may be changed at will. Of an issued one nothing changes that is printed: what was wrong is
cancelled and made anew (ADR 60).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from salesman_catalogue.toolkit import Catalogue
from salesman_requisites.toolkit import take_number
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Changes,
    Client,
    ConflictError,
    Deal,
    ForbiddenError,
    InvalidError,
    Planned,
    WritingSession,
    announce,
    audit,
    carry_out,
    checked_owner,
    company,
    current_person,
    demand_permission,
    differences,
    for_change,
    formats,
    from_bin,
    is_currency,
    locked,
    now,
    plan_external_ids,
    reaches,
    seen_records,
    service,
    touch,
    writing,
)
from salesman_hookspecs import Scope, Text
from salesman_invoices import billing, drafting
from salesman_invoices.acts.remaining import has_acts
from salesman_invoices.models import (
    CANCELLED,
    DRAFT,
    ISSUED,
    KIND,
    LANGUAGES,
    Invoice,
    InvoiceExternalId,
    InvoiceLine,
)
from salesman_invoices.permissions import (
    ASSIGN,
    CANCEL,
    CREATE,
    DELETE,
    EDIT,
    SEE_DEAL,
    VIEW,
)
from salesman_invoices.rates import take_rate
from salesman_invoices.schedule.queries import planned_steps, step_of
from salesman_invoices.sellers import judged_seller, usual_seller
from salesman_invoices.snapshot import Snapshot, snapshot_now
from salesman_invoices.standing import company_day
from salesman_invoices.texts import texts

_ = texts.lazy

LOST: Final = "lost"
LONGEST_REASON: Final = 500
_PRODUCT: Final = "catalogue.product"
_PLAIN: Final = ("purpose", "comment", "due_on", "language")
_AFTERWARDS: Final = frozenset({"comment", "owner_id", "external_ids"})
"""What may still be changed of an issued invoice: nothing of it is printed."""
_FURTHEST: Final = timedelta(days=366)


def make_invoice(values: Mapping[str, Any]) -> int:
    """Make a draft of an invoice.

    :param values: as the JSON API names them. With a ``step_id`` it bills what is left of that
        step of its deal's schedule, or a ``share`` of it; with ``lines`` what they say; with
        ``quantities`` so much of the deal's lines; with a ``share`` so much of the deal's amount;
        with a ``deal_id`` alone what is left of its lines, or of its amount where it has none or
        was billed by amounts.
    :returns: the new invoice's id.
    :raises InvalidError: by field.
    :raises ConflictError: where nothing is left to bill, or it would be more than the deal.
    """
    demand_permission(CREATE)
    with writing() as session:
        deal = _deal_to_bill(session, values)
        _demand_own_step(session, values, deal)
        client_id = _buyer(values, deal)
        currency = deal.currency if deal is not None else _currency(values.get("currency"))
        seller = _seller(session, values, currency)
        invoice = Invoice(
            deal_id=None if deal is None else deal.id,
            client_id=client_id,
            owner_id=_owner(session, values, deal, client_id),
            step_id=values.get("step_id"),
            currency=currency,
            state=DRAFT,
            snapshot={},
            search_text="",
            created_at=now(),
            updated_at=now(),
            language=values.get("language") or seller.language,
            company_id=seller.company_id,
            account_id=seller.account_id,
            signer_id=values.get("signer_id"),
            due_on=values.get("due_on"),
            purpose=str(values.get("purpose") or "").strip(),
            comment=str(values.get("comment") or "").strip(),
        )
        _fill(session, invoice, deal, values)
        session.add(invoice)
        session.flush()
        carry_out(_keys(session, invoice, values))
        if deal is not None:
            billing.demand_within(session, deal, invoice)
        _demand_own(session, invoice)
        _keep(session, invoice, "created", _first(invoice))
        return invoice.id


def make_and_issue(values: Mapping[str, Any]) -> tuple[int, str]:
    """Make an invoice and issue it at once, both or none; give its id and number.

    :raises InvalidError: as :func:`make_invoice` and :func:`issue_invoice` do.
    :raises ConflictError: likewise.
    """
    with writing():
        invoice_id = make_invoice(values)
        return invoice_id, issue_invoice(invoice_id)


def _deal_to_bill(session: Session, values: Mapping[str, Any]) -> Any:
    """Give the deal, locked: two invoices of one deal are made one after the other."""
    deal_id = values.get("deal_id")
    if deal_id is None:
        if not values.get("lines"):
            message = _("Say what is billed: a deal, or lines.")
            raise InvalidError(message, {"lines": message})
        return None
    if not reaches("deal", deal_id):
        message = _("There is no such deal, or you may not see it.")
        raise InvalidError(message, {"deal_id": message})
    deal = for_change(session, "deal", deal_id, SEE_DEAL)
    _demand_not_lost(deal)
    return deal


def _demand_not_lost(deal: Any) -> None:
    if deal.outcome == LOST:
        raise ConflictError(_("The deal is lost: reopen it to bill it."))


def _demand_own_step(session: Session, values: Mapping[str, Any], deal: Any) -> None:
    """Let an invoice, whatever its lines, be for no step of another deal's schedule."""
    if values.get("step_id") is None:
        return
    if deal is None:
        message = _("The deal has no such step.")
        raise InvalidError(message, {"step_id": message})
    step_of(session, deal.id, values["step_id"])


def _buyer(values: Mapping[str, Any], deal: Any) -> int | None:
    given = values.get("client_id")
    own: int | None = None if deal is None else deal.client_id
    if given is None:
        return own
    if not reaches("client", given):
        message = _("There is no such client, or you may not see it.")
        raise InvalidError(message, {"client_id": message})
    return int(given)


def _currency(code: object) -> str:
    known = str(code or company().currency).strip().upper()
    if not is_currency(known):
        message = _("There is no currency %(code)s.", code=code)
        raise InvalidError(message, {"currency": message})
    return known


def _seller(session: Session, values: Mapping[str, Any], currency: str) -> Any:
    company_id, parts = values.get("company_id"), _parts(values)
    if company_id is None:
        usual = usual_seller(session, currency)
        if parts == (None, None):
            return usual
        company_id = _known_seller(usual.company_id)
    return judged_seller(session, company_id, *parts, currency)


def _parts(values: Mapping[str, Any]) -> tuple[int | None, int | None]:
    return values.get("account_id"), values.get("signer_id")


def _known_seller(company_id: int | None) -> int:
    """Let nobody choose an account or a signer of no company."""
    if company_id is None:
        message = _("Say first which own company issues it.")
        raise InvalidError(message, {"company_id": message})
    return company_id


def _owner(session: Session, values: Mapping[str, Any], deal: Any, client_id: int | None) -> Any:
    """Give whose result it is: what somebody may say, the deal's owner, or the usual one."""
    if values.get("owner_id") is not None:
        return checked_owner(session, values["owner_id"], ASSIGN)
    if deal is not None and deal.owner_id is not None:
        return deal.owner_id
    person = current_person()
    if person.scope(VIEW) in {Scope.OWN, Scope.TEAM}:
        return person.id
    wanted = sa.select(Client.owner_id).where(Client.id == client_id)
    return session.scalar(wanted) if client_id is not None else None


def _demand_own(session: WritingSession, invoice: Invoice) -> None:
    """Let nobody make an invoice that they could not go on with.

    :raises ForbiddenError: where it would belong to somebody whose invoices they may not change.
    """
    if not reaches(KIND, invoice.id, EDIT, session=session):
        message = _("It would belong to the owner of the deal, whose invoices you may not change.")
        raise ForbiddenError(message, EDIT)


def _fill(session: Session, invoice: Invoice, deal: Any, values: Mapping[str, Any]) -> None:
    """Let an invoice have its lines and sums."""
    if values.get("lines"):
        _demand_products(session, values["lines"])
        lines = drafting.said_lines(values["lines"])
        _set_lines(invoice, lines, drafting.known_cost(lines))
        return
    shelf: Catalogue | None = service("catalogue")
    rows = shelf.lines(session, deal.id) if shelf is not None else []
    share = _share(session, invoice, deal, rows, values)
    if share is not None:
        _fill_with_share(session, invoice, deal, rows, share=share, values=values)
        return
    done = billing.billed_parts(session, deal.id, but=invoice.id)
    wanted = values.get("quantities")
    chosen = None if wanted is None else {one["deal_line_id"]: one["quantity"] for one in wanted}
    _demand_lines_of_deal(rows, wanted, chosen)
    lines = drafting.lines_left(rows, done, chosen)
    if not lines and chosen is not None:
        message = _("Say of one line at least how much of it is billed.")
        raise InvalidError(message, {"quantities": message})
    if not lines:
        raise ConflictError(_("All of this deal has been billed."))
    _set_lines(invoice, lines, drafting.known_cost(lines))


def _demand_products(session: Session, lines: Sequence[Mapping[str, Any]]) -> None:
    """Let lines name products alone that whoever acts may see: one statement.

    :raises InvalidError: by line.
    """
    said = {
        place: (_PRODUCT, one["product_id"])
        for place, one in enumerate(lines)
        if one.get("product_id") is not None
    }
    seen = seen_records(session, said.values())
    told: Text = _("There is no such product, or you may not see it.")
    wrong = {
        f"lines.{place}.product_id": told for place, product in said.items() if product not in seen
    }
    if wrong:
        raise InvalidError(_("Some lines are not right."), wrong)


def _demand_lines_of_deal(
    rows: Sequence[AnyRow], wanted: Any, chosen: Mapping[int, Decimal] | None
) -> None:
    if chosen is None:
        return
    if len(chosen) < len(wanted):
        message = _("One line stands here twice.")
        raise InvalidError(message, {"quantities": message})
    if not chosen.keys() <= {row.id for row in rows}:
        message = _("There is no such line in the deal.")
        raise InvalidError(message, {"quantities": message})


def _share(
    session: Session, invoice: Invoice, deal: Any, rows: Sequence[AnyRow], values: Mapping[str, Any]
) -> Decimal | None:
    """Give the amount of the deal that is billed; None where its lines are."""
    if values.get("step_id") is not None:
        step = step_of(session, deal.id, values["step_id"])
        invoice.purpose = invoice.purpose or step.title
        invoice.due_on = values.get("due_on", _due_of(step))
        return _share_of_step(session, deal, step, values.get("share"))
    if values.get("share") is not None:
        share: Decimal = values["share"]
        return share
    by_amount = billing.is_billed_by_amount(session, deal.id)
    if values.get("quantities") is not None or (rows and not by_amount):
        return None
    left: Decimal = deal.amount - billing.billed(session, deal.id).counted
    if left <= 0:
        told = (
            _("The deal has no amount yet.")
            if not deal.amount
            else _("All of this deal has been billed.")
        )
        raise ConflictError(told)
    return left


def _due_of(step: AnyRow) -> date | None:
    """Give the day by which an invoice of a step is to be paid; none where that has gone by."""
    due: date | None = step.due_on
    return due if due is not None and due >= company_day() else None


def _share_of_step(session: Session, deal: Any, step: AnyRow, wanted: Decimal | None) -> Decimal:
    """Give how much of a step is billed: what is *wanted*, or all that is left of it.

    :raises ConflictError: where nothing is left of it.
    :raises InvalidError: at ``share``, for more than is left.
    """
    if not deal.amount:
        raise ConflictError(_("The deal has no amount yet."))
    steps = planned_steps(session, deal.id, deal.amount)
    left = next(one.left for one in steps if one.id == step.id)
    if left <= 0:
        raise ConflictError(_("“%(title)s” has been billed.", title=step.title))
    if wanted is None:
        return left
    if wanted > left:
        message = _(
            "Of “%(name)s” %(left)s are left to bill.",
            name=step.title,
            left=formats.money(left, deal.currency),
        )
        raise InvalidError(message, {"share": message})
    return wanted


def _fill_with_share(
    session: Session,
    invoice: Invoice,
    deal: Any,
    rows: Sequence[AnyRow],
    *,
    share: Decimal,
    values: Mapping[str, Any],
) -> None:
    if not rows and "vat_percent" not in values:
        message = _("Say at which rate of VAT, or that it is without.")
        raise InvalidError(message, {"vat_percent": message})
    title = invoice.purpose or deal.name
    invoice.purpose = invoice.purpose or title
    lines = drafting.lines_of_amount(share, title, rows, values.get("vat_percent"))
    others = billing.billed(session, deal.id, but=invoice.id)
    cost = drafting.cost_of_share(share, deal, others.counted, others.cost)
    _set_lines(invoice, lines, cost)


def _set_lines(invoice: Invoice, lines: list[InvoiceLine], cost: Decimal | None) -> None:
    """Let an invoice have exactly these lines.

    :raises InvalidError: where they come to nothing, or to more than anything costs.
    """
    sums = drafting.total(lines)
    if not 0 < sums.amount <= drafting.MOST_AMOUNT:
        message = _("The lines come to nothing, or to more than an invoice may.")
        raise InvalidError(message, {"lines": message})
    invoice.lines = lines
    invoice.net, invoice.vat, invoice.amount = sums.net, sums.vat, sums.amount
    invoice.cost = cost


def change_invoice(invoice_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a draft; of an issued invoice what is not printed. Give whether anything changed.

    :param values: as the JSON API names them, those that are to change.
    :raises ConflictError: where something is printed that cannot change any more.
    """
    with writing() as session:
        invoice: Invoice = for_change(session, KIND, invoice_id, EDIT, version)
        _demand_changeable(invoice, values)
        before = _as_lines(invoice)
        wanted = _columns(session, invoice, values)
        changes = differences(invoice, wanted)
        for name, (_old, new) in changes.items():
            setattr(invoice, name, new)
        changes |= _refill(session, invoice, values, before)
        changes |= carry_out(_keys(session, invoice, values))
        if not changes:
            return False
        _keep(session, invoice, "changed", changes)
        return True


def _demand_changeable(invoice: Invoice, values: Mapping[str, Any]) -> None:
    if invoice.state == CANCELLED:
        raise ConflictError(_("This invoice is cancelled."))
    printed = values.keys() - _AFTERWARDS
    if invoice.state == ISSUED and printed:
        message = _("An issued invoice cannot change: cancel it and make another one.")
        raise ConflictError(message)


def _columns(session: Session, invoice: Invoice, values: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {name: values[name] for name in _PLAIN if name in values}
    for name in ("purpose", "comment"):
        if name in wanted:
            wanted[name] = str(wanted[name] or "").strip()
    if wanted.get("language") not in {None, *LANGUAGES}:
        del wanted["language"]
    if "client_id" in values and values["client_id"] != invoice.client_id:
        wanted["client_id"] = _buyer({"client_id": values["client_id"]}, None)
    if "owner_id" in values and values["owner_id"] != invoice.owner_id:
        wanted["owner_id"] = checked_owner(session, values["owner_id"], ASSIGN, invoice.owner_id)
    if values.keys() & {"company_id", "account_id", "signer_id"}:
        wanted |= _seller_columns(session, invoice, values)
    return wanted


def _seller_columns(
    session: Session, invoice: Invoice, values: Mapping[str, Any]
) -> dict[str, int | None]:
    """Give who issues a draft from now on; another company brings its own account and signer."""
    company_id = values.get("company_id", invoice.company_id)
    held = {"account_id": invoice.account_id, "signer_id": invoice.signer_id}
    said = {name: values[name] for name in held if name in values}
    parts = said if company_id != invoice.company_id else {**held, **said}
    if company_id is None and _parts(parts) == (None, None):
        return {"company_id": None, "account_id": None, "signer_id": None}
    seller = judged_seller(session, _known_seller(company_id), *_parts(parts), invoice.currency)
    return {
        "company_id": company_id,
        "account_id": seller.account_id,
        "signer_id": parts.get("signer_id"),
    }


def _refill(
    session: Session, invoice: Invoice, values: Mapping[str, Any], before: list[str]
) -> Changes:
    """Let a draft have other lines, where *values* say some; give what that changes."""
    if not values.get("lines") and values.get("quantities") is None:
        return {}
    sums = {name: getattr(invoice, name) for name in ("net", "vat", "amount", "cost")}
    deal = None
    if invoice.deal_id is not None:
        deal = for_change(session, "deal", invoice.deal_id, SEE_DEAL)
    if values.get("quantities") is not None and deal is None:
        message = _("This invoice has no deal.")
        raise InvalidError(message, {"quantities": message})
    _fill(session, invoice, deal, values)
    session.flush()
    if deal is not None:
        billing.demand_within(session, deal, invoice)
    changes: Changes = {
        name: (old, getattr(invoice, name))
        for name, old in sums.items()
        if old != getattr(invoice, name)
    }
    after = _as_lines(invoice)
    return changes if before == after else {**changes, "lines": (before, after)}


def _as_lines(invoice: Invoice) -> list[str]:
    return [f"{one.name} × {one.quantity.normalize():f} = {one.amount}" for one in invoice.lines]


def issue_invoice(invoice_id: int, day: date | None = None, version: int | None = None) -> str:
    """Issue a draft: it gets its number and keeps what it was made from. Give the number.

    :param day: of the invoice; today where not given.
    :raises ConflictError: where something is missing without which it is no invoice.
    :raises InvalidError: at ``issued_on``, for a day to come or of long ago; at ``due_on``, where
        it would be due before it is issued.
    """
    with writing() as session:
        invoice: Invoice = for_change(session, KIND, invoice_id, EDIT, version)
        _demand_whole(invoice)
        on = _judged_day(day)
        _demand_due_later(invoice, on)
        if invoice.deal_id is not None:
            deal = session.get_one(Deal, invoice.deal_id, with_for_update=True)
            _demand_not_lost(deal)
            billing.demand_within(session, deal, invoice)
        invoice.snapshot = dict(snapshot_of(session, invoice))
        seller = invoice.snapshot["seller"]
        invoice.account_id = (seller["account"] or {}).get("id")
        invoice.signer_id = (seller["signer"] or {}).get("id")
        invoice.issued_on = on
        take_rate(invoice)
        invoice.state = ISSUED
        invoice.number = take_number(session, KIND, _known(invoice.company_id), on).text
        changes: Changes = {"number": (None, invoice.number), "issued_on": (None, on)}
        _keep(session, invoice, "issued", changes)
        return invoice.number


def _known(company_id: int | None) -> int:
    if company_id is None:
        raise ConflictError(_("Say first which own company issues it."))
    return company_id


def _demand_whole(invoice: Invoice) -> None:
    if invoice.state != DRAFT:
        raise ConflictError(_("This invoice has been issued already."))
    if invoice.client_id is None:
        raise ConflictError(_("Say first who is to pay it."))
    _known(invoice.company_id)


def _judged_day(day: date | None) -> date:
    now_ = company_day()
    if day is None:
        return now_
    if not now_ - _FURTHEST <= day <= now_:
        message = _("An invoice is issued today, or at most a year back.")
        raise InvalidError(message, {"issued_on": message})
    return day


def _demand_due_later(invoice: Invoice, issued_on: date) -> None:
    if invoice.due_on is not None and invoice.due_on < issued_on:
        message = _(
            "It would be due on %(due)s, before it is issued on %(issued)s.",
            due=invoice.due_on,
            issued=issued_on,
        )
        raise InvalidError(message, {"due_on": message})


def keep_rate(invoice_id: int) -> None:
    """Give an issued invoice the rate of its day that it lacked, unless somebody was faster."""
    with writing() as session:
        invoice = locked(session, Invoice, invoice_id)
        if invoice.rate is None or invoice.rate_currency != company().currency:
            changes = take_rate(invoice)
            if changes:
                _keep(session, invoice, "changed", changes)


def snapshot_of(session: Session, invoice: Any) -> Snapshot:
    """Give what an invoice prints of those whom it is between.

    That is what it keeps once it was issued; of a draft what it would keep now.

    :param invoice: the object, or a row with the same names.
    """
    if invoice.snapshot:
        kept: Snapshot = invoice.snapshot
        return kept
    return snapshot_now(
        session,
        company_id=invoice.company_id,
        account_id=invoice.account_id,
        signer_id=invoice.signer_id,
        client_id=invoice.client_id,
        deal_id=invoice.deal_id,
    )


def cancel_invoice(invoice_id: int, reason: str = "", version: int | None = None) -> None:
    """Cancel an issued invoice; its number stays its own.

    :raises ConflictError: where it is a draft, or something was paid on it.
    """
    with writing() as session:
        invoice: Invoice = for_change(session, KIND, invoice_id, CANCEL, version)
        if invoice.state != ISSUED:
            raise ConflictError(_("Only an issued invoice can be cancelled."))
        if billing.has_payments(session, invoice_id):
            message = _("Payments stand on it: allot them elsewhere or take them back first.")
            raise ConflictError(message)
        if has_acts(session, invoice_id):
            raise ConflictError(_("Acts confirm it: cancel them first."))
        invoice.state, invoice.cancelled_at = CANCELLED, now()
        invoice.cancel_reason = str(reason or "").strip()[:LONGEST_REASON]
        changes: Changes = (
            {"cancel_reason": ("", invoice.cancel_reason)} if invoice.cancel_reason else {}
        )
        _keep(session, invoice, "cancelled", changes)


def reopen_invoice(invoice_id: int, version: int | None = None) -> None:
    """Take the cancelling of an invoice back.

    :raises ConflictError: where it is not cancelled, or would now be more than its deal.
    """
    with writing() as session:
        invoice: Invoice = for_change(session, KIND, invoice_id, CANCEL, version)
        if invoice.state != CANCELLED:
            raise ConflictError(_("This invoice is not cancelled."))
        if invoice.deal_id is not None:
            deal = session.get_one(Deal, invoice.deal_id, with_for_update=True)
            billing.demand_within(session, deal, invoice)
        invoice.state, invoice.cancelled_at, invoice.cancel_reason = ISSUED, None, ""
        _keep(session, invoice, "reopened", {})


def delete_invoice(invoice_id: int, version: int | None = None) -> None:
    """Put a draft into the bin.

    :raises ConflictError: for what was issued: it can be cancelled.
    """
    with writing() as session:
        invoice: Invoice = for_change(session, KIND, invoice_id, DELETE, version)
        if invoice.state != DRAFT:
            raise ConflictError(_("An issued invoice is not deleted: cancel it."))
        invoice.deleted_at = now()
        _keep(session, invoice, "deleted", {})


def restore_invoice(invoice_id: int) -> None:
    """Take a draft out of the bin.

    :raises ConflictError: where it would now be more than its deal.
    """
    with writing() as session:
        invoice: Invoice = from_bin(session, KIND, invoice_id, DELETE)
        if invoice.deal_id is not None:
            deal = session.get_one(Deal, invoice.deal_id, with_for_update=True)
            billing.demand_within(session, deal, invoice)
        _keep(session, invoice, "restored", {})


def _keys(session: Session, invoice: Invoice, values: Mapping[str, Any]) -> Iterator[Planned]:
    if "external_ids" in values:
        keys = values["external_ids"]
        yield from plan_external_ids(session, InvoiceExternalId, invoice.id, keys)


def _first(invoice: Invoice) -> Changes:
    names = ("client_id", "deal_id", "owner_id", "amount", "currency", "due_on", "purpose")
    held = {name: getattr(invoice, name) for name in names}
    return {name: (None, value) for name, value in held.items() if value not in {None, ""}}


def named(invoice: Any) -> str:
    """Give what an invoice is called: its number, and while it has none, its id as ``#17``."""
    return invoice.number or f"#{invoice.id}"


def entitle(session: Session, invoice: Invoice) -> None:
    """Let an invoice be found by its number, its client and what it is for."""
    kept = (invoice.snapshot or {}).get("buyer") or {}
    name = kept.get("name")
    if name is None and invoice.client_id is not None:
        name = session.scalar(sa.select(Client.name).where(Client.id == invoice.client_id))
    words = (invoice.number, name, invoice.purpose)
    invoice.search_text = " ".join(one for one in words if one)


def note_imported(session: WritingSession, invoice: Invoice) -> None:
    """Note that a file told more of an invoice than its fields hold."""
    _keep(session, invoice, "imported", {})


def _keep(session: WritingSession, invoice: Invoice, action: str, changes: Changes) -> None:
    """Note what was done to an invoice: its version, the audit, the event."""
    entitle(session, invoice)
    touch(invoice)
    audit(session, KIND, invoice.id, named(invoice), action, changes)
    payload = {"deal_id": invoice.deal_id, "client_id": invoice.client_id}
    if action == "changed":
        payload = {**payload, "fields": sorted(changes)}  # type: ignore[dict-item]
    announce(session, f"invoices.invoice.{action}", KIND, invoice.id, payload)
