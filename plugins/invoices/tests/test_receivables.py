"""Receivables by age: plain sums over the invoices, each figure opening exactly its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named
from salesman_invoices.ages import AGES, TITLES

from salesman_core.deals.pipelines import create_pipeline
from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of, browser_of
from salesman_core.toolkit import Pipeline, reading

from .conftest import Bill

REPORT: Final = "/analytics/reports/invoices.receivables"
DAYS_LATE: Final = (-3, 0, 1, 30, 31, 60, 61, 90, 91, 400)


def receivables(**values: Any) -> Counted:
    declared = report_named("invoices.receivables")
    return counted(declared, asked_of(values, declared.filters, declared.period))


def age_of(days: int | None) -> str:
    """Give the column in which an invoice that is so many days late stands, by hand."""
    if days is None or days <= 0:
        return "not_due"
    return (
        "to_30" if days <= 30 else "to_60" if days <= 60 else "to_90" if days <= 90 else "over_90"
    )


@pytest.fixture
def owed(bill: Bill, make: Make, clock: FrozenClock) -> dict[str, Decimal]:
    """Invoices of two clients and of many ages, some paid in part or wholly; what Acme owes."""
    today = clock.now().date() + timedelta(days=400)
    owes = dict.fromkeys(AGES, Decimal(0))
    other = Bill(make, make.client(name="Berg"))
    for number, days in enumerate((*DAYS_LATE, None)):
        due = None if days is None else today - timedelta(days=days)
        amount = Decimal(100 + number)
        invoice = bill.invoice(amount=str(amount), due_on=due, currency="RUB")
        if number % 3 == 0:
            bill.pay("40.25", invoice)
            amount -= Decimal("40.25")
        owes[age_of(days)] += amount
    late = today - timedelta(days=45)
    other.pay("7.00", other.invoice(amount="7.00", due_on=late))
    other.invoice(amount="9.00", due_on=late)
    clock.advance(days=400)
    bill.draft(lines=[{"name": "Boiler", "quantity": Decimal(1), "price": Decimal(5)}])
    return owes


def test_what_a_client_owes_is_told_by_its_age(make: Make, owed: dict[str, Decimal]) -> None:
    with make.acting(make.user("head")):
        found = receivables()
    acme, berg = found.rows
    assert {name: acme[name] for name in AGES} == owed
    assert acme["left"] == sum(owed.values())
    assert acme["invoices"] == 11
    assert round(acme["late"], 6) == round(100 * (1 - owed["not_due"] / acme["left"]), 6)
    assert (berg["client"], berg["left"], berg["to_60"]) == ("Berg", 9, 9)
    assert found.total is not None
    assert found.total["left"] == acme["left"] + 9


@pytest.mark.parametrize("whose", ["owner_id", "team_id", "pipeline_id", "source", "since", ""])
def test_each_figure_opens_exactly_its_invoices(
    app: Flask, make: Make, owed: dict[str, Decimal], clock: FrozenClock, whose: str
) -> None:
    team = make.team("South")
    owner = make.user("seller", team_id=team)
    pipeline = create_pipeline("Service", like_id=reading().scalar(sa.select(Pipeline.id)))
    client = make.client(source="fair")
    fair = Bill(make, client)
    fair.invoice(fair.deal("50.00", pipeline_id=pipeline), owner_id=owner)
    head = make.user("head")
    every: dict[str, Any] = {
        "owner_id": owner,
        "team_id": team,
        "pipeline_id": pipeline,
        "source": "fair",
        "since": clock.now().date(),
    }
    asked = {whose: every[whose]} if whose else {}
    with make.acting(head), app.test_request_context():
        found = receivables(**asked)
        figures = [
            (found.address(column, row), column.name, row[column.name])
            for row in (*found.rows, found.total or {})
            for column in found.figures
            if found.address(column, row)
        ]
    assert len(figures) == (6 if whose else 23)
    api = api_of(app, head)
    for address, name, figure in figures:
        rows = api.listed(address)
        left = sum(Decimal(one["amount"]) - Decimal(one["paid"]) for one in rows)
        assert (len(rows) if name == "invoices" else left) == figure, address


def test_invoices_in_another_currency_are_told_apart(make: Make, bill: Bill) -> None:
    bill.invoice(amount="5.00")
    bill.invoice(amount="6.00", currency="EUR")
    with make.acting(make.user("head")):
        assert [row["left"] for row in receivables().rows] == [5]
        assert [row["left"] for row in receivables(currency="EUR").rows] == [6]


def test_client_that_one_does_not_see_is_named_and_opens_nothing(
    app: Flask, make: Make, bill: Bill
) -> None:
    seller = make.user("seller")
    bill.invoice(amount="5.00", owner_id=seller)
    bill.invoice(amount="6.00")
    with make.acting(seller), app.test_request_context():
        found = receivables()
        left = next(one for one in found.columns if one.name == "left")
        assert [(row["client"], row["left"]) for row in found.rows] == [("Acme", 5)]
        assert found.address(left, found.rows[0]) == ""
        assert len(api_of(app, seller).listed(found.address(left, found.total or {}))) == 1


def test_list_of_invoices_is_filtered_by_several_ages(
    app: Flask, make: Make, owed: dict[str, Decimal]
) -> None:
    api = api_of(app, make.user("head"))
    assert len(api.listed("/invoices?age=to_90")) == 2
    assert len(api.listed("/invoices?age__in=to_90,over_90")) == 4
    assert len(api.listed(f"/invoices?age__in={','.join(TITLES)}")) == 12


def test_report_goes_with_its_plugin(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    assert browser.get(REPORT).status_code == 200
    assert REPORT in browser.get("/analytics").text
    switches.suspend("invoices")
    switches.follow_now()
    assert browser.get(REPORT).status_code == 404
    assert REPORT not in browser.get("/analytics").text


def test_statements_of_the_report_do_not_grow_with_its_rows(
    app: Flask, make: Make, bill: Bill, statements: Callable[..., Any]
) -> None:
    browser = browser_of(app, make.user("head"))

    def count() -> int:
        browser.get(REPORT)
        with statements() as sent:
            assert 'class="tile"' in browser.get(REPORT).text
        return len(sent)

    bill.invoice()
    few = count()
    for number in range(5):
        Bill(make, make.client(name=f"Client of {number}")).invoice()
    assert count() == few
