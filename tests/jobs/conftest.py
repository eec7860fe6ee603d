"""A company with jobs, on either database, and processes of its own that may be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import db, make_engine, writing
from salesman_core.jobs import Jobs, Limit, Worker
from salesman_core.jobs.models import JOBS, QUEUES, SCHEDULES
from salesman_core.testing.databases import Template
from salesman_hookspecs import Job, Schedule

EFFECTS = sa.Table(
    "effect", sa.MetaData(), sa.Column("number", sa.Integer), sa.Column("pid", sa.Integer)
)


def fill(url: str) -> None:
    """Make the tables of jobs, and one for what jobs do."""
    engine = make_engine(url)
    with engine.begin() as connection:
        for table in (JOBS, QUEUES, SCHEDULES, EFFECTS):
            table.create(connection)
    engine.dispose()


def note_effect(number: int = 0, seconds: float = 0) -> None:
    """Do what most jobs here do: work for some time, then leave a row."""
    time.sleep(seconds)
    with writing() as session:
        session.execute(EFFECTS.insert().values(number=number, pid=os.getpid()))


def kill_own_process() -> None:
    """Do the worst that a job can do."""
    os.kill(os.getpid(), signal.SIGKILL)


class Company:
    """An application with jobs. Those named here are offered by every process of the tests."""

    def __init__(self, url: str, limits: Mapping[str, Limit] | None = None, **options: Any) -> None:
        self.url = url
        self.app = Flask("company")
        self.app.config["SQLALCHEMY_DATABASE_URI"] = url
        db.init_app(self.app)
        self.kinds: dict[str, Job] = {}
        self.schedules: dict[str, Schedule] = {}
        self.zone = ZoneInfo("UTC")
        self.workers: list[Worker] = []
        self.offer("effect", note_effect, backoff=0.05)
        self.offer("poison", kill_own_process, attempts=3)
        self.jobs = Jobs(
            self.app,
            kinds=lambda: self.kinds,
            schedules=lambda: self.schedules,
            zone=lambda: self.zone,
            limits=limits or {},
            **{"poll": 0.05, **options},
        )

    def offer(self, name: str, run: Callable[..., object], **options: Any) -> None:
        """Offer a kind of job."""
        self.kinds[name] = Job(name, run, **options)

    def put(
        self, name: str, arguments: Mapping[str, Any] | None = None, **options: Any
    ) -> int | None:
        """Put a job into the queue in a transaction of its own."""
        with self.app.app_context(), writing() as session:
            return self.jobs.enqueue(session, name, arguments, **options)

    def put_effects(self, count: int, **arguments: Any) -> None:
        """Put jobs into the queue that leave rows with the numbers from 0 to *count* - 1."""
        with self.app.app_context(), writing() as session:
            for number in range(count):
                self.jobs.enqueue(session, "effect", {"number": number, **arguments})

    def work(self, **options: Any) -> Worker:
        """Start a worker in this process."""
        self.workers.append(Worker(self.jobs, **options).start())
        return self.workers[-1]

    def rows(self, statement: sa.Select[Any]) -> list[Any]:
        """Give what is in the database now."""
        with self.jobs.store.reader.connect() as connection:
            return list(connection.execute(statement))

    def states(self) -> dict[str, int]:
        """Give how many jobs there are in each state."""
        counted = sa.select(JOBS.c.state, sa.func.count()).group_by(JOBS.c.state)
        return dict(map(tuple, self.rows(counted)))

    def job(self, job_id: int | None = None) -> Any:
        """Give the row of a job; without an id that of the only one."""
        chosen = sa.select(JOBS) if job_id is None else sa.select(JOBS).where(JOBS.c.id == job_id)
        [row] = self.rows(chosen)
        return row

    def effects(self) -> list[int]:
        """Give the numbers that jobs left, in order."""
        return sorted(row.number for row in self.rows(sa.select(EFFECTS)))

    def change(self, **values: Any) -> None:
        """Change all jobs, as time or an accident would."""
        with self.jobs.store.engine.begin() as connection:
            connection.execute(JOBS.update().values(values))

    def make_due(self) -> None:
        """Let the moment come for which jobs wait."""
        self.change(run_at=self.jobs.store.moment(-1))

    def close(self) -> None:
        """Stop the workers and leave the database."""
        for worker in self.workers:
            worker.stop()
        self.jobs.store.engine.dispose()
        self.jobs.store.reader.dispose()


class Nursery:
    """A process that has imported everything and forks workers, which saves a second for each."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("worker_process.py"))],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fork(self, **options: Any) -> int:
        """Start a worker (see ``worker_process``) and give its process id."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(options) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Let it end, with whatever it has forked."""
        self._process.communicate()


class Processes:
    """Workers on one database in processes of their own."""

    def __init__(self, nursery: Nursery, url: str) -> None:
        self._nursery = nursery
        self._url = url
        self._running: list[int] = []

    def start(self, **options: Any) -> int:
        """Start a worker and give its process id."""
        self._running.append(self._nursery.fork(url=self._url, **options))
        return self._running[-1]

    def kill(self, pid: int) -> None:
        """Kill a worker as a power cut would, and wait until it is gone."""
        self._running.remove(pid)
        if not self.has_died(pid):
            os.kill(pid, signal.SIGKILL)
        until(lambda: self.has_died(pid))

    def has_died(self, pid: int) -> bool:
        """Say whether a worker is gone."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    def close(self) -> None:
        """Kill all that are left."""
        for pid in list(self._running):
            self.kill(pid)


def until(condition: Callable[[], object], seconds: float = 15) -> float:
    """Wait for *condition*, and give the seconds that took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError("this did not come true in time")
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture
def database_template() -> Template:
    return Template("jobs", fill)


@pytest.fixture
def make_company(database_url: str) -> Iterator[Callable[..., Company]]:
    """Make companies on the same database, as several processes would have them."""
    companies: list[Company] = []

    def make(**options: Any) -> Company:
        companies.append(Company(database_url, **options))
        return companies[-1]

    yield make
    for company in companies:
        company.close()


@pytest.fixture
def company(make_company: Callable[..., Company]) -> Company:
    return make_company()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def processes(nursery: Nursery, database_url: str) -> Iterator[Processes]:
    processes = Processes(nursery, database_url)
    yield processes
    processes.close()


@pytest.fixture
def wait() -> Callable[..., float]:
    """Wait for something to come true: ``wait(condition, seconds=15)``."""
    return until
