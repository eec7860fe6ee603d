"""People who follow one discussion, each as a page in a browser does."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from salesman_core.testing.people import PASSWORD

PATIENCE: Final = 120.0
"""Seconds in which even a busy machine answers."""

_MESSAGE: Final = re.compile(
    r'<li class="message[^>]*data-message="(\d+)" data-place="(\d+)" data-revision="(\d+)"'
    r'.*?<div class="message-text text-break"><p>(.*?)</p>',
    re.DOTALL,
)
_REVISION: Final = re.compile(r'<ol data-revision="(\d+)"')


@dataclass
class Reader(threading.Thread):
    """Somebody whose page follows the discussion, as static/discussions.js does.

    :param seen: texts by their place, each with the moment when it came.
    :param twice: what came as new although it was there.
    """

    url: str
    login: str
    thread_id: int
    seen: dict[int, tuple[str, float]] = field(default_factory=dict)
    twice: list[int] = field(default_factory=list)
    revision: int = 0
    last_event: int = 0
    over: bool = False
    problem: str = ""

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(jar)

    __hash__ = threading.Thread.__hash__

    def sign_in(self) -> None:
        """Sign in, and fetch what was said up to now."""
        page = self._read("/sign/in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        sent = {"csrf_token": token[1], "login": self.login, "password": PASSWORD, "next": "/"}
        self._browser.open(f"{self.url}/sign/in", urllib.parse.urlencode(sent).encode())
        self.catch_up()

    def run(self) -> None:
        """Follow the discussion until it is over, whatever becomes of the connection."""
        while not self.over:
            with suppress(OSError, http.client.HTTPException):
                self.catch_up()
                self._follow()
            time.sleep(0.2)

    def catch_up(self) -> None:
        """Fetch what came behind the revision that is known."""
        page = self._read(f"/discussions/{self.thread_id}/messages?after={self.revision}")
        found = _REVISION.search(page)
        assert found is not None, page[:500]
        for _id, place, _revision, text in _MESSAGE.findall(page):
            if int(place) in self.seen:
                self.twice.append(int(place))
            self.seen.setdefault(int(place), (text, time.monotonic()))
        self.revision = max(self.revision, int(found[1]))

    def _follow(self) -> None:
        request = urllib.request.Request(f"{self.url}/live")  # noqa: S310  # a server of ours
        if self.last_event:
            request.add_header("Last-Event-ID", str(self.last_event))
        with self._browser.open(request, timeout=20) as stream:
            for line in stream:
                if self.over:
                    return
                if line.startswith(b"id: "):
                    self.last_event = int(line[4:])
                if line.startswith(b"data: ") and b"discussions.thread" in line:
                    self.catch_up()

    def _read(self, path: str) -> str:
        with self._browser.open(f"{self.url}{path}", timeout=PATIENCE) as answer:
            return str(answer.read().decode())


def post(urls: Sequence[str], token: str, thread_id: int, number: int) -> None:
    """Say something; again, under the same key, where a server is gone."""
    body = json.dumps({"text": f"Said {number}"}).encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"said-{number}",
    }
    for attempt in range(60):
        url = f"{urls[(number + attempt) % len(urls)]}/api/v1/discussions/{thread_id}/messages"
        request = urllib.request.Request(url, body, headers)  # noqa: S310  # a server of ours
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310  # the same
                return
        except urllib.error.HTTPError as error:
            if error.code not in {409, 503}:
                raise
        except OSError:
            pass
        time.sleep(0.2)
    message = f"message {number} could not be sent"
    raise TimeoutError(message)


@contextmanager
def following(readers: Sequence[Reader]) -> Iterator[None]:
    """Let people follow the discussion until the end of the block."""
    for reader in readers:
        reader.sign_in()
        reader.start()
    try:
        yield
    finally:
        for reader in readers:
            reader.over = True


def wait_for_all(readers: Sequence[Reader], messages: int) -> None:
    """Wait until everybody has so many messages, or it takes too long."""
    until = time.monotonic() + PATIENCE
    while any(len(one.seen) < messages for one in readers) and time.monotonic() < until:
        time.sleep(0.1)


def delays(readers: Sequence[Reader], said_at: Mapping[int, float]) -> list[float]:
    """Give how many seconds after its answer each message was at each reader.

    :param said_at: when *Said 1* was answered, and those behind it.
    """
    return [
        max(0.0, at - said_at[int(text.removeprefix("Said "))])
        for one in readers
        for text, at in one.seen.values()
    ]
