"""What tests of invoices begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from flask import Flask
from salesman_catalogue.lines.service import replace_lines
from salesman_invoices import queries, service
from salesman_invoices.payments.service import enter_payment
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.companies.schemas import AccountSchema, SignerSchema
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import AnyRow, judge, reading

RACK: Final = {"name": "Rack", "quantity": Decimal(3), "price": Decimal(100), "cost": Decimal(60)}
VISIT: Final = {"name": "Set-up", "quantity": Decimal(1), "price": Decimal(200)}


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def company_id(app: Flask, clock: FrozenClock) -> int:
    """An own company with an account in rubles and a signer."""
    company_id = own_company(short_name="Ромашка", inn="7707083893", kpp="770701001")
    ACCOUNTS.add(company_id, judge(AccountSchema(), ACCOUNT))
    SIGNERS.add(company_id, judge(SignerSchema(), SIGNER))
    return company_id


@dataclass
class Bill:
    """Makes deals, invoices and payments of one client."""

    make: Make
    client_id: int

    def deal(self, amount: str = "500.00", *, lines: bool = False, **values: Any) -> int:
        """Open a deal: of 500.00, or with three racks and a set-up, which come to the same."""
        deal_id = self.make.deal(amount=amount, client_id=self.client_id, **values)
        if lines:
            sold = [{**RACK, "vat_percent": Decimal(20)}, {**VISIT, "cost": Decimal(50)}]
            replace_lines(deal_id, sold)
        return deal_id

    def draft(self, deal_id: int | None = None, **values: Any) -> int:
        """Make a draft of a deal, without VAT where the deal has no lines."""
        of = {"client_id": self.client_id} if deal_id is None else {"deal_id": deal_id}
        return service.make_invoice({**of, "vat_percent": None, **values})

    def invoice(self, deal_id: int | None = None, amount: str = "500.00", **values: Any) -> int:
        """Issue an invoice: of a deal, or of a line of its own."""
        if deal_id is None:
            line = {"name": "Boiler", "quantity": Decimal(1), "price": Decimal(amount)}
            values = {"lines": [line], **values}
        invoice_id = self.draft(deal_id, **values)
        service.issue_invoice(invoice_id)
        return invoice_id

    def pay(self, amount: str, *invoices: int, day: date | None = None, **values: Any) -> int:
        """Enter a payment, wholly for the first invoice where one is said."""
        of = [{"invoice_id": one, "amount": Decimal(amount)} for one in invoices[:1]]
        said = {"amount": Decimal(amount), "client_id": self.client_id, "allotments": of}
        return enter_payment({**said, "day": day, **values})

    def row(self, invoice_id: int) -> AnyRow:
        """Give an invoice as it stands."""
        return queries.one_invoice(reading(), invoice_id)


@pytest.fixture
def bill(company_id: int, make: Make) -> Bill:
    """Give what makes invoices; an own company is there that can issue them."""
    assert company_id
    return Bill(make, make.client(name="Acme"))
