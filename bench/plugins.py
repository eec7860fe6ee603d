"""What plugins cost: those that fill every slot of a card, and slots that nobody fills."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bench.company import Company
from bench.comparison import OURS
from bench.fillers import made_plugin
from bench.measuring import Cost, Side, measure
from bench.serve import SECRET
from bench.servers import serving
from bench.workload import API, Workload
from salesman_core.access.person import acting_as, load_person
from salesman_core.db import reading
from salesman_core.deals.card import DealCard, slot_context
from salesman_core.deals.models import Deal
from salesman_core.plugins.discovery import Installed
from salesman_core.testing.application import running
from salesman_core.testing.people import browser_of
from salesman_core.web.slots import slot
from salesman_hookspecs import Slot

PLUGINS: Final = (0, 5, 10)
EMPTY: Final = 50
_OWNER: Final = "places"
_NAMES: Final = tuple(f"{_OWNER}.card.place{number}" for number in range(EMPTY))
_CALLS: Final = 40
_ROUNDS: Final = 15


def filled_cards(url: str, asked: Workload) -> dict[int, Cost]:
    """Give what the page of a deal costs, by how many plugins fill every slot of it."""
    with ExitStack() as stack:
        sides = {}
        for number in PLUGINS:
            server = stack.enter_context(serving(OURS, url, number))
            server = replace(server, headers=asked.seller.cookie)
            cards = (path.removeprefix(API) for path in asked.cards())
            call = partial(_next_page, server.ask, cards)
            sides[f"{number}"] = Side(call, server.process_id)
        return {int(number): cost for number, cost in measure(sides).items()}


def _next_page(ask: Callable[[str, str], bytes], cards: Iterator[str]) -> bytes:
    return ask("GET", next(cards))


def empty_slots(url: str, folder: Path, company: Company) -> tuple[float, float]:
    """Give the CPU seconds of fifty slots that nobody fills, and of the page of a deal."""
    with running(url, folder, installed=[_places()], secret_key=SECRET) as app:
        person = load_person(reading(), company.seller_id)
        own = sa.select(Deal.id).where(Deal.owner_id == company.seller_id).limit(1)
        deal_id = reading().scalar(own)
        assert person is not None
        browser = browser_of(app, company.seller_id)
        with app.test_request_context(f"/deals/{deal_id}"), acting_as(person):
            context = slot_context(str(deal_id))
            slots = _seconds(lambda: [slot(name, context) for name in _NAMES], _CALLS)
        page = _seconds(lambda: browser.get(f"/deals/{deal_id}"), 1)
    return slots, page


def _seconds(call: Callable[[], object], calls: int) -> float:
    """Give the median CPU seconds of a call in this process."""
    found = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for _ in range(calls):
            call()
        found.append((time.process_time() - began) / calls)
    return statistics.median(found)


def _places() -> Installed:
    """Give a plugin that offers fifty slots on the card of a deal."""

    def salesman_slots() -> Iterable[Slot]:
        return [Slot(name, DealCard, "A place that nobody fills") for name in _NAMES]

    return made_plugin(_OWNER, salesman_slots)
