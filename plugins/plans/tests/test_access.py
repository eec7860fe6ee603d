"""Who meets which plans and figures, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import pytest
from flask import Flask
from salesman_plans.bases import set_basis

WALKED: Final = (
    "/plans*",
    "/api/v1/plans*",
    "/",
    "/desk/widgets/*",
)
"""The pages of plans, and those of the core on which they show something."""
EXCUSED: Final = {
    "POST /plans/undo/<int:number>": "only the last saving is taken back; test_undoing.py has it",
    "POST /api/v1/plans/copy": "it names people by key; test_pages.py has it",
    "POST /api/v1/plans/bases": "a basis holds from a first of a month on; test_bases.py has it",
}
"""Operations in which nobody has success during a walk."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_plans_that_they_may_not_see(
    app: Flask, access_walk: Callable[..., None]
) -> None:
    set_basis("closed", date(2099, 1, 1))
    access_walk(
        only=WALKED,
        excused=EXCUSED,
        values={"since": ["2099-01"]},
        fields={
            "plans.set_plans": {"cell:company:2026-03": "5"},
            "plans.set_basis": {"basis": "closed", "since": "2099-01-01"},
        },
    )
