"""Plans through the command that imports, out of what the list exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_plans.models import Plan
from salesman_plans.service import Goal, set_goals

from salesman_core.db import db
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, writing

pytestmark = [pytest.mark.plugins, pytest.mark.usefixtures("forms_without_proof")]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_exported_plans_are_brought_back_by_the_command(
    app: Flask,
    make: Make,
    browser: FlaskClient,
    database_url: str,
    command_on: Callable[..., Callable[..., list[str]]],
    tmp_path: Path,
    format_: str,
) -> None:
    anna, team = make.user(name="Anna Petrova"), make.team("North")
    goals = [
        Goal(subject, date(2026, month, 1), metric, Decimal("1250.5"))
        for subject in (f"person:{anna}", f"team:{team}", "company")
        for month in (1, 12)
        for metric in ("turnover", "margin")
    ]
    set_goals(goals)
    wanted = {"column": ["whose", "month", "metric", "value"], "format": format_}
    answer = browser.post(
        "/lists/plans.plan/export",
        data={**wanted, "whole_filter": "true", "filter": ""},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    file = tmp_path / f"plans.{format_}"
    file.write_bytes(answer.data)
    answer.close()
    with writing() as session:
        session.execute(sa.delete(Plan))
    db.session.rollback()

    first = command_on(database_url, tmp_path / "data")("import", "plans", str(file))
    again = command_on(database_url, tmp_path / "data")("import", "plans", str(file))

    assert first[-1] == "created 12, updated 0, unchanged 0, refused 0"
    assert again[-1] == "created 0, updated 0, unchanged 12, refused 0"
    db.session.rollback()
    rows = reading().execute(sa.select(Plan.subject, Plan.month, Plan.metric, Plan.value))
    assert {tuple(row) for row in rows} == {
        (one.subject, one.month, one.metric, one.value) for one in goals
    }
