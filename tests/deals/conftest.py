"""Pages of deals, asked for as a browser does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def forms_without_proof(request: pytest.FixtureRequest) -> None:
    """Let test clients post without the proof of a page: that has tests of its own."""
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        app.config["WTF_CSRF_METHODS"] = []


@dataclass
class Clock:
    """A clock that is set by hand."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock(app: Flask) -> Clock:
    """The clock of the application, at noon of the first of October in Moscow."""
    clock = Clock(datetime(2026, 10, 1, 9, tzinfo=UTC))
    app.extensions["salesman_clock"] = clock.now
    return clock
