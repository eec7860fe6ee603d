"""How fast files are read: an import of 100,000 rows must not spend its time on cells."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from salesman_core.deals.imports import DEAL_FIELDS
from salesman_core.records.imports import ColumnMapping, open_sheet
from salesman_core.records.imports.plan import planned
from salesman_core.records.imports.reading import RowReader
from salesman_core.records.imports.survey import surveyed

ROWS = 100_000
SECONDS = 30.0


@pytest.mark.bench
def test_hundred_thousand_rows_are_read_in_half_a_minute(
    write_csv: Callable[..., Path], record_property: Callable[[str, object], None]
) -> None:
    lines = (f"{number};Сделка {number};45 000,50 ₽;31.12.2026;Анна" for number in range(ROWS))
    path = write_csv("id;название;сумма;дата закрытия;менеджер", *lines)
    began = time.perf_counter()

    sheet = open_sheet(path)
    plan = planned(sheet.headings, DEAL_FIELDS, ColumnMapping())
    reader = RowReader(DEAL_FIELDS, ColumnMapping(), plan, surveyed(sheet, plan))
    errors = sum(bool(reader.read(row).errors) for row in sheet.rows())

    seconds = time.perf_counter() - began
    record_property("rows_per_second", round(ROWS / seconds))
    assert errors == 0
    assert seconds < SECONDS
