"""What declared reports may cost: little more than the SQL that they send, whatever there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.comparison import Place, company_at
from bench.goals import MANY, REPORT
from bench.invoices import bill
from bench.reports import measured_reports
from salesman_core.testing.databases import Databases
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

pytestmark = pytest.mark.bench

STATEMENTS = 20
"""So many statements does a report send at most, whatever there is to count."""

AT_ONCE = 0.02
"""Seconds that it may cost to be asked at all, however little there is to count."""


def test_reports_take_little_longer_than_their_statements(
    databases: Databases, tmp_path: Path
) -> None:
    if reason := absence():
        lacking(reason)
    place = Place("postgresql", MANY)
    with company_at(place, databases, tmp_path / "company") as (url, company, _asked):
        bill(url)
        found = measured_reports(url, tmp_path / "reports", company)
    for name, one in found.items():
        seconds = f"{one.ours:.3f} s beside {one.bare:.3f} s"
        times = f"{one.times:.2f} times, {one.statements} statements"
        print(f"{name}: {seconds}, {times}; drawn in {one.drawn:.3f} s")  # noqa: T201  # what bench is for

    late = {name: one for name, one in found.items() if one.ours > REPORT * one.bare + AT_ONCE}
    assert {name: one.times for name, one in late.items()} == {}
    assert max(one.statements for one in found.values()) <= STATEMENTS
