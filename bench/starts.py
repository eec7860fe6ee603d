"""How long a start takes: ``salesman serve`` as a fresh process, up to its first answer."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import cpu_of
from bench.serve import SECRET

STARTS = 5


@dataclass(frozen=True, slots=True)
class Start:
    """One start.

    :param cpu: seconds that the process worked.
    :param wall: seconds that whoever started it waited.
    :param memory: of the process after it, in MiB.
    """

    cpu: float
    wall: float


def median_start(url: str, folder: Path, headers: dict[str, str], path: str) -> Start:
    """Give the median of several starts; the first one of all, which writes bytecode, is left out.

    :param path: what is asked for first.
    """
    starts = [_start(url, folder, headers, path) for _ in range(STARTS + 1)][1:]
    return Start(_median([one.cpu for one in starts]), _median([one.wall for one in starts]))


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _start(url: str, folder: Path, headers: dict[str, str], path: str) -> Start:
    program = Path(sys.executable).with_name("salesman")
    settings = {
        "SALESMAN_DATABASE_URL": url,
        "SALESMAN_DATA_DIR": str(folder),
        "SALESMAN_SECRET_KEY": SECRET,
    }
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  # our own program
        [program, "serve", "--port", "0"],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = next(line for line in process.stdout if "http://" in line).split()[-1]
        request = urllib.request.Request(f"{address}{path}", headers=headers)  # noqa: S310  # ours
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # as above
            answer.read()
        return Start(cpu_of(process.pid), time.perf_counter() - began)
    finally:
        process.terminate()
        process.communicate()
