"""Rows of a file obey what stages ask for on entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.deals.models import Deal, DealMove
from salesman_core.deals.pipelines import change_stage
from salesman_core.records.custom.service import define_field
from salesman_core.records.imports import ImportResult, mapping_of
from salesman_core.records.imports.reading import Problem
from salesman_core.records.imports.service import import_run, import_type

Bring = Callable[..., ImportResult]


@pytest.fixture
def bring(app: Flask, write_csv: Callable[..., Path]) -> Bring:
    """A function that imports lines of CSV as deals."""
    assert app

    def bring(*lines: str) -> ImportResult:
        type_ = import_type("deals")
        path = write_csv("ID;Deal;Amount;Stage;Outcome", *lines)
        return import_run(type_, path, mapping_of("", type_.fields)).apply()

    return bring


def let_the_second_stage_ask_for_an_amount() -> None:
    change_stage(queries.pipelines(reading())[0]["stages"][1]["id"], {"required": ["amount"]})


def names() -> Sequence[str]:
    reading().rollback()
    return reading().scalars(sa.select(Deal.name).order_by(Deal.id)).all()


def reasons(result: ImportResult) -> list[str]:
    return [each.reason for row in result.refused_rows for each in row.problems.values()]


def test_row_of_an_open_deal_obeys_and_one_of_a_closed_deal_tells_history(bring: Bring) -> None:
    let_the_second_stage_ask_for_an_amount()
    result = bring("1;Beams;;10;", "2;Pipes;500;10;", "3;Boilers;;10;won")
    assert names() == ["Pipes", "Boilers"]
    assert reasons(result) == ["Needed at “Meeting, presentation”."]


def test_row_without_a_custom_field_that_its_stage_asks_for_is_refused_in_its_column(
    app: Flask, write_csv: Callable[..., Path]
) -> None:
    define_field("deal", {"type": "money", "key": "budget", "label": "Budget"})
    second = queries.pipelines(reading())[0]["stages"][1]["id"]
    change_stage(second, {"required": ["custom.budget"]})
    path = write_csv("ID;Deal;Stage;Budget", "1;Beams;10;", "2;Pipes;10;500")
    type_ = import_type("deals")

    result = import_run(type_, path, mapping_of("", type_.fields)).apply()

    assert names() == ["Pipes"]
    assert [row.problems for row in result.refused_rows] == [
        {"custom.budget": Problem("", "Needed at “Meeting, presentation”.")}
    ]


def test_row_that_moves_a_deal_obeys_and_else_changes_nothing(bring: Bring) -> None:
    bring("1;Beams;;0;")
    let_the_second_stage_ask_for_an_amount()
    result = bring("1;Girders;;10;")
    assert reasons(result) == ["Needed at “Meeting, presentation”."]
    assert names() == ["Beams"]
    assert reading().scalar(sa.select(sa.func.count(DealMove.id))) == 1


def test_row_that_brings_what_is_missing_moves_its_deal(bring: Bring) -> None:
    bring("1;Beams;;0;")
    let_the_second_stage_ask_for_an_amount()
    assert bring("1;Beams;500;10;").refused_rows == []
    reading().rollback()
    assert reading().scalars(sa.select(DealMove.action).order_by(DealMove.id)).all() == [
        "open",
        "move",
    ]
