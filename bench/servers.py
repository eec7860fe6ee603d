"""Processes that answer, each with one lasting connection to it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

ROOT = Path(__file__).parents[1]


@dataclass(slots=True)
class Server:
    """A process that answers.

    :param headers: what every request carries.
    :param name: by which its connections to PostgreSQL are known.
    """

    process_id: int
    connection: http.client.HTTPConnection
    name: str
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """Send a request and give the answer.

        :raises RuntimeError: for an answer that is none.
        """
        content = None if body is None else orjson.dumps(body)
        headers = self.headers if body is None else self.headers | _JSON
        self.connection.request(method, path, content, headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.status >= http.client.MULTIPLE_CHOICES:
            message = f"{self.name}: {method} {path}: {response.status} {answer[:500]!r}"
            raise RuntimeError(message)
        return answer

    def memory(self) -> float:
        """Give what it holds of the machine's memory, in MiB."""
        lines = Path(f"/proc/{self.process_id}/status").read_text().splitlines()
        (line,) = (one for one in lines if one.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


_JSON = {"Content-Type": "application/json", "If-Match": "*"}


@contextmanager
def serving(
    side: str, url: str, number: int = 0, headers: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start a process; see :mod:`bench.serve` for what it answers with."""
    name = f"bench {side} {number}"
    process = subprocess.Popen(  # noqa: S603  # ourselves
        [sys.executable, "-m", "bench.serve", side, url, str(number)],
        cwd=ROOT,
        env=os.environ | {"PGAPPNAME": name},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        yield Server(process.pid, connection, name, dict(headers or {}))
    finally:
        connection.close()
        process.communicate()


class Backends:
    """The processes of the PostgreSQL server, by whom they work for; none for a file."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url) if url.startswith("postgresql") else None

    def of(self, server: Server) -> Iterable[int]:
        """Give the processes that work for a server."""
        if self._engine is None:
            return ()
        ask = sa.text("SELECT pid FROM pg_stat_activity WHERE application_name = :name")
        with self._engine.connect() as connection:
            return connection.scalars(ask, {"name": server.name}).all()

    def close(self) -> None:
        """Leave the database."""
        if self._engine is not None:
            self._engine.dispose()
