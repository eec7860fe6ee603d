"""What reports may cost: less than twice the plainest SQL for the same figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bench.comparison import Place, company_at
from bench.goals import MANY, REPORT
from bench.invoices import bill
from bench.reports import ReportCost, measured_reports
from bench.yardsticks import BY_HAND
from salesman_core.testing.databases import Databases
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

pytestmark = pytest.mark.bench

STATEMENTS = 20
"""So many statements does a report send at most, whatever there is to count."""

AT_ONCE = 0.02
"""Seconds that it may cost to be asked at all, however little there is to count."""


def test_reports_take_little_longer_than_the_same_figures_by_hand(
    databases: Databases, tmp_path: Path
) -> None:
    if reason := absence():
        lacking(reason)
    place = Place("postgresql", MANY)
    with company_at(place, databases, tmp_path / "company") as (url, company, _asked):
        bill(url)
        found = measured_reports(url, tmp_path / "reports", company)
    print("\n".join(_table(found)))  # noqa: T201  # what bench is for

    assert {name: one.differs for name, one in found.items() if one.differs} == {}
    late = {name: one for name, one in found.items() if one.ours > REPORT * one.bare + AT_ONCE}
    assert {name: one.times for name, one in late.items()} == {}
    assert max(one.statements for one in found.values()) <= STATEMENTS
    assert set(found) == set(BY_HAND)


def _table(found: Mapping[str, ReportCost]) -> Iterator[str]:
    yield f"{'report':26} {'by hand, s':>10} {'report, s':>10} {'times':>6} {'statements':>10}"
    for name, one in sorted(found.items(), key=lambda pair: -pair[1].times):
        drawn = "" if one.drawn is None else f"{one.drawn:.3f} s"
        figures = f"{one.bare:10.3f} {one.ours:10.3f} {one.times:6.2f} {one.statements:10}"
        yield f"{name:26} {figures} {drawn}"
