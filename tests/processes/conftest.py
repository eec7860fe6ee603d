"""Real processes of ``salesman`` on one database, and a company for them to work on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest

SALESMAN: Final = str(Path(sys.executable).with_name("salesman"))

Environment = dict[str, str]

PATIENCE: Final = 120.0
"""Seconds in which even a busy machine starts a process and answers."""


def seconds_until(reached: Callable[[], bool], at_most: float = 15.0) -> float:
    """Wait until something is so; give how long that took."""
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < at_most, "it never came to that"
        time.sleep(0.05)
    return time.monotonic() - began


def run(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [SALESMAN, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


class Program:
    """A command that runs until it is told to stop."""

    def __init__(self, environment: Environment, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [SALESMAN, *arguments],
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def stop(self) -> int:
        """Ask it to end, if it still runs; give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


class Server(Program):
    """`salesman serve` on a port of its own."""

    def __init__(self, environment: Environment, *arguments: str) -> None:
        super().__init__(environment, "serve", "--port", "0", "--threads", "16", *arguments)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            self.stop()
            pytest.fail(f"the server said {line!r}")
        self.url = found.group()

    def get(self, path: str, token: str) -> int:
        """Ask for a page; give the status of the answer."""
        request = urllib.request.Request(
            f"{self.url}{path}", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                status: int = response.status
        except urllib.error.HTTPError as error:
            return error.code
        return status

    def answers(self, status: HTTPStatus, token: str) -> bool:
        """Tell whether the list of leads is answered with a status."""
        return self.get("/api/v1/leads", token) == status


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> Environment:
    """The settings that the processes of a test share."""
    return {
        "SALESMAN_DATABASE_URL": database_url,
        "SALESMAN_DATA_DIR": str(tmp_path / "data"),
        "SALESMAN_SECRET_KEY": "a secret that the processes share",
    }


Start = Callable[..., Program]
Serve = Callable[..., Server]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What ends the test's processes with it."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start(environment: Environment, stack: ExitStack) -> Start:
    """Give what starts a command."""

    def start(*arguments: str) -> Program:
        program = Program(environment, *arguments)
        stack.callback(program.stop)
        return program

    return start


@pytest.fixture
def serve(environment: Environment, stack: ExitStack) -> Serve:
    """Give what starts a server."""

    def serve(*arguments: str) -> Server:
        server = Server(environment, *arguments)
        stack.callback(server.stop)
        return server

    return serve
