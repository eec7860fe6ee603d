"""Who meets which leads, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

WALKED: Final = (
    "/leads*",
    "/api/v1/leads*",
    "/",
    "/desk/widgets/*",
    "/search",
    "/clients/<int:record_id>",
    "/records/<kind>/<int:record_id>/story",
)
"""The pages of leads, and those of the core on which they show something."""


@pytest.mark.databases("sqlite")
@pytest.mark.timeout(300)
def test_nobody_meets_leads_that_they_may_not_see(access_walk: Callable[..., None]) -> None:
    access_walk(only=WALKED)
