"""What the tests of leads share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from salesman_leads.forms import queries as form_queries
from salesman_leads.forms import service as form_service
from salesman_leads.intake import create_lead
from salesman_leads.queries import offered_results
from salesman_leads.queue import queries as calls
from salesman_leads.testing import FORM, hidden
from werkzeug.test import TestResponse

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, apart
from salesman_core.toolkit import AnyRow, reading

ResultOf = Callable[[str], int]
FormWith = Callable[..., AnyRow]
MakeLead = Callable[..., int]


@pytest.fixture
def result_of(app: Flask) -> ResultOf:  # the company with its results
    """Give the id of the last usual result that counts as something."""

    def find(base: str) -> int:
        return [int(one.id) for one in offered_results(reading()) if one.base == base][-1]

    return find


@pytest.fixture
def form_with(app: Flask) -> FormWith:
    """Make a web form that asks for name, phone, email and a text, and give its row."""

    def build(**values: Any) -> AnyRow:
        return form_queries.one_form(reading(), form_service.create_form({**FORM, **values}))

    return build


OURS = "http://localhost"
SHOP = "https://shop.example"


@pytest.fixture
def call_result(app: Flask) -> ResultOf:
    """Give the id of the usual result of a call that counts as something."""

    def find(base: str) -> int:
        offered = calls.call_results(reading(), offered=True)
        return next(int(one.id) for one in offered if one.base == base)

    return find


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


class Stranger:
    """Somebody with a browser and a form in it.

    :param ip: the address of their network.
    """

    def __init__(
        self, app: Flask, form: AnyRow, clock: FrozenClock, ip: str = "203.0.113.7"
    ) -> None:
        """Begin without a cookie."""
        self.browser, self.form, self.clock, self.ip = app.test_client(), form, clock, ip
        self.path = f"/leads/f/{form.key}"

    def open(self, **told: str) -> TestResponse:
        """Open the page of the form."""
        return apart(lambda: self.browser.get(self.path, query_string=told))

    def send(
        self, *, took: float = 30, origin: str | None = OURS, stamp: str = "", **fields: Any
    ) -> TestResponse:
        """Fill the form in, and send it after some seconds."""
        stamp = stamp or hidden(self.open().text, "stamp")
        self.clock.advance(seconds=took)
        return self.post({"stamp": stamp, **fields}, origin=origin)

    def post(self, data: Any, *, origin: str | None = OURS, **options: Any) -> TestResponse:
        """Send a request as a page of some origin does."""
        headers = {"Origin": origin} if origin else {}
        headers |= options.pop("headers", {})
        return apart(
            lambda: self.browser.post(
                self.path,
                data=data,
                headers=headers,
                environ_base={"REMOTE_ADDR": self.ip},
                **options,
            )
        )

    def post_json(self, body: Any, *, origin: str | None = SHOP) -> TestResponse:
        """Send JSON as a script of a site does."""
        return self.post(json.dumps(body), origin=origin, content_type="application/json")


@pytest.fixture
def stranger(app: Flask, form_with: FormWith, clock: FrozenClock) -> Callable[..., Stranger]:
    """Give what puts a stranger before a new form."""
    return lambda ip="203.0.113.7", **values: Stranger(app, form_with(**values), clock, ip)


@pytest.fixture
def post_form() -> Callable[..., Any]:
    """What sends the form of a page as its person would: ``post_form(browser, address, fields)``.

    ``to`` is where it goes, if that is not the page itself.
    """

    def post(browser: Browser, address: str, fields: dict[str, str], to: str = "") -> Any:
        page = browser.get(address).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        sent = {"csrf_token": token.group(1), **fields}
        return browser.post(to or address, data=sent, follow_redirects=True)

    return post


@pytest.fixture
def waiting_lead(clock: FrozenClock) -> MakeLead:
    """Give what makes a lead with a phone, each a minute younger than the one before."""

    def make(**values: Any) -> int:
        clock.advance(minutes=1)
        return create_lead({"name": "Anna", "phones": ["+7 495 000-00-01"], **values})

    return make
