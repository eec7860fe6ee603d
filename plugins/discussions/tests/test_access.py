"""Who meets which discussions, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

WALKED: Final = (
    "/discussions*",
    "/api/v1/discussions*",
    "/",
    "/desk/widgets/*",
    "/search",
    "/clients/<int:record_id>",
    "/deals/<int:record_id>",
    "/fragments/slots/<name>/<owner>/<fill_id>",
    "/records/<kind>/<int:record_id>/story",
)
"""The pages of discussions, and those of the core on which they show something."""

NOBODY_INVITED: Final = (
    "DELETE /api/v1/discussions/<int:record_id>/participants/<int:user_id>",
    "POST /discussions/<int:record_id>/participants/<int:user_id>/remove",
)
"""tests/test_threads.py takes people out, and lets them leave."""
FILES: Final = (
    "POST /api/v1/discussions/<int:record_id>/messages/file",
    "POST /api/v1/discussions/<int:record_id>/messages/files",
    "GET /api/v1/discussions/messages/<int:message_id>/files/<int:file_id>",
)
"""tests/test_api.py sends files and gets them, as those who may and those who may not."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_discussions_that_they_may_not_see(access_walk: Callable[..., None]) -> None:
    access_walk(
        only=WALKED,
        fields={"discussions.tie": {"about": "deal:1"}},
        values={"tie_id": ["1", "2", "3"]},
        excused=dict.fromkeys(NOBODY_INVITED, "nobody is invited into what is planted")
        | dict.fromkeys(FILES, "no file comes with what is planted"),
    )
