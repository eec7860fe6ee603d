"""What the widget of plan fulfilment may cost, and that it is never stale."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

import pytest

from bench.comparison import Place, company_at
from bench.goals import MANY, WIDGET
from bench.invoices import bill
from bench.plans import measured_widgets
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

pytestmark = pytest.mark.bench

STATEMENTS = 20
"""So many statements does it take at most, whatever there is to count."""


PLACES: Final = [
    *(Place(kind, MANY) for kind in get_args(Kind)),
    pytest.param(Place("postgresql", 1_000_000), marks=pytest.mark.large),
]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_widget_keeps_its_goal_for_a_person_and_for_the_company(
    place: Place, databases: Databases, tmp_path: Path
) -> None:
    kind = place.kind
    if kind == "postgresql" and (reason := absence()):
        lacking(reason)
    with company_at(place, databases, tmp_path / "company") as (url, company, _asked):
        print(f"{place}: {bill(url):,} invoices")  # noqa: T201  # what bench is for
        found = measured_widgets(url, tmp_path / "plans", company)
    for whose, one in found.items():
        print(f"{kind} {whose}: {one}, {one.times:.2f} times")  # noqa: T201  # what bench is for

    if kind == "postgresql":  # a file answers for one person sooner than any page is drawn
        assert {whose: one.times for whose, one in found.items() if one.times > WIDGET} == {}
    assert max(one.statements for one in found.values()) <= STATEMENTS
