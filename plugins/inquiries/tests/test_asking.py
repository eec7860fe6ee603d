"""What is asked once the next step of an inquiry is done in the calendar."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from salesman_inquiries import queries, service

from salesman_core.jobs import Jobs
from salesman_core.services.models import Notice
from salesman_core.testing.people import Make, apart
from salesman_core.toolkit import reading
from salesman_core.toolkit import service as service_of

Note = Callable[..., int]


def finish_next_step(app: Flask, inquiry_id: int) -> None:
    """Say in the calendar that what was next with an inquiry is done, and let jobs be done."""
    service_of("calendar").finish(queries.one_inquiry(reading(), inquiry_id).activity_id, {})
    jobs: Jobs = app.extensions["salesman_jobs"]
    apart(jobs.drain)


def notices() -> list[tuple[int, str, str]]:
    rows = reading().execute(sa.select(Notice.user_id, Notice.text, Notice.address))
    return [(row.user_id, row.text, row.address) for row in rows]


def test_owner_is_asked_what_came_of_an_inquiry_once_its_next_step_is_done(
    app: Flask, make: Make, note: Note
) -> None:
    owner_id = make.user("telemarketer")
    with make.acting(owner_id):
        inquiry_id = note(next_step="Call back")
    finish_next_step(app, inquiry_id)

    asked = "“Call back” is done. What came of the inquiry?"
    assert notices() == [(owner_id, asked, f"/inquiries/{inquiry_id}")]


def test_nobody_is_asked_about_an_inquiry_that_is_processed(
    app: Flask, make: Make, note: Note
) -> None:
    with make.acting(make.user("telemarketer")):
        inquiry_id = note(next_step="Call back")
        service.process_inquiry(inquiry_id)
    finish_next_step(app, inquiry_id)

    assert notices() == []
