"""Who meets which handovers, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

WALKED: Final = (
    "/conveyor*",
    "/api/v1/conveyor*",
    "/",
    "/desk/widgets/*",
    "/records/<kind>/<int:record_id>/story",
)
"""The pages of the conveyor, and those of the core on which it shows something."""


@pytest.mark.databases("sqlite")
@pytest.mark.timeout(900)
def test_nobody_meets_handovers_that_they_may_not_see(access_walk: Callable[..., None]) -> None:
    access_walk(only=WALKED)
