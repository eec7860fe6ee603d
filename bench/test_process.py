"""What a process may take: to start, and to stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.comparison import Place, company_at
from bench.goals import GROWTH, START
from bench.memory import memory_of_a_process
from bench.report import Report
from bench.starts import median_start
from bench.workload import LIST
from salesman_core.testing.databases import Databases

pytestmark = pytest.mark.bench

PLACE = Place("sqlite", 10_000)


def test_fresh_process_answers_soon(databases: Databases, tmp_path: Path, report: Report) -> None:
    with company_at(PLACE, databases, tmp_path / "company") as (url, _company, asked):
        report.start = median_start(url, tmp_path / "start", asked.seller.token, LIST)

    assert report.start.cpu <= START


def test_memory_of_a_process_does_not_run_away(
    databases: Databases, tmp_path: Path, report: Report
) -> None:
    with company_at(PLACE, databases, tmp_path) as (url, _company, asked):
        report.memory = memory_of_a_process(url, asked)

    assert report.memory.worked <= GROWTH * report.memory.started
