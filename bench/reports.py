"""Reports beside the same figures asked for by hand, over the same database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from flask import Flask
from salesman_analytics import shown
from salesman_analytics.asked import asked_of
from salesman_analytics.calibrating.counting import Calibration, calibration
from salesman_analytics.closed import Sum
from salesman_analytics.counted import Counted, counted, key_of
from salesman_analytics.declared import DeclaredReport, reports
from salesman_analytics.funnel import Passage, passages
from salesman_analytics.losses import Losses, losses
from salesman_analytics.past.counting import Past, past
from salesman_analytics.report import Report

from bench.bare.drivers import Driver, driver_for
from bench.company import Company
from bench.figures import Cost, medians
from bench.serve import SECRET
from bench.working import keep_busy
from bench.yardsticks import BY_HAND, DAY, Figures, by_hand
from salesman_core.access.person import acting_as, load_person
from salesman_core.db import db, reading
from salesman_core.testing.application import running
from salesman_core.testing.people import Make
from salesman_core.testing.statements import counted_statements
from salesman_hookspecs import Person

_ROUNDS: Final = 7
_ALL: Final = "/?closed_on__isnull=false"
"""Closed deals of all time."""


@dataclass(frozen=True, slots=True)
class ReportCost(Cost):
    """What a report costs.

    :param drawn: seconds more that the table and the chart of the page take, of two hundred rows
        at most; None for a page that is the report's own.
    :param differs: the figures that are not those which were asked for by hand, both of each.
    """

    drawn: float | None
    differs: Mapping[tuple[str, str], tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Measured:
    """A report in the bench.

    :param count: counts it.
    :param told: gives its figures as they are asked for by hand.
    :param draw: draws its page of what was counted.
    """

    count: Callable[[], Any]
    told: Callable[[Any], Figures]
    draw: Callable[[Any], object] | None = None


def measured_reports(url: str, folder: Path, company: Company) -> Mapping[str, ReportCost]:
    """Count every report that the head of sales sees, and ask for it by hand, in turn."""
    driver = driver_for(url)
    try:
        with running(url, folder, secret_key=SECRET) as app:
            keep_busy(url, Make(app))
            person = load_person(reading(), company.head_id)
            assert person is not None
            every = _declared(person) | _PAGES
            return {id_: _measured(app, driver, person, id_, one) for id_, one in every.items()}
    finally:
        driver.close()


def _measured(app: Flask, driver: Driver, person: Person, id_: str, one: Measured) -> ReportCost:
    def ours() -> Any:
        with _asking(app, person):
            return one.count()

    def bare() -> Figures:
        return by_hand(driver, BY_HAND[id_])

    def drawn() -> None:
        if one.draw is not None:
            with _asking(app, person):
                one.draw(found)

    found = ours()  # what is read once for all
    with counted_statements() as statements:
        ours()
    with _asking(app, person):
        differs = _differences(one.told(found), bare())
    of_ours, of_bare, of_drawn = medians(ours, bare, drawn, rounds=_ROUNDS)
    return ReportCost(
        of_ours, of_bare, len(statements), None if one.draw is None else of_drawn, differs
    )


@contextmanager
def _asking(app: Flask, person: Person) -> Iterator[None]:
    with app.test_request_context(_ALL), acting_as(person):
        yield
    db.session.rollback()


def _differences(ours: Figures, bare: Figures) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Give what differs; who asks by hand says which figures count."""
    names = {name for _key, name in bare}
    told = {place: value for place, value in ours.items() if value and place[1] in names}
    places = (place for place in {**told, **bare} if place[0] != "total" or place in bare)
    both = {place: (told.get(place), bare.get(place)) for place in places}
    return {place: pair for place, pair in both.items() if pair[0] != pair[1]}


def _declared(person: Person) -> dict[str, Measured]:
    with acting_as(person):
        every = [one for one in reports() if one.count is not None]
    return {one.id: _of_declared(one) for one in every}


def _of_declared(report: DeclaredReport) -> Measured:
    period = {"period": "all"} if "period" in report.filters else {}

    def count() -> Counted:
        return counted(report, asked_of(period, report.filters, report.period))

    return Measured(count, _told, _draw)


def _draw(found: Counted) -> None:
    assert shown.lines(found) is not None
    shown.tiles(found)
    shown.chart(found)


def _told(found: Counted) -> Figures:
    """Give the figures of a declared report; money in hundredths."""
    rows = [(str(key_of(found.report, one)), one) for one in (*found.rows, *found.apart)]
    if found.total is not None:
        rows.append(("total", found.total))
    return {
        (key, column.name): _whole(row.get(column.name), column.kind)
        for key, row in rows
        for column in found.columns
    }


def _whole(value: Any, kind: str) -> Any:
    return hundredths(value) if kind == "money" and value is not None else value


def hundredths(amount: Decimal) -> int:
    """Give an amount of money as a whole number."""
    return int(amount.scaleb(2))


def _funnel() -> Iterable[Passage]:
    report = Report("analytics.funnel")
    return passages(reading(), report.query, report.closed)


def _told_of_passages(found: Iterable[Passage]) -> Figures:
    return _figures(
        (
            str(one.stage.id),
            {
                "reached": one.reached.count,
                "amount": hundredths(one.reached.amount),
                "lost": one.lost.count,
                "won": one.won.count,
                "days": one.days,
            },
        )
        for one in found
    )


def _losses() -> Losses:
    return losses(reading(), Report("analytics.losses").closed)


def _told_of_losses(found: Losses) -> Figures:
    cells = found.cells.items()
    return _figures((f"{stage}-{reason}", _of_sum(one)) for (stage, reason), one in cells)


def _calibration() -> Calibration:
    report = Report("analytics.calibration")
    return calibration(reading(), report.query, report.closed)


def _told_of_calibration(found: Calibration) -> Figures:
    told = {str(one.stage.id): one.all for one in found.stages}
    for one in found.stages:
        told |= {f"{one.stage.id}-{id_}": tally for id_, tally in one.of_sellers.items()}
    return _figures((key, {"reached": one.reached, "won": one.won}) for key, one in told.items())


def _past() -> Past:
    return past(reading(), DAY)


def _told_of_past(found: Past) -> Figures:
    return _figures(
        (
            f"{one.stage.id}-{'t' if one.frozen else 'f'}-{one.owner_id}-{one.month}",
            _of_sum(one.sum),
        )
        for one in found.counted
    )


def _of_sum(one: Sum) -> dict[str, int]:
    return {"deals": one.count, "amount": hundredths(one.amount)}


def _figures(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Figures:
    return {(key, name): value for key, row in rows for name, value in row.items()}


_PAGES: Final = {
    "analytics.funnel": Measured(_funnel, _told_of_passages),
    "analytics.losses": Measured(_losses, _told_of_losses),
    "analytics.calibration": Measured(_calibration, _told_of_calibration),
    "analytics.as_of": Measured(_past, _told_of_past),
}
