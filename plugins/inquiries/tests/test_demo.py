"""The inquiries of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_inquiries.demo import DEALS, ENGLISH, INQUIRIES, RUSSIAN, WAITING, Words, tell
from salesman_inquiries.models import Inquiry

from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading
from salesman_hookspecs import Demo, Person

TODAY = date(2026, 3, 10)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("language", "words"), [("ru", RUSSIAN), ("en", ENGLISH)])
def test_demo_has_what_waits_what_is_processed_and_what_became_a_deal(
    app: Flask, make: Make, language: str, words: Words
) -> None:
    moments = [datetime(2026, 1, 1, tzinfo=UTC)]
    app.extensions["salesman_clock"] = lambda: moments[-1]
    roles = ("telemarketer", "seller")
    people = {role: make.person(make.user_of(role)) for role in roles}

    @contextmanager
    def at(moment: datetime, person: Person) -> Iterator[None]:
        moments.append(moment)
        with acting_as(person):
            yield

    tell(Demo(language, TODAY, 1, people, [], [], at))

    columns = (Inquiry.status, Inquiry.became_kind, Inquiry.subject, Inquiry.owner_id)
    rows = reading().execute(sa.select(*columns)).all()
    waiting = [row for row in rows if row.status == "new"]
    assert {row.owner_id for row in waiting} == {one.id for one in people.values()}
    deals = [row for row in rows if row.became_kind == "deal"]
    assert (len(rows), len(waiting)) == (INQUIRIES, WAITING)
    assert len(deals) == (INQUIRIES - WAITING) // DEALS
    assert {row.subject for row in rows} <= {subject for subject, *_rest in words.subjects}
