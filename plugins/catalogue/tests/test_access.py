"""Who meets which products and lines, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from salesman_catalogue.testing import WALK_FIELDS, walk_values

WALKED: Final = (
    "/catalogue*",
    "/api/v1/catalogue*",
    "/search",
    "/deals/<int:record_id>",
    "/records/<kind>/<int:record_id>/story",
)
"""The pages of the catalogue, and those of the core on which it shows something."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_products_and_lines_that_they_may_not_see(
    app: object, access_walk: Callable[..., None]
) -> None:
    access_walk(only=WALKED, values=walk_values(), fields=WALK_FIELDS)
