"""What a job does and its completion are one; nothing of a job that was taken away is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Session

import salesman_core.jobs.run as run_module
from salesman_core.db import after_commit, at_commit, reading, writing
from salesman_core.jobs import JobCancelledError, LostLeaseError, cancel, job_piece, job_progress
from salesman_core.jobs.leases import reap
from salesman_core.jobs.models import JOBS

if TYPE_CHECKING:
    from conftest import Company


def effect(session: Session, company: Company, number: int) -> None:
    """Leave a row, as jobs do."""
    table = sa.table("effect", sa.column("number"))
    session.execute(table.insert().values(number=number))


def lose(company: Company) -> None:
    """Let the running job be taken over, as if its worker had been silent for too long."""
    reap(company.jobs.store, everything=True)
    company.jobs.claim("another worker", 1)


def test_failure_at_the_commit_keeps_neither_effect_nor_completion(company: Company) -> None:
    def refuse(_session: Session) -> None:
        raise ZeroDivisionError

    def work() -> None:
        with writing() as session:
            effect(session, company, 1)
            at_commit(session, refuse)

    company.offer("refused", work)
    company.put("refused")
    company.jobs.drain()
    assert (company.effects(), company.states()) == ([], {"ready": 1})


def test_services_of_a_job_share_its_transaction(company: Company) -> None:
    def work() -> None:
        with writing() as session:
            effect(session, company, 1)
        with writing() as session:
            effect(session, company, 2)
        raise ZeroDivisionError

    company.offer("two services", work)
    company.put("two services")
    company.jobs.drain()
    assert company.effects() == []


def test_calls_after_the_commit_find_the_job_done(company: Company) -> None:
    seen: list[dict[str, int]] = []

    def work() -> None:
        with writing() as session:
            after_commit(session, lambda: seen.append(company.states()))

    company.offer("announce", work)
    company.put("announce")
    company.jobs.drain()
    assert seen == [{"done": 1}]


def test_calls_after_the_commit_are_not_made_for_a_job_that_failed(company: Company) -> None:
    calls: list[int] = []

    def work() -> None:
        with writing() as session:
            after_commit(session, lambda: calls.append(1))
        raise ZeroDivisionError

    company.offer("fail", work)
    company.put("fail")
    company.jobs.drain()
    assert calls == []


def test_failing_call_after_the_commit_leaves_the_job_done(company: Company) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    def work() -> None:
        with writing() as session:
            effect(session, company, 1)
            after_commit(session, fail)

    company.offer("announce", work)
    company.put("announce")
    company.jobs.drain()
    assert (company.effects(), company.states()) == ([1], {"done": 1})


def test_acting_person_is_set_before_each_job(make_company: Callable[..., Company]) -> None:
    def act() -> None:
        g.actor = "the system"

    company = make_company(before_run=act)
    seen: list[str] = []
    company.offer("who", lambda: seen.append(g.actor))
    company.put("who")
    company.put("who")
    company.jobs.drain()
    assert seen == ["the system", "the system"]


def test_job_that_was_taken_away_keeps_nothing(company: Company) -> None:
    def work() -> None:
        lose(company)  # before its first statement: on SQLite nobody could, later
        with writing() as session:
            effect(session, company, 1)

    company.offer("slow", work)
    company.put("slow")
    [run] = company.jobs.claim("a worker", 1)
    company.jobs.execute(run)
    assert company.effects() == []
    assert (company.job().state, company.job().owner) == ("running", "another worker")


def test_later_attempt_of_the_same_worker_fences_the_earlier(company: Company) -> None:
    def work() -> None:
        reap(company.jobs.store, everything=True)
        company.jobs.claim("a worker", 1)
        with writing() as session:
            effect(session, company, 1)

    company.offer("slow", work)
    company.put("slow")
    [run] = company.jobs.claim("a worker", 1)
    company.jobs.execute(run)
    assert (company.effects(), company.job().attempts) == ([], 2)


def test_failure_of_a_job_that_was_taken_away_is_not_counted(company: Company) -> None:
    def work() -> None:
        lose(company)
        raise ZeroDivisionError

    company.offer("slow", work)
    company.put("slow")
    [run] = company.jobs.claim("a worker", 1)
    company.jobs.execute(run)
    assert (company.job().state, company.job().owner) == ("running", "another worker")


def test_pieces_are_kept_one_by_one(company: Company) -> None:
    def work() -> None:
        with job_piece() as session:
            effect(session, company, 1)
        with job_piece() as session:
            effect(session, company, 2)
            raise ZeroDivisionError

    company.offer("pieces", work, transactional=False)
    company.put("pieces")
    company.jobs.drain()
    assert (company.effects(), company.states()) == ([1], {"ready": 1})


def test_services_and_pieces_within_a_piece_join_it(company: Company) -> None:
    def work() -> None:
        with job_piece() as session:
            with job_piece() as inner:
                assert inner is session
            with writing() as inner:
                assert inner is session
                effect(inner, company, 1)
            assert company.effects() == []

    company.offer("pieces", work, transactional=False)
    company.put("pieces")
    company.jobs.drain()
    assert (company.effects(), company.states()) == ([1], {"done": 1})


def test_what_pieces_wrote_can_be_read_after_them(company: Company) -> None:
    seen: list[list[int]] = []
    numbers: sa.Select[tuple[int]] = sa.select(sa.column("number")).select_from(sa.table("effect"))

    def work() -> None:
        for number in (1, 2):
            seen.append(list(reading().scalars(numbers)))
            with job_piece() as session:
                effect(session, company, number)

    company.offer("pieces", work, transactional=False)
    company.put("pieces")
    company.jobs.drain()
    assert seen == [[], [1]]


def test_piece_of_a_job_that_was_taken_away_is_refused(company: Company) -> None:
    def work() -> None:
        with job_piece() as session:
            effect(session, company, 1)
        lose(company)
        with job_piece() as session:
            effect(session, company, 2)

    company.offer("pieces", work, transactional=False)
    company.put("pieces")
    [run] = company.jobs.claim("a worker", 1)
    company.jobs.execute(run)
    assert (company.effects(), company.job().owner) == ([1], "another worker")


@pytest.mark.databases("postgresql")
def test_piece_is_refused_at_its_commit_too(company: Company) -> None:
    refused: list[bool] = []

    def work() -> None:
        try:
            with job_piece() as session:
                effect(session, company, 1)
                lose(company)
        except LostLeaseError:
            refused.append(True)
            raise

    company.offer("pieces", work, transactional=False)
    company.put("pieces")
    [run] = company.jobs.claim("a worker", 1)
    company.jobs.execute(run)
    assert (refused, company.effects()) == ([True], [])


def test_piece_renews_the_lease(company: Company) -> None:
    leases: list[object] = []

    def work() -> None:
        for _ in range(2):
            leases.append(company.job().lease_until)
            with job_piece():
                pass

    company.offer("pieces", work, transactional=False)
    company.put("pieces")
    company.jobs.drain()
    assert leases[0] < leases[1]  # type: ignore[operator]


def test_pieces_of_a_transactional_job_are_a_mistake_that_is_explained(company: Company) -> None:
    def work() -> None:
        with job_piece():
            pass

    company.offer("wrong", work)
    company.put("wrong")
    company.jobs.drain()
    assert "job_piece() needs a job with transactional=False" in company.job().error


def test_outside_of_jobs_a_piece_is_a_transaction_and_progress_is_for_nobody(
    company: Company,
) -> None:
    with company.app.app_context():
        with job_piece() as session:
            effect(session, company, 1)
        job_progress(1, 2)
    assert company.effects() == [1]


def test_progress_is_seen_while_the_job_runs(company: Company) -> None:
    seen: list[tuple[object, ...]] = []

    def work() -> None:
        job_progress(1, 3, "clients")
        seen.append(_progress(company))
        with job_piece():
            job_progress(2, 3, "deals")
        seen.append(_progress(company))
        job_progress(3, 3, "done")
        seen.append(_progress(company))

    company.offer("import", work, transactional=False)
    company.put("import")
    company.jobs.drain()
    assert seen == [(1, 3, "clients"), (2, 3, "deals"), (3, 3, "done")]


def test_progress_told_for_each_row_is_written_once_in_a_while(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "PROGRESS_INTERVAL", 3600.0)
    begun: list[object] = []

    def work() -> None:
        here = threading.get_ident()  # the lease is renewed by another thread

        def note(connection: sa.Connection) -> None:
            if threading.get_ident() == here:
                begun.append(connection)

        sa.event.listen(company.jobs.store.engine, "begin", note)
        for number in range(1, 1000):
            job_progress(number, 1000)
        sa.event.remove(company.jobs.store.engine, "begin", note)

    company.offer("import", work, transactional=False)
    company.put("import")
    company.jobs.drain()
    assert len(begun) == 1


def test_running_job_stops_at_its_next_piece_when_cancelled(company: Company) -> None:
    def work() -> None:
        for number in range(3):
            with job_piece() as session:
                effect(session, company, number)
            if number == 1:
                cancel(company.job().id)

    company.offer("pieces", work, transactional=False)
    company.put("pieces")
    company.jobs.drain()
    assert (company.effects(), company.states()) == ([0, 1], {"cancelled": 1})


def test_running_job_stops_when_it_tells_its_progress_after_a_cancel(company: Company) -> None:
    stopped: list[int] = []

    def work() -> None:
        cancel(company.job().id)
        try:
            job_progress(1, 1)
        except JobCancelledError:
            stopped.append(1)
            raise

    company.offer("import", work, transactional=False)
    company.put("import")
    company.jobs.drain()
    assert (stopped, company.states()) == ([1], {"cancelled": 1})


def _progress(company: Company) -> tuple[object, ...]:
    columns = (JOBS.c.progress_done, JOBS.c.progress_of, JOBS.c.progress_text)
    [row] = company.rows(sa.select(*columns))
    return tuple(row)
