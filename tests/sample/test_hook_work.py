"""Hooks about what happened and what is done later, as the sample plugin uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from salesman_sample import service
from salesman_sample.models import Promise

from salesman_core.cli import application
from salesman_core.events.models import EVENTS
from salesman_core.jobs import Jobs
from salesman_core.jobs.models import JOBS, SCHEDULES
from salesman_core.plugins import switches
from salesman_core.plugins.host import current_host
from salesman_core.testing.people import Api, Make, apart
from salesman_core.toolkit import reading, writing
from salesman_hookspecs.work import salesman_event_types

ApiFor = Callable[[str], Api]


def done_jobs(app: Flask) -> None:
    """Do what waits, as a worker would."""
    jobs: Jobs = app.extensions["salesman_jobs"]

    def work() -> None:
        jobs.prepare()
        jobs.look_after()
        while runs := jobs.claim("tests", 10):
            for run in runs:
                jobs.execute(run)

    apart(work)


def promises() -> list[str]:
    return list(reading().scalars(sa.select(Promise.text)))


@pytest.mark.databases("sqlite")
def test_hook_event_types_name_what_the_plugin_records(app: Flask, make: Make) -> None:
    service.make_promise({"text": "Send the drawing", "client_id": make.client()})

    recorded = set(reading().scalars(sa.select(EVENTS.c.type)))
    known = {one.value.name for one in current_host().contributions(salesman_event_types)}
    assert "sample.promise.made" in recorded
    assert recorded <= known


def test_hook_event_handlers_answer_after_the_commit_and_wait_while_suspended(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    deal_id = make.deal(client_id=make.client())
    switches.suspend("sample")
    assert (
        api_for("administrator").post(f"/deals/{deal_id}/close", {"outcome": "won"}).json["outcome"]
    )

    done_jobs(app)
    assert promises() == []
    switches.activate("sample")
    switches.follow_now()
    done_jobs(app)

    assert promises() == ["Thank the client"]


def test_hook_jobs_are_done_by_a_worker(app: Flask, make: Make) -> None:
    promise_id = service.make_promise({"text": "Old", "client_id": make.client()})
    service.keep_promise(promise_id)
    with writing() as session:
        session.get_one(Promise, promise_id).kept_at = datetime(2020, 1, 1, tzinfo=UTC)

    done_jobs(app)

    assert reading().scalar(sa.select(JOBS.c.state).where(JOBS.c.name == "sample.tidy")) == "done"
    assert promises() == []


@pytest.mark.databases("sqlite")
def test_hook_schedules_are_kept_by_the_worker(app: Flask) -> None:
    done_jobs(app)

    kept = sa.select(SCHEDULES.c.cron).where(SCHEDULES.c.name == "sample.tidy")
    assert reading().scalar(kept) == "0 3 * * *"


@pytest.mark.databases("sqlite")
def test_hook_cli_gives_a_command_below_the_plugins_id(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "application", lambda: app)

    group = application.plugin_commands()["sample"]

    assert CliRunner().invoke(group, ["tidy"]).output == "forgotten: 0\n"
