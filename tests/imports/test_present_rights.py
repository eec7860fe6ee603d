"""Imports in the background go by the rights that whoever began them has at the moment."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.jobs.port import jobs
from salesman_core.people.handing_over import STAYS
from salesman_core.people.service import deactivate
from salesman_core.records.imports import ImportRun
from salesman_core.records.imports.keeping import begin_import, run_later
from salesman_core.records.imports.run import BATCH
from salesman_core.records.models import FileImport
from salesman_core.services.models import Notice
from salesman_core.testing.people import Make


@pytest.fixture
def begun(make: Make) -> tuple[int, int]:
    """An import of three batches that is about to begin, and who began it."""
    author = make.user("head")
    text = "Company\n" + "".join(f"Client {number}\n" for number in range(2 * BATCH + 1))
    with make.acting(author):
        import_id = begin_import("clients", "rows.csv", io.BytesIO(text.encode()))
        run_later(import_id, dry_run=False)
    return import_id, author


def stopped(import_id: int) -> tuple[int, str]:
    """How many clients are in, and what is said of it."""
    reading().rollback()
    result = reading().get_one(FileImport, import_id).result or {}
    written = reading().scalar(sa.select(sa.func.count(Client.id))) or 0
    return written, str(result["stopped"])


def test_import_of_somebody_who_was_deactivated_does_not_begin(
    make: Make, begun: tuple[int, int]
) -> None:
    import_id, author = begun
    with make.acting(make.user_of("administrator")):
        deactivate(author)

    jobs().drain()

    assert stopped(import_id) == (0, "Whoever began this may not act any more.")


def test_import_that_does_not_begin_leaves_a_notice_for_whoever_began_it(
    make: Make, begun: tuple[int, int]
) -> None:
    import_id, author = begun
    with make.acting(make.user_of("administrator")):
        deactivate(author)

    jobs().drain()

    reading().rollback()
    told = reading().execute(sa.select(Notice.user_id, Notice.text, Notice.address)).all()
    assert told == [
        (
            author,
            "“rows.csv”: Whoever began this may not act any more.",
            f"/admin/import/{import_id}",
        )
    ]


def test_import_goes_no_further_than_the_rights_of_whoever_began_it(
    make: Make, begun: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id, author = begun
    boss = make.user_of("administrator")
    write = ImportRun._write

    def write_and_deactivate(run: ImportRun, batch: Any) -> None:
        write(run, batch)
        with make.acting(boss):
            deactivate(author, STAYS)

    monkeypatch.setattr(ImportRun, "_write", write_and_deactivate)
    jobs().drain()

    in_by_then, why = stopped(import_id)
    assert (in_by_then, "may not act any more" in why) == (BATCH, True)
