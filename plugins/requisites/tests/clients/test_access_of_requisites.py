"""Who meets the requisites of which clients, wherever the core shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

WALKED: Final = (
    "/clients",
    "/clients/<int:record_id>",
    "/clients/<int:record_id>/fields/<name>",
    "/api/v1/clients",
    "/api/v1/clients/<int:record_id>",
    "/api/v1/clients/similar",
    "/search",
    "/records/<kind>/<int:record_id>/history",
    "/records/<kind>/<int:record_id>/story",
)


@pytest.mark.soak  # tests/access/test_walk.py visits the same pages of the same records
@pytest.mark.databases("sqlite")
@pytest.mark.timeout(300)
def test_nobody_meets_requisites_that_they_may_not_see(access_walk: Callable[..., None]) -> None:
    access_walk(only=WALKED)
