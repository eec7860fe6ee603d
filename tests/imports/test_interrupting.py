"""``salesman import`` at a terminal, and Ctrl-C: a real process, a real signal."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.records.models import FileImport

from .conftest import environment_of

Tables = dict[str, set[str]]
Salesman = Callable[..., subprocess.Popen[str]]

ROWS: Final = 3000
MAPPING: Final = (
    "[columns]\nID = 'external_id'\nName = 'name'\n[options]\nmatch = ['external_id']\n"
)
TERMINAL: Final = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from salesman_core.cli.main import main; main()"
)
"""The command line as a terminal starts it: there Ctrl-C is never ignored."""


@pytest.fixture
def begin(app: Flask) -> Salesman:
    """What starts ``salesman`` as a process of its own on the test's database."""
    environment = environment_of(app)

    def begin(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", TERMINAL, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


@pytest.fixture
def import_of(tmp_path: Path) -> list[str]:
    """The arguments of an import that takes some seconds."""
    file, mapping = tmp_path / "rows.csv", tmp_path / "clients.toml"
    file.write_text("\n".join(["ID;Name", *(f"{n};Client {n}" for n in range(ROWS))]))
    mapping.write_text(MAPPING)
    return ["import", "clients", str(file), "--mapping", str(mapping)]


def number_of_clients() -> int:
    reading().rollback()
    return reading().scalar(sa.select(sa.func.count(Client.id))) or 0


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Press Ctrl-C once the first rows are in; give how many are, and what the process said."""
    while not number_of_clients() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    told, wrong = process.communicate(timeout=120)
    stood = number_of_clients()
    assert 0 < stood < ROWS
    return stood, told, wrong


def finished(process: subprocess.Popen[str]) -> list[str]:
    told, wrong = process.communicate(timeout=240)
    assert process.returncode == 0, wrong
    return told.splitlines()


@pytest.mark.databases("sqlite")
@pytest.mark.timeout(400)
@pytest.mark.turns(3, among="long")
def test_interrupted_import_keeps_whole_batches_and_says_so(
    begin: Salesman, import_of: list[str]
) -> None:
    process = begin(*import_of)
    stood, told, wrong = interrupted(process)
    assert process.returncode == 1
    assert stood % 500 == 0
    assert told.splitlines()[-1] == f"created {stood}, updated 0, unchanged 0, refused 0"
    assert "Stopped. What was in by then stays; the file may be imported again." in wrong
    assert "Traceback" not in wrong
    kept = reading().scalars(sa.select(FileImport)).one()
    assert kept.result is not None
    assert kept.result["counts"]["created"] == stood
    assert kept.result["stopped"].startswith("Stopped.")


@pytest.mark.databases("sqlite")
@pytest.mark.timeout(400)
@pytest.mark.turns(3, among="long")
def test_interrupted_import_goes_on_where_it_is_begun_again(
    begin: Salesman, import_of: list[str]
) -> None:
    stood, _told, _wrong = interrupted(begin(*import_of))
    lines = finished(begin(*import_of))
    assert lines[-1] == f"created {ROWS - stood}, updated 0, unchanged {stood}, refused 0"
    assert number_of_clients() == ROWS


@pytest.mark.timeout(400)
@pytest.mark.turns(3, among="long")
def test_interrupted_import_is_taken_back_whole(
    begin: Salesman, import_of: list[str], all_rows: Callable[[], Tables]
) -> None:
    before = all_rows()
    stood, _told, _wrong = interrupted(begin(*import_of))
    lines = finished(begin("import", "--undo", "1"))
    assert lines[-1] == f"removed {stood}, restored 0, left 0"
    assert all_rows() == before
