"""Who meets which leads, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from salesman_leads.testing import WALK_FIELDS, walk_values

from salesman_core.testing.people import Make

WALKED: Final = (
    "/leads*",
    "/api/v1/leads*",
    "/",
    "/desk/widgets/*",
    "/search",
    "/clients/<int:record_id>",
    "/records/<kind>/<int:record_id>/story",
    "/static/<owner>/<path:name>",
)
"""The pages of leads, and those of the core on which they show something."""
EXCUSED: Final = dict.fromkeys(
    (
        "DELETE /api/v1/leads/<int:record_id>/attempts/<int:attempt_id>",
        "POST /leads/queue/<int:record_id>/attempts/<int:attempt_id>/undo",
    ),
    "only whoever just called may take it back; test_calls.py has them",
)
"""Routes in which nobody has success during a walk."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_leads_that_they_may_not_see(
    make: Make, access_walk: Callable[..., None]
) -> None:
    values = walk_values(lambda: make.user("telemarketer"))
    access_walk(only=WALKED, values=values, fields=WALK_FIELDS, excused=EXCUSED)
