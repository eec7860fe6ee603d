"""The import of a file beside the bare one: read the same file, put its cells into a table."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bench.bare.drivers import Driver, driver_for
from bench.measuring import Cost, cpu_of, median
from bench.serve import SECRET
from bench.servers import ROOT
from salesman_core.cli.memory import settled
from salesman_core.db import make_engine
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.run import BATCH
from salesman_core.records.imports.service import chosen_mapping, import_run, import_type
from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Databases, Kind

FILE: Final = ROOT / "../shared/data/opportunities/sales_pipeline.csv"
"""8,800 deals of 85 clients and 30 owners, three quarters of them closed."""
MAPPING: Final = ROOT / "tests/mappings/opportunities.toml"
ROUNDS: Final = 3

_BACKENDS: Final = sa.text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a row of a file costs, in CPU seconds: medians of rounds in which both take turns.

    :param ours: by the import, with the rules and hooks of a single save.
    :param bare: read, written, and nothing else.
    """

    ours: Cost
    bare: Cost

    @property
    def a_second(self) -> float:
        """How many rows come in within a second of CPU, the database's included."""
        return 1 / self.ours.whole

    @property
    def ratio(self) -> float:
        """How many times as much as the bare one's."""
        return self.ours.beside(self.bare)


def measured_import(kind: Kind, databases: Databases, folder: Path) -> Imported:
    """Import the file into fresh databases, by both in turn."""
    ours: list[Cost] = []
    bare: list[Cost] = []
    for number in range(ROUNDS):
        with databases.lent(kind, UPGRADED) as url, watch(url) as spent:
            with running(url, folder / str(number), installed=[], secret_key=SECRET):
                ours.append(spent(_import))
            driver = driver_for(url)
            bare.append(spent(partial(_bare, driver)))
            driver.close()
    return Imported(median(ours), median(bare))


def import_beside(url: str, folder: Path) -> Cost:
    """Import the file into a database that is full of deals; give what a row costs."""
    with running(url, folder, installed=[], secret_key=SECRET), watch(url) as spent:
        return spent(_import)


def _import() -> int:
    """Bring the file in as the command line does; give how many rows it has."""
    deals = import_type("deals")
    mapping = chosen_mapping(str(MAPPING), deals)
    journal = Journal(note_import("deals", FILE.name))
    run = import_run(deals, FILE, mapping, journal=journal)
    with settled():
        run.apply()
    assert run.result.counts["created"] == run.result.rows
    return run.result.rows


def _bare(driver: Driver) -> int:
    rows = 0
    with FILE.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        headings = next(reader)
        driver.run(f"CREATE TABLE bare ({', '.join(f'{name} TEXT' for name in headings)})", ())
        insert = f"INSERT INTO bare VALUES ({', '.join('?' * len(headings))})"
        while batch := list(islice(reader, BATCH)):
            with driver.writing():
                driver.run_many(insert, batch)
            rows += len(batch)
    return rows


Spent = Callable[[Callable[[], int]], Cost]
"""Gives what a row costs, of so many as a function says that it has dealt with."""


@contextmanager
def watch(url: str) -> Iterator[Spent]:
    """Let the CPU be read of this process and of the server's backends for a database."""
    engine = make_engine(url)

    def backends() -> dict[int, float]:
        if engine.dialect.name == "sqlite":
            return {}
        with engine.connect() as connection:
            return {pid: cpu_of(pid) for pid in connection.scalars(_BACKENDS)}

    def spent(work: Callable[[], int]) -> Cost:
        before, began = backends(), time.process_time()
        rows = work()
        program, after = time.process_time() - began, backends()
        database = sum(after[pid] - before.get(pid, 0) for pid in after)
        return Cost(program / rows, database / rows)

    try:
        yield spent
    finally:
        engine.dispose()
