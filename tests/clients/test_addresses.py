"""Several addresses of a client, each with what it is for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.addresses import (
    addresses_in_files,
    addresses_of_row,
    grown_addresses,
)
from salesman_core.clients.card import shown
from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.clients.queries import around_clients
from salesman_core.clients.service import change_client
from salesman_core.db import db, reading
from salesman_core.plugins.migrations import CORE_OWNER, downgrade, upgrade
from salesman_core.testing.people import Api, Make

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]
Statements = Callable[[], AbstractContextManager[list[str]]]

LEGAL = {"label": "Legal", "text": "614030, г. Пермь, ул. Ленина, 1"}
DOCK = {"label": "Delivery", "text": "Kazan, dock 4"}
BARE = {"label": "", "text": "Tver"}


@pytest.fixture
def earlier(make: Make) -> Callable[[], tuple[int, int]]:
    """What takes the tables back to one address, with a client that has some and one that has none.

    It gives both.
    """

    def go_back() -> tuple[int, int]:
        clients = make.client(addresses=[BARE, DOCK]), make.client()
        db.session.remove()
        downgrade(db.engine, CORE_OWNER, "core_0018")
        return clients

    return go_back


def test_first_address_is_kept_by_going_back_and_forward_again(
    earlier: Callable[[], tuple[int, int]],
) -> None:
    some, none = earlier()
    with db.engine.connect() as connection:
        held = connection.execute(sa.text("SELECT address FROM core_client ORDER BY id")).all()
    assert [row.address for row in held] == ["Tver", ""]
    upgrade(db.engine, CORE_OWNER)
    assert (addresses(some), addresses(none)) == ([BARE], [])


def test_address_from_before_is_found_by_its_words(
    make: Make, earlier: Callable[[], tuple[int, int]], api_for: ApiFor
) -> None:
    some, _none = earlier()
    upgrade(db.engine, CORE_OWNER)
    found = api_for("head").get("/clients?q=TVER").json["items"]
    assert [one["id"] for one in found] == [some]


def addresses(client: int) -> list[Any]:
    reading().rollback()
    return list(shown(client).addresses)


def test_api_keeps_addresses_in_their_order(api_for: ApiFor) -> None:
    api = api_for("head")
    made = api.post("/clients", {"name": "Alpha", "addresses": [LEGAL, DOCK]}).json
    assert made["addresses"] == [LEGAL, DOCK]
    path = f"/clients/{made['id']}"
    headers = {"If-Match": api.get(path).headers["ETag"]}
    changed = api.patch(path, {"addresses": [{"text": "Tver"}]}, headers=headers).json
    assert changed["addresses"] == [BARE]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"label": "x" * 61, "text": "Tver"}, "addresses.0.label"),
        ({"label": "", "text": " "}, "addresses.0.text"),
        ({"label": ""}, "addresses.0.text"),
    ],
)
def test_address_that_cannot_be_is_refused_at_its_field(
    api_for: ApiFor, wrong: dict[str, str], field: str
) -> None:
    answer = api_for("head").post("/clients", {"name": "Alpha", "addresses": [wrong]})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_rows_of_the_form_are_saved_with_their_labels(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(addresses=[BARE])
    data = {"addresses_label": ["Legal", "", "Delivery"], "addresses": [LEGAL["text"], " ", "X"]}
    answer = browser_for("head").post(f"/clients/{client}/fields/addresses", data=data)
    assert answer.status_code == 302
    assert addresses(client) == [LEGAL, {"label": "Delivery", "text": "X"}]


def test_last_address_can_be_taken_away(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(addresses=[BARE])
    data = {"addresses_label": [""], "addresses": ["", ""]}
    browser_for("head").post(f"/clients/{client}/fields/addresses", data=data)
    assert addresses(client) == []


def test_addresses_that_two_people_change_are_a_conflict(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(addresses=[BARE])
    change_client(client, {"addresses": [DOCK]})
    typed = {"addresses_label": ["Legal"], "addresses": ["Omsk"]}
    answer = browser_for("head").post(
        f"/clients/{client}/fields/addresses", data={**typed, "seen": "Tver", "version": 1}
    )
    assert answer.status_code == 412
    assert "Delivery: Kazan, dock 4" in answer.text
    assert 'value="Omsk"' in answer.text
    assert addresses(client) == [DOCK]


def test_history_tells_addresses_in_words(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(addresses=[BARE])
    change_client(client, {"addresses": [LEGAL, DOCK]})
    page = browser_for("head").get(f"/records/client/{client}/history").text
    assert f"Legal: {LEGAL['text']}; Delivery: Kazan, dock 4" in page


def test_clients_are_found_by_a_part_of_an_address(make: Make, api_for: ApiFor) -> None:
    make.client(name="Elsewhere", addresses=[DOCK])
    make.client(name="There", addresses=[BARE, LEGAL])

    def names(asked: str) -> list[str]:
        items = api_for("head").get(f"/clients?{asked}").json["items"]
        return [one["name"] for one in items]

    assert names("address__contains=пермь ЛЕНИНА") == ["There"]
    assert names("q=ленина") == ["There"]
    assert names("address__isnull=true") == []


def test_list_and_its_file_show_addresses(make: Make, browser_for: BrowserFor) -> None:
    make.client(addresses=[LEGAL, DOCK])
    page = browser_for("head").get("/clients?columns=name,addresses").text
    assert LEGAL["text"] in page
    assert "Kazan, dock 4" in page


def test_statements_do_not_grow_with_addresses(make: Make, statements: Statements) -> None:
    few = make.client(addresses=[BARE])
    many = [make.client(addresses=[LEGAL, DOCK]) for _ in range(5)]

    def sent(ids: list[int]) -> int:
        with statements() as found:
            around_clients(reading(), ids)
        return len(found)

    assert sent(many) == sent([few])


def test_merging_joins_addresses_and_undoing_gives_them_back(make: Make) -> None:
    kept = make.client(addresses=[BARE])
    lost = make.client(addresses=[DOCK, {"label": "Postal", "text": "TVER"}])
    merging = merge_clients(kept, [lost])
    assert addresses(kept) == [BARE, DOCK]
    undo_merging(merging)
    assert (addresses(kept), addresses(lost)) == (
        [BARE],
        [DOCK, {"label": "Postal", "text": "TVER"}],
    )


def test_row_of_a_file_fills_addresses_by_its_columns() -> None:
    row = {"address": "Tver", "delivery_address": "Kazan, dock 4"}
    assert addresses_of_row(row) == [BARE, DOCK]


@pytest.mark.parametrize(
    "held", [[LEGAL, DOCK], [BARE], [{"label": "", "text": 'at "Tver": left; right'}, LEGAL]]
)
def test_addresses_written_into_a_cell_are_read_from_it(held: list[dict[str, str]]) -> None:
    assert addresses_of_row({"addresses": addresses_in_files(held)}) == held


@pytest.mark.parametrize(
    ("held", "told", "grown"),
    [
        ([], [BARE], [BARE]),
        ([LEGAL], [{"label": "", "text": LEGAL["text"].upper()}], [LEGAL]),
        ([BARE, LEGAL], [{"label": "", "text": "Omsk"}], [{"label": "", "text": "Omsk"}, LEGAL]),
        ([LEGAL], [DOCK], [LEGAL, DOCK]),
    ],
)
def test_file_changes_the_address_of_its_label_and_takes_none_away(
    held: list[dict[str, str]], told: list[dict[str, str]], grown: list[dict[str, str]]
) -> None:
    assert grown_addresses(held, told) == grown
