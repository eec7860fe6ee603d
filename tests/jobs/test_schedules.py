"""Jobs by the clock: once for all processes, in the company's time zone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from salesman_core.jobs.models import JOBS, SCHEDULES
from salesman_core.jobs.schedules import next_firing
from salesman_hookspecs import Schedule

if TYPE_CHECKING:
    from conftest import Company, Processes

BERLIN = ZoneInfo("Europe/Berlin")  # summer time from 29 March 2026, 01:00 UTC, to 25 October
MOSCOW = ZoneInfo("Europe/Moscow")


def firings(cron: str, after: str, zone: ZoneInfo, count: int) -> list[str]:
    """Give the next *count* firings after a moment in UTC, in UTC."""
    moment, found = datetime.fromisoformat(after).replace(tzinfo=UTC), []
    for _ in range(count):
        moment = next_firing(cron, moment, zone)
        found.append(moment.strftime("%d %H:%M"))
    return found


def test_times_are_those_of_the_zone() -> None:
    assert firings("0 3 * * *", "2026-03-02 00:30", MOSCOW, 2) == ["03 00:00", "04 00:00"]


def test_time_that_a_change_of_the_clock_skips_fires_right_after_it_once() -> None:
    found = firings("30 2 * * *", "2026-03-28 00:00", BERLIN, 3)
    assert found == ["28 01:30", "29 01:00", "30 00:30"]


def test_time_that_a_change_of_the_clock_repeats_fires_once() -> None:
    found = firings("30 2 * * *", "2026-10-24 12:00", BERLIN, 2)
    assert found == ["25 00:30", "26 01:30"]


def test_firing_that_came_late_within_a_repeated_hour_is_not_repeated() -> None:
    assert firings("30 2 * * *", "2026-10-25 01:10", BERLIN, 1) == ["26 01:30"]


def test_what_recurs_by_the_hour_goes_on_through_a_repeated_hour() -> None:
    found = firings("0 * * * *", "2026-10-24 23:30", BERLIN, 4)
    assert found == ["25 00:00", "25 01:00", "25 02:00", "25 03:00"]


@pytest.mark.parametrize("cron", ["61 * * * *", "never", "0 0 30 2 *"])
def test_nonsense_is_no_schedule(cron: str) -> None:
    with pytest.raises(ValueError, match=r"is no schedule|never fires"):
        next_firing(cron, datetime(2026, 1, 1, tzinfo=UTC), BERLIN)


def nightly(company: Company, cron: str = "0 3 * * *", name: str = "nightly") -> None:
    """Let the company keep a schedule."""
    company.schedules[name] = Schedule(name, cron, "effect", {"number": 3})


def miss(company: Company, **ago: Any) -> None:
    """Let the next firing of all schedules lie in the past."""
    ago_ = company.jobs.store.moment(-timedelta(**ago).total_seconds())
    with company.jobs.store.engine.begin() as connection:
        connection.execute(SCHEDULES.update().values(next_at=ago_))


def test_schedule_does_not_fire_before_its_time(company: Company) -> None:
    nightly(company)
    assert company.jobs.drain() == 0
    [row] = company.rows(sa.select(SCHEDULES))
    assert row.next_at > datetime.now(UTC)
    assert row.next_at.hour == 3


def test_schedule_that_is_due_fires_once_with_its_arguments(company: Company) -> None:
    nightly(company)
    company.jobs.drain()
    miss(company, seconds=1)
    assert [company.jobs.drain() for _ in range(2)] == [1, 0]
    assert company.effects() == [3]


def test_firings_that_were_missed_are_made_up_for_by_one(company: Company) -> None:
    nightly(company, "* * * * *")
    company.jobs.drain()
    miss(company, days=3)
    assert [company.jobs.drain() for _ in range(2)] == [1, 0]
    [row] = company.rows(sa.select(SCHEDULES))
    assert row.next_at > datetime.now(UTC)


def test_firing_is_left_out_while_the_job_of_the_last_one_waits(company: Company) -> None:
    nightly(company)
    company.jobs.look_after()
    for _ in range(3):
        miss(company, seconds=1)
        company.jobs.look_after()
    assert company.states() == {"ready": 1}


def test_new_time_or_zone_of_a_schedule_counts_at_once(company: Company) -> None:
    nightly(company)
    company.jobs.look_after()
    nightly(company, "0 4 * * *")
    company.jobs.look_after()
    assert [row.next_at.hour for row in company.rows(sa.select(SCHEDULES))] == [4]
    company.zone = MOSCOW
    company.jobs.look_after()
    assert [row.next_at.hour for row in company.rows(sa.select(SCHEDULES))] == [1]


def test_restart_does_not_forget_a_firing_that_is_due(
    make_company: Callable[..., Company], company: Company
) -> None:
    nightly(company)
    company.jobs.look_after()
    miss(company, hours=2)
    restarted = make_company()
    nightly(restarted)
    assert restarted.jobs.drain() == 1


def test_schedule_of_a_suspended_plugin_rests(company: Company) -> None:
    nightly(company)
    company.jobs.look_after()
    miss(company, hours=2)
    schedule = company.schedules.pop("nightly")
    assert company.jobs.drain() == 0
    company.schedules["nightly"] = schedule
    assert company.jobs.drain() == 1


def test_bad_schedule_does_not_hold_up_the_others(company: Company) -> None:
    nightly(company, "at night", name="a bad one")
    company.schedules["an unknown"] = Schedule("an unknown", "0 3 * * *", "no such job")
    company.schedules["broken"] = Schedule("broken", "0 3 * * *", "effect", {"x": company})
    nightly(company)
    company.jobs.look_after()
    miss(company, seconds=1)
    assert company.jobs.drain() == 1


def test_processes_that_meet_on_a_firing_fire_it_once(
    make_company: Callable[..., Company], company: Company
) -> None:
    companies = [make_company() for _ in range(6)]
    for each in (company, *companies):
        nightly(each)
        each.jobs.look_after()
    for _ in range(5):
        miss(company, seconds=1)
        meeting = threading.Barrier(len(companies))

        def meet(each: Company, meeting: threading.Barrier = meeting) -> None:
            meeting.wait()
            each.jobs.look_after()

        threads = [threading.Thread(target=meet, args=(each,)) for each in companies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert company.states().get("ready") == 1
        company.jobs.drain()
    assert company.effects() == [3] * 5


def test_firing_that_another_process_has_done_is_not_done_again(company: Company) -> None:
    nightly(company)
    company.jobs.look_after()
    miss(company, seconds=1)
    with company.jobs.store.reader.connect() as connection:
        now = company.jobs.store.now(connection)
        [seen] = company.jobs._scheduler.due(connection, now)
    assert company.jobs.drain() == 1
    with company.app.app_context():
        company.jobs._fire(company.schedules["nightly"], seen, now)
    assert company.jobs.drain() == 0


@pytest.mark.databases("postgresql")
def test_schedule_fires_once_over_several_processes(
    company: Company, processes: Processes, wait: Callable[..., float]
) -> None:
    for _ in range(3):
        processes.start(every="* * * * * *")
    wait(lambda: company.states().get("done", 0) >= 2)
    seconds = [row[0].replace(microsecond=0) for row in company.rows(sa.select(JOBS.c.created_at))]
    assert len(seconds) == len(set(seconds))
