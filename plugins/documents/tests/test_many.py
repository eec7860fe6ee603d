"""Documents of many deals and clients at once, new versions of many, and their files as one zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_documents import making, many, queries, service
from salesman_documents.filling import filler
from salesman_documents.making import content_of
from salesman_documents.models import KIND, Document, Version
from salesman_documents.testing import template_of, type_of
from salesman_requisites.testing import hidden, own_company

from salesman_core.jobs import cancel
from salesman_core.jobs.port import jobs
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run, undo_run
from salesman_core.records.export import file_of_run
from salesman_core.records.models import BulkRow, BulkRun
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading


@pytest.fixture
def person(app: Flask, make: Make) -> Iterator[Any]:
    """A head of sales in a company that can make documents."""
    own_company(short_name="Ours")
    with make.acting(make.user_of("head")) as person:
        yield person


def _deals(make: Make, number: int) -> list[int]:
    return [
        make.deal(name=f"Deal {one}", client_id=make.client(name=f"Client {one}"))
        for one in range(number)
    ]


def _begin(kind: str, ids: list[int], **values: Any) -> int:
    act = f"documents.make_for_{kind}"
    return begin_run(kind, act, values, chosen_by_ids(ids), at_once=200)


def _run(run_id: int) -> Any:
    columns = (BulkRun.done, BulkRun.refused, BulkRun.ended_at, BulkRun.stopped, BulkRun.job_id)
    query = sa.select(*columns, BulkRun.file_name, BulkRun.total).where(BulkRun.id == run_id)
    return reading().execute(query).one()


def _told(run_id: int) -> list[tuple[str, str]]:
    rows = sa.select(BulkRow.state, BulkRow.reason).where(BulkRow.run_id == run_id)
    return [tuple(row) for row in reading().execute(rows.order_by(BulkRow.record_id))]


def _documents() -> list[tuple[str, str]]:
    query = sa.select(Document.number, Document.client_name).where(Document.deleted_at.is_(None))
    return [tuple(row) for row in reading().execute(query.order_by(Document.id))]


def test_a_document_is_made_for_each_deal_and_all_come_as_one_zip(make: Make, person: Any) -> None:
    template = template_of("№ {{ document.number }}: {{ client.name }}")
    deals = _deals(make, 3)

    run_id = _begin("deal", deals, template_id=str(template), subject="Racks")

    assert (_run(run_id).done, _run(run_id).refused) == (3, 0)
    assert _documents() == [("001", "Client 0"), ("002", "Client 1"), ("003", "Client 2")]
    path, run = file_of_run(run_id)
    assert run.file_name.startswith("Documents ")
    with zipfile.ZipFile(path) as archive:
        texts = [filler().text(archive.read(name)) for name in archive.namelist()]
        assert archive.namelist()[0] == "Agreement 001.docx"
    assert texts == [["№ 001: Client 0"], ["№ 002: Client 1"], ["№ 003: Client 2"]]


def test_what_is_empty_is_told_beside_its_record_and_leaves_nothing_half(
    make: Make, person: Any
) -> None:
    template = template_of("{{ client.site }}")
    clients = [make.client(name="Anna", site="anna.example"), make.client(name="Bert")]

    run_id = _begin("client", clients, template_id=str(template))

    assert _told(run_id) == [
        ("done", ""),
        ("refused", "“client.site” is empty for this document. (paragraph 1)"),
    ]
    assert _documents() == [("001", "Anna")]
    assert _run(run_id).file_name == ""  # one file is no zip
    again = _begin("client", clients[1:], template_id=str(template), empty="make")
    assert _told(again) == [("done", "")]
    assert _documents()[1:] == [("002", "Bert")]  # no number was lost on the way


def test_what_was_made_for_clients_is_undone_unless_somebody_changed_it(
    make: Make, person: Any
) -> None:
    template = template_of("{{ client.name }}")
    clients = [make.client(name=name) for name in ("Anna", "Bert")]
    run_id = _begin("client", clients, template_id=str(template))
    first, _second = reading().scalars(sa.select(Document.id).order_by(Document.id))
    service.change_document(first, {"subject": "changed since"})

    undoing = undo_run(run_id)

    assert [state for state, _reason in _told(undoing)] == ["refused", "done"]
    assert [name for _number, name in _documents()] == ["Anna"]


def test_a_number_that_somebody_took_meanwhile_stands_in_no_file(make: Make, person: Any) -> None:
    template = template_of("{{ document.number }}")
    (deal_id,) = _deals(make, 1)
    (act,) = (one for one in many.ACTIONS if one.kind == "deal")
    assert act.prepare is not None
    given = {"template_id": str(template)}
    ahead = act.prepare(deal_id, given, None)
    service.create_document({"type_id": type_of("Agreement"), "deal_id": deal_id})

    made = act.apply(deal_id, given, None, ahead)

    version = queries.one_version(reading(), made["document_id"], 1)
    content = content_of(reading(), version.file_id, version.name)
    assert filler().text(content) == ["002"]
    assert [one[0] for one in _documents()] == ["001", "002"]


def test_many_are_made_in_the_background_and_can_be_stopped_between_two(
    app: Flask, make: Make, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = template_of("{{ document.number }}")
    deals = _deals(make, 4)
    act = "documents.make_for_deal"
    run_id = begin_run("deal", act, {"template_id": str(template)}, chosen_by_ids(deals))
    assert _run(run_id).job_id is not None
    filled = making.filled

    def stopped_after_two(*arguments: Any) -> Any:
        if reading().scalar(sa.select(sa.func.count(Version.id))) == 2:
            cancel(_run(run_id).job_id)
        return filled(*arguments)

    monkeypatch.setattr(making, "filled", stopped_after_two)
    jobs().drain()
    reading().rollback()

    run = _run(run_id)
    assert (run.done, run.total) == (2, 4)
    assert run.stopped == "Stopped. What was done by then stays."
    with_file = sa.select(Document.id).where(Document.versions.any())
    assert len(_documents()) == len(reading().scalars(with_file).all()) == 2


def test_new_versions_of_many_documents_keep_the_old_ones(make: Make, person: Any) -> None:
    template = template_of("{{ document.subject }}")
    documents = [
        service.create_document(
            {"type_id": type_of("Agreement"), "template_id": template, "deal_id": deal_id}
            | {"subject": "Racks"}
        )
        for deal_id in _deals(make, 2)
    ]
    making.generate(documents[0])
    bare = service.create_document(
        {"type_id": type_of("Agreement"), "client_id": make.client(), "subject": "x"}
    )
    chosen = chosen_by_ids([*documents, bare])

    run_id = begin_run(KIND, "documents.generate", {}, chosen, at_once=200)

    assert [state for state, _reason in _told(run_id)] == ["done", "done", "refused"]
    numbers = [len(queries.versions(reading(), one)) for one in (*documents, bare)]
    assert numbers == [2, 1, 0]
    zipped = begin_run(KIND, "documents.zip", {}, chosen, at_once=200)
    assert _told(zipped)[-1] == ("refused", "The document has no file yet.")
    with zipfile.ZipFile(file_of_run(zipped)[0]) as archive:
        assert archive.namelist() == ["Agreement 001.docx", "Agreement 002.docx"]


def test_the_page_of_a_run_offers_the_zip(app: Flask, make: Make, browser_for: Any) -> None:
    own_company(short_name="Ours")
    template = template_of("{{ document.number }}")
    deals = _deals(make, 2)
    browser: Browser = browser_for("administrator")
    token = hidden(browser.get("/deals").text, "csrf_token")
    form = {"csrf_token": token, "id": [str(one) for one in deals]}

    asked = browser.post("/lists/deal/acts/documents.make_for_deal/form", data=form)
    assert "Agreement: Template" in asked.text
    begun = browser.post(
        "/lists/deal/acts/documents.make_for_deal", data=form | {"template_id": str(template)}
    )
    jobs().drain()

    page = browser.get(begun.headers["Location"]).text
    assert "Save the file" in page
    saved = browser.get(f"{begun.headers['Location']}/file")
    assert saved.mimetype == "application/zip"
    content = saved.data
    saved.close()
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 2
