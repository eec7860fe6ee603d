"""Counting SQL statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from threading import Thread

import pytest
import sqlalchemy as sa

from salesman_core.db import make_engine
from salesman_core.testing.statements import counted_statements

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def ask(engine: sa.Engine, times: int = 1) -> None:
    """Send so many statements."""
    with engine.begin() as connection:
        for _ in range(times):
            connection.scalar(sa.text("SELECT 1"))


def test_statements_inside_the_block_are_counted(engine: sa.Engine, statements: Counting) -> None:
    ask(engine)  # the first connection asks questions of its own

    with statements() as sent:
        ask(engine, times=3)
    ask(engine)

    assert sent == ["SELECT 1"] * 3


def test_statements_of_other_threads_are_counted(engine: sa.Engine, statements: Counting) -> None:
    ask(engine)

    with statements() as sent:
        thread = Thread(target=ask, args=(engine, 2))
        thread.start()
        thread.join()

    assert sent.count("SELECT 1") == 2


def test_statements_of_another_engine_are_left_out_where_one_is_named(engine: sa.Engine) -> None:
    other = make_engine("sqlite://")
    ask(engine)

    with counted_statements(engine) as sent:
        ask(other)
        ask(engine)

    other.dispose()
    assert sent == ["SELECT 1"]
