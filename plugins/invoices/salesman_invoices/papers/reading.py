"""From a record to the paper that it prints: its own row, its lines and its snapshot, nothing else.

What was issued reads the same whatever becomes of client, deal and own company (ADR 60); a draft
is shown with the snapshot of today.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

import sqlalchemy as sa
from salesman_requisites.toolkit import company_pictures
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, InvalidError, MissingError, visible
from salesman_invoices.models import ACT, DRAFT, KIND, Act, ActLine, Invoice, InvoiceLine
from salesman_invoices.models import PaperLine as LineColumns
from salesman_invoices.papers import phrases
from salesman_invoices.papers.rendering import UnprintableError
from salesman_invoices.papers.values import INVOICE, Account, Paper, PaperLine, Party
from salesman_invoices.snapshot import Snapshot, snapshot_now
from salesman_invoices.texts import texts

_ = texts.lazy

_SHARED: Final = (
    *("number", "state", "company_id", "signer_id", "client_id", "deal_id"),
    *("net", "vat", "amount", "currency", "language", "snapshot"),
)


def paper_of_invoice(session: Session, invoice_id: int) -> Paper:
    """Give an invoice as it is printed.

    :raises MissingError: where there is none that the person may see.
    :raises UnprintableError: where it lacks what a paper must say.
    """
    columns = [getattr(Invoice, name) for name in (*_SHARED, "account_id", "purpose")]
    dates = (Invoice.issued_on, Invoice.due_on)
    wanted = sa.select(*columns, *dates).where(Invoice.id == invoice_id, visible(KIND))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise MissingError(_("There is no such invoice, or you may not see it."))
    return Paper(
        sort=INVOICE,
        day=row.issued_on,
        due_on=row.due_on,
        purpose=row.purpose,
        **_said(session, row, InvoiceLine, InvoiceLine.invoice_id == invoice_id),
    )


def paper_of_act(session: Session, act_id: int) -> Paper:
    """Give an act as it is printed.

    :raises MissingError: where there is none that the person may see.
    :raises UnprintableError: where it lacks what a paper must say.
    """
    columns = [getattr(Act, name) for name in (*_SHARED, "kind", "day")]
    billed = (Invoice.number.label("invoice_number"), Invoice.issued_on)
    wanted = (
        sa.select(*columns, *billed)
        .outerjoin(Invoice, Invoice.id == Act.invoice_id)
        .where(Act.id == act_id, visible(ACT))
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise MissingError(_("There is no such act, or you may not see it."))
    number, issued_on = _ground(row)
    return Paper(
        sort=row.kind,
        day=row.day,
        ground=phrases.invoice_named(number, issued_on, row.language),
        **_said(session, row, ActLine, ActLine.act_id == act_id),
    )


def _ground(row: AnyRow) -> tuple[str | None, date | None]:
    """Give number and day of the invoice that an act is about: of an issued act as it was kept."""
    kept: Mapping[str, Any] | None = row.snapshot.get("invoice")
    if row.state == DRAFT or kept is None:
        return row.invoice_number, row.issued_on
    day = kept["issued_on"]
    return kept["number"], None if day is None else date.fromisoformat(day)


def _said(
    session: Session, row: AnyRow, model: type[LineColumns], of_paper: sa.ColumnElement[bool]
) -> dict[str, Any]:
    """Give what invoices and acts say alike."""
    lines = _lines(session, model, of_paper)
    if not lines:
        raise UnprintableError(_("It has no lines: there is nothing to print."))
    kept = _snapshot(session, row)
    seller, buyer = kept["seller"], kept["buyer"]
    if seller is None:
        raise UnprintableError(_("It names no own company: there is nobody to print it for."))
    return {
        "number": row.number or "",
        "seller": _seller(seller),
        "buyer": Party("") if buyer is None else _buyer(buyer),
        "lines": lines,
        "net": row.net,
        "vat": row.vat,
        "amount": row.amount,
        "currency": row.currency,
        "language": row.language,
        "state": row.state,
        "pictures": _pictures(session, seller),
    }


def _snapshot(session: Session, row: AnyRow) -> Snapshot:
    if row.state != DRAFT:
        kept: dict[str, Any] = {"seller": None, "buyer": None, "deal": None} | row.snapshot
        return cast("Snapshot", kept)
    try:
        return snapshot_now(
            session,
            company_id=row.company_id,
            account_id=getattr(row, "account_id", None),
            signer_id=row.signer_id,
            client_id=row.client_id,
            deal_id=row.deal_id,
        )
    except (MissingError, InvalidError) as error:
        raise UnprintableError(error.message) from error


def _lines(session: Session, model: type[Any], of_paper: sa.ColumnElement[bool]) -> list[PaperLine]:
    columns = [getattr(model, name) for name in PaperLine.__dataclass_fields__]
    rows = session.execute(sa.select(*columns).where(of_paper).order_by(model.position, model.id))
    return [PaperLine(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name


def _seller(kept: Mapping[str, Any]) -> Party:
    account, signer = kept.get("account"), kept.get("signer") or {}
    return Party(
        name=kept["name"],
        short_name=kept["short_name"],
        registration=kept["ogrn"] or kept["registration"],
        address=kept["legal_address"] or kept["postal_address"],
        phone=kept["phone"],
        email=kept["email"],
        account=None if account is None else _account(account),
        signer=signer.get("name", ""),
        signer_post=signer.get("post", ""),
        **_taxed(kept),
    )


def _account(kept: Mapping[str, Any]) -> Account:
    return Account(
        kept["bank"], kept["bic"], kept["account"], kept["correspondent"], kept["currency"]
    )


def _buyer(kept: Mapping[str, Any]) -> Party:
    return Party(
        name=kept["full_name"] or kept["name"],
        short_name=kept["name"],
        registration=kept["ogrn"],
        address=kept["legal_address"] or kept["address"],
        phone=kept["phone"],
        email=kept["email"],
        signer=kept["signer"],
        signer_post=kept["signer_post"],
        **_taxed(kept),
    )


def _taxed(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {"tax_number": kept["inn"] or kept["vat_number"], "kpp": kept["kpp"]}


def _pictures(session: Session, seller: Mapping[str, Any]) -> Mapping[str, bytes]:
    """Give logo, stamp and signature of today: they adorn a paper, and say nothing on it."""
    signer = seller.get("signer") or {}
    return company_pictures(session, seller["id"], signer_id=signer.get("id"))
