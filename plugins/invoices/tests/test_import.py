"""Invoices out of files: found again, paid since, and what cannot be refused row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_invoices.imports import INVOICES
from salesman_invoices.models import Allotment, Invoice, Payment
from salesman_invoices.payments.service import enter_payment

from salesman_core.plugins.host import current_host
from salesman_core.testing.people import Make
from salesman_core.toolkit import Client, ForbiddenError, reading
from salesman_hookspecs import ImportBatch

MARCH = date(2026, 3, 5)
ROW = {"number": "7", "issued_on": MARCH, "amount": Decimal("100.10"), "client": "Acme"}
Bring = Callable[..., list[tuple[str, dict[str, str]]]]


@pytest.fixture
def bring(app: Flask) -> Bring:
    """Give what brings rows in, making clients that are missing."""
    assert current_host()

    def bring(*rows: dict[str, Any], **options: Any) -> list[tuple[str, dict[str, str]]]:
        batch = ImportBatch(rows, {"create_missing": ["client"], **options}, "file")
        return [(one.action, dict(one.errors)) for one in INVOICES.apply(batch)]

    return bring


def held(*columns: Any) -> list[tuple[Any, ...]]:
    session = reading()
    session.rollback()
    return [tuple(row) for row in session.execute(sa.select(*columns).order_by(columns[0]))]


def actions(outcomes: list[tuple[str, dict[str, str]]]) -> list[str]:
    return [action for action, _errors in outcomes]


def test_invoice_keeps_its_number_and_day_and_is_paid_as_the_file_says(bring: Bring) -> None:
    paid = {"paid_on": date(2026, 4, 1), "cost": Decimal("40.05"), "vat_percent": Decimal(20)}
    bring({**ROW, **paid}, {**ROW, "number": "8", "paid_on": MARCH, "paid_amount": Decimal(30)})

    found = held(
        *(Invoice.number, Invoice.state, Invoice.issued_on, Invoice.amount, Invoice.vat),
        *(Invoice.paid, Invoice.paid_on),
    )
    assert found == [
        ("7", "issued", MARCH, Decimal("100.10"), Decimal("16.68"), Decimal("100.10"),
         date(2026, 4, 1)),
        ("8", "issued", MARCH, Decimal("100.10"), Decimal(0), Decimal(30), None),
    ]  # fmt: skip
    assert held(Allotment.day, Allotment.amount, Allotment.margin) == [
        (MARCH, Decimal(30), None),
        (date(2026, 4, 1), Decimal("100.10"), Decimal("60.05")),
    ]


def test_same_rows_change_nothing_and_a_payment_that_came_since_is_entered(bring: Bring) -> None:
    rows = [ROW, {**ROW, "external_id": "A-8", "number": "8", "paid_on": MARCH}]
    assert actions(bring(*rows)) == ["created", "created"]
    assert actions(bring(*rows)) == ["unchanged", "unchanged"]

    assert actions(bring({**ROW, "paid_on": MARCH}, rows[1])) == ["updated", "unchanged"]
    assert actions(bring({**ROW, "paid_on": MARCH}, rows[1])) == ["unchanged", "unchanged"]

    assert held(Invoice.number, Invoice.paid) == [
        ("7", Decimal("100.10")),
        ("8", Decimal("100.10")),
    ]
    assert len(held(Payment.id)) == 2
    assert held(Client.name) == [("Acme",)]


def test_what_a_file_says_over_the_amount_is_an_advance(bring: Bring) -> None:
    paid = {"paid_on": MARCH, "paid_amount": Decimal(130)}
    bring({**ROW, "amount": Decimal(100), **paid})
    (invoice_id,) = held(Invoice.id)[0]
    enter_payment({"amount": Decimal(30), "invoice_id": invoice_id, "day": date(2026, 3, 1)})

    assert held(Invoice.paid) == [(Decimal(100),)]
    assert held(Payment.day, Payment.amount, Payment.allotted) == [
        (date(2026, 3, 1), Decimal(30), Decimal(30)),
        (MARCH, Decimal(130), Decimal(70)),
    ]


def test_invoice_that_was_paid_here_is_not_paid_once_more(bring: Bring) -> None:
    bring(ROW)
    (invoice_id,) = held(Invoice.id)[0]
    enter_payment({"amount": Decimal("100.10"), "invoice_id": invoice_id, "day": MARCH})

    assert actions(bring({**ROW, "paid_on": date(2026, 4, 1)})) == ["unchanged"]
    assert len(held(Payment.id)) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(-5)}, "amount"),
        ({"number": " "}, "number"),
        ({"number": "7" * 101}, "number"),
        ({"currency": "XXZ"}, "currency"),
        ({"cost": Decimal(-1)}, "cost"),
        ({"vat_percent": Decimal(101)}, "vat_percent"),
        ({"paid_amount": Decimal(5)}, "paid_on"),
        ({"paid_on": MARCH, "paid_amount": Decimal(-5)}, "paid_amount"),
        ({"owner": "Nobody"}, "owner"),
    ],
)
def test_row_that_cannot_be_is_refused_at_its_field_and_stops_no_other(
    bring: Bring, wrong: dict[str, Any], field: str
) -> None:
    outcomes = bring({**ROW, **wrong}, {**ROW, "number": "8"})

    assert actions(outcomes) == ["refused", "created"]
    assert field in outcomes[0][1]
    assert held(Invoice.number) == [("8",)]
    assert held(Payment.id) == []


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"amount": Decimal(5)}, "amount"),
        ({"due_on": date(2026, 5, 1)}, "due_on"),
        ({"client": "Another"}, "client"),
        ({"paid_on": MARCH, "paid_amount": Decimal(5)}, "paid_amount"),
    ],
)
def test_what_was_printed_is_not_changed_by_a_file(
    bring: Bring, other: dict[str, Any], field: str
) -> None:
    first = {**ROW, "external_id": "A-7", "paid_on": MARCH}
    bring(first)

    outcomes = bring({**first, **other})

    assert actions(outcomes) == ["refused"]
    assert field in outcomes[0][1]
    assert held(Invoice.amount, Invoice.paid) == [(Decimal("100.10"), Decimal("100.10"))]


def test_costs_and_payments_need_what_one_needs_by_hand(make: Make, bring: Bring) -> None:
    with make.acting(make.user_of("marketer")), pytest.raises(ForbiddenError):
        bring(ROW)

    with make.acting(make.user_of("assistant")):
        ((action, errors),) = bring({**ROW, "cost": Decimal(1)})
    assert (action, "cost" in errors) == ("refused", True)


def test_file_settles_what_is_left_of_a_partly_paid_invoice(bring: Bring) -> None:
    bring(ROW)
    ((invoice_id,),) = held(Invoice.id)
    enter_payment({"amount": Decimal(40), "invoice_id": invoice_id})

    paid = {**ROW, "paid_on": MARCH}
    assert actions(bring(paid)) == ["updated"]
    assert actions(bring(paid)) == ["unchanged"]

    assert held(Payment.amount, Payment.allotted) == [
        (Decimal(40), Decimal(40)),
        (Decimal("60.10"), Decimal("60.10")),
    ]
