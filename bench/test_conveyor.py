"""What the figures of the line may cost, where many handovers are behind them."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bench.comparison import Place, company_at
from bench.conveyor import hand_over_all, measured_line
from bench.goals import LINE, MANY
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

pytestmark = pytest.mark.bench

STATEMENTS = 20
"""So many statements do the figures take at most, whatever there is to count."""


@pytest.mark.parametrize("kind", get_args(Kind))
def test_line_keeps_its_goal_over_many_handovers(
    kind: Kind, databases: Databases, tmp_path: Path
) -> None:
    if kind == "postgresql" and (reason := absence()):
        lacking(reason)
    place = Place(kind, MANY)
    with company_at(place, databases, tmp_path / "company") as (url, company, _asked):
        print(f"{place}: {hand_over_all(url):,} handovers")  # noqa: T201  # what bench is for
        found = measured_line(url, tmp_path / "line", company)
    print(f"{kind} line: {found}, {found.times:.2f} times")  # noqa: T201  # what bench is for

    assert found.times <= LINE
    assert found.statements <= STATEMENTS
