"""Pages of what was done with many records ask as many statements for many as for few."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.doubles import begin_finding
from salesman_core.db import reading
from salesman_core.jobs.port import jobs
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run
from salesman_core.records.models import BulkRun
from salesman_core.testing.people import Make
from salesman_core.testing.statements import counted_statements

BrowserFor = Callable[[str], FlaskClient]
Grow = Callable[[Make, int], None]


def runs(make: Make, number: int) -> None:
    """Runs over many records, each of a client of its own."""
    for _number in range(number):
        chosen = chosen_by_ids([make.client()])
        begin_run("client", "core.edit", {"source": "web"}, chosen)


def one_run(make: Make, number: int) -> None:
    """A run over so many records, some of which refuse."""
    clients = [make.client() for _number in range(number)]
    begin_run("client", "core.edit", {"source": "web"}, chosen_by_ids([*clients, 999]))


def doubles(make: Make, number: int) -> None:
    """Pairs of clients that are probably one."""
    for pair in range(number):
        for _one in range(2):
            make.client(name=f"Pair {pair}", phones=[f"+7 912 345 6{pair:03}"])
    begin_finding()
    jobs().drain()


@pytest.mark.parametrize(
    ("address", "grow"),
    [("/lists/runs", runs), ("/lists/runs/", one_run), ("/clients/doubles", doubles)],
)
def test_page_asks_as_many_statements_for_many_rows_as_for_few(
    make: Make, browser_for: BrowserFor, address: str, grow: Grow
) -> None:
    asked = [_statements(make, browser_for("head"), address, grow, number) for number in (2, 12)]
    assert asked[0] == asked[1] < 30


def _statements(make: Make, browser: FlaskClient, address: str, grow: Grow, number: int) -> int:
    with make.acting(make.user_of("head")):
        grow(make, number)
    if address.endswith("/runs/"):
        address = f"{address}{newest_run()}"
    browser.get(address)  # reads what the process keeps from then on
    with counted_statements() as said:
        assert browser.get(address).status_code == 200
    return len(said)


def newest_run() -> int:
    reading().rollback()
    return reading().scalars(sa.select(sa.func.max(BulkRun.id))).one()
