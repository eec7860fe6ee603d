"""Two kinds of session: one that reads, one that writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import ReadOnlyError, after_commit, at_commit, db, reading, writing
from salesman_core.db.engine import TurnTaking, make_engine
from salesman_core.db.revisions import Revision, bump, revisions

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = Flask("sessions")
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 20}
    db.init_app(app)
    with app.app_context():
        Revision.__table__.create(db.engine, checkfirst=True)
        with writing() as session:
            session.execute(sa.delete(Revision))
        yield app
        db.session.remove()
        db.leave()


@pytest.mark.parametrize(
    "statement",
    [
        sa.insert(Revision).values(subject="x", number=1),
        sa.text("INSERT INTO core_revision (subject, number) VALUES ('x', 1)"),
        sa.delete(Revision),
    ],
)
def test_reading_session_refuses_to_write(app: Flask, statement: sa.Executable) -> None:
    with pytest.raises((ReadOnlyError, sa.exc.DBAPIError)):
        reading().execute(statement)


def test_reading_session_refuses_a_new_row(app: Flask) -> None:
    session = reading()
    session.add(Revision(subject="x", number=1))

    with pytest.raises(ReadOnlyError):
        session.flush()
    session.expunge_all()


def test_inner_writing_joins_the_outer_and_falls_with_it(app: Flask) -> None:
    def write_twice() -> None:
        with writing() as outer:
            bump(outer, "outer")
            with writing() as inner:
                assert inner is outer
                bump(inner, "inner")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_twice()

    assert revisions(reading()) == {}


def test_what_was_written_is_read_at_once(app: Flask) -> None:
    assert revisions(reading()) == {}

    with writing() as session:
        bump(session, "plugins")

    assert revisions(reading()) == {"plugins": 1}


def test_calls_at_and_after_the_commit_come_in_their_order(app: Flask) -> None:
    told: list[str] = []
    with writing() as session:
        after_commit(session, lambda: told.append("after"))
        at_commit(session, lambda _session: told.append("at"))
        told.append("inside")

    assert told == ["inside", "at", "after"]


def test_calls_after_the_commit_are_dropped_with_a_rollback(app: Flask) -> None:
    told: list[str] = []

    def fail() -> None:
        with writing() as session:
            after_commit(session, lambda: told.append("after"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert told == []


def test_parallel_updates_are_all_kept(app: Flask) -> None:
    with writing() as session:
        bump(session, "count")

    def raise_many(_writer: int) -> None:
        with app.app_context():
            for _ in range(25):
                with writing() as session:
                    row = session.get(Revision, "count", with_for_update=True)
                    assert row is not None
                    row.number += 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(raise_many, range(16)))

    assert revisions(reading()) == {"count": 401}


def test_reader_is_not_kept_waiting_by_a_writer(app: Flask) -> None:
    entered, release = threading.Event(), threading.Event()

    def write() -> None:
        with app.app_context(), writing() as session:
            bump(session, "slow")
            entered.set()
            release.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    entered.wait(10)
    seen = revisions(reading())
    release.set()
    writer.join()

    assert seen == {}


def test_call_after_the_commit_that_fails_is_logged_and_keeps_nothing_from_the_others(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError

    with writing() as session:
        bump(session, "count")
        after_commit(session, fail)
        after_commit(session, lambda: told.append("after"))

    assert (revisions(reading()), told) == ({"count": 1}, ["after"])
    assert "ZeroDivisionError" in caplog.text


def test_objects_and_columns_are_read_in_one_view_until_it_ends(app: Flask) -> None:
    with writing() as session:
        bump(session, "count")
    view = reading()
    assert revisions(view) == {"count": 1}

    def raise_it() -> None:
        with app.app_context(), writing() as session:
            bump(session, "count")

    other = threading.Thread(target=raise_it)
    other.start()
    other.join()
    object_in_view = view.get(Revision, "count")
    assert object_in_view is not None
    if db.engine.dialect.name == "sqlite":  # PostgreSQL shows each statement what is committed
        assert (object_in_view.number, revisions(view)) == (1, {"count": 1})
    db.session.rollback()

    assert revisions(reading()) == {"count": 2}


def test_view_gives_its_connection_back(app: Flask) -> None:
    revisions(reading())
    reading().get(Revision, "count")
    lent = db.reader.pool.checkedout()
    db.session.rollback()
    after_rollback = db.reader.pool.checkedout()
    revisions(reading())
    db.session.remove()

    assert (lent, after_rollback, db.reader.pool.checkedout()) == (1, 0, 0)


@pytest.mark.databases("postgresql")
def test_connection_that_was_cut_off_while_it_rested_is_replaced(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = sa.text("SELECT pg_backend_pid()")
    pid = reading().scalar(ask)
    db.session.remove()
    server = sa.create_engine(db.engine.url, poolclass=sa.NullPool)
    with server.connect() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    monkeypatch.setattr("salesman_core.db.engine.IDLE", 0.0)

    assert reading().scalar(ask) not in {None, pid}


@pytest.mark.databases("sqlite")
def test_connection_that_is_closed_with_rows_to_give_leaves_no_lock(database_url: str) -> None:
    engine = make_engine(database_url)
    first, second = engine.raw_connection(), engine.raw_connection()
    left, next_one = first.driver_connection, second.driver_connection
    assert isinstance(left, TurnTaking)
    assert isinstance(next_one, TurnTaking)
    left.begin()
    rows = left.execute("SELECT 1 UNION SELECT 2")  # as Ctrl-C leaves one, seen by a traceback

    left.close()
    next_one.begin()
    next_one.rollback()

    assert rows is not None
    second.close()
    engine.dispose()
