"""Counters by which processes notice each other's changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import make_engine, table_of, writing
from salesman_core.db import revisions as module
from salesman_core.db.revisions import Revision, bump, current_revisions, kept

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def asked(app: Flask, *, lately: bool) -> Mapping[str, int]:
    """Give the counters as a request of its own finds them."""
    with app.app_context():
        return current_revisions(lately=lately)


def raise_elsewhere(url: str) -> None:
    """Raise the counter of plugins as another process does."""
    engine = make_engine(url)
    counters = table_of(Revision)
    with engine.begin() as connection:
        connection.execute(counters.delete())
        connection.execute(counters.insert().values(subject="plugins", number=77))
    engine.dispose()


def test_counter_that_another_process_raised_is_seen_by_a_page_at_once(
    app: Flask, database_url: str
) -> None:
    asked(app, lately=False)
    raise_elsewhere(database_url)

    assert asked(app, lately=False)["plugins"] == 77


def test_program_may_get_the_counters_that_were_read_lately(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LATELY", 3600.0)
    before = dict(asked(app, lately=False))
    raise_elsewhere(database_url)

    assert asked(app, lately=True) == before

    monkeypatch.setattr(module, "LATELY", 0.0)
    assert asked(app, lately=True)["plugins"] == 77


def test_change_of_this_process_is_seen_by_programs_at_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LATELY", 3600.0)
    before = asked(app, lately=True).get("count", 0)

    with app.app_context(), writing() as session:
        bump(session, "count")

    assert asked(app, lately=True)["count"] == before + 1


def test_two_who_change_a_subject_for_the_first_time_at_once_both_do(app: Flask) -> None:
    begun = threading.Barrier(4)

    def change(_number: int) -> None:
        with app.app_context():
            begun.wait(10)
            with writing() as session:
                bump(session, "new")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(4)))

    assert asked(app, lately=False)["new"] == 4


def test_counters_inside_a_change_are_nobody_elses(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LATELY", 3600.0)

    def fail() -> None:
        with app.app_context(), writing() as session:
            bump(session, "count")
            session.flush()
            assert current_revisions()["count"] == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert asked(app, lately=True).get("count", 0) == 0


def test_what_is_kept_of_a_subject_is_forgotten_when_it_changes(app: Flask) -> None:
    with app.app_context():
        kept("count")["it"] = "old"
        kept("other")["it"] = "stays"
        assert kept("count") == {"it": "old"}

        with writing() as session:
            bump(session, "count")

        assert (kept("count"), kept("other")) == ({}, {"it": "stays"})


def test_what_was_read_inside_a_change_that_failed_is_not_kept(app: Flask) -> None:
    def fail() -> None:
        with writing():
            kept("count")["it"] = "never was"
            raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            fail()

        assert kept("count") == {}


def test_statement_of_counters_can_be_read_without_an_application(
    app: Flask, database_url: str
) -> None:
    raise_elsewhere(database_url)
    engine = make_engine(database_url)

    with sa.orm.Session(engine) as session:
        assert module.revisions(session) == {"plugins": 77}
    engine.dispose()
