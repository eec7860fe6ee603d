"""Who meets which activities, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from salesman_calendar.testing import WALK_EXCUSED, WALK_FIELDS, WALK_WITHOUT

WALKED: Final = (
    "/calendar*",
    "/api/v1/calendar*",
    "/",
    "/desk/widgets/*",
    "/search",
    "/clients/<int:record_id>",
    "/deals/<int:record_id>",
    "/fragments/slots/<name>/<owner>/<fill_id>",
    "/records/<kind>/<int:record_id>/story",
)
"""The pages of activities, and those of the core on which they show something."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_activities_that_they_may_not_see(access_walk: Callable[..., None]) -> None:
    access_walk(
        only=WALKED,
        without=WALK_WITHOUT,
        values={"key": ["guessed"]},
        fields=WALK_FIELDS,
        excused=WALK_EXCUSED,
    )
