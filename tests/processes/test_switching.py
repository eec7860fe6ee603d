"""A plugin that is suspended in one process is suspended in all of them within two seconds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final, Self

import pytest
from flask import Flask

from salesman_core.access.tokens import new_token
from salesman_core.jobs import Jobs
from salesman_core.plugins import switches
from salesman_core.testing.application import running
from salesman_core.testing.people import Make, apart, api_of

pytestmark = pytest.mark.databases("postgresql")

SALESMAN: Final = str(Path(sys.executable).with_name("salesman"))
WITHIN: Final = 2.0
"""Seconds in which every process knows of a switch."""


def seconds_until(reached: Callable[[], bool], at_most: float = 15.0) -> float:
    """Wait until something is so; give how long that took."""
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < at_most, "it never came to that"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.fixture
def two(database_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Two applications on one database, as two processes would make them."""
    with ExitStack() as stack:
        yield (
            stack.enter_context(running(database_url, tmp_path / "one", on_error="skip")),
            stack.enter_context(running(database_url, tmp_path / "two", on_error="skip")),
        )


def test_next_request_of_another_application_follows(two: tuple[Flask, Flask]) -> None:
    one, other = two
    user_id = Make(other).user("administrator")
    api, other_api = api_of(one, user_id), api_of(other, user_id)
    assert other_api.get("/leads").status_code == HTTPStatus.OK

    with one.app_context():
        switches.suspend("leads")

    assert other_api.get("/leads").status_code == HTTPStatus.NOT_FOUND
    with other.app_context():
        switches.activate("leads")
    assert api.get("/leads").status_code == HTTPStatus.OK


def test_worker_of_another_application_follows_within_two_seconds(
    two: tuple[Flask, Flask],
) -> None:
    one, other = two
    jobs: Jobs = other.extensions["salesman_jobs"]

    def offered() -> bool:
        with other.app_context():
            return "leads.remind" in jobs.kinds()

    assert apart(offered)
    with one.app_context():
        switches.suspend("leads")

    assert seconds_until(lambda: not apart(offered)) < WITHIN


# -- real processes


class Server:
    """`salesman serve` on a port of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = _program(environment, "serve", "--port", "0", "--threads", "8")
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            self.stop()
            pytest.fail(f"the server said {line!r}")
        self.url = found.group()

    def get(self, path: str, token: str) -> int:
        request = urllib.request.Request(
            f"{self.url}{path}", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                status: int = response.status
        except urllib.error.HTTPError as error:
            return error.code
        return status

    def answers(self, status: int, token: str) -> bool:
        """Tell whether the list of leads is answered with a status."""
        return self.get("/api/v1/leads", token) == status

    def stop(self) -> None:
        _stop(self._process)


def _run(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([SALESMAN, *arguments], env={**os.environ, **environment}, check=True)


def _program(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    whole = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [SALESMAN, *arguments],
        env=whole,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    if process.stdout is not None:
        process.stdout.close()


class Load:
    """Asks servers for a page again and again, and notes what was no success."""

    def __init__(self, servers: list[Server], token: str) -> None:
        self.failed: list[int] = []
        self.asked = 0
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(server, token)) for server in servers
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, server: Server, token: str) -> None:
        while not self._ended.wait(0.02):
            status = server.get("/api/v1/clients", token)
            self.asked += 1
            if status != HTTPStatus.OK:
                self.failed.append(status)


@pytest.mark.soak
def test_servers_and_worker_follow_within_two_seconds_and_fail_no_request(
    database_url: str, tmp_path: Path
) -> None:
    environment = {
        "SALESMAN_DATABASE_URL": database_url,
        "SALESMAN_DATA_DIR": str(tmp_path / "data"),
        "SALESMAN_SECRET_KEY": "a secret that the processes share",
    }
    with running(database_url, tmp_path / "here") as app:
        user_id = Make(app).user("administrator")
        token = new_token(user_id, "tests")
    with ExitStack() as stack:
        servers = [Server(environment) for _number in range(2)]
        for server in servers:
            stack.callback(server.stop)
        stack.callback(_stop, _program(environment, "worker"))
        load = stack.enter_context(Load(servers, token))

        for command, status in (("suspend", 404), ("activate", 200)) * 3:
            _run(environment, "plugins", command, "leads")
            for server in servers:
                assert seconds_until(partial(server.answers, status, token)) < WITHIN

    assert load.asked > 50
    assert load.failed == []
