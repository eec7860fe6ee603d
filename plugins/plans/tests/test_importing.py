"""Plans out of files, by the command that brings everything else in."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_plans.imports import PLANS
from salesman_plans.models import Plan

from salesman_core.testing.people import Make
from salesman_core.toolkit import reading
from salesman_hookspecs import ImportBatch


def bring(*rows: dict[str, object]) -> list[tuple[str, dict[str, str]]]:
    batch = ImportBatch(rows, {}, "file")
    return [(one.action, dict(one.errors)) for one in PLANS.apply(batch)]


def held() -> set[tuple[str, str, str, str]]:
    session = reading()
    session.rollback()
    rows = session.execute(sa.select(Plan.subject, Plan.month, Plan.metric, Plan.value))
    return {(row.subject, f"{row.month:%Y-%m}", row.metric, f"{row.value:f}") for row in rows}


def test_rows_name_people_teams_and_the_company(app: Flask, make: Make) -> None:
    anna, team = make.user(name="Anna Petrova"), make.team("North")
    sale = {"month": "2026-03", "value": Decimal(100)}

    done = bring(
        {"whose": "Anna Petrova", **sale},
        {"whose": "North", **sale, "month": "01.03.2026", "metric": "Margin"},
        {"whose": "Компания", **sale, "month": "3.2026", "metric": "сделки"},
        {"whose": "Anna Petrova", **sale},
    )

    assert [action for action, _errors in done] == ["created", "created", "created", "unchanged"]
    assert held() == {
        (f"person:{anna}", "2026-03", "turnover", "100.000"),
        (f"team:{team}", "2026-03", "margin", "100.000"),
        ("company", "2026-03", "deals", "100.000"),
    }


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"whose": "Nobody"}, "whose"),
        ({"month": "soon"}, "month"),
        ({"metric": "luck"}, "metric"),
        ({"value": Decimal(0)}, "value"),
        ({"value": Decimal(-1)}, "value"),
    ],
)
def test_row_that_cannot_be_is_refused_at_its_field_and_stops_no_other(
    app: Flask, wrong: dict[str, object], field: str
) -> None:
    sound = {"whose": "company", "month": "2026-03", "value": Decimal(5)}

    done = bring({**sound, "month": "2026-04", **wrong}, sound)

    assert [action for action, _errors in done] == ["refused", "created"]
    assert list(done[0][1]) == [field]
    assert len(held()) == 1
