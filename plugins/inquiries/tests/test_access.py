"""Who meets which inquiries, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

WALKED: Final = (
    "/inquiries*",
    "/api/v1/inquiries*",
    "/",
    "/desk/widgets/*",
    "/search",
    "/clients/<int:record_id>",
    "/deals/<int:record_id>",
    "/fragments/slots/<name>/<owner>/<fill_id>",
    "/records/<kind>/<int:record_id>/story",
)
"""The pages of inquiries, and those of the core on which they show something."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_inquiries_that_they_may_not_see(access_walk: Callable[..., None]) -> None:
    access_walk(only=WALKED, values={"word": ["channels", "results"], "choice_id": ["1"]})
