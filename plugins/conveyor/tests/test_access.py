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

VALUES: Final = {
    "number": ["0"],
    "reason_id": ["1"],
    "rule_id": ["1"],
    "station_id": ["1"],
}
FIELDS: Final = {"conveyor.add_rule": {"on_what": "won"}}
EXCUSED: Final = {
    "POST /api/v1/conveyor": "it takes a client or a deal, not both; test_pages.py has it",
}
"""Routes in which nobody has success during a walk."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_handovers_that_they_may_not_see(access_walk: Callable[..., None]) -> None:
    access_walk(only=WALKED, values=VALUES, fields=FIELDS, excused=EXCUSED)
