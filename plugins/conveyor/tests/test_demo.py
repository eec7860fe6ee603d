"""The conveyor of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from salesman_conveyor.demo import AT_STATIONS, DEALS, tell
from salesman_conveyor.testing import stays

from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as
from salesman_hookspecs import Demo, Person

TODAY = date(2026, 3, 10)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("language", ["ru", "en"])
def test_demo_has_what_waits_what_is_in_work_and_what_came_back(
    app: Flask, make: Make, language: str
) -> None:
    moments = [datetime(2026, 1, 1, tzinfo=UTC)]
    app.extensions["salesman_clock"] = lambda: moments[-1]
    roles = [role for some in AT_STATIONS for role in some]
    people = {role: make.person(make.user_of(role)) for role in roles}
    deals = [make.deal(owner_id=people["seller"].id) for _each in range(DEALS)]

    @contextmanager
    def at(moment: datetime, person: Person) -> Iterator[None]:
        moments.append(moment)
        with acting_as(person):
            yield

    tell(Demo(language, TODAY, 1, people, [], deals, at))

    states = [row.state for row in stays()]
    assert {"waiting", "taken", "passed", "returned"} <= set(states)
    assert max(row.given_at for row in stays()).date() <= TODAY
