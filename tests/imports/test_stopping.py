"""Imports that do not come to their end: stopped by a person, or killed with their worker."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from salesman_core.access.person import acting_as
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client
from salesman_core.db import db, reading, writing
from salesman_core.deals.models import Deal
from salesman_core.errors import ConflictError
from salesman_core.jobs.models import JOBS
from salesman_core.jobs.port import jobs
from salesman_core.records.imports import job, keeping, row_files
from salesman_core.records.models import FileImport
from salesman_core.services.models import Notice
from salesman_core.testing.people import Make, apart

from .conftest import environment_of

BrowserFor = Callable[[str], FlaskClient]
Tables = dict[str, set[str]]
AllRows = Callable[[], Tables]
Begin = Callable[..., int]

BATCH = 3
HEAD = "ID;Deal;Client;Owner;Stage;Outcome;Amount"
MAKING = "[options]\nmatch = ['external_id']\ncreate_missing = ['client', 'owner']"


def rows(count: int) -> list[str]:
    """Deals of one client, so that each batch touches what the first has made; one is refused."""
    lines = [f"{n};Deal {n};Omega;Anna;;{'won' if n % 2 else ''};{n}" for n in range(count)]
    lines[1] = "1;Deal 1;Omega;Anna;Nowhere;;1"
    return lines


@pytest.fixture(autouse=True)
def forms_without_proof(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let test clients post without the proof of a page, and batches be small."""
    app.config["WTF_CSRF_METHODS"] = []
    monkeypatch.setattr("salesman_core.records.imports.run.BATCH", BATCH)
    monkeypatch.setattr("salesman_core.jobs.run.PROGRESS_INTERVAL", 0)


@pytest.fixture
def author(make: Make) -> int:
    return make.user_of("administrator")


@pytest.fixture
def begin(make: Make, author: int) -> Begin:
    """A function that puts an import of lines into the queue, and gives its number."""

    def begin(record: str, head: str, *lines: str, mapping: str = MAKING) -> int:
        content = io.BytesIO("\n".join([head, *lines]).encode())
        with make.acting(author):
            number = keeping.begin_import(record, "rows.csv", content, mapping)
            keeping.run_later(number, dry_run=False)
        return number

    return begin


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """A function that lets a person stop an import once some batches are in."""

    def stop_after(number: int, batches: int) -> None:
        tell = job.job_progress

        def stop_and_tell(done: int, of: int) -> None:
            if done == batches * BATCH:
                monkeypatch.setattr(job, "job_progress", tell)
                keeping.stop(number)
            tell(done, of)

        monkeypatch.setattr(job, "job_progress", stop_and_tell)

    return stop_after


def take_up() -> None:
    """Let the job of a dead worker begin again at once."""
    jobs().look_after()
    with writing() as session:
        session.execute(sa.update(JOBS).values(run_at=jobs().store.moment(0)))


def work() -> None:
    apart(jobs().drain)
    reading().rollback()


def kept(number: int) -> FileImport:
    reading().rollback()
    return reading().get_one(FileImport, number)


def words(response: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def names(model: type[Any]) -> list[str]:
    reading().rollback()
    return list(reading().scalars(sa.select(model.name).order_by(model.id)))


def test_stopped_import_leaves_one_notice_for_whoever_began_it(
    author: int, begin: Begin, stop_after: Callable[[int, int], None]
) -> None:
    number = begin("deals", HEAD, *rows(12))
    stop_after(number, 2)

    work()

    told = reading().execute(sa.select(Notice.user_id, Notice.text, Notice.address)).all()
    stopped = "Stopped. What was in by then stays; the file may be imported again."
    assert told == [(author, f"“rows.csv”: {stopped}", f"/admin/import/{number}")]


def test_stopped_import_tells_what_is_in_and_is_taken_back_whole(
    browser_for: BrowserFor,
    begin: Begin,
    stop_after: Callable[[int, int], None],
    all_rows: AllRows,
) -> None:
    browser, before = browser_for("administrator"), all_rows()
    number = begin("deals", HEAD, *rows(12))
    stop_after(number, 2)

    work()

    page = words(browser.get(f"/admin/import/{number}"))
    assert "Stopped. What was in by then stays" in page
    assert "Created 5 Updated 0 Unchanged 0 Refused 1" in page
    assert "Records that it created: 7" in page  # with a client and an owner
    assert names(Deal) == ["Deal 0", "Deal 2", "Deal 3", "Deal 4", "Deal 5"]
    with browser.get(f"/admin/import/{number}/refused.csv") as file:
        lines = file.data.decode("utf-8-sig").splitlines()
    assert [line[:9] for line in lines[1:]] == ["1;Deal 1;"]

    browser.post(f"/admin/import/{number}/undo")
    work()

    assert "Records removed 7" in words(browser.get(f"/admin/import/{number}"))
    assert all_rows() == before


def test_import_stopped_before_it_began_says_so(browser_for: BrowserFor, begin: Begin) -> None:
    browser = browser_for("administrator")
    number = begin("deals", HEAD, *rows(3))

    browser.post(f"/admin/import/{number}/stop")
    work()

    assert names(Deal) == []
    assert "Stopped before it began." in words(browser.get(f"/admin/import/{number}"))
    assert "stopped" in words(browser.get("/admin/import"))


def test_import_stopped_before_it_began_leaves_a_notice_for_whoever_began_it(
    make: Make, author: int, begin: Begin
) -> None:
    number = begin("deals", HEAD, *rows(3))

    with make.acting(make.user("administrator")):
        keeping.stop(number)

    reading().rollback()
    told = reading().execute(sa.select(Notice.user_id, Notice.text, Notice.address)).all()
    assert told == [(author, "“rows.csv”: Stopped before it began.", f"/admin/import/{number}")]


@pytest.mark.turns(3, among="long")
def test_stopped_import_goes_on_where_it_is_begun_again(
    browser_for: BrowserFor,
    make: Make,
    author: int,
    begin: Begin,
    stop_after: Callable[[int, int], None],
    all_rows: AllRows,
) -> None:
    before = all_rows()
    number = begin("deals", HEAD, *rows(12))
    stop_after(number, 2)
    work()

    with make.acting(author):
        keeping.run_later(number, dry_run=False)
        work()
        keeping.undo_later(number)
    assert kept(number).result["counts"] == {
        "created": 6,
        "updated": 0,
        "unchanged": 5,
        "refused": 1,
    }
    work()

    assert kept(number).undone["counts"] == {"removed": 13, "restored": 0, "left": 0}
    assert all_rows() == before


def test_taking_back_that_was_stopped_says_how_far_it_came_and_counts_on(
    browser_for: BrowserFor, begin: Begin, monkeypatch: pytest.MonkeyPatch, all_rows: AllRows
) -> None:
    monkeypatch.setattr("salesman_core.records.imports.undo.AT_A_TIME", 4)
    browser, before = browser_for("administrator"), all_rows()
    number = begin("deals", HEAD, *rows(6))
    work()
    tell = job.job_progress

    def stop_and_tell(done: int, of: int) -> None:
        keeping.stop(number)
        tell(done, of)

    with monkeypatch.context() as patch:
        patch.setattr(job, "job_progress", stop_and_tell)
        browser.post(f"/admin/import/{number}/undo")
        work()
    page = words(browser.get(f"/admin/import/{number}"))
    assert "The import was taken back in part" in page
    assert "Records removed 4" in page

    browser.post(f"/admin/import/{number}/undo")
    work()

    assert kept(number).undone["counts"] == {"removed": 7, "restored": 0, "left": 0}
    assert all_rows() == before


class Killing:
    """Workers of their own that die over an import."""

    def __init__(self, app: Flask) -> None:
        self._environment = environment_of(app)

    def in_batch(self, batch: int) -> None:
        """Let a worker die in a batch, and its lease run out."""
        script = Path(__file__).with_name("dying_worker.py")
        command = [sys.executable, str(script), str(BATCH), str(batch)]
        done = subprocess.run(command, env=self._environment, check=False, capture_output=True)
        assert done.returncode == -9, done.stderr.decode()
        with writing() as session:
            session.execute(sa.update(JOBS).values(lease_until=jobs().store.moment(-1)))


@pytest.fixture
def killed(app: Flask) -> Killing:
    return Killing(app)


@pytest.mark.turns(3, among="long")
def test_killed_import_is_finished_by_another_worker_and_counts_as_one(
    begin: Begin, killed: Killing, all_rows: AllRows, make: Make, author: int
) -> None:
    before = all_rows()
    number = begin("deals", HEAD, *rows(12))
    killed.in_batch(3)
    assert len(names(Deal)) == 5
    take_up()

    work()

    assert kept(number).result["counts"] == {
        "created": 11,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert sorted(names(Deal)) == sorted(f"Deal {n}" for n in range(12) if n != 1)
    with make.acting(author):
        path = row_files.refused_rows(number)
        keeping.undo_later(number)
    assert [line[:9] for line in path.read_text("utf-8-sig").splitlines()[1:]] == ["1;Deal 1;"]
    work()
    assert kept(number).undone["counts"] == {"removed": 13, "restored": 0, "left": 0}
    assert all_rows() == before


@pytest.mark.turns(3, among="long")
def test_rows_that_nothing_tells_apart_come_once_though_their_worker_was_killed_twice(
    begin: Begin, killed: Killing
) -> None:
    begin("clients", "Name;Email", *["Anna;"] * 10, mapping="[options]\nmatch = ['emails']")
    killed.in_batch(2)
    take_up()
    killed.in_batch(2)
    take_up()

    work()

    assert names(Client) == ["Anna"] * 10


@pytest.mark.turns(3, among="long")
def test_killed_import_that_nobody_goes_on_with_is_taken_back_whole(
    browser_for: BrowserFor, begin: Begin, killed: Killing, all_rows: AllRows
) -> None:
    browser, before = browser_for("administrator"), all_rows()
    number = begin("deals", HEAD, *rows(12))
    killed.in_batch(4)
    browser.post(f"/admin/import/{number}/stop")
    work()

    page = words(browser.get(f"/admin/import/{number}"))
    assert "Created 8 Updated 0 Unchanged 0 Refused 1" in page
    browser.post(f"/admin/import/{number}/undo")
    work()

    assert kept(number).undone["counts"] == {"removed": 10, "restored": 0, "left": 0}
    assert all_rows() == before


@pytest.mark.turns(3, among="long")
def test_colleague_who_changed_a_client_of_a_killed_import_keeps_it(
    begin: Begin, killed: Killing, make: Make, author: int
) -> None:
    number = begin("deals", HEAD, *rows(12))
    killed.in_batch(3)
    omega = reading().scalars(sa.select(Client.id)).one()
    change_client(omega, {"source": "fair"})
    take_up()
    work()

    with make.acting(author):
        keeping.undo_later(number)
    work()

    left = [(one["label"], one["why"]) for one in kept(number).undone["left"]]
    assert left == [("Omega", "it was changed since"), ("Anna", "something refers to it")]


@pytest.mark.databases("postgresql")
def test_of_two_starts_at_once_one_is_refused_and_the_other_can_be_stopped(
    make: Make, author: int, app: Flask
) -> None:
    said: list[str] = []
    with make.acting(author) as person:
        content = io.BytesIO(b"Company\nOmega")
        number = keeping.begin_import("clients", "rows.csv", content)

        def start() -> None:
            with app.app_context(), acting_as(person):
                try:
                    keeping.run_later(number, dry_run=False)
                except ConflictError as error:
                    said.append(str(error))

        other = threading.Thread(target=start)
        with writing():
            keeping.run_later(number, dry_run=False)
            other.start()
            _wait_until_blocked()
        other.join()
        reading().rollback()
        keeping.stop(number)
        reading().rollback()
        kept = keeping.own_import(number)

    assert said == ["The import is running: wait for its end, or stop it."]
    assert (kept.result or {})["stopped"] == "Stopped before it began."


def _wait_until_blocked() -> None:
    blocked = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    end = time.monotonic() + 10
    with db.reader.connect() as connection:
        while not connection.scalar(blocked):
            assert time.monotonic() < end, "nobody was kept waiting"
            time.sleep(0.02)
