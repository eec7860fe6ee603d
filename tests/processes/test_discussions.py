"""Twenty people in one discussion, served by two processes, one of which is killed meanwhile."""

from __future__ import annotations

import urllib.parse
from pathlib import Path
from typing import Final

import pytest
from salesman_discussions.service import open_thread

from bench.discussing import Reader, following, post, wait_for_all
from salesman_core.access.tokens import new_token
from salesman_core.testing.application import running
from salesman_core.testing.people import PASSWORD, Make

from .conftest import PATIENCE, Serve, Server

PEOPLE: Final = 20
MESSAGES: Final = 300
KILLED_AT: Final = 100
"""After so many messages one of the servers is killed."""
BACK_AT: Final = 150


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
    with following(readers):
        for number in range(1, MESSAGES + 1):
            if number == KILLED_AT:
                second.process.kill()
                second.process.wait(PATIENCE)
            if number == BACK_AT:
                serve("--threads", "30", "--port", port_of(second))
            post(urls, tokens[number % PEOPLE], thread, number)
        wait_for_all(readers, MESSAGES)
    texts = [[text for _place, (text, _at) in sorted(one.seen.items())] for one in readers]
    assert all(one == texts[0] for one in texts)
    assert [len(one) for one in texts] == [MESSAGES] * PEOPLE
    assert len(set(texts[0])) == MESSAGES
    assert [one.twice for one in readers] == [[]] * PEOPLE


def port_of(server: Server) -> str:
    return str(urllib.parse.urlsplit(server.url).port)
