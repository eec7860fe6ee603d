"""Exports of activities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from salesman_calendar.models import KIND

from salesman_core.records.bulk.choosing import Chosen, asked_again
from salesman_core.records.export import Wanted, begin_export, file_of_export
from salesman_core.records.record_list import record_list
from salesman_core.testing.people import Make

Plan = Callable[..., int]


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_export_tells_whole_days_and_hours(plan: Plan, make: Make, format_: str) -> None:
    plan(subject="Whole day", day=date(2026, 3, 2))
    plan(subject="At three", starts_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    everything = Chosen(query=asked_again(record_list(KIND).spec, ""))

    with make.acting(make.user("head")):
        columns = ["subject", "when", "kind", "client", "owner", "result", "done_at"]
        run_id = begin_export(KIND, everything, Wanted(columns, format_))
        path, _run = file_of_export(run_id)

    if format_ == "csv":
        lines = path.read_text("utf-8").splitlines()
        assert [line.split(",")[:2] for line in lines[1:]] == [
            ["At three", "2026-03-02 15:00"],
            ["Whole day", "2026-03-02"],
        ]
