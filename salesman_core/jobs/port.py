"""The one object through which an application has jobs."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask, current_app

from salesman_core.db import WritingSession, after_commit, at_commit, db, writing
from salesman_core.jobs import leases
from salesman_core.jobs.notify import notify
from salesman_core.jobs.queue import Claims, Limit, Options, put
from salesman_core.jobs.run import Run
from salesman_core.jobs.runner import Runner
from salesman_core.jobs.schedules import Scheduler
from salesman_core.jobs.store import Store
from salesman_hookspecs import Job, Schedule

log = logging.getLogger(__name__)

CHANNEL = "salesman_jobs"

REST = timedelta(minutes=1)
"""After that a schedule is tried again that could not fire."""


class UnknownJobError(LookupError):
    """No active plugin, nor the core, offers a job of this name."""


class Jobs:
    """Jobs of an application.

    :param app: the application; its database is set up.
    :param kinds: gives the jobs that may be put in the queue and run at this moment, by name.
    :param schedules: gives the schedules that are kept at this moment, by name.
    :param zone: gives the time zone in which the schedules' times are meant.
    :param limits: the limits of queues, by the queue's name.
    :param before_run: called in each job's application context before its work.
    :param lease: seconds after which the jobs of a worker that died are taken over.
    :param poll: seconds after which a worker looks for jobs that nobody told it of.
    :param listen: False to do without LISTEN and NOTIFY on PostgreSQL, as behind a pooler.
    :param clock: seconds since 1970, for SQLite; PostgreSQL's own clock counts for all machines.
    """

    def __init__(
        self,
        app: Flask,
        *,
        kinds: Callable[[], Mapping[str, Job]],
        schedules: Callable[[], Mapping[str, Schedule]],
        zone: Callable[[], ZoneInfo],
        limits: Mapping[str, Limit],
        before_run: Callable[[], None] | None = None,
        lease: float = 60.0,
        poll: float = 0.5,
        listen: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app = app
        self.poll = poll
        self.wake = threading.Event()
        with app.app_context():
            self.store = Store(db.engine, db.reader, clock, lease)
        self.listens = listen and self.store.shared
        self.kinds, self._schedules, self._zone = kinds, schedules, zone
        self._claims = Claims(self.store, limits)
        self._scheduler = Scheduler(self.store)
        self._rests: dict[str, datetime] = {}
        self._runner = Runner(app, before_run)
        app.extensions["salesman_jobs"] = self

    # Putting jobs into the queue

    def enqueue(
        self,
        session: WritingSession,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        delay: float = 0,
        key: str | None = None,
        unique: str | None = None,
        priority: int = 0,
    ) -> int | None:
        """Put a job into the queue, in the transaction of *session*.

        :param session: from ``writing()`` or ``job_piece()``: the job is there once that commits.
        :param arguments: plain JSON values, given to the job's function as keywords.
        :param delay: seconds before which it does not begin.
        :param key: of jobs with the same key one runs at a time; commonly ``lead:17``.
        :param unique: while a job with the same value waits or runs, no other is added.
        :param priority: smaller numbers go first.
        :return: the job's id, or None where ``unique`` has kept it out.
        :raises UnknownJobError: where no job of this name may run at this moment.
        """
        kind = self.kinds().get(name)
        if kind is None:
            raise UnknownJobError(
                f"there is no job {name!r}: is its plugin active, and given by salesman_jobs()?"
            )
        options = Options(delay=delay, key=key, unique=unique, priority=priority)
        ids = put(self.store, session, kind, [arguments or {}], options)
        self._announce(session)
        return ids[0] if ids else None

    def put_many(
        self, session: WritingSession, kind: Job, arguments: Iterable[Mapping[str, Any]]
    ) -> None:
        """Put a job of *kind* into the queue for each of *arguments*.

        :param kind: taken as it is: one that is not active now waits until it is.
        """
        put(self.store, session, kind, arguments, Options())
        self._announce(session)

    def _announce(self, session: WritingSession) -> None:
        """Wake the workers when *session* commits: once, however many jobs it brings."""
        if "salesman_jobs" in session.info:
            return
        session.info["salesman_jobs"] = self
        if self.listens:
            at_commit(session, lambda last: notify(last, CHANNEL))
        after_commit(session, self.wake.set)

    # What a worker asks for; it needs no application context of its own

    def prepare(self) -> None:
        """Make ready for claiming; called once, when a worker starts."""
        with self.app.app_context():
            self._claims.prepare(self.kinds())

    def claim(self, owner: str, count: int, queues: Collection[str] | None = None) -> list[Run]:
        """Give *owner* up to *count* jobs that are due and may run at this moment."""
        with self.app.app_context():
            kinds = self.kinds()
        return self._claims.claim(owner, count, kinds, queues)

    def execute(self, run: Run) -> None:
        """Do the work of *run* and write down how it ended."""
        self._runner.execute(run)

    def look_after(self) -> None:
        """Fire the schedules that are due, and put back the jobs of workers that have died."""
        with self.app.app_context():
            schedules = self._schedules()
            self._scheduler.prepare(schedules, self._zone())
            with self.store.reader.connect() as connection:
                now = self.store.now(connection)
                late = leases.anything_late(connection, now)
                due = self._scheduler.due(connection, now)
            if late:
                leases.reap(self.store)
            for row in due:
                if row.name in schedules and self._rests.get(row.name, now) <= now:
                    self._fire(schedules[row.name], row, now)

    def _fire(self, schedule: Schedule, row: sa.Row[Any], now: datetime) -> None:
        """Put the job of *schedule* into the queue, unless another process does, or one waits."""
        once = f"schedule:{schedule.name}"
        try:
            with writing() as session:
                if self._scheduler.move(session, row, now):
                    self.enqueue(session, schedule.job, schedule.arguments, unique=once)
        except Exception:
            log.exception("the schedule %s cannot fire; the others go on", schedule.name)
            self._rests[schedule.name] = now + REST

    # For tests and the command line

    def drain(self, limit: int = 1000) -> int:
        """Run what is due, and what that puts into the queue, here and now; give how many.

        :param limit: jobs after which to stop: some put themselves into the queue again.
        """
        self.prepare()
        self.look_after()
        owner = f"drain:{os.getpid()}:{uuid.uuid4().hex}"
        done = 0
        while done < limit and (runs := self.claim(owner, 1)):
            self.execute(runs[0])
            done += 1
        return done


def jobs() -> Jobs:
    """Give the jobs of the current application."""
    found: Jobs = current_app.extensions["salesman_jobs"]
    return found


def enqueue(
    session: WritingSession,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    delay: float = 0,
    key: str | None = None,
    unique: str | None = None,
    priority: int = 0,
) -> int | None:
    """Put a job into the queue of the current application: see :meth:`Jobs.enqueue`."""
    return jobs().enqueue(
        session, name, arguments, delay=delay, key=key, unique=unique, priority=priority
    )
