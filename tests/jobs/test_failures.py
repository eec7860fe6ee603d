"""Jobs that fail: attempts, the wait between them, and the list of the dead."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from salesman_core.jobs import dead_jobs, rerun
from salesman_core.jobs.leases import reap

if TYPE_CHECKING:
    from conftest import Company


def fail() -> None:
    """Fail as a mistake does."""
    raise ZeroDivisionError("no clients to divide by")


def drained(company: Company) -> int:
    """Run what is due, with all waits between attempts passed; give how many ran."""
    company.make_due()
    return company.jobs.drain()


def test_failed_job_waits_for_its_next_attempt_and_keeps_its_error(company: Company) -> None:
    company.offer("fail", fail, backoff=100)
    company.put("fail")
    assert company.jobs.drain() == 1
    row = company.job()
    assert (row.state, row.attempts, row.ended_at) == ("ready", 1, None)
    assert "no clients to divide by" in row.error


def test_error_that_no_database_takes_as_it_is_is_kept_all_the_same(company: Company) -> None:
    def fail_strangely() -> None:
        raise ValueError("\0 and \udcff")

    company.offer("fail", fail_strangely, attempts=1)
    company.put("fail")
    assert company.jobs.drain() == 1
    assert company.job().state == "dead"
    assert r"\0 and \udcff" in company.job().error


def test_wait_between_attempts_doubles(company: Company) -> None:
    company.offer("fail", fail, backoff=100)
    company.put("fail")
    waits = []
    for _ in range(3):
        drained(company)
        waits.append((company.job().run_at - company.job().started_at).total_seconds())
    assert waits == [pytest.approx(wait, rel=0.25) for wait in (100, 200, 400)]


def test_wait_between_attempts_is_an_hour_at_most(company: Company) -> None:
    company.offer("fail", fail, backoff=3000)
    company.put("fail")
    for _ in range(4):
        drained(company)
    wait = (company.job().run_at - company.job().started_at).total_seconds()
    assert wait == pytest.approx(3600, rel=0.25)


def test_job_is_dead_after_its_last_attempt(company: Company) -> None:
    company.offer("fail", fail, attempts=2)
    company.put("fail")
    assert [drained(company) for _ in range(3)] == [1, 1, 0]
    assert (company.job().state, company.job().attempts) == ("dead", 2)
    assert company.job().ended_at is not None


def test_program_exit_in_a_job_is_a_failure_like_any_other(company: Company) -> None:
    company.offer("exit", sys.exit, attempts=1)
    company.put("exit")
    company.jobs.drain()
    assert "SystemExit" in company.job().error
    assert company.states() == {"dead": 1}


def test_dead_job_is_listed_and_runs_again_with_all_its_attempts(company: Company) -> None:
    company.offer("fail", fail, attempts=1)
    company.put("fail", {})
    company.jobs.drain()
    with company.app.app_context():
        [view] = dead_jobs()
        assert (view.name, view.attempts, "ZeroDivisionError" in (view.error or "")) == (
            "fail",
            1,
            True,
        )
        assert rerun(view.id)
    company.offer("fail", lambda: None, attempts=1)
    assert (company.jobs.drain(), company.states()) == (1, {"done": 1})


def test_job_that_is_not_dead_is_not_run_again(company: Company) -> None:
    job_id = company.put("effect")
    company.jobs.drain()
    with company.app.app_context():
        assert job_id is not None
        assert not rerun(job_id)
    assert company.jobs.drain() == 0


def test_dead_unique_job_is_not_run_again_beside_its_successor(company: Company) -> None:
    company.offer("fail", fail, attempts=1)
    first = company.put("fail", unique="digest")
    company.jobs.drain()
    company.put("fail", unique="digest")
    with company.app.app_context():
        assert first is not None
        assert not rerun(first)
    assert company.states() == {"dead": 1, "ready": 1}


def test_job_of_a_dead_worker_goes_back_when_its_lease_has_ended(company: Company) -> None:
    company.put("effect")
    company.jobs.claim("a worker that dies", 1)
    company.jobs.look_after()
    assert company.states() == {"running": 1}
    company.change(lease_until=company.jobs.store.moment(-1))
    company.jobs.look_after()
    assert (company.job().state, company.job().error) == ("ready", "its worker died while it ran")


def test_job_that_outlived_no_worker_is_dead_in_the_end(company: Company) -> None:
    company.put("poison")
    for number in range(3):
        assert company.states() == {"ready": 1}
        company.jobs.claim(f"victim {number}", 1)
        reap(company.jobs.store, everything=True)
    assert company.states() == {"dead": 1}
