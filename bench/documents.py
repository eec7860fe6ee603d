"""Two hundred contracts in the background, beside pages that people look at meanwhile.

``python -m bench.documents URL FOLDER`` does the jobs that wait, as ``salesman worker`` does, and
ends when there are none.
"""

from __future__ import annotations

import io
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import sqlalchemy as sa
from salesman_documents.models import DocumentType
from salesman_documents.samples import contract_ru
from salesman_documents.templates_service import add_template
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company

from bench.serve import SECRET
from bench.servers import ROOT, Server
from salesman_core.access.person import acting_as, load_person
from salesman_core.cli.server import GIVES_WAY
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.jobs.port import jobs
from salesman_core.people.service import add_user
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run
from salesman_core.records.models import BulkRun
from salesman_core.testing.application import running

NUMBER: Final = 200
SLICE: Final = 1.0
"""Seconds for which pages are measured beside the run, and then alone, in turn."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What pages take, alone and beside the run.

    :param quiet: the median of a page in seconds, alone.
    :param busy: the same while documents are made.
    :param done: so many documents were made.
    :param seconds: that it took, without the pauses.
    """

    quiet: float
    busy: float
    done: int
    seconds: float

    @property
    def times(self) -> float:
        """How many times as long a page takes meanwhile."""
        return self.busy / self.quiet


def begun_run(url: str, folder: Path) -> int:
    """Have contracts of as many deals made in the background; give the run."""
    with running(url, folder, secret_key=SECRET):
        own = own_company(short_name="ООО «Ромашка»")
        ACCOUNTS.add(own, ACCOUNT)
        SIGNERS.add(own, SIGNER)
        boss = load_person(
            reading(), add_user("documents@example.com", "Boss", roles=["administrator"])
        )
        assert boss is not None
        with acting_as(boss):
            type_id = reading().scalar(sa.select(sa.func.min(DocumentType.id)))
            named = {"type_id": type_id, "name": "Contract", "language": "ru"}
            template = add_template(named, "contract.docx", io.BytesIO(contract_ru()))
            wanted = sa.select(Deal.id).where(Deal.client_id.is_not(None)).order_by(Deal.id)
            deals = reading().scalars(wanted.limit(NUMBER)).all()
            values = {"template_id": str(template), "empty": "make"}
            return begin_run("deal", "documents.make_for_deal", values, chosen_by_ids(deals))


def measured(server: Server, url: str, folder: Path, pages: Sequence[str], run_id: int) -> Beside:
    """Read pages while the documents are made, and in between while their making stands still.

    In turn, so that whatever else the machine does falls on both alike.
    """
    for page in pages:
        server.ask("GET", page)
    quiet: list[float] = []
    busy: list[float] = []
    seconds = 0.0
    with _working(url, folder) as worker:
        while worker.poll() is None:
            begun = perf_counter()
            busy += _read_until(server, pages, begun + SLICE)
            seconds += perf_counter() - begun
            worker.send_signal(signal.SIGSTOP)
            quiet += _read_until(server, pages, perf_counter() + SLICE)
            worker.send_signal(signal.SIGCONT)
    with running(url, folder, secret_key=SECRET):
        done = reading().scalar(sa.select(BulkRun.done).where(BulkRun.id == run_id)) or 0
    return Beside(statistics.median(quiet), statistics.median(busy), done, seconds)


def _read_until(server: Server, pages: Sequence[str], end: float) -> list[float]:
    """Read all pages in turn until a moment; give what each took."""
    taken: list[float] = []
    while perf_counter() < end:
        for page in pages:
            begun = perf_counter()
            server.ask("GET", page)
            taken.append(perf_counter() - begun)
    return taken


@contextmanager
def _working(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "bench.documents", url, str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)  # noqa: S603  # ourselves
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Do what waits."""
    os.nice(GIVES_WAY)
    with running(sys.argv[1], Path(sys.argv[2]), secret_key=SECRET):
        jobs().drain()


if __name__ == "__main__":
    main()
