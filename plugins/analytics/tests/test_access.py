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
    access_walk(
        only=["/analytics*", "/api/v1/analytics*"],
        values={"kind": ["csv", "xlsx"], "name": counted, "stage_id": [str(stages[1])]},
        fields={"analytics.weigh_stage": {"percent": "15", "was": "10"}},
    )
