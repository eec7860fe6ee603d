"""The requests that are measured, the same ones for the application and for the bare function."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bench.company import Company
from bench.servers import Server
from salesman_core.access.person import acting_as, load_person
from salesman_core.access.records import visible
from salesman_core.access.tokens import new_token
from salesman_core.clients.models import Client
from salesman_core.db import db, reading
from salesman_core.deals.lists import DEALS
from salesman_core.deals.models import Deal, Stage
from salesman_core.records.cursor import cursor_at
from salesman_core.records.list_query import DEFAULT_LIMIT, Sort
from salesman_core.testing.people import browser_of

Call = Callable[[], bytes]

API = "/api/v1"
LIST = f"{API}/deals"
FUNNEL = f"{LIST}/funnel"
BOARD = "/deals/board"
SEARCH = "/search?q=depot+4711"
IN_PLACE = {"HX-Request": "true"}
"""What a page sends that wants a part of one."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody whose requests are measured.

    :param token: what the JSON API is sent, as headers.
    :param cookie: what the pages are sent, as headers.
    :param last: the cursor of the last page of their deals, which is full.
    """

    token: dict[str, str]
    cookie: dict[str, str]
    last: str


@dataclass(frozen=True, slots=True)
class Workload:
    """What is asked for.

    :param open_deals: of the seller, to read and to move.
    :param clients: of the seller, for whom deals are opened.
    :param stages: of the pipeline, in the order of progress.
    :param searching: the statements of a search by the seller, each with its values.
    """

    seller: Asker
    head: Asker
    open_deals: Sequence[tuple[int, int]]
    clients: Sequence[int]
    stages: Sequence[int]
    searching: Sequence[tuple[str, Any]]

    def reads(self, asker: Asker) -> dict[str, str]:
        """Give the addresses of the lists and figures, by what they are called."""
        last = f"{LIST}?cursor={asker.last}"
        return {"list, first page": LIST, "list, last page": last, "funnel": FUNNEL}

    def cards(self) -> Iterator[str]:
        """Give the addresses of cards, one after the other for ever."""
        return (f"{LIST}/{id_}" for id_, _stage in itertools.cycle(self.open_deals))

    def create(self, server: Server) -> Call:
        """Give what opens a deal."""
        clients = itertools.cycle(self.clients)
        return lambda: server.ask("POST", LIST, _new_deal(next(clients)))

    def move(self, server: Server, part: int) -> Call:
        """Give what moves deals, each to the stage behind the one where it stands.

        :param part: which half of the deals, so that two sides do not move the same ones.
        """
        steps = self._steps(self.open_deals[part::2])

        def step() -> bytes:
            deal_id, stage_id = next(steps)
            return server.ask("POST", f"{LIST}/{deal_id}/move", {"stage_id": stage_id})

        return step

    def _steps(self, deals: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        places = {deal_id: self.stages.index(stage_id) for deal_id, stage_id in deals}
        while True:
            for deal_id, place in places.items():
                places[deal_id] = (place + 1) % len(self.stages)
                yield deal_id, self.stages[places[deal_id]]


def _new_deal(client_id: int) -> dict[str, Any]:
    return {"name": "Compressors for the depot", "client_id": client_id, "amount": "125000.50"}


def workload(app: Flask, company: Company) -> Workload:
    """Choose what is asked for, in a database that a company fills."""
    seller_id = company.seller_id
    own = sa.select(Deal.id, Deal.stage_id).where(Deal.owner_id == seller_id)
    still_open = own.where(Deal.outcome.is_(None)).order_by(Deal.id).limit(60)
    clients = sa.select(Client.id).where(Client.owner_id == seller_id).order_by(Client.id)
    found = Workload(
        seller=_asker(app, seller_id),
        head=_asker(app, company.head_id),
        open_deals=[(row.id, row.stage_id) for row in reading().execute(still_open)],
        clients=reading().scalars(clients.limit(200)).all(),
        stages=reading().scalars(sa.select(Stage.id).order_by(Stage.percent)).all(),
        searching=statements_of(browser_of(app, seller_id), SEARCH),
    )
    db.session.remove()
    return found


def statements_of(browser: FlaskClient, path: str) -> list[tuple[str, Any]]:
    """Give what the box under the field asks of the database, once its reader is known.

    What is read of a request itself, the counters and who is signed in, is not part of it.
    """
    sent: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        sent.append((arguments[2], arguments[3]))

    browser.get(path, headers=IN_PLACE)
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        assert browser.get(path, headers=IN_PLACE).status_code == HTTPStatus.OK
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return [(statement, values) for statement, values in sent if "core_revision" not in statement]


def _asker(app: Flask, user_id: int) -> Asker:
    token = new_token(user_id, "bench")
    browser = browser_of(app, user_id)
    cookies = (browser._cookies or {}).values()  # noqa: SLF001  # werkzeug gives them by name only
    cookie = "; ".join(f"{one.key}={one.value}" for one in cookies)
    return Asker({"Authorization": f"Bearer {token}"}, {"Cookie": cookie}, _last_page(user_id))


def _last_page(user_id: int) -> str:
    person = load_person(reading(), user_id)
    assert person is not None
    with acting_as(person):
        condition = visible("deal")
    oldest = (
        sa.select(Deal.created_at, Deal.id)
        .where(condition)
        .order_by(Deal.created_at, Deal.id)
        .offset(DEFAULT_LIMIT)
        .limit(1)
    )
    row = reading().execute(oldest).one()
    return cursor_at(tuple(row), DEALS, [Sort("created_at", descending=True)])
