"""What tests of inquiries begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from salesman_inquiries import choosing, service

from salesman_core.testing.clock import FrozenClock
from salesman_core.toolkit import reading

Note = Callable[..., int]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def channels(app: Flask) -> dict[str, int]:
    """Give the channels that a company begins with: ids by name."""
    return {row.name: row.id for row in choosing.channels(reading())}


@pytest.fixture
def results(app: Flask) -> dict[str, int]:
    """Give the results that a company begins with: ids by name."""
    return {row.name: row.id for row in choosing.results(reading())}


@pytest.fixture
def note(channels: dict[str, int], clock: FrozenClock) -> Note:
    """Give what notes a call of Clara where nothing else is said."""

    def note(**values: Any) -> int:
        return service.create_inquiry({"channel_id": channels["Phone"], "name": "Clara", **values})

    return note
