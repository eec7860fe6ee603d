"""The application beside the bare function, on one database with one company."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench.company import Company, found_company
from bench.measuring import Cost, Side, measure
from bench.serve import SECRET
from bench.servers import Backends, Server, serving
from bench.workload import API, BOARD, IN_PLACE, SEARCH, Asker, Workload, workload
from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Databases, Kind

Asked = tuple[Server, Callable[[], object]]
"""Who is asked, and what asks."""

OURS, BARE, NOTHING = "application", "bare", "nothing"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is measured.

    :param kind: of database.
    """

    kind: Kind
    deals: int

    def __str__(self) -> str:
        """Give it as a heading."""
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        return f"{names[self.kind]}, {self.deals:,} deals"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one kind of request costs.

    :param bare: beside it; None where nothing is comparable.
    """

    ours: Cost
    bare: Cost | None = None

    @property
    def ratio(self) -> float:
        """How many times as much as the bare function's."""
        assert self.bare is not None
        return self.ours.beside(self.bare)


@contextmanager
def company_at(
    place: Place, databases: Databases, folder: Path
) -> Iterator[tuple[str, Company, Workload]]:
    """Give the address of a database that a company of this size fills, and what is asked of it."""
    with databases.lent(place.kind, UPGRADED) as url:
        with running(url, folder, installed=[], secret_key=SECRET) as app:
            company = found_company(app, place.deals)
            asked = workload(app, company)
        yield url, company, asked


def compare(url: str, company: Company, asked: Workload) -> dict[str, Comparison]:
    """Measure every request, the application and the bare function in turn."""
    with ExitStack() as stack:
        servers = Servers(
            ours=stack.enter_context(serving(OURS, url)),
            bare=stack.enter_context(serving(BARE, url, company.head_id)),
            none=stack.enter_context(serving(NOTHING, url)),
        )
        backends = Backends(url)
        stack.callback(backends.close)
        return {
            name: _compared(backends, sides) for name, sides in requests(servers, asked).items()
        }


def _compared(backends: Backends, sides: Mapping[str, Asked]) -> Comparison:
    costs = measure(
        {
            name: Side(call, server.process_id, partial(backends.of, server))
            for name, (server, call) in sides.items()
        }
    )
    return Comparison(costs[OURS], costs.get(BARE))


@dataclass(frozen=True, slots=True)
class Servers:
    """The processes that are asked in turn."""

    ours: Server
    bare: Server
    none: Server

    def asked_by(self, asker: Asker) -> Servers:
        """Give the same, whose JSON API is asked by somebody."""
        ours, bare = (replace(one, headers=asker.token) for one in (self.ours, self.bare))
        return Servers(ours, bare, self.none)

    def page_of(self, asker: Asker) -> Server:
        """Give the application, whose pages are asked for by somebody."""
        return replace(self.ours, headers=asker.cookie)


def requests(servers: Servers, asked: Workload) -> dict[str, dict[str, Asked]]:
    """Give what each side does for each request; writes come last, they change the figures."""
    none = servers.none
    found: dict[str, dict[str, Asked]] = {"nothing": {OURS: (none, lambda: none.ask("GET", "/"))}}
    for who, asker in (("seller", asked.seller), ("head", asked.head)):
        its = servers.asked_by(asker)
        for name, path in asked.reads(asker).items():
            found[f"{name}, {who}"] = _both(its, path)
    seller = servers.asked_by(asked.seller)
    found |= _cards(seller, asked)
    found |= _pages(servers.page_of(asked.seller), seller.bare, asked)
    return found | _writes(seller, asked)


def _both(servers: Servers, path: str) -> dict[str, Asked]:
    ours, bare = servers.ours, servers.bare
    return {
        OURS: (ours, lambda: ours.ask("GET", path)),
        BARE: (bare, lambda: bare.ask("GET", path)),
    }


def _cards(servers: Servers, asked: Workload) -> dict[str, dict[str, Asked]]:
    ours, bare = servers.ours, servers.bare
    cards, bare_cards = asked.cards(), asked.cards()
    return {
        "card": {
            OURS: (ours, lambda: ours.ask("GET", next(cards))),
            BARE: (bare, lambda: bare.ask("GET", next(bare_cards))),
        },
    }


def _pages(ours: Server, bare: Server, asked: Workload) -> dict[str, dict[str, Asked]]:
    """Give the pages; the bare function gives the rows of the board and of a search as JSON.

    The box of search is what opens under the field while one types: its statements are handed to
    the bare function, which sends them once more.
    """
    cards = asked.cards()
    box = replace(ours, headers=ours.headers | IN_PLACE)
    return {
        "card, page": {OURS: (ours, lambda: ours.ask("GET", next(cards).removeprefix(API)))},
        "board, page": {
            OURS: (ours, lambda: ours.ask("GET", BOARD)),
            BARE: (bare, lambda: bare.ask("GET", BOARD)),
        },
        "search, box": {
            OURS: (box, lambda: box.ask("GET", SEARCH)),
            BARE: (bare, lambda: bare.ask("POST", "/search", asked.searching)),
        },
    }


def _writes(servers: Servers, asked: Workload) -> dict[str, dict[str, Asked]]:
    ours, bare = servers.ours, servers.bare
    return {
        "create": {OURS: (ours, asked.create(ours)), BARE: (bare, asked.create(bare))},
        "move": {OURS: (ours, asked.move(ours, 0)), BARE: (bare, asked.move(bare, 1))},
    }
