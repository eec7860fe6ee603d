"""The throw-away PostgreSQL server: there when it is needed, gone with its last user."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from salesman_core.testing import postgres
from salesman_core.testing.pytest_plugin import lacking

USER = """
import sys
from pathlib import Path
from salesman_core.testing.postgres import running_server

with running_server(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
"""Another process that uses the server until its input ends."""


@pytest.fixture(autouse=True)
def _server_on_this_machine() -> None:
    reason = postgres.absence()
    if reason is not None:
        lacking(reason)


@contextmanager
def another_process(shared: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give another process that uses the server, and the URL which it was given."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(shared)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


def base_of(url: str) -> Path:
    """Give the folder that the server lives in."""
    base = sa.make_url(url).query["host"]
    assert isinstance(base, str)
    return Path(base)


def answer(url: str, question: str) -> object:
    """Give the first value of the server's answer."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(question)
        return cursor.fetchone()[0]  # type: ignore[index]  # the questions have answers


def has_gone(url: str, within: float = 10) -> bool:
    """Say whether the server's folder goes within so many seconds, and its processes with it."""
    end = time.monotonic() + within
    while base_of(url).exists() and time.monotonic() < end:
        time.sleep(0.02)
    return not base_of(url).exists() and not processes_of(base_of(url))


def processes_of(base: Path) -> list[str]:
    """Give the command lines of running processes that name *base*."""
    listed = subprocess.run(["/bin/ps", "-eo", "args"], capture_output=True, check=True, text=True)
    return [line for line in listed.stdout.splitlines() if str(base) in line]


def test_server_knows_upper_and_lower_case_of_cyrillic(tmp_path: Path) -> None:
    with postgres.running_server(tmp_path) as url:
        assert answer(url, "SELECT lower('РОМАШКА')") == "ромашка"


def test_server_is_gone_when_its_only_user_has_left(tmp_path: Path) -> None:
    with postgres.running_server(tmp_path) as url:
        assert processes_of(base_of(url))

    assert not base_of(url).exists()
    assert not processes_of(base_of(url))


def test_server_listens_on_no_port(tmp_path: Path) -> None:
    with postgres.running_server(tmp_path) as url:
        assert answer(url, "SHOW listen_addresses") == ""


def test_server_is_shared_by_the_processes_of_a_run(tmp_path: Path) -> None:
    with postgres.running_server(tmp_path) as url, another_process(tmp_path) as (_, other):
        assert other == url


def test_runs_with_folders_of_their_own_have_servers_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    with (
        postgres.running_server(tmp_path / "one") as one,
        postgres.running_server(tmp_path / "two") as two,
    ):
        assert one != two


def test_server_stays_until_the_last_user_has_left(tmp_path: Path) -> None:
    with ExitStack() as starter:
        url = starter.enter_context(postgres.running_server(tmp_path))
        with another_process(tmp_path):
            starter.close()
            assert answer(url, "SELECT 1") == 1

    assert has_gone(url)


def test_server_is_gone_after_its_user_was_killed(tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, url):
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert has_gone(url)


def test_server_survives_the_killing_of_one_of_two_users(tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, url), postgres.running_server(tmp_path):
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(0.3)  # what must not happen needs its time to happen
        assert answer(url, "SELECT 1") == 1

    assert has_gone(url)


def test_server_starts_anew_for_whoever_comes_after_the_last_has_left(tmp_path: Path) -> None:
    with postgres.running_server(tmp_path) as first:
        pass

    with postgres.running_server(tmp_path) as second:
        assert second != first
        assert answer(second, "SELECT 1") == 1


def test_start_that_fails_says_what_the_server_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as programs:  # the user postgres may not enter tmp_path
        Path(programs).chmod(0o755)
        for name in ("initdb", "pg_ctl", "postgres"):
            program = Path(programs, name)
            program.write_text("#!/bin/sh\necho no room on the disk\nexit 1\n")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", programs, prepend=os.pathsep)

        with (
            pytest.raises(postgres.ServerFailedError, match="no room on the disk"),
            postgres.running_server(tmp_path),
        ):
            pass
