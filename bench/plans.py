"""The widget of plan fulfilment beside the bare SQL that its figures take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Final

from flask import Flask
from salesman_plans.bases import set_basis
from salesman_plans.fulfilment import fulfilment
from salesman_plans.months import Period, month_of
from salesman_plans.service import Goal, set_goals
from salesman_plans.whose import whose_named
from salesman_plans.widget import fulfilment_panel

from bench.bare.drivers import Driver, driver_for
from bench.company import Company
from bench.figures import Cost, measured_beside
from bench.serve import SECRET
from salesman_core.access.person import SYSTEM, acting_as, load_person
from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.services.company import company as our_company
from salesman_core.testing.application import running

_ROUNDS: Final = 15
_METRICS: Final = ("turnover", "margin", "deals")

_FACTS: Final = (
    "SELECT count(*), CAST(coalesce(sum(amount), 0) AS BIGINT),"
    " CAST(coalesce(sum(amount - cost), 0) AS BIGINT) FROM core_deal"
    " WHERE deleted_at IS NULL AND outcome = 'won' AND closed_on BETWEEN ? AND ?"
)
_ISSUED: Final = (
    "SELECT count(*), CAST(coalesce(sum(amount), 0) AS BIGINT),"
    " CAST(coalesce(sum(amount - cost), 0) AS BIGINT) FROM invoices_invoice"
    " WHERE deleted_at IS NULL AND state = 'issued' AND issued_on BETWEEN ? AND ?"
)
_PAID: Final = (
    "SELECT count(*), CAST(coalesce(sum(a.amount), 0) AS BIGINT),"
    " CAST(coalesce(sum(a.margin), 0) AS BIGINT) FROM invoices_allotment a"
    " JOIN invoices_invoice i ON i.id = a.invoice_id"
    " WHERE i.deleted_at IS NULL AND i.state = 'issued' AND a.day BETWEEN ? AND ?"
)
_WON: Final = (
    "SELECT count(*) FROM core_deal"
    " WHERE deleted_at IS NULL AND outcome = 'won' AND closed_on BETWEEN ? AND ?"
)
_BILLED_UNITS: Final = (
    "SELECT count(*), CAST(coalesce(sum(l.quantity), 0) AS BIGINT) FROM invoices_line l"
    " JOIN invoices_invoice i ON i.id = l.invoice_id"
    " WHERE i.deleted_at IS NULL AND i.state = 'issued' AND i.{day} BETWEEN ? AND ?"
)
_UNITS: Final = (
    "SELECT count(*), CAST(coalesce(sum(l.quantity), 0) AS BIGINT) FROM catalogue_line l"
    " JOIN core_deal d ON d.id = l.deal_id"
    " WHERE d.deleted_at IS NULL AND d.outcome = 'won' AND d.closed_on BETWEEN ? AND ?"
)
_OF_BASIS: Final = {
    "won": ((_FACTS, "owner_id"), (_UNITS, "d.owner_id")),
    "issued": (
        (_ISSUED, "owner_id"),
        (_BILLED_UNITS.format(day="issued_on"), "i.owner_id"),
        (_WON, "owner_id"),
    ),
    "paid": (
        (_PAID, "i.owner_id"),
        (_BILLED_UNITS.format(day="paid_on"), "i.owner_id"),
        (_WON, "owner_id"),
    ),
}
"""What is asked by hand of each basis: a statement, and the column that says whose it is."""
BASES: Final = tuple(_OF_BASIS)
_PIPELINE: Final = (
    "SELECT s.percent, CAST(coalesce(sum(d.amount), 0) AS BIGINT),"
    " CAST(coalesce(sum(d.amount - d.cost), 0) AS BIGINT)"
    " FROM core_deal d JOIN core_stage s ON s.id = d.stage_id"
    " WHERE d.deleted_at IS NULL AND d.outcome IS NULL AND d.expected_on <= ?"
    " AND (d.frozen_until IS NULL OR d.frozen_until <= ?)"
)
_PLANS: Final = (
    "SELECT metric, CAST(sum(value) AS BIGINT) FROM plans_plan"
    " WHERE subject = ? AND month BETWEEN ? AND ? GROUP BY metric"
)


def measured_widgets(url: str, folder: Path, company: Company) -> Mapping[str, Cost]:
    """Draw the widget of a person and that of the company, and ask the bare statements, in turn."""
    driver = driver_for(url)
    try:
        with running(url, folder, secret_key=SECRET) as app:
            middle = datetime.combine(today(our_company().tz).replace(day=15), time(9), UTC)
            app.extensions["salesman_clock"] = lambda: middle  # later on less is asked
            month = month_of(middle.date())
            subjects = {"person": f"person:{company.seller_id}", "company": "company"}
            with acting_as(SYSTEM):
                set_goals(
                    [
                        Goal(subject, month.first, metric, Decimal(1000))
                        for subject in subjects.values()
                        for metric in _METRICS
                    ]
                )
            readers = {"person": company.seller_id, "company": company.head_id}
            found: dict[str, Cost] = {}
            for basis in BASES:
                with acting_as(SYSTEM):
                    set_basis(basis, month.first)
                for whose, subject in subjects.items():
                    asked = (app, driver, readers[whose], subject, basis, month.first, month.last)
                    found[f"{whose}, {basis}"] = _measured(*asked)
            return found
    finally:
        driver.close()


def _measured(  # noqa: PLR0917  # what is measured for whom
    app: Flask, driver: Driver, reader: int, subject: str, basis: str, first: date, last: date
) -> Cost:
    person = load_person(reading(), reader)
    assert person is not None

    def ours() -> None:
        with app.test_request_context("/"), acting_as(person):
            assert fulfilment_panel(subject) is not None

    owner = reader if subject.startswith("person") else None

    def bare() -> None:
        _bare(driver, subject, owner, basis, first, last)

    cost = measured_beside(ours, bare, _ROUNDS)
    with app.test_request_context("/"), acting_as(person):
        shown = _shown(subject, month_of(first))
    by_hand = _bare(driver, subject, owner, basis, first, last)
    assert shown == by_hand, f"{subject}, {basis}: {shown}, by hand {by_hand}"
    return cost


def _shown(subject: str, month: Period) -> dict[str, Decimal]:
    """Give the facts that the widget shows, by metric."""
    session = reading()
    lines = fulfilment(session, whose_named(session, subject), month).lines
    return {one.metric: one.fact.value for one in lines if one.fact is not None}


def _bare(  # noqa: PLR0917  # what is asked of whom
    driver: Driver, subject: str, owner: int | None, basis: str, first: date, last: date
) -> dict[str, Decimal]:
    """Ask what the widget shows, by hand: the facts, which it gives, deals in work, and plans."""
    values = [] if owner is None else [owner]
    days = [first.isoformat(), last.isoformat()]

    def of(column: str) -> str:
        return "" if owner is None else f" AND {column} = ?"

    asked = [
        driver.rows(statement + of(column), [*days, *values])[0]
        for statement, column in _OF_BASIS[basis]
    ]
    driver.rows(
        _PIPELINE + of("d.owner_id") + " GROUP BY s.percent",
        [days[1], days[0], *values],
    )
    driver.rows(_PLANS, [subject, *days])
    (_records, turnover, margin), (_lines, units) = asked[0], asked[1]
    return {
        "turnover": Decimal(turnover).scaleb(-2),
        "margin": Decimal(margin).scaleb(-2),
        "units": Decimal(units).scaleb(-3),
        "deals": Decimal(asked[-1][0] if len(asked) > 2 else asked[0][0]),  # won
    }
