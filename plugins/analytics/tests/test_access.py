"""Nobody meets a deal in a report whom they may not meet in the list."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_deals_in_reports_that_they_may_not_see(
    access_walk: Callable[..., None],
) -> None:
    access_walk(only=["/analytics*", "/api/v1/analytics*"], values={"kind": ["csv", "xlsx"]})
