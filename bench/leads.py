"""Leads through the batch API beside the bare insert: put the same values into a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask

from bench.bare.drivers import Driver, driver_for
from bench.importing import Imported, watch
from bench.measuring import Cost, median
from bench.serve import SECRET
from salesman_core.db import make_engine
from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.people import Api, Make, api_of

LEADS: Final = 10_000
BATCH: Final = 200
PEOPLE: Final = 10
ROUNDS: Final = 3

Item = Mapping[str, Any]


def measured_leads(
    kind: Kind, databases: Databases, folder: Path, leads: int = LEADS, rounds: int = ROUNDS
) -> Imported:
    """Take leads into fresh databases by the batch API, with distribution, and bare, in turn."""
    ours: list[Cost] = []
    bare: list[Cost] = []
    for number in range(rounds):
        with databases.lent(kind, UPGRADED) as url, watch(url) as spent:
            with running(url, folder / str(number), secret_key=SECRET) as app:
                api = _receiving(app)
                _send(api, items(BATCH, "first"))
                _analyse(url)
                ours.append(spent(partial(_send, api, items(leads, "more"))))
            driver = driver_for(url)
            bare.append(spent(partial(_bare, driver, items(leads, "bare"))))
            driver.close()
    return Imported(median(ours), median(bare))


def _receiving(app: Flask) -> Api:
    """Make a rule by which ten sellers get leads in turn; give the API of a head of sales."""
    make = Make(app)
    api = api_of(app, make.user("head"))
    members = [{"user_id": make.user("seller")} for _ in range(PEOPLE)]
    rule = {"name": "Sellers", "method": "in_turn", "members": members, "minutes": 60}
    assert api.post("/leads/rules", rule).status_code == 201
    return api


def _analyse(url: str) -> None:
    """Let PostgreSQL know its tables, as autovacuum does; servers of tests run without it."""
    engine = make_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("ANALYZE"))
    engine.dispose()


def items(count: int, name: str) -> Iterator[Item]:
    """Give leads as a web site sends them; nobody has such a number."""
    for number in range(count):
        yield {
            "name": f"Dora {name} {number}",
            "company": f"Boilers {number} Ltd",
            "phones": [f"+7 916 {number // 10_000:03}-{number // 100 % 100:02}-{number % 100:02}"],
            "emails": [f"dora{number}@{name}.example"],
            "source": "site",
            "text": "Please call me about the boiler.",
            "products": ["Boiler KX-300"],
            "external_ids": {"site": f"{name}-{number}"},
        }


def _send(api: Api, leads: Iterator[Item]) -> int:
    sent = 0
    while batch := list(islice(leads, BATCH)):
        answer = api.post("/leads/batch", {"items": batch})
        assert all(one["status"] == 201 for one in answer.json["results"])  # type: ignore[index]
        sent += len(batch)
    return sent


def _bare(driver: Driver, leads: Iterator[Item]) -> int:
    rows = 0
    driver.run("CREATE TABLE bare (a TEXT, b TEXT, c TEXT, d TEXT, e TEXT, f TEXT, g TEXT)", ())
    insert = "INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?)"
    while batch := [_cells(one) for one in islice(leads, BATCH)]:
        with driver.writing():
            driver.run_many(insert, batch)
        rows += len(batch)
    return rows


def _cells(item: Item) -> Sequence[str]:
    lists = [", ".join(item[name]) for name in ("phones", "emails", "products")]
    return [*(item[name] for name in ("name", "company", "source", "text")), *lists]
