"""No address asks more of the database where there is more in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

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
from salesman_core.testing.people import Make, api_of, browser_of
from salesman_core.testing.statements import counted_statements

pytestmark = [pytest.mark.databases("sqlite", "postgresql"), pytest.mark.timeout(300)]

ENDLESS: Final = frozenset({"live.stream"})
"""What answers for as long as it is listened to."""

OF_ONE: Final = ("/clients/<int:record_id>", "/deals/<int:record_id>")
"""Pages of a record, which more and more hangs on."""


MOST: Final = 34
"""Statements that a request asks at most; each number in the menu of a plugin is one of them."""


def addresses(app: Flask) -> Iterator[str]:
    """Every address that takes no argument, and the cards of the first records."""
    for rule in app.url_map.iter_rules():
        readable = "GET" in (rule.methods or ()) and rule.endpoint not in ENDLESS
        if readable and (not rule.arguments or rule.rule in OF_ONE):
            yield rule.rule.replace("<int:record_id>", "1")


def grow(make: Make, number: int, owner_id: int) -> None:
    """Add so many rows to whatever pages list, where somebody owns what can be owned."""
    for _one in range(number):
        team = make.team()
        user = make.user("seller", team_id=team)
        new_token(user, "a program")
        client = make.client(owner_id=owner_id, phones=["+7 912 345-67-89"], tags=["a tag"])
        make.contact(client)
        make.contact(1)
        deal = make.deal(client_id=1, owner_id=owner_id)
        move_deal(deal, stage(2))
        close_deal(make.deal(client_id=client, owner_id=owner_id), "won")
        for kind in ("client", "deal"):
            write_note(kind, 1, "A note")
        delete_deal(make.deal(owner_id=owner_id))
        delete_client(make.client(owner_id=owner_id))
        with writing() as session:
            for reader in {owner_id, make.user_of("administrator")}:
                notify(session, reader, "Something ended", "/deals")


def stage(place: int) -> int:
    id_: int = queries.pipelines(reading())[0]["stages"][place]["id"]
    return id_


def asked(browser: FlaskClient, token: str, paths: list[str]) -> dict[str, int]:
    """How many statements each address asks, once all that is kept in memory is there.

    What is not open to whoever asks is left out.
    """
    headers = {"Authorization": f"Bearer {token}"}
    counts = {}
    for path in paths:
        options = {"headers": headers} if path.startswith("/api/") else {}
        with counted_statements() as first:
            answer = browser.get(path, **options)
        if answer.status_code in {403, 404}:
            continue
        assert answer.status_code < 400, (path, answer.status_code, answer.text[:300])
        with counted_statements() as second:
            browser.get(path, **options)
        counts[path] = min(len(first), len(second))
    return counts


@pytest.mark.turns(2)
@pytest.mark.parametrize(("role", "open_to_it"), [("administrator", 50), ("seller", 20)])
def test_no_address_asks_more_statements_for_more_rows(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch, role: str, open_to_it: int
) -> None:
    monkeypatch.setattr(revisions, "LATELY", 3600)  # however slow the machine is
    asker, administrator = make.user_of(role), make.user_of("administrator")
    browser, token = browser_of(app, asker), new_token(asker, "the test")
    with make.acting(administrator):
        make.client(owner_id=asker)
        make.deal(owner_id=asker)
        grow(make, 2, asker)
    paths = sorted(addresses(app))
    few = asked(browser, token, paths)
    with make.acting(administrator):
        grow(make, 6, asker)
    many = asked(browser, token, paths)
    more = {path: (few[path], many[path]) for path in few if many[path] > few[path]}
    assert more == {}
    assert len(few) >= open_to_it
    assert max(many.values()) <= MOST


FOR_EACH: Final = 20
"""Statements that one row of many costs at most: those of a single change, with its savepoint."""

Many = Callable[[Make, int], tuple[str, dict[str, Any]]]


def new_clients(_make: Make, number: int) -> tuple[str, dict[str, Any]]:
    named = [{"name": f"Client {place} of {number}"} for place in range(number)]
    return "/clients/batch", {"items": named}


def new_deals(_make: Make, number: int) -> tuple[str, dict[str, Any]]:
    return "/deals/batch", {"items": [{"name": f"Deal {place}"} for place in range(number)]}


def tagged_clients(make: Make, number: int) -> tuple[str, dict[str, Any]]:
    ids = [make.client() for _one in range(number)]
    return "/clients/bulk", {"action": "core.tag", "ids": ids, "values": {"add": ["vip"]}}


def deleted_clients(make: Make, number: int) -> tuple[str, dict[str, Any]]:
    ids = [make.client() for _one in range(number)]
    return "/clients/bulk", {"action": "core.delete", "ids": ids}


def moved_deals(make: Make, number: int) -> tuple[str, dict[str, Any]]:
    ids = [make.deal() for _one in range(number)]
    values = {"stage_id": str(stage(2))}
    return "/deals/bulk", {"action": "core.move", "ids": ids, "values": values}


@pytest.mark.parametrize(
    "many", [new_clients, new_deals, tagged_clients, deleted_clients, moved_deals]
)
def test_each_of_many_rows_costs_no_more_than_the_one_before(make: Make, many: Many) -> None:
    api = api_of(make.app, make.user_of("administrator"))
    said = {}
    for number in (2, 2, 20):  # the first time reads what the process keeps from then on
        path, body = many(make, number)
        with counted_statements() as sent:
            answer = api.post(path, body)
        assert {one["status"] for one in answer.json["results"]} <= {200, 201}
        said[number] = len(sent)
    each = (said[20] - said[2]) / 18
    assert each <= FOR_EACH, said
    assert said[2] - 2 * each <= MOST, said


def test_each_record_taken_out_of_the_bin_costs_no_more_than_the_one_before(make: Make) -> None:
    browser = browser_of(make.app, make.user_of("administrator"))
    said = {}
    for number in (2, 2, 20):
        ids = [make.client() for _one in range(number)]
        for one in ids:
            delete_client(one)
        token = re.findall(r'name="csrf_token" value="([^"]+)"', browser.get("/bin").text)[0]
        marks = {"id": [f"client:{one}" for one in ids], "csrf_token": token}
        with counted_statements() as sent:
            answer = browser.post("/bin/restore", data=marks)
        assert answer.status_code == 303
        said[number] = len(sent)
    each = (said[20] - said[2]) / 18
    assert each <= FOR_EACH, said
    assert said[2] - 2 * each <= MOST, said
