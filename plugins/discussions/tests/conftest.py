"""What tests of discussions begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from salesman_discussions import service

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make

Open = Callable[..., int]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def discuss(make: Make) -> Open:
    """Give what opens a discussion in somebody's name: the seller's where nothing else is said."""

    def discuss(by: int | None = None, **values: Any) -> int:
        with make.acting(by or make.user_of("seller")):
            return service.open_thread({"subject": "Terms", **values})

    return discuss
