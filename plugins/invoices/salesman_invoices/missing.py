"""What papers would lack: said before an invoice is made, with where to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    InvalidError,
    MissingError,
    current_person,
    reaches,
)
from salesman_hookspecs import Text
from salesman_invoices.models import DRAFT
from salesman_invoices.sellers import usual_seller
from salesman_invoices.service import snapshot_of
from salesman_invoices.snapshot import Snapshot, snapshot_now
from salesman_invoices.texts import texts

_ = texts.lazy

MANAGES_COMPANIES = "requisites.company.manage"


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a paper would lack.

    :param address: where it can be mended; empty for whoever may not.
    :param hinders: whether no paper can be issued without it.
    """

    text: Text
    address: str = ""
    hinders: bool = False


def before_billing(session: Session, deal: AnyRow | None) -> list[Lack]:
    """Give what an invoice of a deal would lack, made as it usually is."""
    currency = "" if deal is None else deal.currency
    usual = usual_seller(session, currency)
    kept = snapshot_now(
        session,
        company_id=usual.company_id,
        account_id=usual.account_id,
        client_id=None if deal is None else deal.client_id,
    )
    lacks = list(_of_seller(kept["seller"], currency))
    return lacks if deal is None else lacks + list(_of_buyer(kept, deal))


def kept_or_lacking(session: Session, invoice: Any) -> tuple[Snapshot, list[Lack]]:
    """Give what an invoice prints of those whom it is between, and what a draft lacks of it.

    A draft outlives that its own company, account or signer is put out of use: it says so.
    """
    try:
        kept = snapshot_of(session, invoice)
    except (MissingError, InvalidError):
        told = _(
            "The own company, its account or its signer is no longer in use: change the draft."
        )
        of = {"client_id": invoice.client_id, "deal_id": invoice.deal_id}
        kept = snapshot_now(session, company_id=None, **of)
        return kept, [Lack(told, hinders=True), *_of_buyer(kept, invoice)]
    return kept, of_snapshot(kept, invoice) if invoice.state == DRAFT else []


def of_snapshot(kept: Snapshot, invoice: Any) -> list[Lack]:
    """Give what a draft lacks, by what it would keep if it were issued now."""
    return [*_of_seller(kept["seller"], invoice.currency), *_of_buyer(kept, invoice)]


def _of_seller(seller: dict[str, Any] | None, currency: str) -> list[Lack]:
    mends = current_person().may(MANAGES_COMPANIES)
    if seller is None:
        address = url_for("requisites.new") if mends else ""
        return [
            Lack(_("There is no own company in whose name it is issued."), address, hinders=True)
        ]
    address = url_for("requisites.card", record_id=seller["id"]) if mends else ""
    lacks = []
    account = seller["account"]
    if account is None:
        lacks.append(Lack(_("The own company has no bank account."), address))
    elif currency and account["currency"] != currency:
        told = _("The own company has no account in %(currency)s.", currency=currency)
        lacks.append(Lack(told, address))
    if seller["signer"] is None:
        lacks.append(Lack(_("Nobody is known who signs for the own company."), address))
    if not (seller["inn"] or seller["vat_number"]):
        lacks.append(Lack(_("The own company has no tax number."), address))
    return lacks


def _of_buyer(kept: Snapshot, of: Any) -> list[Lack]:
    buyer = kept["buyer"]
    if buyer is None:
        deal_id = getattr(of, "deal_id", None) or (of.id if hasattr(of, "outcome") else None)
        address = url_for("deals.card", record_id=deal_id) if deal_id else ""
        return [Lack(_("The deal has no client: nobody is to pay it."), address, hinders=True)]
    mends = reaches("client", buyer["id"], "core.client.edit")
    address = url_for("clients.card", record_id=buyer["id"]) if mends else ""
    if buyer["kind"] == "company" and not (buyer["inn"] or buyer["vat_number"]):
        return [Lack(_("The tax number of the client is not known."), address)]
    return []
