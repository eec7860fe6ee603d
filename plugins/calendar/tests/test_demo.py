"""The activities of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar.demo import ENGLISH, RUSSIAN, TODAY, Words, tell
from salesman_calendar.models import Activity

from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading
from salesman_hookspecs import Demo, Person

TODAY_IS = date(2026, 3, 10)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("language", "words"), [("ru", RUSSIAN), ("en", ENGLISH)])
def test_demo_has_what_was_done_what_is_overdue_and_what_is_to_come(
    app: Flask, make: Make, language: str, words: Words
) -> None:
    moments = [datetime(2026, 1, 1, tzinfo=UTC)]
    app.extensions["salesman_clock"] = lambda: moments[-1]
    owner_id = make.user_of("seller")
    client_ids = [make.client(owner_id=owner_id) for _number in range(TODAY + 1)]
    deal_ids = [make.deal(owner_id=owner_id) for _number in range(40)]

    @contextmanager
    def at(moment: datetime, person: Person) -> Iterator[None]:
        moments.append(moment)
        with acting_as(person):
            yield

    people = {"seller": make.person(owner_id)}
    tell(Demo(language, TODAY_IS, 1, people, client_ids, deal_ids, at))

    columns = (
        Activity.subject,
        Activity.client_id,
        Activity.day,
        Activity.done_at,
        Activity.created_at,
    )
    rows = reading().execute(sa.select(*columns)).all()
    done = [row.done_at for row in rows if row.done_at is not None]
    to_come = [row.day for row in rows if row.done_at is None]
    assert len(done) == len(deal_ids)
    assert min(to_come) < TODAY_IS < max(to_come)
    assert {row.subject for row in rows} <= {
        words.weekly,
        *(one for some in words.subjects.values() for one in some),
        *(one for some in words.of_clients.values() for one in some),
    }
    of_clients = [row for row in rows if row.client_id in client_ids]
    assert [row.day for row in of_clients] == [TODAY_IS] * TODAY
    assert max([*done, *(row.created_at for row in rows)]) < datetime.combine(
        TODAY_IS, time.max, UTC
    )
