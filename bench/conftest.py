"""What is measured once and judged by many tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from bench.comparison import Comparison, Place, company_at, compare
from bench.importing import FILE, import_beside
from bench.report import Report
from salesman_core.testing.databases import Databases
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

PLACES = [
    Place("sqlite", 10_000),
    Place("sqlite", 200_000),
    Place("postgresql", 10_000),
    Place("postgresql", 200_000),
    pytest.param(Place("postgresql", 1_000_000), marks=pytest.mark.large),
]

Measured = Mapping[str, Comparison]


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """What is measured is written down at the end, if it was all."""
    report = Report()
    yield report
    print(report.as_text())  # noqa: T201  # what `make bench` is for
    if report.is_whole():
        report.write_down()
    elif report.is_large():
        report.write_down_large()


@pytest.fixture(scope="session", params=PLACES, ids=str)
def place(request: pytest.FixtureRequest) -> Place:
    """Where it is measured."""
    found: Place = request.param
    if found.kind == "postgresql" and (reason := absence()):
        lacking(reason)
    return found


@pytest.fixture(scope="session")
def measured(
    place: Place,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    report: Report,
) -> Measured:
    """What every request costs in one place, beside the bare function."""
    folder = tmp_path_factory.mktemp("company")
    with company_at(place, databases, folder) as (url, company, asked):
        found = compare(url, company, asked)
        if FILE.is_file():
            report.beside[place] = import_beside(url, folder)
    report.requests[place] = found
    return found
