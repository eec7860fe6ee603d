"""A company in which things happen, on either database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import db, make_engine, writing
from salesman_core.events import Events, LiveFeed, record_event
from salesman_core.events.models import EVENTS
from salesman_core.jobs import Jobs
from salesman_core.jobs.models import JOBS, QUEUES, SCHEDULES
from salesman_core.testing.databases import Template
from salesman_hookspecs import Event, EventHandler

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fill(url: str) -> None:
    """Make the tables of jobs and events."""
    engine = make_engine(url)
    with engine.begin() as connection:
        for table in (JOBS, QUEUES, SCHEDULES, EVENTS):
            table.create(connection)
    engine.dispose()


class Company:
    """An application with events, as one process would have it."""

    def __init__(self, url: str) -> None:
        self.app = Flask("company")
        self.app.config["SQLALCHEMY_DATABASE_URI"] = url
        db.init_app(self.app)
        self.handlers: list[tuple[str, EventHandler]] = []
        self.active = {"mail", "notes"}
        self.idle: set[str] = set()
        self.events = Events(
            self.app,
            handlers=lambda: self.handlers,
            wanted=lambda plugin, _handler: plugin not in self.idle,
        )
        self.jobs = Jobs(
            self.app,
            kinds=lambda: self.events.jobs(self.active),
            schedules=dict,
            zone=lambda: ZoneInfo("UTC"),
            limits={},
        )
        self.feeds: list[LiveFeed] = []

    def handle(self, plugin: str, *types: str, handle: Callable[[Event], None]) -> None:
        """Let a plugin answer to events."""
        self.handlers.append((plugin, EventHandler("answer", types, handle)))

    def happen(self, *types: str, record_id: int = 1, **changes: Any) -> None:
        """Let events happen to a deal, in one transaction."""
        with self.app.app_context(), writing() as session:
            for type_ in types:
                options = {"actor_id": 5, "actor_name": "Anna", "at": NOON, **changes}
                record_event(session, type_, "deal", record_id, {"to": 40}, **options)

    def rows(self, statement: sa.Select[Any]) -> list[Any]:
        """Give what is in the database now."""
        with self.jobs.store.reader.connect() as connection:
            return list(connection.execute(statement))

    def types(self) -> list[str]:
        """Give the types of all events, in the order of their ids."""
        return [row.type for row in self.rows(sa.select(EVENTS).order_by(EVENTS.c.id))]

    def feed(self, **options: Any) -> LiveFeed:
        """Make the live feed of this process."""
        self.feeds.append(LiveFeed(self.app, self.events, **options))
        return self.feeds[-1]

    def close(self) -> None:
        """Stop the feeds and leave the database."""
        for feed in self.feeds:
            feed.stop()
        self.jobs.store.engine.dispose()
        self.jobs.store.reader.dispose()


@pytest.fixture
def database_template() -> Template:
    return Template("events", fill)


@pytest.fixture
def make_company(database_url: str) -> Iterator[Callable[[], Company]]:
    """Make companies on the same database, as several processes would have them."""
    companies: list[Company] = []

    def make() -> Company:
        companies.append(Company(database_url))
        return companies[-1]

    yield make
    for company in companies:
        company.close()


@pytest.fixture
def company(make_company: Callable[[], Company]) -> Company:
    return make_company()


@pytest.fixture
def wait() -> Callable[..., float]:
    """Wait for something to come true, and give the seconds that took."""

    def until(condition: Callable[[], object], seconds: float = 10) -> float:
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                raise AssertionError("this did not come true in time")
            time.sleep(0.01)
        return time.monotonic() - began

    return until
