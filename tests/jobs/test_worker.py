"""A worker in a process: it hears of jobs, leaves cleanly, and costs nothing while idle."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from salesman_core.db import writing
from salesman_core.jobs import job_piece
from salesman_core.jobs.models import JOBS

if TYPE_CHECKING:
    from conftest import Company, Processes


def test_worker_hears_of_a_job_at_once(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    company = make_company(poll=30)
    company.work()
    wait(lambda: company.workers[0].alive)
    time.sleep(0.3)
    company.put("effect")
    assert wait(lambda: company.states() == {"done": 1}) < 2


@pytest.mark.databases("postgresql")
def test_worker_hears_of_a_job_of_another_process_at_once(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    worker, web = make_company(poll=30), make_company()
    worker.work()
    time.sleep(0.5)
    web.put("effect")
    assert wait(lambda: web.states() == {"done": 1}) < 2


def test_worker_finds_a_job_of_which_nobody_told_it(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    worker, web = make_company(poll=0.2, listen=False), make_company(listen=False)
    worker.work()
    time.sleep(0.3)
    web.put("effect")
    assert wait(lambda: web.states() == {"done": 1}) < 2


def test_delayed_job_begins_when_its_time_has_come(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    company = make_company(poll=0.1)
    company.work()
    company.put("effect", delay=0.5)
    wait(lambda: company.states() == {"done": 1})
    late = (company.job().started_at - company.job().run_at).total_seconds()
    assert 0 <= late < 1


def test_worker_serves_only_the_queues_it_is_told_to(
    company: Company, wait: Callable[..., float]
) -> None:
    company.offer("letter", lambda: None, queue="letters")
    company.put("effect")
    company.put("letter")
    company.work(queues=["letters"])
    wait(lambda: company.states().get("done") == 1)
    time.sleep(0.2)
    assert company.rows(sa.select(JOBS.c.name).where(JOBS.c.state == "ready")) == [("effect",)]


def test_stop_lets_the_running_job_end_and_leaves_no_thread(
    company: Company, wait: Callable[..., float]
) -> None:
    before = threading.active_count()
    company.put_effects(1, seconds=0.5)
    company.put_effects(5)
    worker = company.work(threads=1)
    wait(lambda: company.states().get("running") == 1)
    assert worker.stop()
    assert (threading.active_count(), worker.alive) == (before, False)
    assert company.states().get("running") is None
    assert 0 in company.effects()


def test_stop_gives_a_job_back_that_does_not_end(
    company: Company, wait: Callable[..., float]
) -> None:
    release = threading.Event()

    def hang() -> None:
        release.wait(20)
        with job_piece() as session:
            session.execute(JOBS.update().values(key="kept by nobody"))

    company.offer("hang", hang, transactional=False)
    company.put("hang")
    worker = company.work()
    wait(lambda: company.states() == {"running": 1})
    assert not worker.stop(timeout=0.2)
    assert (company.job().state, company.job().attempts) == ("ready", 0)
    release.set()
    wait(lambda: not [one for one in threading.enumerate() if one.name.startswith("job-")])
    assert (company.job().state, company.job().key) == ("ready", None)


def test_long_job_keeps_its_lease(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    companies = [make_company(lease=0.6) for _ in range(2)]
    companies[0].put("effect", {"seconds": 1.4})
    for company in companies:
        company.work()
    wait(lambda: companies[0].states() == {"done": 1})
    assert (companies[0].job().attempts, companies[0].effects()) == (1, [0])


def test_job_that_runs_for_too_long_is_taken_from_its_thread(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    company = make_company(lease=0.6)
    release = threading.Event()

    def hang() -> None:
        release.wait(20)
        with writing() as session:
            session.execute(JOBS.update().values(key="kept by nobody"))

    company.offer("hang", hang, timeout=0.3, attempts=2, backoff=0)
    company.put("hang")
    company.work(threads=1)
    wait(lambda: company.states() == {"dead": 1})
    assert "hang ran for longer than 0.3 s" in company.job().error
    company.put("effect")
    wait(lambda: company.states() == {"dead": 1, "done": 1})  # its one thread is free again
    release.set()
    wait(lambda: not [one for one in threading.enumerate() if one.name.startswith("job-")])
    assert company.rows(sa.select(JOBS.c.key).distinct()) == [(None,)]


def test_worker_goes_on_after_an_error_of_the_database(
    company: Company, wait: Callable[..., float]
) -> None:
    rename = "ALTER TABLE core_job RENAME TO "
    company.work()
    with company.jobs.store.engine.begin() as connection:
        connection.execute(sa.text(f"{rename} core_job_away"))
    time.sleep(0.3)
    with company.jobs.store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE core_job_away RENAME TO core_job"))
    company.put("effect")
    wait(lambda: company.states() == {"done": 1})


@contextmanager
def counted_transactions(company: Company) -> Iterator[list[sa.Connection]]:
    """Give a list that grows by each transaction that this process begins."""
    begun: list[sa.Connection] = []

    def note(connection: sa.Connection) -> None:
        begun.append(connection)

    sa.event.listen(sa.Engine, "begin", note)
    yield begun
    sa.event.remove(sa.Engine, "begin", note)


def test_idle_worker_asks_little_of_the_database(make_company: Callable[..., Company]) -> None:
    company = make_company(poll=0.5)
    company.work()
    time.sleep(0.5)
    with counted_transactions(company) as begun:
        time.sleep(2)
    assert 2 <= len(begun) <= 4 * 2


@pytest.mark.databases("sqlite")
def test_idle_worker_never_takes_the_write_lock(make_company: Callable[..., Company]) -> None:
    company = make_company(poll=0.05)
    company.work()
    time.sleep(0.3)
    with company.jobs.store.engine.begin():
        began = time.monotonic()
        time.sleep(0.6)
        assert company.workers[0].alive
        waiting = company.jobs.claim("another", 1)
    assert (waiting, time.monotonic() - began < 2) == ([], True)


@pytest.mark.databases("sqlite")
def test_second_worker_of_an_sqlite_database_waits_for_the_first_to_go(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    first, second = make_company(), make_company()
    second.offer("only second", lambda: None)
    worker = first.work()
    wait(worker._at_work.is_set)
    second.work()
    second.put("only second")
    time.sleep(0.4)
    assert second.states() == {"ready": 1}
    worker.stop()
    wait(lambda: second.states() == {"done": 1})


@pytest.mark.databases("sqlite")
def test_worker_of_an_sqlite_database_takes_up_at_once_what_a_killed_one_left(
    company: Company, processes: Processes, wait: Callable[..., float]
) -> None:
    pid = processes.start(lease=60)
    company.put("effect", {"seconds": 0.5})
    wait(lambda: company.states() == {"running": 1})
    processes.kill(pid)
    company.work()
    assert wait(lambda: company.states() == {"done": 1}) < 3
    assert company.job().attempts == 2


@pytest.mark.databases("postgresql")
def test_job_of_a_killed_worker_is_taken_over_when_its_lease_ends(
    make_company: Callable[..., Company], processes: Processes, wait: Callable[..., float]
) -> None:
    pid = processes.start(lease=1)
    company = make_company(lease=1)
    company.put("effect", {"seconds": 0.5})
    wait(lambda: company.states() == {"running": 1})
    processes.kill(pid)
    company.work()
    assert wait(lambda: company.states() == {"done": 1}) < 4
    assert company.effects() == [0]


@pytest.mark.databases("postgresql")
def test_worker_that_was_frozen_for_too_long_keeps_nothing(
    make_company: Callable[..., Company], processes: Processes, wait: Callable[..., float]
) -> None:
    frozen = processes.start(lease=0.6)
    company = make_company(lease=0.6)
    company.put("effect", {"seconds": 0.8})
    wait(lambda: company.states() == {"running": 1})
    os.kill(frozen, signal.SIGSTOP)
    company.work()
    wait(lambda: company.states() == {"done": 1})
    os.kill(frozen, signal.SIGCONT)
    time.sleep(1.2)
    assert company.effects() == [0]
    assert company.rows(sa.select(sa.column("pid")).select_from(sa.table("effect"))) == [
        (os.getpid(),)
    ]
