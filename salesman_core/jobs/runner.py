"""Doing the work of a job in its transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask, g

from salesman_core.jobs import leases
from salesman_core.jobs.run import JobCancelledError, LostLeaseError, Run, fenced_transaction

log = logging.getLogger(__name__)


class Runner:
    """Runs jobs in the application's context."""

    def __init__(self, app: Flask, before_run: Callable[[], None] | None) -> None:
        self._app = app
        self._before_run = before_run

    def execute(self, run: Run) -> None:
        """Do the work of *run* and write down how it ended.

        Only what keeps that from being written is raised: a database that is away.
        """
        try:
            with self._app.app_context():
                self._attempt(run)
        except LostLeaseError as error:
            log.warning("%s: nothing of it was kept", error)

    def _attempt(self, run: Run) -> None:
        g.salesman_job_run = run
        try:
            if self._before_run is not None:
                self._before_run()
            self._work(run)
        except LostLeaseError:
            raise
        except JobCancelledError:
            leases.cancelled(run)
        except (Exception, SystemExit) as error:
            log.exception("job %s (%s), attempt %s", run.id, run.kind.name, run.attempt)
            leases.fail(run, error)

    def _work(self, run: Run) -> None:
        if run.kind.transactional:
            with fenced_transaction(run.complete):
                run.kind.run(**run.arguments)
            return
        run.kind.run(**run.arguments)
        with run.store.engine.begin() as connection:
            run.complete(connection)
