"""Who meets which documents, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from salesman_documents.testing import WALK_EXCUSED, WALK_FIELDS, walk_values

WALKED: Final = (
    "/documents*",
    "/api/v1/documents*",
    "/deals/<int:record_id>",
    "/fragments/slots/<name>/<owner>/<fill_id>",
    "/records/<kind>/<int:record_id>/story",
)
"""The pages of documents, and those of the core on which they show something."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_documents_that_they_may_not_see(
    app: object, access_walk: Callable[..., None]
) -> None:
    access_walk(only=WALKED, values=walk_values(), fields=WALK_FIELDS, excused=WALK_EXCUSED)
