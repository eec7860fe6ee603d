"""How long a message takes to the open pages of colleagues, over two server processes."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from salesman_discussions.service import open_thread

from bench.discussing import Reader, delays, following, post, wait_for_all
from bench.goals import DELAY
from salesman_core.access.tokens import new_token
from salesman_core.testing.application import running
from salesman_core.testing.people import PASSWORD, Make

pytestmark = pytest.mark.bench

PEOPLE: Final = 20
MESSAGES: Final = 300
PAUSE: Final = 0.05
"""Seconds between two messages: people type."""


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[str]:
    """Start a server as a company does; give its address."""
    salesman = str(Path(sys.executable).with_name("salesman"))
    process = subprocess.Popen(  # noqa: S603  # ourselves
        [salesman, "serve", "--port", "0", "--threads", "16"],
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield found.group()
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.databases("postgresql")
def test_message_is_at_colleagues_within_a_second(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path / "here") as app:
        make = Make(app)
        people = [make.user("seller", password=PASSWORD) for _one in range(PEOPLE)]
        tokens = [new_token(id_, "bench") for id_ in people]
        logins = [make.person(id_).email for id_ in people]
        with make.acting(people[0]):
            thread = open_thread({"subject": "All hands", "participant_ids": people[1:]})
    environment = {
        "SALESMAN_DATABASE_URL": database_url,
        "SALESMAN_DATA_DIR": str(tmp_path / "data"),
        "SALESMAN_SECRET_KEY": "a secret that the processes share",
    }
    said_at: dict[int, float] = {}
    with serving(environment) as first, serving(environment) as second:
        urls = [first, second]
        readers = [Reader(urls[number % 2], login, thread) for number, login in enumerate(logins)]
        with following(readers):
            for number in range(1, MESSAGES + 1):
                post(urls, tokens[number % PEOPLE], thread, number)
                said_at[number] = time.monotonic()
                time.sleep(PAUSE)
            wait_for_all(readers, MESSAGES)
    took = delays(readers, said_at)
    middle, slow = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    told = (
        f"message to {PEOPLE} people over two processes ({MESSAGES} messages): "
        f"median {middle * 1000:.0f} ms, 95th percentile {slow * 1000:.0f} ms"
    )
    print(told)  # noqa: T201  # what bench is for

    assert len(took) == PEOPLE * MESSAGES
    assert middle <= DELAY
