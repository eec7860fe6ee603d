"""Twenty people in one discussion, served by two processes, one of which is killed meanwhile."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import re
import statistics
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from salesman_discussions.service import open_thread

from salesman_core.access.tokens import new_token
from salesman_core.testing.application import running
from salesman_core.testing.people import PASSWORD, Make

from .conftest import PATIENCE, Serve, Server

PEOPLE: Final = 20
MESSAGES: Final = 300
KILLED_AT: Final = 100
"""After so many messages one of the servers is killed."""
BACK_AT: Final = 150

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
        page = self._read("/sign/in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        sent = {"csrf_token": token[1], "login": self.login, "password": PASSWORD, "next": "/"}
        self._browser.open(f"{self.url}/sign/in", urllib.parse.urlencode(sent).encode())
        self.catch_up()

    def run(self) -> None:
        while not self.over:
            with suppress(OSError, http.client.HTTPException):
                self.catch_up()
                self._follow()
            time.sleep(0.2)

    def catch_up(self) -> None:
        page = self._read(f"/discussions/{self.thread_id}/messages?after={self.revision}")
        found = _REVISION.search(page)
        assert found is not None, page[:500]
        for _id, place, _revision, text in _MESSAGE.findall(page):
            if int(place) in self.seen:
                self.twice.append(int(place))
            self.seen.setdefault(int(place), (text, time.monotonic()))
        self.revision = max(self.revision, int(found[1]))

    def _follow(self) -> None:
        request = urllib.request.Request(f"{self.url}/live")
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


def post(urls: list[str], token: str, thread_id: int, number: int) -> None:
    """Say something; again, under the same key, where a server is gone."""
    body = json.dumps({"text": f"Said {number}"}).encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"said-{number}",
    }
    for attempt in range(60):
        url = urls[(number + attempt) % len(urls)]
        request = urllib.request.Request(
            f"{url}/api/v1/discussions/{thread_id}/messages", body, headers
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE):
                return
        except urllib.error.HTTPError as error:
            if error.code not in {409, 503}:
                raise
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail(f"message {number} could not be sent")


@contextmanager
def following(readers: list[Reader]) -> Iterator[None]:
    for reader in readers:
        reader.sign_in()
        reader.start()
    try:
        yield
    finally:
        for reader in readers:
            reader.over = True


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.databases("postgresql")
def test_everybody_has_the_same_messages_in_the_same_order_though_a_server_was_killed(
    serve: Serve, database_url: str, tmp_path: Path
) -> None:
    with running(database_url, tmp_path / "here") as app:
        make = Make(app)
        people = [make.user("seller", password=PASSWORD) for _one in range(PEOPLE)]
        tokens = [new_token(id_, "tests") for id_ in people]
        logins = [make.person(id_).email for id_ in people]
        with make.acting(people[0]):
            thread = open_thread({"subject": "All hands", "participant_ids": people[1:]})
    first, second = serve("--threads", "30"), serve("--threads", "30")
    urls = [first.url, second.url]
    readers = [Reader(urls[number % 2], login, thread) for number, login in enumerate(logins)]
    said_at: dict[int, float] = {}
    with following(readers):
        for number in range(1, MESSAGES + 1):
            if number == KILLED_AT:
                second.process.kill()
                second.process.wait(PATIENCE)
            if number == BACK_AT:
                serve("--threads", "30", "--port", port_of(second))
            post(urls, tokens[number % PEOPLE], thread, number)
            said_at[number] = time.monotonic()
        until = time.monotonic() + PATIENCE
        while any(len(one.seen) < MESSAGES for one in readers) and time.monotonic() < until:
            time.sleep(0.1)
    texts = [[text for _place, (text, _at) in sorted(one.seen.items())] for one in readers]
    assert all(one == texts[0] for one in texts)
    assert [len(one) for one in texts] == [MESSAGES] * PEOPLE
    assert len(set(texts[0])) == MESSAGES
    assert [one.twice for one in readers] == [[]] * PEOPLE
    report_delay(readers[0::2], said_at)


def report_delay(readers: list[Reader], said_at: dict[int, float]) -> None:
    """Say how long after its answer a message was at those whose server ran all the time."""
    delays = [
        max(0.0, at - said_at[int(text.removeprefix("Said "))])
        for one in readers
        for text, at in one.seen.values()
    ]
    middle, slowest = statistics.median(delays), max(delays)
    sys.stdout.write(
        f"\ndelay of a message: median {middle * 1000:.0f} ms, most {slowest * 1000:.0f} ms\n"
    )


def port_of(server: Server) -> str:
    return str(urllib.parse.urlsplit(server.url).port)
