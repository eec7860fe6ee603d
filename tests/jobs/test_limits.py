"""Limits of queues, and one job at a time for each record; over all workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from salesman_core.jobs import Limit
from salesman_core.jobs.models import JOBS, QUEUES

if TYPE_CHECKING:
    from conftest import Company


class Crowd:
    """Counts how many are inside at a time."""

    def __init__(self) -> None:
        self.most = 0
        self._inside = 0
        self._guard = threading.Lock()

    def visit(self) -> None:
        """Stay for a moment."""
        with self._guard:
            self._inside += 1
            self.most = max(self.most, self._inside)
        time.sleep(0.02)
        with self._guard:
            self._inside -= 1


def three(make_company: Callable[..., Company], **options: object) -> list[Company]:
    """Make three companies that share a database, as three processes would."""
    return [make_company(**options) for _ in range(3)]


def run_all(companies: list[Company], wait: Callable[..., float]) -> None:
    """Let all of them work until nothing is left."""
    for company in companies:
        company.jobs.prepare()
        company.work(threads=4)
    wait(lambda: not companies[0].states().keys() & {"ready", "running"})


def test_one_job_of_a_key_runs_at_a_time(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    companies, crowd = three(make_company), Crowd()
    for company in companies:
        company.offer("visit", crowd.visit, transactional=False)
    for _ in range(12):
        companies[0].put("visit", key="lead:17")
    run_all(companies, wait)
    assert (crowd.most, companies[0].states()) == (1, {"done": 12})


def test_jobs_of_other_keys_do_not_wait(company: Company) -> None:
    company.put("effect", key="lead:17")
    company.put("effect", key="lead:17")
    company.put("effect", key="lead:18")
    assert len(company.jobs.claim("a worker", 5)) == 2
    assert company.jobs.claim("a worker", 5) == []


def test_database_itself_refuses_a_second_running_job_of_a_key(company: Company) -> None:
    company.put("effect", key="lead:17")
    company.put("effect", key="lead:17")
    with pytest.raises(sa.exc.IntegrityError):
        company.change(state="running")


def test_concurrency_of_a_queue_holds_over_all_workers(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    companies, crowd = three(make_company, limits={"two": Limit(concurrency=2)}), Crowd()
    for company in companies:
        company.offer("visit", crowd.visit, queue="two", transactional=False)
    for _ in range(16):
        companies[0].put("visit")
    run_all(companies, wait)
    assert (crowd.most, companies[0].states()) == (2, {"done": 16})


def test_rate_of_a_queue_holds_over_all_workers(
    make_company: Callable[..., Company], wait: Callable[..., float]
) -> None:
    companies = three(make_company, limits={"letters": Limit(rate=20)}, poll=0.02)
    for company in companies:
        company.offer("letter", lambda: None, queue="letters")
    for _ in range(16):
        companies[0].put("letter")
    run_all(companies, wait)
    starts = sorted(row.started_at for row in companies[0].rows(sa.select(JOBS.c.started_at)))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(starts)]
    assert min(gaps) > 0.045
    assert (starts[-1] - starts[0]).total_seconds() >= 15 / 20 - 0.01


def test_burst_may_begin_together_after_a_pause(make_company: Callable[..., Company]) -> None:
    company = make_company(limits={"letters": Limit(rate=1, per=60, burst=3)})
    company.offer("letter", lambda: None, queue="letters")
    for _ in range(5):
        company.put("letter")
    company.jobs.prepare()
    with company.jobs.store.engine.begin() as connection:
        connection.execute(QUEUES.update().values(next_free=company.jobs.store.moment(-3600)))
    assert len(company.jobs.claim("a worker", 5)) == 3
    assert company.jobs.claim("a worker", 5) == []


def test_limited_queue_does_not_hold_up_the_others(make_company: Callable[..., Company]) -> None:
    company = make_company(limits={"letters": Limit(concurrency=1)})
    company.offer("letter", lambda: None, queue="letters")
    company.jobs.prepare()
    for _ in range(5):
        company.put("letter")
    company.put("effect")
    assert sorted(run.kind.name for run in company.jobs.claim("a worker", 5)) == [
        "effect",
        "letter",
    ]
