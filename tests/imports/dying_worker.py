"""A worker on the application's database that is killed while it writes a batch of an import.

``python dying_worker.py ROWS BATCH``: so many rows make a batch, and in that batch it dies, when
all of it is written and nothing of it committed.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.cli.application import application
from salesman_core.db import WritingSession
from salesman_core.jobs.port import jobs
from salesman_core.records.imports import run
from salesman_core.records.imports.journal import Journal


def main(rows: int, last: int) -> None:
    """Do the jobs that wait, and die."""
    keep, batches = Journal.keep, itertools.count(1)

    def keep_or_die(journal: Journal, session: WritingSession, told: Mapping[str, Any]) -> None:
        keep(journal, session, told)
        if next(batches) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    run.BATCH = rows  # type: ignore[misc]
    Journal.keep = keep_or_die  # type: ignore[method-assign]
    with application().app_context(), acting_as(SYSTEM):
        jobs().drain()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
