"""Nobody meets a deal in a report whom they may not meet in the list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from salesman_analytics.hookspecs import salesman_analytics_reports

from salesman_core.toolkit import contributions


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_deals_in_reports_that_they_may_not_see(
    app: Flask, access_walk: Callable[..., None], stages: list[int]
) -> None:
    every = [one.value for one in contributions(salesman_analytics_reports)]
    counted = [one["id"] for one in every if "count" in one]
    own = "it is one's own view alone: test_views.py does it"
    access_walk(
        excused={
            **{f"POST /analytics/views/<int:view_id>/{act}": own for act in ("mail", "delete")},
            **{
                f"{method} /api/v1/analytics/views/<int:view_id>": own
                for method in ("GET", "PATCH", "DELETE")
            },
        },
        only=["/analytics*", "/api/v1/analytics*"],
        values={
            "kind": ["csv", "xlsx"],
            "name": counted,
            "stage_id": [str(stages[1])],
            "view_id": ["1"],
        },
        fields={
            "analytics.weigh_stage": {"percent": "15", "was": "10"},
            "analytics.keep_view": {"mailed": "weekly", "view_name": "Ours"},
        },
    )
