"""Events are part of the change that they tell of, and their ids are in the order of commits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from salesman_core.db import at_commit, writing
from salesman_core.events import purge_events, record_event
from salesman_core.events.models import EVENTS
from salesman_core.jobs.models import JOBS
from salesman_hookspecs import Event, EventHandler

pytestmark = pytest.mark.databases("sqlite", "postgresql")

if TYPE_CHECKING:
    from conftest import Company

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ignore(_event: Event) -> None:
    """Do nothing about an event."""


def test_event_is_kept_with_all_that_is_known_of_it(company: Company) -> None:
    company.happen("core.deal.moved", record_id=7)
    [row] = company.rows(sa.select(EVENTS))
    assert row._asdict() == {
        "id": 1,
        "type": "core.deal.moved",
        "kind": "deal",
        "record_id": 7,
        "payload": {"to": 40},
        "actor_id": 5,
        "actor_name": "Anna",
        "at": NOON,
    }


def test_event_of_a_change_that_was_undone_never_happened(company: Company) -> None:
    def change_and_fail() -> None:
        with company.app.app_context(), writing() as session:
            record_event(session, "core.deal.moved", "deal", 1, {}, actor_id=None, at=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert company.types() == []


def test_event_of_a_savepoint_that_was_undone_never_happened(company: Company) -> None:
    def record(type_: str) -> None:
        record_event(session, type_, "deal", 1, {}, actor_id=None, at=NOON)

    with company.app.app_context(), writing() as session:
        record("before")
        with session.begin_nested():
            record("kept")
        undone = session.begin_nested()
        record("undone")
        with session.begin_nested():
            record("undone too")
        undone.rollback()
        record("after")
    assert company.types() == ["before", "kept", "after"]


def test_event_recorded_by_what_is_done_at_the_commit_is_kept(company: Company) -> None:
    def record(type_: str) -> None:
        record_event(session, type_, "deal", 1, {}, actor_id=None, at=NOON)

    with company.app.app_context(), writing() as session:
        record("first")
        at_commit(session, lambda _: record("second"))
        at_commit(session, lambda _: at_commit(session, lambda _: record("third")))
    assert company.types() == ["first", "second", "third"]


def test_payload_that_is_not_plain_is_refused_where_it_is_recorded(company: Company) -> None:
    with company.app.app_context(), writing() as session, pytest.raises(TypeError):
        record_event(session, "x", "deal", 1, {"at": NOON}, actor_id=None, at=NOON)


def test_handler_gets_the_event_after_the_commit(company: Company) -> None:
    got: list[Event] = []
    company.handle("mail", "core.deal.moved", handle=got.append)
    company.happen("core.deal.moved", "core.deal.closed")
    assert got == []
    company.jobs.drain()
    assert got == [Event(1, "core.deal.moved", "deal", 1, {"to": 40}, 5, NOON)]


def test_each_handler_has_a_job_of_its_own(company: Company) -> None:
    def fail(_event: Event) -> None:
        raise ZeroDivisionError

    got: list[Event] = []
    company.handle("mail", "core.deal.moved", handle=fail)
    company.handle("notes", "core.deal.moved", handle=got.append)
    company.happen("core.deal.moved")
    company.jobs.drain()
    jobs = company.rows(sa.select(JOBS.c.name, JOBS.c.state).order_by(JOBS.c.name))
    assert jobs == [("on.mail.answer", "ready"), ("on.notes.answer", "done")]
    assert len(got) == 1


def test_events_for_a_suspended_plugin_are_delivered_when_it_is_active_again(
    company: Company,
) -> None:
    got: list[Event] = []
    company.handle("mail", "core.deal.moved", handle=got.append)
    company.active.remove("mail")
    company.happen("core.deal.moved")
    company.happen("core.deal.moved")
    assert (company.jobs.drain(), got) == (0, [])
    company.active.add("mail")
    assert company.jobs.drain() == 2
    assert [event.id for event in got] == [1, 2]


def test_event_recorded_by_a_handler_is_handed_on(company: Company) -> None:
    def answer(event: Event) -> None:
        with writing() as session:
            record_event(session, "mail.sent", "deal", event.record_id, {}, actor_id=None, at=NOON)

    got: list[str] = []
    company.handle("mail", "core.deal.moved", handle=answer)
    company.handle("notes", "mail.sent", handle=lambda event: got.append(event.type))
    company.happen("core.deal.moved")
    company.jobs.drain()
    assert got == ["mail.sent"]


def test_old_events_are_purged_and_their_ids_never_given_again(company: Company) -> None:
    company.happen("old", "old")
    company.happen("old", at=NOON + timedelta(days=2))
    with company.app.app_context():
        assert purge_events(timedelta(days=1), now=NOON + timedelta(days=3), limit=1) == 1
        assert purge_events(timedelta(days=1), now=NOON + timedelta(days=3)) == 1
        assert purge_events(timedelta(days=1), now=NOON + timedelta(days=9)) == 1
    company.happen("new")
    assert [row.id for row in company.rows(sa.select(EVENTS))] == [4]


def test_events_that_a_handler_waits_for_are_not_purged(company: Company) -> None:
    company.happen("noise")
    company.handle("mail", "core.deal.moved", handle=ignore)
    company.active.remove("mail")
    company.happen("core.deal.moved")
    with company.app.app_context():
        assert purge_events(timedelta(days=1), now=NOON + timedelta(days=300)) == 1
    company.active.add("mail")
    company.jobs.drain()
    with company.app.app_context():
        assert purge_events(timedelta(days=1), now=NOON + timedelta(days=300)) == 1


def test_reader_who_follows_the_ids_misses_nothing_that_others_commit(
    make_company: Callable[[], Company], company: Company
) -> None:
    writers, rounds = 8, 12
    go_on = threading.Event()
    seen: list[int] = []

    def write(each: Company) -> None:
        for number in range(rounds):
            each.happen(*["x"] * (1 + number % 3))

    def follow() -> None:
        while True:
            last_look = go_on.is_set()
            after = seen[-1] if seen else 0
            later = sa.select(EVENTS.c.id).where(EVENTS.c.id > after).order_by(EVENTS.c.id)
            seen.extend(row.id for row in company.rows(later))
            if last_look:
                return

    reader = threading.Thread(target=follow)
    threads = [threading.Thread(target=write, args=(make_company(),)) for _ in range(writers)]
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    go_on.set()
    reader.join()
    assert len(seen) == writers * rounds * 2
    assert seen == [row.id for row in company.rows(sa.select(EVENTS.c.id).order_by(EVENTS.c.id))]


def test_numbering_comes_after_all_that_is_done_at_the_commit(company: Company) -> None:
    written: list[int] = []
    count = sa.select(sa.func.count()).select_from(EVENTS)
    with company.app.app_context(), writing() as session:
        record_event(session, "x", "deal", 1, {}, actor_id=None, at=NOON)
        at_commit(session, lambda last: written.append(last.execute(count).scalar_one()))
    assert (written, company.types()) == ([0], ["x"])


def test_handler_that_has_nothing_to_answer_to_gets_no_job(company: Company) -> None:
    for plugin in ("mail", "notes"):
        company.handle(plugin, "x", handle=lambda _event: None)
    company.idle.add("mail")

    company.happen("x")

    assert [row.name for row in company.rows(sa.select(JOBS.c.name))] == ["on.notes.answer"]


@pytest.mark.parametrize("given", [{"wanted": lambda: False}, {"subject": "notes.use"}])
def test_answer_of_a_handler_is_kept_no_longer_than_a_subject_says(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="wanted and subject together"):
        EventHandler("answer", ("x",), ignore, **given)
