"""Whoever sends may die at any moment: nobody gets a letter twice, and what is hidden is shown."""

from __future__ import annotations

import logging
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from salesman_core.app import create_app
from salesman_core.jobs import Worker
from salesman_core.jobs.leases import reap
from salesman_core.testing.application import SECRET
from salesman_core.testing.mail import MailSink

from .conftest import Campaign, Fates, state_of, to

HANDFUL = 5


class Mortal:
    """A process of its own that works until it is killed."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._pid = os.fork()
        if self._pid == 0:
            _work(database_url, folder)

    def demand_alive(self) -> None:
        """Complain where it has ended by itself."""
        assert os.waitpid(self._pid, os.WNOHANG) == (0, 0), "it ended by itself"

    def kill(self) -> None:
        """End it as nobody can catch."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _work(database_url: str, folder: Path) -> None:
    """Work for ever, in a process that shares nothing with its parent but the database."""
    logging.disable()
    try:
        told = {"database_url": database_url, "data_dir": str(folder), "secret_key": SECRET}
        jobs = create_app(told).extensions["salesman_jobs"]
        reap(jobs.store, everything=True)  # on PostgreSQL a dead worker's lease has a minute to go
        Worker(jobs, threads=2).start()
        while True:
            time.sleep(60)
    finally:
        os._exit(1)


def wait(worker: Mortal, patience: float, reached: Callable[[], bool]) -> None:
    """Wait until something is so, for so many seconds at most."""
    began = time.monotonic()
    while not reached():
        worker.demand_alive()
        assert time.monotonic() - began < patience, "it never came to that"
        time.sleep(0.02)


@pytest.mark.turns(3, among="long")
@pytest.mark.parametrize(
    ("people", "kills", "patience"),
    [
        pytest.param(200, 2, 120.0, marks=pytest.mark.timeout(240)),
        pytest.param(10_000, 10, 1800.0, marks=[pytest.mark.soak, pytest.mark.timeout(3600)]),
    ],
)
def test_deaths_double_no_letter_and_hide_but_those_in_hand(
    app: Flask,
    campaign: Campaign,
    start: Callable[[int], int],
    fates: Fates,
    mail_server: MailSink,
    database_url: str,
    tmp_path: Path,
    people: int,
    kills: int,
    patience: float,
) -> None:
    one = campaign([f"a{n}@host{n % 7}.example" for n in range(people)])
    assert start(one) == people
    chance = random.Random()  # no secret
    moments = sorted(chance.sample(range(1, int(people * 0.9)), kills))
    for moment in moments:
        worker = Mortal(database_url, tmp_path / "data")
        try:
            wait(worker, patience, lambda moment=moment: len(mail_server.deliveries) >= moment)
            time.sleep(chance.uniform(0, 0.05))
        finally:
            worker.kill()
    last = Mortal(database_url, tmp_path / "data")
    try:
        wait(last, patience, lambda: state_of(one) == "done")
    finally:
        last.kill()
    got, became = to(mail_server), fates(one)
    assert set(got.values()) == {1}, "somebody got the letter twice"
    assert became.get("interrupted", 0) <= kills * HANDFUL
    assert became["sent"] + became.get("interrupted", 0) == people
    assert len(got) >= became["sent"]
