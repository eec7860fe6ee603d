"""What a process of ours may use of the machine. It imports nothing of the application."""

from __future__ import annotations

import os
import resource
from typing import IO


def limit(*, megabytes: int, written: int) -> None:
    """Bound what this process may use from now on.

    :param megabytes: of memory.
    :param written: megabytes that a file may have which it writes.
    """
    for kind, most in (
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_FSIZE, written * 1024 * 1024),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def allow_seconds(seconds: float) -> None:
    """Let the process use so much more of the processor; then the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def talk() -> tuple[IO[bytes], IO[bytes]]:
    """Give where requests come from and where answers go; whatever prints disturbs neither."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return incoming, outgoing
