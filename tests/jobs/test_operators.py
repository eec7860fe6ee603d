"""What an administrator sees and does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from salesman_core.db import writing
from salesman_core.jobs import (
    Progress,
    State,
    cancel,
    dead_count,
    dead_kinds,
    discard,
    discard_all,
    figures,
    firings,
    job_progress,
    job_view,
    jobs_in,
    pause,
    purge,
    rerun_all,
    resume,
)
from salesman_core.jobs.models import JOBS, SCHEDULES
from salesman_hookspecs import Schedule

if TYPE_CHECKING:
    from conftest import Company


def fail() -> None:
    """Fail as a mistake does."""
    raise ZeroDivisionError


def test_waiting_job_is_cancelled_at_once(company: Company) -> None:
    job_id = company.put("effect")
    with company.app.app_context():
        assert job_id is not None
        assert cancel(job_id)
        assert not cancel(job_id)
    assert (company.jobs.drain(), company.states()) == (0, {"cancelled": 1})


def test_cancel_is_undone_with_the_transaction_that_it_was_part_of(company: Company) -> None:
    job_id = company.put("effect")
    assert job_id is not None

    def cancel_and_fail() -> None:
        with company.app.app_context(), writing():
            assert cancel(job_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cancel_and_fail()
    assert company.jobs.drain() == 1


def test_cancelled_job_that_fails_gets_no_further_attempt(company: Company) -> None:
    def work() -> None:
        cancel(company.job().id)
        raise ZeroDivisionError

    company.offer("fail", work, transactional=False)
    company.put("fail")
    company.jobs.drain()
    assert company.states() == {"cancelled": 1}


def test_no_job_of_a_paused_queue_begins_until_it_is_resumed(company: Company) -> None:
    company.offer("letter", lambda: None, queue="letters")
    company.put("letter")
    company.put("effect")
    with company.app.app_context():
        pause("letters")
    assert (company.jobs.drain(), company.states()) == (1, {"ready": 1, "done": 1})
    with company.app.app_context():
        resume("letters")
    assert company.jobs.drain() == 1


def test_purge_removes_what_ended_long_ago_and_nothing_else(company: Company) -> None:
    company.offer("fail", fail, attempts=1)
    company.put("effect")
    company.put("fail")
    company.jobs.drain()
    company.put("effect", delay=3600)
    with company.app.app_context():
        assert purge(timedelta(days=7)) == 0
    week_ago = company.jobs.store.moment(-8 * 86400)
    company.change(ended_at=week_ago)
    with company.app.app_context():
        assert purge(timedelta(days=7)) == 1
        assert company.states() == {"ready": 1, "dead": 1}
        assert purge(timedelta(days=7), State.DEAD) == 1


def test_purge_takes_no_more_than_it_is_allowed_to(company: Company) -> None:
    company.put_effects(3)
    company.jobs.drain()
    company.change(ended_at=company.jobs.store.moment(-100))
    with company.app.app_context():
        assert [purge(timedelta(0), limit=2) for _ in range(3)] == [2, 1, 0]


def test_ids_of_purged_jobs_are_never_given_again(company: Company) -> None:
    first = company.put("effect")
    company.jobs.drain()
    with company.app.app_context():
        assert purge(timedelta(days=-1)) == 1
    second = company.put("effect")
    assert first is not None
    assert second is not None
    assert second > first


def test_figures_count_what_a_queue_has_to_do(company: Company) -> None:
    company.offer("fail", fail, attempts=1, queue="letters")
    company.put("fail")
    company.jobs.drain()
    company.put_effects(3)
    company.jobs.claim("a worker", 1)
    with company.app.app_context():
        pause("empty")
        default, empty, letters = figures()
    assert (default.queue, default.waiting, default.running, default.dead) == ("default", 2, 1, 0)
    assert (empty.queue, empty.waiting, empty.paused) == ("empty", 0, True)
    assert (letters.queue, letters.dead, letters.paused) == ("letters", 1, False)


def test_job_of_a_suspended_plugin_makes_no_queue_late(company: Company) -> None:
    company.put("effect")
    company.change(run_at=company.jobs.store.moment(-600))
    del company.kinds["effect"]
    with company.app.app_context():
        [default] = figures()
    assert (default.waiting, default.suspended, default.oldest_waiting) == (0, 1, 0)


def test_oldest_waiting_job_tells_how_late_a_queue_is(company: Company) -> None:
    company.put("effect")
    company.put("effect")
    company.make_due()
    company.put("effect", delay=3600)
    with company.app.app_context():
        [default] = figures()
    assert default.oldest_waiting == pytest.approx(1, abs=2)
    company.change(run_at=company.jobs.store.moment(-600))
    with company.app.app_context():
        [default] = figures()
    assert default.oldest_waiting == pytest.approx(600, abs=2)


def test_job_can_be_watched(company: Company) -> None:
    company.offer("import", lambda file: job_progress(1, 2, "clients"), transactional=False)
    job_id = company.put("import", {"file": "clients.csv"})
    assert job_id is not None
    company.jobs.drain()
    with company.app.app_context():
        view = job_view(job_id)
        assert job_view(job_id + 1) is None
    assert view is not None
    assert (view.state, view.arguments) == (State.DONE, {"file": "clients.csv"})
    assert view.progress == Progress(1, 2, "clients")


def test_list_of_jobs_goes_on_where_a_page_ended(company: Company) -> None:
    ids = [company.put("effect") for _ in range(3)]
    with company.app.app_context():
        first = jobs_in(State.READY, limit=2)
        rest = jobs_in(State.READY, before=first[-1].id)
    assert [view.id for view in (*first, *rest)] == ids[::-1]


def test_figures_tell_apart_what_is_due_and_what_is_for_later(company: Company) -> None:
    company.put("effect")
    company.make_due()
    company.put("effect", delay=3600)
    with company.app.app_context():
        [default] = figures()
    assert (default.waiting, default.later) == (2, 1)


def kill(company: Company, name: str, **options: Any) -> int:
    """Put a job into the queue that fails for good, and let it."""
    company.offer(name, fail, attempts=1)
    job_id = company.put(name, **options)
    company.jobs.drain()
    assert job_id is not None
    return job_id


def test_dead_jobs_are_counted_by_their_names(company: Company) -> None:
    kill(company, "letter")
    kill(company, "tidy")
    kill(company, "tidy")
    with company.app.app_context():
        found = {one.name: (one.jobs, one.latest) for one in dead_kinds()}
        assert dead_count() == 3
    latest = max(row.ended_at for row in company.rows(sa.select(JOBS).where(JOBS.c.name == "tidy")))
    assert found["tidy"] == (2, latest)
    assert found["letter"][0] == 1


def test_list_of_jobs_may_be_of_one_name_and_several_states(company: Company) -> None:
    company.put("effect")
    company.jobs.drain()
    dead = kill(company, "tidy")
    company.put("effect")
    with company.app.app_context():
        over = jobs_in(State.DONE, State.DEAD)
        assert [view.name for view in over] == ["tidy", "effect"]
        assert [view.id for view in jobs_in(State.DONE, State.DEAD, name="tidy")] == [dead]


def test_discarded_job_is_dead_no_longer_and_keeps_its_error(company: Company) -> None:
    job_id = kill(company, "tidy")
    with company.app.app_context():
        assert discard(job_id)
        assert not discard(job_id)
        view = job_view(job_id)
    assert view is not None
    assert view.state is State.CANCELLED
    assert "ZeroDivisionError" in (view.error or "")


def test_waiting_job_is_not_discarded(company: Company) -> None:
    job_id = company.put("effect")
    assert job_id is not None
    with company.app.app_context():
        assert not discard(job_id)
    assert company.jobs.drain() == 1


def test_all_dead_jobs_of_a_name_are_discarded_and_no_others(company: Company) -> None:
    kill(company, "letter")
    kill(company, "tidy")
    kill(company, "tidy")
    with company.app.app_context():
        assert discard_all("tidy") == 2
    assert company.states() == {"dead": 1, "cancelled": 2}


def test_all_dead_jobs_of_a_name_are_tried_again_and_no_others(company: Company) -> None:
    kill(company, "letter")
    kill(company, "tidy")
    kill(company, "tidy")
    company.offer("tidy", lambda: None)
    with company.app.app_context():
        assert rerun_all("tidy") == 2
    assert company.jobs.drain() == 2
    assert company.states() == {"dead": 1, "done": 2}


def test_of_dead_jobs_that_are_unique_one_is_tried_again(company: Company) -> None:
    kill(company, "tidy", unique="nightly")
    latest = kill(company, "tidy", unique="nightly")
    with company.app.app_context():
        assert rerun_all("tidy") == 1
        assert rerun_all("tidy") == 0
        assert [view.id for view in jobs_in(State.READY)] == [latest]


def test_firings_tell_when_schedules_fire(company: Company) -> None:
    company.schedules["nightly"] = Schedule("nightly", "0 3 * * *", "effect")
    company.jobs.look_after()
    with company.app.app_context():
        assert firings()["nightly"].fired_at is None
    fired = company.jobs.store.moment(-10)
    with company.jobs.store.engine.begin() as connection:
        connection.execute(SCHEDULES.update().values(next_at=fired))
    company.jobs.look_after()
    with company.app.app_context():
        firing = firings()["nightly"]
    assert firing.fired_at is not None
    assert firing.next_at > firing.fired_at
