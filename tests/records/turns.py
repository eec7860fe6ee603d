"""Two who do something at once, each in a transaction of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future

import sqlalchemy as sa
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.db import db


def elsewhere(app: Flask, act: Callable[[], object]) -> Callable[[], object]:
    """What does it in a thread of its own, as another request does."""

    def done() -> object:
        with app.app_context(), acting_as(SYSTEM):
            return act()

    return done


def wait_for_its_turn(one: Future[object]) -> None:
    """Let another one come as far as it can while this transaction is open."""
    waits = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + 20
    while not one.running():
        time.sleep(0.01)
    if db.engine.dialect.name == "sqlite":  # there it waits before it reads anything
        return
    with db.engine.connect() as connection:
        while not connection.scalar(waits):
            assert time.monotonic() < until
            time.sleep(0.01)
            connection.rollback()
