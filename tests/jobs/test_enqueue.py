"""Putting jobs into the queue: in the caller's transaction, for those who may run them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from salesman_core.db import writing
from salesman_core.jobs import UnknownJobError, enqueue
from salesman_core.jobs.models import JOBS

if TYPE_CHECKING:
    from conftest import Company


def test_job_of_a_committed_transaction_runs_once_with_its_arguments(company: Company) -> None:
    company.put("effect", {"number": 7})
    assert (company.jobs.drain(), company.jobs.drain()) == (1, 0)
    assert (company.effects(), company.states()) == ([7], {"done": 1})


def test_job_of_a_transaction_that_was_rolled_back_is_not_there(company: Company) -> None:
    def change_and_fail() -> None:
        with company.app.app_context(), writing() as session:
            enqueue(session, "effect")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert (company.jobs.drain(), company.states()) == (0, {})


def test_job_is_there_together_with_what_wanted_it(company: Company) -> None:
    with company.app.app_context(), writing() as session:
        enqueue(session, "effect")
        assert company.states() == {}
    assert company.states() == {"ready": 1}


def test_job_with_an_unknown_name_is_refused(company: Company) -> None:
    with pytest.raises(UnknownJobError, match=r"'leads\.remind'"):
        company.put("leads.remind")


def test_job_of_a_suspended_plugin_waits_and_loses_no_attempt(company: Company) -> None:
    company.put("effect")
    effect = company.kinds.pop("effect")
    assert company.jobs.drain() == 0
    assert (company.job().state, company.job().attempts) == ("ready", 0)
    company.kinds["effect"] = effect
    assert company.jobs.drain() == 1


def test_delayed_job_does_not_begin_before_its_time(company: Company) -> None:
    company.put("effect", delay=3600)
    assert company.jobs.drain() == 0
    wait = (company.job().run_at - company.job().created_at).total_seconds()
    assert wait == pytest.approx(3600, abs=1)
    company.make_due()
    assert company.jobs.drain() == 1


def test_smaller_priority_goes_first(company: Company) -> None:
    ids = [company.put("effect", priority=priority) for priority in (5, 0, -5)]
    claimed = [company.jobs.claim("a worker", 1)[0].id for _ in ids]
    assert claimed == ids[::-1]


def test_unique_job_is_kept_out_while_its_like_waits(company: Company) -> None:
    assert company.put("effect", unique="digest") is not None
    assert company.put("effect", unique="digest") is None
    assert company.put("effect", unique="other") is not None


def test_unique_job_is_kept_out_while_its_like_runs(company: Company) -> None:
    company.put("effect", unique="digest")
    [run] = company.jobs.claim("somebody", 1)
    assert company.put("effect", unique="digest") is None
    company.jobs.execute(run)
    assert company.put("effect", unique="digest") is not None


def test_waiting_jobs_follow_their_kind_into_another_queue(company: Company) -> None:
    company.put("effect")
    company.offer("effect", company.kinds["effect"].run, queue="letters")
    assert company.jobs.drain() == 1
    assert company.rows(sa.select(JOBS.c.queue)) == [("letters",)]


def test_application_leaves_jobs_that_it_does_not_know_to_others(
    make_company: Callable[..., Company], company: Company
) -> None:
    other = make_company()
    other.offer("theirs", lambda: None)
    other.put("theirs")
    assert (company.jobs.drain(), other.jobs.drain()) == (0, 1)


def test_job_of_a_job_is_drained_too(company: Company) -> None:
    def go_on() -> None:
        with writing() as session:
            enqueue(session, "effect", {"number": 1})

    company.offer("first", go_on)
    company.put("first")
    assert (company.jobs.drain(), company.effects()) == (2, [1])
