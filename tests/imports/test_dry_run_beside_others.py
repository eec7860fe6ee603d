"""A dry run beside people who work: it keeps nothing, and keeps nobody waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client
from salesman_core.db import db, reading
from salesman_core.records.imports import mapping_of
from salesman_core.records.imports.run import Progress
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.testing.people import Make

WriteCsv = Callable[..., Path]

pytestmark = [pytest.mark.databases("postgresql"), pytest.mark.usefixtures("app")]

_MATCHING = "[options]\nmatch = ['external_id']"
_LONG = 5
"""Seconds that nobody's save takes."""


class Colleague:
    """Somebody who saves a client in a thread of their own."""

    def __init__(self, app: Flask, client_id: int, values: dict[str, Any]) -> None:
        self._app = app
        self._thread = threading.Thread(target=lambda: self._save(client_id, values))

    def _save(self, client_id: int, values: dict[str, Any]) -> None:
        with self._app.app_context(), acting_as(SYSTEM):
            change_client(client_id, values)

    def begin(self) -> None:
        """Begin to save."""
        self._thread.start()

    def is_done(self) -> bool:
        """Tell whether it is saved; waits for so long as nobody would."""
        self._thread.join(_LONG)
        return not self._thread.is_alive()

    def wait_until_blocked(self) -> None:
        """Wait until another transaction keeps this one waiting."""
        blocked = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        end = time.monotonic() + _LONG
        while time.monotonic() < end:
            with db.engine.connect() as connection:
                if connection.scalar(blocked):
                    return
            time.sleep(0.02)
        message = "nobody was kept waiting"
        raise AssertionError(message)


@pytest.fixture
def dry_run(write_csv: WriteCsv) -> Callable[..., str]:
    """A function that tries lines of CSV, and gives the last line of what it says."""

    def dry_run(record: str, *lines: str, progress: Progress | None = None) -> str:
        type_ = import_type(record)
        mapping = mapping_of(_MATCHING, type_.fields)
        return import_run(type_, write_csv(*lines), mapping, progress).rehearse().last_line

    return dry_run


DryRun = Callable[..., str]


@pytest.mark.parametrize(
    ("record", "lines"),
    [("clients", ("ID;Company", "1;Omega")), ("contacts", ("ID;Contact;Company", "1;Anna;Omega"))],
)
def test_record_that_a_dry_run_only_finds_is_saved_by_others_meanwhile(
    dry_run: DryRun, make: Make, app: Flask, record: str, lines: tuple[str, ...]
) -> None:
    client_id = make.client(name="Omega", external_ids={"import": "1"})
    make.contact(client_id, name="Anna", external_ids={"import": "1"})
    colleague = Colleague(app, client_id, {"site": "omega.com"})
    saved = []

    def at_the_end(done: int, of: int) -> None:
        colleague.begin()
        saved.append(colleague.is_done())

    told = dry_run(record, *lines, progress=at_the_end)

    assert told == "created 0, updated 0, unchanged 1, refused 0"
    assert saved == [True]


def test_dry_run_gives_way_to_whoever_waits_for_what_it_has_changed(
    dry_run: DryRun, make: Make, app: Flask
) -> None:
    client_id = make.client(name="Omega", external_ids={"import": "1"})
    colleague = Colleague(app, client_id, {"site": "omega.com"})
    saved = []

    def after_a_batch(done: int, of: int) -> None:
        if done < of:
            colleague.begin()
            colleague.wait_until_blocked()
        else:
            saved.append(colleague.is_done())

    lines = ["ID;Company;Source", "1;Omega;fair", *(f"{n};Client {n};" for n in range(2, 502))]
    told = dry_run("clients", *lines, progress=after_a_batch)

    assert told == "created 500, updated 1, unchanged 0, refused 0"
    assert saved == [True]
    assert reading().scalars(sa.select(Client.site)).all() == ["omega.com"]


def test_dry_run_takes_no_place_in_the_order_of_events(dry_run: DryRun) -> None:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        said.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        told = dry_run("clients", "ID;Company", "1;Omega")
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)

    assert told == "created 1, updated 0, unchanged 0, refused 0"
    assert [one for one in said if "advisory" in one or "core_event" in one] == []
