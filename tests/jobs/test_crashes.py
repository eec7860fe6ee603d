"""Workers are killed in the middle of their work: nothing is lost, nothing done twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Company, Processes


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("jobs", "kills"), [(40, 10), pytest.param(200, 50, marks=pytest.mark.soak)]
)
def test_killed_workers_lose_and_double_nothing(
    company: Company,
    database_kind: str,
    processes: Processes,
    wait: Callable[..., float],
    jobs: int,
    kills: int,
) -> None:
    options = {"lease": 0.6, "poll": 0.05, "threads": 3}
    company.put_effects(jobs, seconds=0.1 if database_kind == "postgresql" else 0.03)
    company.change(attempts_allowed=100)  # it is the tests that kill, not the jobs
    workers = [processes.start(**options) for _ in range(3 if database_kind == "postgresql" else 1)]
    chance = random.Random()  # no secret
    for _ in range(kills):
        wait(lambda: "running" in company.states())
        time.sleep(chance.uniform(0.01, 0.12))
        victim = workers.pop(chance.randrange(len(workers)))
        processes.kill(victim)
        workers.append(processes.start(**options))
    wait(lambda: company.states() == {"done": jobs}, seconds=120)
    assert company.effects() == list(range(jobs))


def test_job_that_kills_its_worker_is_dead_after_its_last_attempt(
    company: Company, processes: Processes, wait: Callable[..., float]
) -> None:
    company.put("poison")
    company.put("effect", delay=0.1)
    deaths = 0
    while company.states().get("dead") is None:
        pid = processes.start(lease=0.3)
        died = partial(processes.has_died, pid)
        wait(lambda died=died: died() or company.states().get("dead"))
        deaths += died()
    assert deaths == 3
    processes.start(lease=0.3)
    wait(lambda: company.states() == {"dead": 1, "done": 1})


def test_many_claimers_share_the_jobs_without_overlap(
    make_company: Callable[..., Company], company: Company
) -> None:
    company.put_effects(120)
    claimed: list[int] = []

    def claim_all(claimer: Company) -> None:
        while company.states().get("ready"):
            claimed.extend(run.id for run in claimer.jobs.claim(f"claimer {id(claimer)}", 5))

    threads = [threading.Thread(target=claim_all, args=(make_company(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(claimed), len(set(claimed))) == (120, 120)


def test_claimers_of_the_same_keys_do_not_wait_for_each_other(
    make_company: Callable[..., Company], company: Company
) -> None:
    for number in range(60):
        company.put("effect", {"number": number}, key=f"lead:{number % 6}", priority=number % 7)
    failures: list[Exception] = []

    def run_all(each: Company) -> None:
        try:
            while company.states().get("ready"):
                for run in each.jobs.claim(f"claimer {id(each)}", 6):
                    each.jobs.execute(run)
        except Exception as error:  # noqa: BLE001  # a thread cannot raise into the test
            failures.append(error)

    threads = [threading.Thread(target=run_all, args=(make_company(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failures, company.effects()) == ([], list(range(60)))
