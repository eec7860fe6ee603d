"""Forks a worker for each line of options that it reads, and answers with its process id.

The options are those of ``Company`` (``url``, ``lease``, ``poll``), ``threads``, and ``every``: the
cron fields of a schedule for the job ``effect``.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from typing import Any

from conftest import Company

from salesman_hookspecs import Schedule


def work(options: dict[str, Any]) -> None:
    """Work until killed, or until the parent is gone."""
    threads, every = options.pop("threads", 3), options.pop("every", None)
    company = Company(**options)
    if every:
        company.schedules["tick"] = Schedule("tick", every, "effect")
    company.work(threads=threads)
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)


def main() -> None:
    """Fork until the tests hang up."""
    logging.disable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries those that are killed
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(json.loads(line))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
