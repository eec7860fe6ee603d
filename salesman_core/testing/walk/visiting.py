"""Requests as the walkers send them, and what came back."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any, Final

from flask import Flask
from werkzeug.test import TestResponse

from salesman_core.access.tokens import new_token
from salesman_core.testing.people import apart, browser_of
from salesman_core.testing.walk.people import Walker

API: Final = "/api/"
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
STREAM: Final = "text/event-stream"
_DOOR: Final = "/sign/in"
_TOKEN: Final = re.compile(r'name="csrf[-_]token" (?:value|content)="([^"]+)"')
_SHORTEST_SECRET: Final = 20
_POSITION: Final = "Last-Event-ID"
"""Where a stream goes on (HTML standard, 9.2.4); zero lets it tell of all that ever happened."""
_FRAMES: Final = 1000
_OF_ONE_ANSWER: Final = re.compile(
    rb'nonce[="-]*[\w+/=-]+|name="csrf[-_]token" (?:value|content)="[^"]+"'
    rb'|name="live-after" content="\d+"|data-position="\d+"'
)


@dataclass(frozen=True)
class Answer:
    """What came back.

    :param status: the status, or 401 where a page led to the sign-in.
    :param content: the body as it came.
    :param head: the status line and all headers, as text.
    """

    status: int
    content: bytes
    head: str
    media_type: str

    @property
    def success(self) -> bool:
        """Whether it did what was asked."""
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def lasting(self) -> bytes:
        """The body without what is of one answer alone."""
        return _OF_ONE_ANSWER.sub(b"", self.content)


@dataclass(frozen=True)
class Visit:
    """A request, ready to be sent by anybody.

    :param form: the fields of a form, files as ``(name, content)``.
    :param json: the body of an operation.
    :param page: the address at which the form was found; empty where no page has it.
    """

    method: str
    address: str
    form: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    page: str = ""

    @property
    def reads(self) -> bool:
        """Whether it asks and changes nothing."""
        return self.method in READS

    @property
    def in_api(self) -> bool:
        """Whether it is for the JSON API."""
        return self.address.startswith(f"{API}v1/")

    def __str__(self) -> str:
        """Name it for the report."""
        return f"{self.method} {self.address}"


class Visitor:
    """A walker with a browser and a token, both as they were when the walk began."""

    def __init__(self, app: Flask, walker: Walker) -> None:
        self.walker = walker
        self._app = app
        self._client = app.test_client(use_cookies=False)
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self._bearer = "" if walker.id is None else new_token(walker.id, "of the walk")
        self._enter()

    def _enter(self) -> None:
        browser = browser_of(self._app, self.walker.id)
        page = browser.get(_DOOR if self.walker.id is None else "/profile")
        found = _TOKEN.search(page.text)
        assert found is not None, f"{self.walker.role} found no form: {page.status}"
        self._csrf = found.group(1)
        kept = browser._cookies or {}  # noqa: SLF001  # werkzeug gives them by name only
        self._cookies = {one.key: one.value for one in kept.values()}
        for line in page.headers.getlist("Set-Cookie"):
            self._cookies |= {name: one.value for name, one in SimpleCookie(line).items()}

    @property
    def secrets(self) -> set[str]:
        """What proves who this is; short cookies are preferences."""
        found = {self._bearer, self._csrf, *self._cookies.values()}
        return {one for one in found if len(one) >= _SHORTEST_SECRET}

    def visit(self, visit: Visit, *, htmx: bool = False) -> Answer:
        """Send a request.

        :param htmx: as the page's script sends it, which gets a part instead of a page.
        """
        response = self._sent(visit, htmx=htmx)
        try:
            return self._answer(visit, response)
        finally:
            response.close()

    def _sent(self, visit: Visit, *, htmx: bool) -> TestResponse:
        options: dict[str, Any] = {"method": visit.method, "headers": self._headers(visit, htmx)}
        if visit.json is not None:
            options["json"] = visit.json
        elif not visit.reads and not visit.in_api:
            options["data"] = {**_opened(visit.form), "csrf_token": self._csrf}
        return apart(lambda: self._client.open(visit.address, **options))

    def _headers(self, visit: Visit, htmx: bool) -> dict[str, str]:  # noqa: FBT001  # one caller
        headers: dict[str, str] = {_POSITION: "0"} if visit.reads else {}
        if visit.in_api:
            headers |= {} if visit.reads else {"If-Match": "*"}
            if self._bearer:
                headers["Authorization"] = f"Bearer {self._bearer}"
            return headers
        headers["Cookie"] = "; ".join(f"{name}={one}" for name, one in self._cookies.items())
        if htmx:
            headers["HX-Request"] = "true"
        return headers

    def _answer(self, visit: Visit, response: TestResponse) -> Answer:
        status = response.status_code
        leads = response.headers.get("Location", "")
        if _DOOR in leads and not visit.address.startswith("/sign/"):
            status = HTTPStatus.UNAUTHORIZED
        media_type = response.mimetype or ""
        content = _frames(response) if media_type == STREAM else response.get_data()
        head = f"{response.status}\n{response.headers}"
        return Answer(int(status), content, head, media_type)


def _frames(response: TestResponse) -> bytes:
    """Give the beginning of a stream: what it has to say before it falls silent."""
    frames: list[bytes] = []
    for frame in response.iter_encoded():
        frames.append(frame)
        if frame.startswith(b":") or len(frames) == _FRAMES:
            break
    return b"".join(frames)


def _opened(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields of a form with its files opened anew: a client closes what it has sent."""
    return {
        name: (io.BytesIO(value[1]), value[0]) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
