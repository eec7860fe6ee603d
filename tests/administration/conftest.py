"""An administrator at their browser, and jobs that went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from salesman_core.db import writing
from salesman_core.jobs import State, enqueue
from salesman_core.jobs.models import JOBS
from salesman_core.jobs.port import jobs
from salesman_core.testing.people import Browser, Make, browser_of

Press = Callable[..., TestResponse]
Put = Callable[..., int]


@pytest.fixture
def browser(app: Flask, make: Make) -> Browser:
    return browser_of(app, make.user("administrator", name="Anna"))


@pytest.fixture
def press(browser: Browser, send: Press) -> Press:
    """What sends a form that a page holds: ``press(page, action, **typed)``."""

    def press(page: str, action: str, **typed: str) -> TestResponse:
        assert f'action="{action}"' in browser.get(page).text or page == action
        return send(action, **typed)

    return press


@pytest.fixture
def send(browser: Browser) -> Press:
    """What sends a form, whether a page holds it or not: ``send(action, **typed)``."""

    def send(action: str, **typed: str) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/admin/company").text)
        assert token is not None
        return browser.post(action, data={"csrf_token": token.group(1), **typed})

    return send


@pytest.fixture
def put(app: Flask) -> Put:
    """What puts a job into the queue."""

    def put(name: str = "core.tidy", **options: Any) -> int:
        with writing() as session:
            job_id = enqueue(session, name, **options)
        assert job_id is not None
        return job_id

    return put


@pytest.fixture
def put_dead(put: Put) -> Put:
    """What puts a job into the queue that has failed for good, with this traceback."""

    def put_dead(
        name: str = "core.tidy", error: str = "Traceback:\nValueError: no luck", **options: Any
    ) -> int:
        job_id = put(name, **options)
        ended = {"state": State.DEAD.value, "ended_at": jobs().store.moment(), "error": error}
        with writing() as session:
            changed = JOBS.update().where(JOBS.c.id == job_id)
            session.execute(changed.values(**ended, attempts=8))
        return job_id

    return put_dead
