"""The page /admin/jobs: what failed, what waits, what fires when, and what one does about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import db, reading, writing
from salesman_core.jobs import State, job_view
from salesman_core.jobs.models import JOBS
from salesman_core.jobs.port import jobs
from salesman_core.plugins import switches
from salesman_core.plugins.discovery import Installed
from salesman_core.records.models import Audit
from salesman_core.testing.application import running
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Browser, Make, browser_of

from .conftest import Press, Put

PAGE = "/admin/jobs"

Statements = Callable[[], AbstractContextManager[list[str]]]


def state_of(job_id: int) -> State:
    db.session.rollback()  # a reading session sees nothing of what comes after its beginning
    view = job_view(job_id)
    assert view is not None
    return view.state


def audited() -> list[tuple[str, str, int, str, Any]]:
    """Give who did what to which jobs."""
    kept = sa.select(Audit).where(Audit.kind == "job").order_by(Audit.id)
    return [
        (one.actor_name, one.action, one.record_id, one.label, one.changes)
        for one in reading().scalars(kept)
    ]


@pytest.mark.parametrize("role", ["seller", "head"])
def test_page_is_for_administrators(app: Flask, make: Make, put_dead: Put, role: str) -> None:
    job_id = put_dead()
    browser = browser_of(app, make.user(role))

    assert browser.get(PAGE).status_code == HTTPStatus.FORBIDDEN
    assert browser.get(f"{PAGE}/{job_id}").status_code == HTTPStatus.FORBIDDEN
    assert PAGE not in browser.get("/").text


def test_failed_job_is_shown_in_words_with_its_last_error(browser: Browser, put_dead: Put) -> None:
    job_id = put_dead()

    page = browser.get(PAGE).text

    assert "Removal of old jobs, events and undo data" in page
    assert f"№ {job_id} · SalesMan itself" in page
    assert "attempt 8 of 8" in page
    assert "ValueError: no luck" in page
    assert "Traceback" not in page
    assert "Traceback" in browser.get(f"{PAGE}/{job_id}").text


def test_failed_job_of_a_plugin_names_the_plugin(browser: Browser, put_dead: Put) -> None:
    job_id = put_dead("leads.remind")

    assert f"№ {job_id} · Leads" in browser.get(PAGE).text

    switches.suspend("leads")
    page = browser.get(PAGE).text
    assert "Reminder of leads that nobody works on" in page
    assert f"№ {job_id} · Leads (not active)" in page


def test_job_of_a_plugin_that_is_gone_is_shown_by_its_name(browser: Browser, put_dead: Put) -> None:
    job_id = put_dead()
    with writing() as session:
        session.execute(JOBS.update().values(name="offers.print"))

    page = browser.get(PAGE).text

    assert f'/admin/jobs/{job_id}">offers.print</a>' in page
    assert "offers (not active)" in page


def test_menu_counts_the_jobs_that_failed(browser: Browser, put_dead: Put) -> None:
    entry = re.compile(r'data-number="core\.jobs"[^>]*>2</span>')
    assert not entry.search(browser.get(PAGE).text)

    put_dead()
    put_dead()

    assert entry.search(browser.get("/admin/company").text)


def test_page_without_jobs_says_what_it_is_for(browser: Browser) -> None:
    assert "Nothing has failed" in browser.get(PAGE).text
    assert "Nothing waits" in browser.get(f"{PAGE}?show=waiting").text
    assert "Nothing runs right now" in browser.get(f"{PAGE}?show=running").text
    assert "Nothing has ended so far" in browser.get(f"{PAGE}?show=ended").text
    assert browser.get(f"{PAGE}?show=other").status_code == HTTPStatus.NOT_FOUND


def test_failed_job_is_tried_again(put_dead: Put, press: Press) -> None:
    job_id = put_dead()

    assert press(PAGE, f"{PAGE}/{job_id}/retry").status_code == HTTPStatus.FOUND

    assert state_of(job_id) is State.READY
    assert audited() == [("Anna", "retried", job_id, "core.tidy", {})]
    jobs().drain()
    assert state_of(job_id) is State.DONE


def test_job_whose_twin_waits_is_not_tried_again(
    browser: Browser, put: Put, put_dead: Put, press: Press
) -> None:
    job_id = put_dead(unique="nightly")
    put(unique="nightly")

    press(PAGE, f"{PAGE}/{job_id}/retry")

    assert "waits already" in browser.get(PAGE).text
    assert state_of(job_id) is State.DEAD
    assert audited() == []


def test_all_failed_jobs_of_a_kind_are_tried_again(put_dead: Put, press: Press) -> None:
    tidying = [put_dead(), put_dead()]
    letter = put_dead("core.letter")

    press(PAGE, f"{PAGE}/kinds/core.tidy/retry")

    assert {state_of(job_id) for job_id in tidying} == {State.READY}
    assert state_of(letter) is State.DEAD
    assert audited() == [("Anna", "retried", 0, "core.tidy", {"jobs": [None, 2]})]


def test_job_is_discarded_once_one_has_read_what_that_means(
    browser: Browser, put_dead: Put, press: Press
) -> None:
    job_id = put_dead()
    form = f"{PAGE}/{job_id}/discard"
    assert f'href="{form}"' in browser.get(PAGE).text
    assert "ValueError: no luck" in browser.get(form).text
    assert state_of(job_id) is State.DEAD

    press(form, form)

    assert state_of(job_id) is State.CANCELLED
    assert audited() == [("Anna", "discarded", job_id, "core.tidy", {})]
    assert f"{PAGE}/{job_id}/retry" in browser.get(f"{PAGE}?show=ended").text


def test_all_failed_jobs_of_a_kind_are_discarded(
    browser: Browser, put_dead: Put, press: Press
) -> None:
    tidying = [put_dead(), put_dead()]
    letter = put_dead("core.letter")
    form = f"{PAGE}/kinds/core.tidy/discard"
    assert "Discard 2 jobs?" in browser.get(form).text

    press(form, form)

    assert {state_of(job_id) for job_id in tidying} == {State.CANCELLED}
    assert state_of(letter) is State.DEAD
    assert audited() == [("Anna", "discarded", 0, "core.tidy", {"jobs": [None, 2]})]
    assert browser.get(form).status_code == HTTPStatus.NOT_FOUND


def test_waiting_job_is_cancelled_and_that_is_undone(
    browser: Browser, put: Put, press: Press
) -> None:
    job_id = put(delay=3600)

    press(f"{PAGE}?show=waiting", f"{PAGE}/{job_id}/cancel")

    assert state_of(job_id) is State.CANCELLED
    assert f"{PAGE}/{job_id}/retry" in browser.get(PAGE).text  # in the notice
    press(f"{PAGE}?show=ended", f"{PAGE}/{job_id}/retry")
    assert state_of(job_id) is State.READY
    assert [action for _who, action, *_what in audited()] == ["cancelled", "retried"]


def test_running_job_is_asked_to_stop(put: Put, press: Press, browser: Browser) -> None:
    job_id = put()
    jobs().prepare()
    [run] = jobs().claim("a worker", 1)
    assert run.id == job_id

    press(f"{PAGE}?show=running", f"{PAGE}/{job_id}/cancel")

    assert "is asked to stop" in browser.get(f"{PAGE}/{job_id}").text
    assert state_of(job_id) is State.RUNNING


def test_job_that_is_gone_is_missing(browser: Browser) -> None:
    assert browser.get(f"{PAGE}/999").status_code == HTTPStatus.NOT_FOUND


def test_list_goes_on_where_a_page_ended(browser: Browser, put_dead: Put) -> None:
    ids = [put_dead() for _number in range(52)]

    first = browser.get(PAGE).text
    rest = browser.get(f"{PAGE}?show=failed&before={ids[2]}").text

    assert f"№ {ids[51]} ·" in first
    assert f"№ {ids[1]} ·" not in first
    assert f"before={ids[2]}" in first
    assert f"№ {ids[1]} ·" in rest
    assert "Next page" not in rest


def test_list_may_be_of_one_kind(browser: Browser, put_dead: Put) -> None:
    tidying, letter = put_dead(), put_dead("core.letter")

    page = browser.get(f"{PAGE}?kind=core.letter").text

    assert f"№ {letter} ·" in page
    assert f"№ {tidying} ·" not in page


def test_queues_tell_what_is_due_and_what_is_for_later(browser: Browser, put: Put) -> None:
    put()
    put(delay=3600)
    put("core.letter", delay=3600)

    rows = [row.partition("</tr>")[0] for row in browser.get(PAGE).text.split("<tr><td>")]

    [default] = [row for row in rows if row.startswith("<code>default")]
    [mail] = [row for row in rows if row.startswith("<code>mail")]
    assert default.count('<td class="text-end">1</td>') == 2
    assert mail.count('<td class="text-end">1</td>') == 1


def test_schedules_tell_when_they_fire(browser: Browser) -> None:
    assert "when a worker runs" in browser.get(PAGE).text

    jobs().look_after()
    page = browser.get(PAGE).text

    assert "when a worker runs" not in page
    assert "43 3 * * *" in page
    switches.suspend("leads")
    assert "when its plugin is active" in browser.get(PAGE).text


def test_page_makes_no_more_statements_for_more_jobs(
    browser: Browser, put_dead: Put, statements: Statements
) -> None:
    put_dead()
    browser.get(PAGE)  # after which the session, the company and the menu are known
    with statements() as for_one:
        browser.get(PAGE)
    for _number in range(20):
        put_dead("leads.remind")

    with statements() as for_many:
        browser.get(PAGE)

    assert asked_of_jobs(for_many) == asked_of_jobs(for_one)


def asked_of_jobs(sent: list[str]) -> int:
    """Count the statements about jobs; the stream of changes sends its own beside them."""
    return sum("core_job" in one for one in sent)


class TestHandlers:
    """Jobs that hand an event to a plugin."""

    @pytest.fixture
    def database_template(self, sampled: Template) -> Template:
        """A database with the tables of the sample plugin, which answers to events."""
        return sampled

    @pytest.fixture
    def app(
        self, database_url: str, tmp_path: Path, everything: Sequence[Installed]
    ) -> Iterator[Flask]:
        """The system with the sample plugin."""
        with running(database_url, tmp_path / "data", installed=everything) as app:
            yield app

    def test_they_are_told_by_their_event(self, browser: Browser, put_dead: Put) -> None:
        job_id = put_dead("on.sample.thank")

        page = browser.get(PAGE).text

        assert "After the event: A deal was closed" in page
        assert f"№ {job_id} · Promises" in page
