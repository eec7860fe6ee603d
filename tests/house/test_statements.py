"""No address asks more of the database where there is more in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.tokens import new_token
from salesman_core.clients.service import delete_client
from salesman_core.db import reading, revisions, writing
from salesman_core.deals import queries
from salesman_core.deals.service import close_deal, delete_deal, move_deal
from salesman_core.records.notes import write_note
from salesman_core.services.notices import notify
from salesman_core.testing.people import Make, browser_of
from salesman_core.testing.statements import counted_statements

pytestmark = [pytest.mark.databases("sqlite", "postgresql"), pytest.mark.timeout(300)]

ENDLESS: Final = frozenset({"live.stream"})
"""What answers for as long as it is listened to."""

OF_ONE: Final = ("/clients/<int:record_id>", "/deals/<int:record_id>")
"""Pages of a record, which more and more hangs on."""


MOST: Final = 30
"""Statements that a request asks at most."""


def addresses(app: Flask) -> Iterator[str]:
    """Every address that takes no argument, and the cards of the first records."""
    for rule in app.url_map.iter_rules():
        readable = "GET" in (rule.methods or ()) and rule.endpoint not in ENDLESS
        if readable and (not rule.arguments or rule.rule in OF_ONE):
            yield rule.rule.replace("<int:record_id>", "1")


def grow(make: Make, number: int) -> None:
    """Add so many rows to whatever pages list."""
    for _one in range(number):
        team = make.team()
        user = make.user("seller", team_id=team)
        new_token(user, "a program")
        client = make.client(owner_id=user, phones=["+7 912 345-67-89"], tags=["a tag"])
        make.contact(client)
        make.contact(1)
        deal = make.deal(client_id=1, owner_id=user)
        move_deal(deal, stage(2))
        close_deal(make.deal(client_id=client), "won")
        for kind in ("client", "deal"):
            write_note(kind, 1, "A note")
        delete_deal(make.deal())
        delete_client(make.client())
        with writing() as session:
            notify(session, make.user_of("administrator"), "Something ended", "/deals")


def stage(place: int) -> int:
    id_: int = queries.pipelines(reading())[0]["stages"][place]["id"]
    return id_


def asked(browser: FlaskClient, token: str, paths: list[str]) -> dict[str, int]:
    """How many statements each address asks, once all that is kept in memory is there."""
    headers = {"Authorization": f"Bearer {token}"}
    counts = {}
    for path in paths:
        options = {"headers": headers} if path.startswith("/api/") else {}
        with counted_statements() as first:
            answer = browser.get(path, **options)
        assert answer.status_code < 400, (path, answer.status_code, answer.text[:300])
        with counted_statements() as second:
            browser.get(path, **options)
        counts[path] = min(len(first), len(second))
    return counts


def test_no_address_asks_more_statements_for_more_rows(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "LATELY", 3600)  # however slow the machine is
    administrator = make.user_of("administrator")
    browser, token = browser_of(app, administrator), new_token(administrator, "the test")
    with make.acting(administrator):
        make.client()
        make.deal()
        grow(make, 2)
    paths = sorted(addresses(app))
    few = asked(browser, token, paths)
    with make.acting(administrator):
        grow(make, 6)
    many = asked(browser, token, paths)
    more = {path: (few[path], many[path]) for path in paths if many[path] > few[path]}
    assert more == {}
    assert max(many.values()) <= MOST
