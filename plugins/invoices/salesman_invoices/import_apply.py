"""Invoices of a file written in bulk, each with the payment that closed it.

What was issued elsewhere keeps its number and day, and says what it said there: the same file once
more changes nothing, and what was printed is refused where the file says it otherwise.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from salesman_requisites.toolkit import client_snapshot
from sqlalchemy.orm import Session, selectinload

from salesman_core.toolkit import (
    UNMAPPED,
    Bin,
    Changes,
    ConflictError,
    Draft,
    ImportedRow,
    Key,
    Matching,
    NamedClients,
    Owners,
    RowWriter,
    WritingSession,
    add_objects,
    announce,
    audit_many,
    chosen_keys,
    company,
    demand_permission,
    now,
    rate_on,
    review_relationship,
    visible,
    write_rows,
    writing,
)
from salesman_hookspecs import ImportBatch, ImportOutcome
from salesman_invoices import import_values, service
from salesman_invoices.billing import margin_of
from salesman_invoices.drafting import line_of
from salesman_invoices.models import (
    ISSUED,
    KIND,
    PAYMENT,
    Allotment,
    Invoice,
    InvoiceExternalId,
    InvoiceLine,
    Payment,
    PaymentExternalId,
)
from salesman_invoices.payments.service import enter_payment
from salesman_invoices.payments.shares import share_out
from salesman_invoices.permissions import ASSIGN, CREATE, EDIT
from salesman_invoices.rates import take_rate
from salesman_invoices.texts import texts

_ = texts.lazy

NUMBER_AND_DAY: Final = "number and day"
_PRINTED: Final = ("number", "issued_on", "amount", "currency", "due_on", "purpose")
_ONE: Final = Decimal(1)
_UNITS: Final = ("net", "vat", "amount")


def apply_invoices(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of invoices; see ``ImportType.apply``."""
    demand_permission(CREATE)
    with writing() as session:
        return InvoiceRows(session, batch).write(batch.rows)


@dataclass(slots=True)
class InvoiceDraft(Draft[Invoice]):
    """A row on its way to an invoice.

    :param paid: what the file's payment of the invoice has brought so far, None where it knows of
        no payment yet.
    """

    line: InvoiceLine | None = None
    paid: Decimal | None = None


class InvoiceRows(RowWriter[Invoice, InvoiceDraft]):
    """Writes the rows of a batch as invoices."""

    kind = KIND
    edit = EDIT
    loading = (selectinload(Invoice.external_ids),)

    def __init__(self, session: WritingSession, batch: ImportBatch) -> None:
        match = batch.options.get("match", ())
        keys = chosen_keys(_KEYS, match, (NUMBER_AND_DAY,))
        super().__init__(session, batch, Matching(batch.source, InvoiceExternalId, keys))
        self._writing = session
        self._source = batch.source
        self._owners = Owners(session, batch, ASSIGN)
        self._clients = NamedClients(session, batch)
        self._clients.look_up(batch.rows)
        self._buyers: dict[int, dict[str, Any] | None] = {}
        self._rate_on = functools.cache(rate_on)
        self._touched: set[int] = set()

    def refuse_hidden(self, row: ImportedRow) -> None:
        """Refuse costs and payments that whoever imports may not see or enter."""
        import_values.refuse_hidden(row)

    def draft(self, row: ImportedRow, record: Invoice | None) -> InvoiceDraft:
        """Read a row."""
        values = import_values.invoice_values(row)
        self._clients.require(row)
        if record is None:
            values["owner_id"] = self._owners.for_new(row.get("owner"))
        elif "owner" in row:
            values["owner_id"] = self._owners.assigned(row["owner"], record.owner_id)
        return InvoiceDraft(row, record, values)

    def prepare(self, drafts: Collection[InvoiceDraft]) -> None:
        """Make the clients that are missing, and see which payments are there already."""
        self._clients.make([(one.row, one.values.get("owner_id")) for one in drafts])
        there = [one for one in drafts if one.record is not None and "paid_on" in one.values]
        known = self._payments({import_values.payment_key(one.values) for one in there})
        for one in there:
            one.paid = known.get(import_values.payment_key(one.values))

    def _payments(self, keys: Collection[str]) -> dict[str, Decimal]:
        if not keys:
            return {}
        asked = (
            sa.select(PaymentExternalId.key, Payment.amount)
            .join(Payment, Payment.id == PaymentExternalId.record_id)
            .where(PaymentExternalId.source == self._source, PaymentExternalId.key.in_(keys))
        )
        return {row.key: row.amount for row in self.session.execute(asked)}

    # -- new ones

    def begin(self, draft: InvoiceDraft) -> Invoice:
        """Give the new invoice, issued and paid as the file says."""
        values, moment = draft.values, now()
        client_id = self._clients.of(draft.row)
        draft.line = self._line(values)
        invoice = Invoice(
            **{name: values.get(name) for name in ("number", "issued_on", "due_on", "currency")},
            **{name: values.get(name) or "" for name in ("purpose", "comment")},
            **{name: getattr(draft.line, name) for name in _UNITS},
            cost=values.get("cost"),
            paid=Decimal(0),
            state=ISSUED,
            client_id=client_id,
            owner_id=values["owner_id"],
            language=company().language,
            snapshot={"seller": None, "buyer": self._buyer(client_id), "deal": None},
            imported=dict(draft.row.get(UNMAPPED, {})),
            created_at=moment,
            updated_at=moment,
        )
        take_rate(invoice, self._rate_on)
        service.entitle(self.session, invoice)
        return invoice

    def _line(self, values: Mapping[str, Any]) -> InvoiceLine:
        """Give the one line of an invoice of which only the amount is known."""
        title = values.get("purpose") or texts.gettext(
            "Invoice %(number)s", number=values["number"]
        )
        return line_of(
            {
                "name": title,
                "quantity": _ONE,
                "price": values["amount"],
                "vat_percent": values.get("vat_percent"),
                "cost": values.get("cost"),
                "by_amount": True,
            }
        )

    def _buyer(self, client_id: int | None) -> dict[str, Any] | None:
        if client_id is None:
            return None
        if client_id not in self._buyers:
            self._buyers[client_id] = client_snapshot(self.session, client_id)
        return self._buyers[client_id]

    def note(self, drafts: Sequence[InvoiceDraft]) -> None:
        """Note new invoices, with their lines, keys and payments."""
        keys = [
            {"record_id": one.written.id, "source": self._source, "key": one.values["external_id"]}
            for one in drafts
            if "external_id" in one.values
        ]
        write_rows(self.session, InvoiceExternalId, keys)
        lines = [_row_of(one.line, one.written.id) for one in drafts if one.line is not None]
        write_rows(self.session, InvoiceLine, lines)
        told = [(one.written.id, service.named(one.written), _first(one)) for one in drafts]
        audit_many(self.session, KIND, "created", told)
        for one in drafts:
            self._announce(one.written, "created")
        self._note_payments([one for one in drafts if "paid_on" in one.values])
        self._touched |= {one.written.client_id for one in drafts if one.written.client_id}

    def _announce(self, invoice: Invoice, action: str) -> None:
        payload = {"deal_id": invoice.deal_id, "client_id": invoice.client_id}
        announce(self._writing, f"invoices.invoice.{action}", KIND, invoice.id, payload)

    def _note_payments(self, drafts: Sequence[InvoiceDraft]) -> None:
        """Let new invoices be paid as the file says, in a statement for each table."""
        payments = [_payment(one) for one in drafts]
        add_objects(self.session, payments)
        self.session.flush()
        keys, allotments, told = [], [], []
        for one, payment in zip(drafts, payments, strict=True):
            key = import_values.payment_key(one.values)
            keys.append({"record_id": payment.id, "source": self._source, "key": key})
            allotments.append(_allotted(one.written, payment))
            changes: Changes = {"amount": (None, payment.amount), "day": (None, payment.day)}
            told.append((payment.id, payment.reference or f"#{payment.id}", changes))
            whose = {"client_id": payment.client_id}
            announce(self._writing, "invoices.payment.created", PAYMENT, payment.id, whose)
        write_rows(self.session, PaymentExternalId, keys)
        write_rows(self.session, Allotment, allotments)
        audit_many(self.session, PAYMENT, "created", told)

    # -- invoices that there were

    def differs(self, draft: InvoiceDraft) -> bool:
        """Tell whether a row says anything new."""
        return bool(
            self._otherwise(draft) or self._news(draft) or self._pays(draft) or _remembers(draft)
        )

    def change(self, draft: InvoiceDraft) -> None:
        """Take over what can still change of an issued invoice, and what was paid since.

        :raises ConflictError: where the file says otherwise what stands on the paper, or what its
            own payment brought.
        """
        invoice, values = draft.written, draft.values
        if wrong := self._otherwise(draft):
            message = _("An issued invoice cannot change: cancel it and make another one.")
            raise ConflictError(message, fields=dict.fromkeys(wrong, message))
        if news := self._news(draft):
            service.change_invoice(invoice.id, news)
        if _remembers(draft):
            invoice.imported = invoice.imported | draft.row[UNMAPPED]
            service.note_imported(self._writing, invoice)
        if self._pays(draft):
            enter_payment(
                {
                    "day": values["paid_on"],
                    "amount": values.get("paid_amount", invoice.amount - invoice.paid),
                    "invoice_id": invoice.id,
                    "external_ids": {self._source: import_values.payment_key(values)},
                }
            )

    def _otherwise(self, draft: InvoiceDraft) -> list[str]:
        """Give the fields that are printed and that the row says otherwise."""
        invoice, values = draft.written, draft.values
        wrong = [
            name
            for name in _PRINTED
            if name in draft.row and values[name] != getattr(invoice, name)
        ]
        client_id = self._clients.of(draft.row)
        if client_id is not None and client_id != invoice.client_id:
            wrong.append("client")
        paid = values.get("paid_amount", draft.paid)
        return wrong if draft.paid in {None, paid} else [*wrong, "paid_amount"]

    def _news(self, draft: InvoiceDraft) -> dict[str, Any]:
        invoice, values = draft.written, draft.values
        told = {name: values[name] for name in ("comment", "owner_id") if name in values}
        return {name: value for name, value in told.items() if value != getattr(invoice, name)}

    def _pays(self, draft: InvoiceDraft) -> bool:
        """Tell whether the file knows of a payment that is not there."""
        invoice = draft.written
        unpaid = invoice.paid < invoice.amount
        return "paid_on" in draft.values and draft.paid is None and unpaid

    def finish(self) -> None:
        """Let clients climb by what they bought."""
        review_relationship(self._touched)
        self._touched.clear()


def _payment(draft: InvoiceDraft) -> Payment:
    invoice, values, moment = draft.written, draft.values, now()
    amount = values.get("paid_amount", invoice.amount)
    return Payment(
        client_id=invoice.client_id,
        owner_id=invoice.owner_id,
        day=values["paid_on"],
        amount=amount,
        allotted=min(amount, invoice.amount),
        currency=invoice.currency,
        meant_for_id=invoice.id,
        reference="",
        search_text=str((invoice.snapshot["buyer"] or {}).get("name") or ""),
        comment="",
        taken_back=[],
        created_at=moment,
        updated_at=moment,
    )


def _allotted(invoice: Invoice, payment: Payment) -> dict[str, Any]:
    """Give the row of what went to a new invoice, and let that be paid by it."""
    share = Allotment(id=0, day=payment.day, amount=payment.allotted)
    paid = share_out([share], invoice.amount, invoice.net, margin_of(invoice))
    invoice.paid, invoice.paid_on = paid.amount, paid.since
    return {
        "payment_id": payment.id,
        "invoice_id": invoice.id,
        "day": payment.day,
        "amount": payment.allotted,
        "net": share.net,
        "margin": share.margin,
    }


def _row_of(line: InvoiceLine, invoice_id: int) -> dict[str, Any]:
    names = [one.key for one in sa.inspect(InvoiceLine).column_attrs if one.key != "id"]
    values = {name: getattr(line, name) for name in names}
    return values | {"invoice_id": invoice_id, "position": 0}


def _first(draft: InvoiceDraft) -> Changes:
    names = ("client_id", "owner_id", "number", "issued_on", "amount", "currency")
    held = {name: getattr(draft.written, name) for name in names}
    return {name: (None, value) for name, value in held.items() if value is not None}


def _remembers(draft: InvoiceDraft) -> bool:
    held, told = draft.written.imported, draft.row.get(UNMAPPED, {})
    return bool(held | told != held)


def _numbers(row: ImportedRow) -> list[Hashable]:
    return [str(row["number"]).strip()]


def _days(row: ImportedRow) -> list[Hashable]:
    return [row["issued_on"]]


def _numbers_and_days(row: ImportedRow) -> list[Hashable]:
    return [(str(row["number"]).strip(), row["issued_on"])]


Found = Iterable[tuple[Hashable, int]]


def _held_by(column: Any) -> Any:
    def held(session: Session, values: Collection[Any], where: Bin) -> Found:
        asked = sa.select(column, Invoice.id).where(column.in_(values), visible(KIND, bin=where))
        return [(row[0], row[1]) for row in session.execute(asked)]

    return held


def _held_by_both(session: Session, values: Collection[Any], where: Bin) -> Found:
    numbers = {number for number, _day in values}
    asked = sa.select(Invoice.number, Invoice.issued_on, Invoice.id)
    asked = asked.where(Invoice.number.in_(numbers), visible(KIND, bin=where))
    return [((row.number, row.issued_on), row.id) for row in session.execute(asked)]


_KEYS: Final = {
    "number": Key(_numbers, _held_by(Invoice.number)),
    "issued_on": Key(_days, _held_by(Invoice.issued_on)),
    NUMBER_AND_DAY: Key(_numbers_and_days, _held_by_both),
}
