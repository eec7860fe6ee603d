"""Who may connect the company with UniSender: whoever was given that, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .standin import StandIn

WALKED = ("/unisender*",)
EXCUSED = {"POST /unisender/events": "it takes a sign: test_events.py has one"}


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_else_connects_the_company(
    unisender: StandIn, access_walk: Callable[..., None]
) -> None:
    del unisender  # nothing leaves this machine
    access_walk(only=WALKED, excused=EXCUSED)
