"""Who meets which plans and figures, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

WALKED: Final = (
    "/plans*",
    "/api/v1/plans*",
    "/",
    "/desk/widgets/*",
    "/lists/<kind>/export*",
)
"""The pages of plans, and those of the core on which they show something."""


@pytest.mark.databases("sqlite")
@pytest.mark.timeout(300)
def test_nobody_meets_plans_that_they_may_not_see(access_walk: Callable[..., None]) -> None:
    access_walk(
        only=WALKED,
        values={"since": ["2099-01"]},
        fields={
            "plans.set_plans": {"cell:company:2026-03": "5"},
            "plans.set_basis": {"basis": "closed", "since": "2099-01-01"},
        },
    )
