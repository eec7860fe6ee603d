"""The bare function itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from bench.bare import changes, figures, reading
from bench.bare.drivers import Driver
from bench.bare.reading import Asker, Refused

Environment = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

_DEAL: Final = re.compile(r"/api/v1/deals/(\d+)(/move)?")


class Bare:
    """Answers as the application does.

    :param everybody: the users who see all deals; the others see their own.
    """

    def __init__(self, driver: Driver, everybody: Iterable[int]) -> None:
        self._driver = driver
        self._everybody = frozenset(everybody)

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        try:
            with self._driver.turn:
                status, body = self._answer(environ)
        except Refused as refused:
            status, body = refused.status, b""
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    def _answer(self, environ: Environment) -> tuple[str, bytes]:
        driver, asker = self._driver, self._asker(environ)
        request = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if request == ("GET", "/api/v1/deals"):
            return "200 OK", reading.page(driver, asker, environ.get("QUERY_STRING", ""))
        if request == ("GET", "/api/v1/deals/funnel"):
            return "200 OK", figures.funnel(driver, asker)
        if request == ("GET", "/deals/board"):
            return "200 OK", figures.board(driver, asker)
        if request == ("POST", "/api/v1/deals"):
            return "201 CREATED", changes.create(driver, asker, _sent(environ))
        if request == ("POST", "/search"):
            return "200 OK", reading.rows_of(driver, _sent(environ))
        found = _DEAL.fullmatch(request[1])
        if found is None:
            raise Refused("404 NOT FOUND")
        if request[0] == "GET":
            return "200 OK", reading.card(driver, asker, int(found[1]))
        return "200 OK", changes.move(driver, asker, int(found[1]), _sent(environ))

    def _asker(self, environ: Environment) -> Asker:
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        found = self._driver.rows(
            "SELECT u.id, u.name FROM core_token t JOIN core_user u ON u.id = t.user_id"
            " WHERE t.hash = ? AND (t.expires_at IS NULL OR t.expires_at > ?) AND u.active",
            (hashlib.sha256(token.encode()).hexdigest(), self._driver.moment(datetime.now(UTC))),
        )
        if not found:
            raise Refused("401 UNAUTHORIZED")
        user_id, name = found[0]
        return Asker(user_id, name, sees_all=user_id in self._everybody)


def _sent(environ: Environment) -> Any:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return orjson.loads(environ["wsgi.input"].read(length))
