"""Where a page's stream of changes begins."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clients.service import change_client
from salesman_core.db import reading
from salesman_core.events.models import EVENTS
from salesman_core.testing.people import Make, browser_of

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def browser(app: Flask, make: Make) -> FlaskClient:
    return browser_of(app, make.user_of("head"))


def latest_event() -> int:
    reading().rollback()
    return reading().scalar(sa.select(sa.func.max(EVENTS.c.id))) or 0


def position(html: str, name: str = 'live-after" content') -> int:
    found = re.search(rf'{name}="(\d+)"', html)
    assert found is not None
    return int(found[1])


def test_page_says_up_to_which_event_it_shows_everything(make: Make, browser: FlaskClient) -> None:
    client = make.client()
    assert position(browser.get(f"/clients/{client}").text) == latest_event() > 0


def test_position_of_a_page_costs_no_statement_of_its_own(
    browser: FlaskClient, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with statements() as sent:
        browser.get("/clients")
    assert len([one for one in sent if "core_event" in one]) == 1
    assert len([one for one in sent if "core_revision" in one]) == 1


def test_change_while_a_page_is_drawn_comes_behind_its_position(
    make: Make, browser: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, before = make.client(), latest_event()
    card = app.view_functions["clients.card"]

    def card_after_a_change(record_id: int) -> object:
        with app.app_context(), make.acting(make.user_of("head")):
            change_client(client, {"name": "Meanwhile"})
        return card(record_id)

    monkeypatch.setitem(app.view_functions, "clients.card", card_after_a_change)
    assert position(browser.get(f"/clients/{client}").text) == before < latest_event()


def test_answer_to_a_change_stands_behind_it(make: Make, browser: FlaskClient) -> None:
    with make.acting(make.user_of("head")):
        client = make.client()
    form = {"file": (io.BytesIO(b"offer"), "offer.txt")}
    answer = browser.post(f"/records/client/{client}/files", data=form, headers=FRAGMENT)
    assert position(answer.text, "data-position") == latest_event()
    assert f'"event": {latest_event()}' in answer.headers["HX-Trigger"]


def test_stream_begins_behind_the_event_that_it_is_asked_for(
    make: Make, browser: FlaskClient
) -> None:
    before = latest_event()
    client = make.client()
    with browser.get(f"/live?after={before}", buffered=False) as stream:
        frames = iter(stream.response)
        assert f"id: {before}\n".encode() in next(frames)
        assert f'"kind":"client","id":{client}'.encode() in next(frames)


def test_browser_that_comes_back_says_itself_where_it_stood(
    make: Make, browser: FlaskClient
) -> None:
    first = latest_event()
    make.client()
    headers = {"Last-Event-ID": str(latest_event())}
    with browser.get(f"/live?after={first}", headers=headers) as stream:
        assert f"id: {latest_event()}\n".encode() in next(iter(stream.response))
