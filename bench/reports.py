"""Declared reports beside the statements that they send, run by the database's driver alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask
from salesman_analytics import shown
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import DeclaredReport, reports

from bench.bare.drivers import Driver, driver_for
from bench.company import Company
from bench.figures import Cost, medians
from bench.serve import SECRET
from salesman_core.access.person import acting_as, load_person
from salesman_core.db import db, reading
from salesman_core.testing.application import running
from salesman_hookspecs import Person

_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class ReportCost(Cost):
    """What a report costs; bare are its own statements alone.

    :param drawn: seconds more that the table and the chart of the page take, of two hundred rows
        at most.
    """

    drawn: float


def measured_reports(url: str, folder: Path, company: Company) -> Mapping[str, ReportCost]:
    """Count every report that the head of sales sees, and run its statements, in turn."""
    driver = driver_for(url)
    try:
        with running(url, folder, secret_key=SECRET) as app:
            person = load_person(reading(), company.head_id)
            assert person is not None
            with acting_as(person):
                every = [one for one in reports() if one.count is not None]
            return {one.id: _measured(app, driver, person, one) for one in every}
    finally:
        driver.close()


def _measured(app: Flask, driver: Driver, person: Person, report: DeclaredReport) -> ReportCost:
    period = {"period": "all"} if "period" in report.filters else {}

    def ours() -> Counted:
        with app.test_request_context("/"), acting_as(person):
            found = counted(report, asked_of(period, report.filters, report.period))
        db.session.rollback()
        return found

    found = ours()  # what is read once for all

    def drawn() -> None:
        with app.test_request_context("/"), acting_as(person):
            assert shown.lines(found) is not None
            shown.tiles(found)
            shown.chart(found)
        db.session.rollback()

    with _sent() as statements:
        ours()

    def bare() -> None:
        for statement, values in statements:
            driver.again(statement, values)

    of_ours, of_bare, of_drawn = medians(ours, bare, drawn, rounds=_ROUNDS)
    return ReportCost(of_ours, of_bare, len(statements), of_drawn)


@contextmanager
def _sent() -> Iterator[list[tuple[str, Any]]]:
    """Give a list that grows by each statement of the block, with its values."""
    found: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        found.append((arguments[2], arguments[3]))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
