"""People for tests: one of each preset role, and factories that go through the services."""

from __future__ import annotations

import contextvars
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from salesman_core.access.models import Team
from salesman_core.access.person import acting_as, load_person
from salesman_core.access.sign_in import sign_in_as
from salesman_core.access.tokens import new_token
from salesman_core.clients.service import create_client, create_contact
from salesman_core.db import db, reading, writing
from salesman_core.db.session import COUNTERS
from salesman_core.deals.service import create_deal
from salesman_core.people.service import add_user
from salesman_hookspecs import Person

T = TypeVar("T")

PASSWORD = "a password for tests"  # noqa: S105  # of people who do not exist


@dataclass
class Make:
    """Factories: each makes what is not said, and gives the new record's id."""

    app: Flask
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _roles: dict[str, int] = field(default_factory=dict)

    def team(self, name: str = "", parent_id: int | None = None) -> int:
        """Make a team."""
        with writing() as session:
            team = Team(name=name or f"Team {next(self._numbers)}", parent_id=parent_id)
            session.add(team)
            session.flush()
            return team.id

    def user(
        self,
        role: str = "seller",
        *,
        team_id: int | None = None,
        name: str = "",
        password: str | None = None,
    ) -> int:
        """Make a user of a preset role.

        :param password: what they sign in with, as :data:`PASSWORD`; None costs no hashing.
        """
        number = next(self._numbers)
        return add_user(
            email=f"{role}{number}@example.com",
            name=name or f"{role.title()} {number}",
            roles=[role],
            password=password,
            team_id=team_id,
        )

    def client(self, **values: Any) -> int:
        """Make a client."""
        return create_client({"name": f"Client {next(self._numbers)}", **values})

    def contact(self, client_id: int, **values: Any) -> int:
        """Make a contact of a client."""
        name = f"Contact {next(self._numbers)}"
        return create_contact({"client_id": client_id, "name": name, **values})

    def deal(self, **values: Any) -> int:
        """Open a deal."""
        return create_deal({"name": f"Deal {next(self._numbers)}", **values})

    def user_of(self, role: str) -> int:
        """Give the one user of a preset role that stands for it, made when first asked for."""
        if role not in self._roles:
            self._roles[role] = self.user(role)
        return self._roles[role]

    def person(self, user_id: int) -> Person:
        """Give a user as whoever acts."""
        person = load_person(reading(), user_id)
        assert person is not None, f"user {user_id} is not active"
        return person

    @contextmanager
    def acting(self, user_id: int) -> Iterator[Person]:
        """Let a user act inside the block."""
        person = self.person(user_id)
        with acting_as(person):
            yield person


def apart(call: Callable[[], T]) -> T:
    """Call something as a process of its own would: without the test's application context.

    Flask lets a request share the context that it finds, and with it whoever acts there.
    """
    if not has_app_context():  # a redirect that the client follows by itself
        return call()
    db.session.rollback()
    answer = contextvars.Context().run(call)
    g.pop(COUNTERS, None)
    return answer


class Browser(FlaskClient):
    """A test client whose requests are :func:`apart` from the test's own context."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        return apart(lambda: super(Browser, self).open(*args, **kwargs))


class Api:
    """The JSON API as one user's token sees it: paths below ``/api/v1``, plain values.

    It changes whatever version there is (``If-Match: *``) unless a test names one.
    """

    def __init__(self, app: Flask, token: str | None) -> None:
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def request(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """Send a request; *path* begins behind ``/api/v1``."""
        any_version = {} if method == "GET" else {"If-Match": "*"}
        headers = {**self._headers, **any_version, **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        address = f"/api/v1{path}"
        return apart(lambda: self._client.open(address, method=method, headers=headers, **options))

    def get(self, path: str, **options: Any) -> TestResponse:
        """Read."""
        return self.request("GET", path, **options)

    def listed(self, address: str) -> list[dict[str, Any]]:
        """Give what the address of a list's page finds, the first two hundred: no view counts."""
        parts = urlsplit(address)
        asked = [
            (name, text)
            for name, text in parse_qsl(parts.query, keep_blank_values=True)
            if name != "view"
        ]
        answer = self.get(parts.path, query_string=[*asked, ("limit", "200")])
        assert answer.status_code == HTTPStatus.OK, answer.text
        found: list[dict[str, Any]] = answer.get_json()["items"]
        return found

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        """Make or do."""
        return self.request("POST", path, body, **options)

    def patch(self, path: str, body: Any, **options: Any) -> TestResponse:
        """Change."""
        return self.request("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        """Delete."""
        return self.request("DELETE", path, **options)


def api_of(app: Flask, user_id: int) -> Api:
    """Give the JSON API with a token of a user."""
    return Api(app, new_token(user_id, "tests"))


def browser_of(app: Flask, user_id: int | None = None) -> Browser:
    """Give a test client in which a user is signed in, by the same door as the sign-in page."""
    client = Browser(app, use_cookies=True)
    for name, value in (_cookies(app, user_id) if user_id is not None else {}).items():
        client.set_cookie(name, value)
    return client


def _cookies(app: Flask, user_id: int) -> dict[str, str]:
    def signed_in() -> dict[str, str]:
        with app.test_request_context("/"):
            sign_in_as(user_id)
            response = app.process_response(app.make_response(""))
            cookies = SimpleCookie("; ".join(response.headers.getlist("Set-Cookie")))
            return {name: morsel.value for name, morsel in cookies.items()}

    return apart(signed_in)
