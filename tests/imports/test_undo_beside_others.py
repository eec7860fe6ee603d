"""Taking an import back while others change what it brought: nothing of theirs is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client
from salesman_core.db import db, reading, writing
from salesman_core.records.imports import mapping_of
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.records.models import Note
from salesman_core.records.notes import write_note
from salesman_core.testing.people import Make

WriteCsv = Callable[..., Path]
Bring = Callable[..., int]

pytestmark = [pytest.mark.databases("postgresql"), pytest.mark.usefixtures("app")]

_LONG = 10
"""Seconds after which a test gives up."""


@pytest.fixture
def bring(write_csv: WriteCsv) -> Bring:
    """A function that imports lines of CSV as clients, and gives the number of the import."""

    def bring(*lines: str) -> int:
        type_, number = import_type("clients"), note_import("clients", "rows.csv")
        mapping = mapping_of("[options]\nmatch = ['external_id']", type_.fields)
        import_run(type_, write_csv(*lines), mapping, journal=Journal(number)).apply()
        return number

    return bring


@contextmanager
def taken_back_meanwhile(app: Flask, number: int) -> Iterator[None]:
    """Begin to take an import back inside the change that the block makes, before its commit."""

    def take() -> None:
        with app.app_context(), acting_as(SYSTEM):
            take_back(number)

    thread = threading.Thread(target=take)
    with writing():
        yield
        thread.start()
        _wait_until_blocked()
    thread.join(_LONG)
    assert not thread.is_alive()
    reading().rollback()


def _wait_until_blocked() -> None:
    end = time.monotonic() + _LONG
    with db.reader.connect() as connection:
        blocked = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not connection.scalar(blocked):
            assert time.monotonic() < end, "it did not wait for the change"
            time.sleep(0.02)


def clients(column: Any) -> list[Any]:
    return list(reading().scalars(sa.select(column)))


def test_client_that_a_colleague_is_changing_stays(bring: Bring, app: Flask) -> None:
    number = bring("ID;Company", "7;Omega")
    (omega,) = clients(Client.id)

    with taken_back_meanwhile(app, number):
        change_client(omega, {"source": "fair"})

    assert clients(Client.source) == ["fair"]


def test_client_that_is_getting_a_note_stays(bring: Bring, app: Flask) -> None:
    number = bring("ID;Company", "7;Omega")
    (omega,) = clients(Client.id)

    with taken_back_meanwhile(app, number):
        write_note("client", omega, "They pay late")

    assert clients(Note.text) == ["They pay late"]


def test_value_that_a_colleague_is_writing_stays(bring: Bring, make: Make, app: Flask) -> None:
    omega = make.client(name="Omega", source="old", external_ids={"import": "7"})
    number = bring("ID;Company;Source", "7;Omega;fair")

    with taken_back_meanwhile(app, number):
        change_client(omega, {"source": "exhibition"})

    assert clients(Client.source) == ["exhibition"]
