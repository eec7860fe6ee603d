"""What tests of the conveyor begin with: four stations with a person at each."""

from __future__ import annotations

import pytest
from flask import Flask
from salesman_conveyor.testing import Line, staff

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def line(make: Make, clock: FrozenClock) -> Line:
    """Give the usual stations, somebody working at each, nothing asked for."""
    people = {
        "marketer": make.user("marketer", name="Mara"),
        "seller": make.user("seller", name="Sergey"),
        "assistant": make.user("assistant", name="Asya"),
        "servant": make.user("service", name="Vera"),
    }
    names = ("marketing", "sale", "paperwork", "service")
    places = {
        name: staff(place, user_id)
        for place, (name, user_id) in enumerate(zip(names, people.values(), strict=True))
    }
    return Line(**places, **people)
