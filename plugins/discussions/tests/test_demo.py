"""The discussions of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_discussions.demo import ENGLISH, RUSSIAN, Talk, tell
from salesman_discussions.models import Reader, Thread

from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading
from salesman_hookspecs import Demo, Person


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("language", "talks"), [("ru", RUSSIAN), ("en", ENGLISH)])
def test_demo_has_discussions_that_are_open_and_such_that_are_decided(
    app: Flask, make: Make, language: str, talks: tuple[Talk, ...]
) -> None:
    moments = [datetime(2026, 1, 1, tzinfo=UTC)]
    app.extensions["salesman_clock"] = lambda: moments[-1]
    roles = ("seller", "lawyer", "assistant", "head", "service")
    people = {role: make.person(make.user_of(role)) for role in roles}
    for role in ("seller", "service"):
        for _number in range(8):
            make.deal(owner_id=people[role].id)

    @contextmanager
    def at(moment: datetime, person: Person) -> Iterator[None]:
        moments.append(moment)
        with acting_as(person):
            yield

    tell(Demo(language, date(2026, 3, 10), 1, people, [], [], at))
    rows = reading().execute(sa.select(Thread.subject, Thread.closed_at)).all()
    assert {row.subject for row in rows} == {talk.subject for talk in talks}
    assert {row.closed_at is None for row in rows} == {True, False}
    waiting = sa.select(sa.func.count()).where(Reader.waiting_since.is_not(None))
    assert reading().scalar(waiting) == 0
