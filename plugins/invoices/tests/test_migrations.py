"""Migrations of a database that holds invoices and payments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from salesman_invoices.models import Allotment, Invoice, Payment
from salesman_invoices.payments.service import recount

from salesman_core.db import db
from salesman_core.plugins.discovery import installed_plugins
from salesman_core.plugins.migrations import downgrade, drift, owners, upgrade
from salesman_core.toolkit import reading, writing

from .conftest import Bill

WITH_VAT: Final = {"name": "Boiler", "quantity": Decimal(1), "price": Decimal(100),
                   "vat_percent": Decimal(20)}  # fmt: skip


def nets() -> list[Decimal]:
    asked = sa.select(Allotment.net).order_by(Allotment.invoice_id, Allotment.day, Allotment.id)
    return list(reading().scalars(asked))


def overpaid(invoice_id: int, amount: Decimal) -> None:
    """Let the last payment of an invoice pay more than is left of it, as once could be said."""
    with writing() as session:
        last = session.scalars(sa.select(Payment).order_by(Payment.id.desc())).first()
        assert last is not None
        last.amount = last.allotted = last.allotments[0].amount = amount
        session.flush()
        recount(session, [session.get_one(Invoice, invoice_id)])


def test_payments_from_before_know_what_they_come_to_without_vat(bill: Bill) -> None:
    with_vat = bill.invoice(lines=[WITH_VAT])
    for day in (4, 2, 3):
        bill.pay("30.00", with_vat, day=date(2026, 2, day))
    bill.pay("10.00", with_vat, day=date(2026, 2, 5))
    overpaid(with_vat, Decimal(40))
    bill.pay("15.00", with_vat, day=date(2026, 2, 6), direction="back")
    bill.pay("20.00", bill.invoice(amount="100.00"), day=date(2026, 2, 5))
    entered = nets()
    (owner,) = (one for one in owners(installed_plugins(), {}) if one.id == "invoices")
    db.session.remove()

    for _time in range(2):
        downgrade(db.engine, owner, "invoices_0003")
        upgrade(db.engine, owner)

    assert entered == [Decimal(one) for one in ("25", "25", "25", "33.33", "-12.5", "20")]
    assert nets() == entered
    assert drift(db.engine, owner) == []
