"""What tests of activities begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from salesman_calendar import choosing, service

from salesman_core.testing.clock import FrozenClock
from salesman_core.toolkit import reading

Plan = Callable[..., int]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def kinds(app: Flask) -> dict[str, int]:
    """Give the kinds that a company begins with: ids by what they are at bottom."""
    return {row.base: row.id for row in choosing.kinds(reading())}


@pytest.fixture
def results(app: Flask) -> dict[str, int]:
    """Give their results: ids by name."""
    return {row.name: row.id for row in choosing.results(reading())}


@pytest.fixture
def plan(kinds: dict[str, int], clock: FrozenClock) -> Plan:
    """Give what plans a call of today where nothing else is said."""

    def plan(**values: Any) -> int:
        usual: dict[str, Any] = {"kind_id": kinds["call"]}
        if "starts_at" not in values:
            usual["day"] = clock.now().date()
        return service.create_activity({**usual, **values})

    return plan
