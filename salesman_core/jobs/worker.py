"""What runs jobs: threads of the serving process, or of a process of their own."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable, Collection
from typing import Self

from salesman_core.jobs import leases
from salesman_core.jobs.alone import Turn
from salesman_core.jobs.notify import listen
from salesman_core.jobs.port import CHANNEL, Jobs
from salesman_core.jobs.run import LostLeaseError, Run

log = logging.getLogger(__name__)

CARE_INTERVAL = 1.0
"""Seconds, at most, between two looks at schedules, leases and run times."""


class Worker:
    """Runs jobs in threads. It sets no signal handlers, so it may live in any process.

    On SQLite it waits until it is the only worker of the database, and then takes up at once what
    its predecessor left. On PostgreSQL there may be any number, on any number of machines.

    :param threads: so many jobs run at once.
    :param queues: the queues to serve, or None for all.
    """

    def __init__(
        self, jobs: Jobs, *, threads: int = 4, queues: Collection[str] | None = None
    ) -> None:
        self._jobs = jobs
        self._size = threads
        self._queues = queues
        self._turn = Turn(jobs.store)
        self._runs: dict[Run, threading.Thread] = {}
        self._guard = threading.Lock()
        self._at_work = threading.Event()
        self._stopping = threading.Event()  # no new jobs
        self._stopped = threading.Event()  # nothing at all
        self._threads: list[threading.Thread] = []
        self._renewed = time.monotonic()
        self.owner = ""

    def start(self) -> Self:
        """Start working."""
        self.owner = _identity()
        self._claiming = self._thread("claim", self._claim_jobs)
        self._thread("care", self._take_care)
        if self._jobs.listens:
            self._thread("listen", self._hear)
        return self

    @property
    def alive(self) -> bool:
        """Whether its threads run."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def stop(self, timeout: float = 30.0) -> bool:
        """Begin no more jobs, let those that run end, and stop.

        :param timeout: seconds after which jobs that still run are left to other workers.
        :return: whether all jobs came to their end.
        """
        until = time.monotonic() + timeout
        self._stopping.set()
        self._jobs.wake.set()
        self._claiming.join()  # first of all: it may have claimed jobs that it has yet to begin
        for thread in self._running().values():
            thread.join(max(0.0, until - time.monotonic()))
        left = [run for run, thread in self._running().items() if thread.is_alive()]
        for run in left:
            self._settle(run, leases.give_back)
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self._turn.leave()
        return not left

    def _thread(self, name: str, target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name=f"jobs-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _attempt(self, step: Callable[[], object]) -> None:
        """Call *step*; an error, as of a database that is away, is no reason to stop working."""
        try:
            step()
        except Exception:
            log.exception("the worker goes on after an error")
            self._stopped.wait(random.uniform(0.5, 1.5))  # noqa: S311  # no secret

    # Claiming and running

    def _claim_jobs(self) -> None:
        while not (self._stopping.is_set() or self._at_work.is_set()):
            self._attempt(self._take_up_work)
        while not self._stopping.is_set():
            self._attempt(self._claim_some)

    def _take_up_work(self) -> None:
        if not self._turn.take():
            self._stopping.wait(self._jobs.poll)  # another worker has this database
            return
        self._jobs.prepare()
        if not self._jobs.store.shared:
            leases.reap(self._jobs.store, everything=True)
        self._at_work.set()

    def _claim_some(self) -> None:
        self._jobs.wake.clear()
        free = self._size - len(self._running())
        runs = self._jobs.claim(self.owner, free, self._queues) if free else []
        for run in runs:
            self._begin(run)
        if not runs:
            self._jobs.wake.wait(self._jobs.poll * random.uniform(0.8, 1.2))  # noqa: S311  # as above

    def _begin(self, run: Run) -> None:
        name = f"job-{run.id}"
        thread = threading.Thread(target=self._run, args=(run,), name=name, daemon=True)
        with self._guard:
            self._runs[run] = thread
        thread.start()

    def _run(self, run: Run) -> None:
        try:
            self._jobs.execute(run)
        except Exception:
            log.exception("job %s (%s): its end could not be written", run.id, run.kind.name)
        finally:
            self._forget(run)
            self._jobs.wake.set()

    def _running(self) -> dict[Run, threading.Thread]:
        with self._guard:
            return dict(self._runs)

    def _forget(self, run: Run) -> None:
        with self._guard:
            self._runs.pop(run, None)

    # Looking after what runs, here and elsewhere

    def _take_care(self) -> None:
        interval = min(CARE_INTERVAL, self._jobs.store.lease / 6)
        while not self._stopped.wait(interval):
            if self._at_work.is_set():
                self._attempt(self._care)

    def _care(self) -> None:
        for run in self._running():
            if run.overdue:
                self._settle(run, leases.abandon)
        self._renew()
        self._jobs.look_after()

    def _renew(self) -> None:
        runs, now = list(self._running()), time.monotonic()
        if runs and now - self._renewed > self._jobs.store.lease / 3:
            leases.renew(self._jobs.store, self.owner, runs)
            self._renewed = now

    def _settle(self, run: Run, settle: Callable[[Run], None]) -> None:
        """Part with a run that goes on by itself: its thread cannot be ended, but keeps nothing."""
        try:
            settle(run)
        except LostLeaseError:
            log.info("job %s (%s) ended by itself", run.id, run.kind.name)
        self._forget(run)
        self._jobs.wake.set()

    def _hear(self) -> None:
        while not self._stopped.is_set():
            self._attempt(self._listen)

    def _listen(self) -> None:
        listen(self._jobs.store.engine, CHANNEL, self._jobs.wake.set, self._stopped)


def _identity() -> str:
    """Give a name that no other worker has: born with the worker, never configured."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
