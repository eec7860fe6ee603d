"""Pages of deals, asked for as a browser does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from salesman_core.testing.clock import FrozenClock


@pytest.fixture(autouse=True)
def forms_without_proof(request: pytest.FixtureRequest) -> None:
    """Let test clients post without the proof of a page: that has tests of its own."""
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        app.config["WTF_CSRF_METHODS"] = []


@pytest.fixture
def clock(app: Flask, clock: FrozenClock) -> FrozenClock:
    """The clock that the application goes by, at noon of the first of October in Moscow."""
    clock.set(datetime(2026, 10, 1, 9, tzinfo=UTC))
    app.extensions["salesman_clock"] = clock.now
    return clock
