"""A plugin that is suspended in one process is suspended in all of them within two seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
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

from .conftest import Environment, Serve, Server, Start, run, seconds_until

pytestmark = [pytest.mark.databases("postgresql"), pytest.mark.timeout(600)]

WITHIN: Final = 2.0
"""Seconds in which every process knows of a switch."""


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
    serve: Serve, start: Start, environment: Environment, database_url: str, tmp_path: Path
) -> None:
    with running(database_url, tmp_path / "here") as app:
        token = new_token(Make(app).user("administrator"), "tests")
    servers = [serve(), serve("--processes", "2")]
    start("worker")
    with Load(servers, token) as load:
        for command, status in (("suspend", HTTPStatus.NOT_FOUND), ("activate", HTTPStatus.OK)) * 3:
            assert run(environment, "plugins", command, "leads").returncode == 0
            for server in servers:
                assert seconds_until(partial(server.answers, status, token)) < WITHIN

    assert load.asked > 50
    assert load.failed == []
