"""Who meets which invoices and payments, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from salesman_invoices.testing import WALK_EXCUSED, WALK_FIELDS, walk_values

WALKED: Final = (
    "/invoices*",
    "/api/v1/invoices*",
    "/search",
    "/clients/<int:record_id>",
    "/deals/<int:record_id>",
    "/records/<kind>/<int:record_id>/story",
)
"""The pages of invoices, and those of the core on which they show something."""
ACTS: Final = (
    "/invoices/acts*",
    "/invoices/<int:invoice_id>/act",
    "/api/v1/invoices/acts*",
    "/api/v1/invoices/<int:record_id>/left",
)
"""The pages of acts, which are walked by themselves."""
EXCUSED_ACTS: Final = (
    dict.fromkeys(
        (
            "POST /api/v1/invoices/acts/<int:record_id>/reopen",
            "POST /invoices/acts/<int:record_id>/reopen",
        ),
        "the usual act is a draft; test_act_pages.py has it",
    )
    | dict.fromkeys(
        ("POST /api/v1/invoices/acts", "POST /invoices/<int:invoice_id>/act"),
        "what is confirmed is named by lines of the invoice; test_act_pages.py has it",
    )
    | {route: why for route, why in WALK_EXCUSED.items() if "/acts/" in route}
)
"""Routes in which nobody has success during a walk."""


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(600)
def test_nobody_meets_invoices_and_payments_that_they_may_not_see(
    app: object, access_walk: Callable[..., None]
) -> None:
    access_walk(
        only=WALKED,
        without=ACTS,
        values=walk_values(),
        fields=WALK_FIELDS,
        excused={route: why for route, why in WALK_EXCUSED.items() if "/acts/" not in route},
    )


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_acts_that_they_may_not_see(
    app: object, access_walk: Callable[..., None]
) -> None:
    access_walk(only=ACTS, excused=EXCUSED_ACTS)
