"""Sixteen writers change the same deals through the JSON API at once: no change is lost.

``make soak`` sends 10,000 updates, the quick suite 160. Each writer raises the amount of
a deal by one: it reads, changes with ``If-Match``, and begins anew where somebody was faster.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
import pytest
import sqlalchemy as sa

from salesman_core.access.tokens import new_token
from salesman_core.db import make_engine, readonly
from salesman_core.testing.application import running
from salesman_core.testing.people import Make

from .conftest import PATIENCE, Serve, Server

pytestmark = pytest.mark.timeout(600)

WRITERS: Final = 16
DEALS: Final = 16


@dataclass
class Writer:
    """A program that raises deals, one HTTP connection and one token of its own."""

    url: str
    token: str
    deal_ids: Sequence[int]
    chance: random.Random
    answers: Counter[int] = field(default_factory=Counter)
    raised: Counter[int] = field(default_factory=Counter)
    failure: Exception | None = None

    def work(self, updates: int) -> None:
        """Raise deals, and tell of what it does in a contact now and then."""
        self._connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        try:
            for number in range(updates):
                self._raise_one(self.chance.choice(self.deal_ids))
                if number % 10 == 0:
                    made = {"name": f"Update {number}", "client_id": 1}
                    self._ask("POST", "/contacts", made, HTTPStatus.CREATED)
        except Exception as error:  # noqa: BLE001  # a thread cannot raise into the test
            self.failure = error
        finally:
            self._connection.close()

    def _raise_one(self, deal_id: int) -> None:
        path = f"/deals/{deal_id}"
        status = 0
        while status != HTTPStatus.OK:
            deal, etag = self._ask("GET", path, None, HTTPStatus.OK)[1:]
            amount = str(Decimal(deal["amount"]) + 1)
            allowed = (HTTPStatus.OK, HTTPStatus.PRECONDITION_FAILED)
            status = self._ask("PATCH", path, {"amount": amount}, *allowed, if_match=etag)[0]
            self.answers[status] += 1
        self.raised[deal_id] += 1

    def _ask(
        self, method: str, path: str, body: Any, *allowed: HTTPStatus, if_match: str = ""
    ) -> tuple[int, Any, str]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"If-Match": if_match} if if_match else {}
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1{path}", sent, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status in allowed, (method, path, answer.status, said)
        return answer.status, json.loads(said), answer.headers["ETag"] or ""


@pytest.fixture
def tokens(database_url: str, tmp_path: Path) -> list[str]:
    """A token for each writer, in a company with some deals of one client."""
    with running(database_url, tmp_path / "here") as app:
        make = Make(app)
        users = [make.user("administrator") for _number in range(WRITERS)]
        client_id = make.client()
        assert client_id == 1
        assert [make.deal(client_id=1, amount=Decimal(0)) for _number in range(DEALS)]
        return [new_token(user_id, "writer") for user_id in users]


def write_at_once(servers: Sequence[Server], tokens: Sequence[str], each: int) -> list[Writer]:
    """Let the writers do *each* updates apiece, spread over the servers; give them afterwards."""
    writers = [
        Writer(
            servers[number % len(servers)].url,
            token,
            range(1, DEALS + 1),
            random.Random(number),
        )
        for number, token in enumerate(tokens)
    ]
    threads = [threading.Thread(target=writer.work, args=(each,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [writer.failure for writer in writers if writer.failure] == []
    return writers


def kept_in(url: str) -> dict[str, Any]:
    """Give what the database holds of the updates."""
    deals = "SELECT id, amount, version FROM core_deal"
    counts = {
        "contacts": "SELECT count(*) FROM core_contact",
        "audits": "SELECT count(*) FROM core_audit WHERE kind = 'deal' AND action = 'changed'",
        "events": "SELECT count(*) FROM core_event WHERE type = 'core.deal.changed'",
    }
    engine = readonly(make_engine(url))
    with engine.connect() as connection:
        rows = connection.execute(sa.text(deals)).all()
        kept = {name: connection.scalar(sa.text(count)) for name, count in counts.items()}
    engine.dispose()
    return kept | {
        "raised": {row.id: row.amount for row in rows},
        "versions": sum(row.version - 1 for row in rows),
    }


def lose_none(url: str, servers: Sequence[Server], tokens: Sequence[str], each: int) -> None:
    """Write at once and compare what the writers were told with what the database holds."""
    began = time.perf_counter()
    writers = write_at_once(servers, tokens, each)
    seconds = time.perf_counter() - began
    answers = sum((writer.answers for writer in writers), Counter[int]())
    raised = sum((writer.raised for writer in writers), Counter[int]())
    updates = each * WRITERS
    late = answers[HTTPStatus.PRECONDITION_FAILED]
    click.echo(
        f"{updates} updates in {seconds:.1f} s, {updates / seconds:.0f} a second, {late} late"
    )

    assert answers[HTTPStatus.OK] == raised.total() == updates
    assert late > 0, "nobody met anybody: this run has shown nothing"
    kept = kept_in(url)
    assert {id_: amount / 100 for id_, amount in kept.pop("raised").items()} == raised
    assert kept == {
        "contacts": WRITERS * len(range(0, each, 10)),
        "audits": updates,
        "events": updates,
        "versions": updates,
    }


@pytest.mark.turns(3, among="long")
def test_updates_from_sixteen_writers_lose_none(
    serve: Serve, database_url: str, tokens: list[str]
) -> None:
    lose_none(database_url, [serve()], tokens, 10)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_ten_thousand_updates_from_sixteen_writers_lose_none(
    serve: Serve, database_kind: str, database_url: str, tokens: list[str]
) -> None:
    servers = [serve() for _number in range(1 if database_kind == "sqlite" else 2)]
    lose_none(database_url, servers, tokens, 625)
