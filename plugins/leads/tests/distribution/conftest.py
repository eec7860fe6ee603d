"""What the tests of distribution share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from salesman_leads.distribution.service import add_rule

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
"""Noon in Moscow, on a working day."""

RuleOf = Callable[..., int]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still at noon of a working day."""
    clock = FrozenClock(MONDAY)
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def rule_of(app: Flask) -> RuleOf:
    """Make a rule for some people: each a user id, or a user id with a weight."""

    def make(method: str, *members: int | tuple[int, int], **values: Any) -> int:
        pairs = [one if isinstance(one, tuple) else (one, 1) for one in members]
        people = [{"user_id": id_, "weight": weight} for id_, weight in pairs]
        return add_rule({"name": method, "method": method, "members": people, **values})

    return make


@pytest.fixture
def sellers(make: Make) -> list[int]:
    """Three sellers."""
    return [make.user("seller", name=name) for name in ("Anna", "Boris", "Clara")]
