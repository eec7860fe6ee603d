"""What plugins may cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.comparison import Place, company_at
from bench.goals import EMPTY_SLOTS, FILLED
from bench.plugins import empty_slots, filled_cards
from bench.report import Report
from salesman_core.testing.databases import Databases

pytestmark = pytest.mark.bench

PLACE = Place("sqlite", 10_000)


def test_page_of_a_deal_bears_ten_plugins_that_fill_every_slot(
    databases: Databases, tmp_path: Path, report: Report
) -> None:
    with company_at(PLACE, databases, tmp_path) as (url, _company, asked):
        report.plugins = filled_cards(url, asked)

    assert report.plugins[10].beside(report.plugins[0]) <= FILLED


def test_fifty_empty_slots_cost_next_to_nothing(
    databases: Databases, tmp_path: Path, report: Report
) -> None:
    with company_at(PLACE, databases, tmp_path / "company") as (url, company, _asked):
        report.slots = empty_slots(url, tmp_path / "slots", company)

    slots, page = report.slots
    assert slots <= EMPTY_SLOTS * page
