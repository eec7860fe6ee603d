"""Plugins judge rows of a file as they judge what a person saves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import reading
from salesman_core.deals.models import Deal, DealMove, Stage
from salesman_core.events.models import EVENTS
from salesman_core.plugins.discovery import Installed
from salesman_core.records.imports import ImportResult, mapping_of
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.models import Audit
from salesman_core.testing.application import running

sys.path.insert(0, str(Path(__file__).parent / "samples"))

WriteCsv = Callable[..., Path]
Bring = Callable[..., ImportResult]


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application with a plugin that refuses some deals."""
    installed = [Installed("careful", "1.0", "sample_careful")]
    with running(database_url, tmp_path / "data", installed=installed) as app:
        yield app


@pytest.fixture
def bring(app: Flask, write_csv: WriteCsv) -> Bring:
    """A function that imports lines of CSV as deals."""
    assert app

    def bring(*lines: str) -> ImportResult:
        type_ = import_type("deals")
        path = write_csv("ID;Deal;Amount;Stage;Outcome", *lines)
        return import_run(type_, path, mapping_of("", type_.fields)).apply()

    return bring


def names() -> list[str]:
    reading().rollback()
    return list(reading().scalars(sa.select(Deal.name).order_by(Deal.id)))


def reasons(result: ImportResult) -> list[str]:
    return [each.reason for row in result.refused_rows for each in row.problems.values()]


def test_new_deal_that_a_plugin_refuses_leaves_the_others_alone(bring: Bring) -> None:
    result = bring("1;Boilers;;;", "2;Test;;;", "3;Pipes;;;")

    assert result.last_line == "created 2, updated 0, unchanged 0, refused 1"
    assert reasons(result) == ["Choose a real name"]
    assert names() == ["Boilers", "Pipes"]


def test_closing_that_a_plugin_refuses_leaves_nothing_of_its_row(bring: Bring) -> None:
    result = bring("1;Boilers;2000;;lost", "2;Pipes;5;;lost")

    assert reasons(result) == ["Ask the head of sales first"]
    assert names() == ["Pipes"]
    assert reading().scalar(sa.select(sa.func.count(DealMove.id))) == 2
    assert reading().scalar(sa.select(sa.func.count(Audit.id)).where(Audit.kind == "deal")) == 2
    told = sa.select(sa.func.count()).select_from(EVENTS).where(EVENTS.c.kind == "deal")
    assert reading().scalar(told) == 2


def test_refused_deal_comes_in_once_the_file_is_mended(bring: Bring) -> None:
    bring("1;Boilers;2000;;lost")

    assert bring("1;Boilers;500;;lost").last_line == "created 1, updated 0, unchanged 0, refused 0"


def test_change_that_a_plugin_refuses_half_way_is_taken_back_whole(bring: Bring) -> None:
    bring("1;Boilers;10;40 %;", "2;Pipes;10;40 %;")

    result = bring("1;Boilers;20;90 %;", "2;Pipes;20;60 %;")

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 1"
    assert reasons(result) == ["The contract is missing"]
    reading().rollback()
    rows = reading().execute(
        sa.select(Deal.amount, Stage.percent)
        .join(Stage, Stage.id == Deal.stage_id)
        .order_by(Deal.id)
    )
    assert [(int(amount), percent) for amount, percent in rows] == [(10, 40), (20, 60)]


def test_dry_run_hears_the_same_refusals(app: Flask, write_csv: WriteCsv) -> None:
    type_ = import_type("deals")
    path = write_csv("ID;Deal;Amount;Outcome", "1;Boilers;2000;lost", "2;Test;;", "3;Pipes;;")

    result = import_run(type_, path, mapping_of("", type_.fields)).rehearse()

    assert app
    assert result.last_line == "created 1, updated 0, unchanged 0, refused 2"
    assert names() == []
