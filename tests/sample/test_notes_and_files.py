"""Notes and files hang on records of a plugin that says so, as on a client or a deal."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_sample.models import Promise
from salesman_sample.queries import KIND
from salesman_sample.service import break_promise, make_promise

from salesman_core.clients.service import delete_client
from salesman_core.db import reading, writing
from salesman_core.errors import ForbiddenError, MissingError
from salesman_core.events.models import RecordedEvent
from salesman_core.plugins import switches
from salesman_core.plugins.purge import export, preview, purge
from salesman_core.records import files, notes
from salesman_core.records.attached import on_record
from salesman_core.records.bin.emptying import empty_bin
from salesman_core.records.bin.service import purge as delete_for_good
from salesman_core.records.hanging import move_notes_and_files
from salesman_core.records.history import history
from salesman_core.records.models import Attachment, Note
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite", "postgresql")

BrowserFor = Callable[[str], FlaskClient]


@pytest.fixture
def promise(app: Flask, make: Make) -> Callable[..., int]:
    """A function that promises something to a new client."""
    return lambda text="A discount": make_promise({"text": text, "client_id": make.client()})


Promised = Callable[..., int]


def attach(record_id: int, name: str = "terms.txt", content: bytes = b"10 %") -> int:
    return files.attach(KIND, record_id, name, io.BytesIO(content))


def texts(kind: str, record_id: int) -> list[str]:
    here = on_record(Note, kind, record_id)
    return list(reading().scalars(sa.select(Note.text).where(here).order_by(Note.id)))


def names(kind: str, record_id: int) -> list[str]:
    return [row.name for row in files.files_of(reading(), kind, record_id)]


def count(model: Any) -> int:
    reading().rollback()
    return reading().scalar(sa.select(sa.func.count(model.id))) or 0


def test_card_of_a_plugin_takes_notes_and_files(
    app: Flask, promise: Promised, browser_for: BrowserFor
) -> None:
    record_id, browser = promise(), browser_for("head")
    page = browser.get(f"/sample/{record_id}").text
    address = f"/records/{KIND}/{record_id}"
    assert f'action="{address}/notes"' in page
    assert f'action="{address}/files"' in page

    app.config["WTF_CSRF_METHODS"] = []
    browser.post(f"{address}/notes", data={"text": "They agreed."})
    browser.post(f"{address}/files", data={"file": (io.BytesIO(b"10 %"), "terms.txt")})

    reading().rollback()
    assert texts(KIND, record_id) == ["They agreed."]
    assert names(KIND, record_id) == ["terms.txt"]
    assert "terms.txt" in browser.get(f"{address}/files").text
    assert "They agreed." in browser.get(f"{address}/story").text
    assert "note written" in browser.get(f"{address}/history").text


def test_whoever_does_not_see_the_record_gets_neither_notes_nor_files(
    make: Make, promise: Promised, browser_for: BrowserFor
) -> None:
    record_id = promise()
    note_id, file_id = notes.write_note(KIND, record_id, "Secret"), attach(record_id)
    seller = browser_for("seller")
    for address in (
        f"/records/notes/{note_id}",
        f"/records/files/{file_id}/terms.txt",
        f"/records/files/{file_id}/view",
        f"/records/{KIND}/{record_id}/files",
        f"/records/{KIND}/{record_id}/story",
    ):
        assert seller.get(address).status_code == 404, address
    with make.acting(make.user("seller")), pytest.raises(MissingError):
        notes.write_note(KIND, record_id, "I was here.")
    address = f"/records/files/{file_id}/terms.txt"
    assert browser_for("head").get(address, buffered=True).data == b"10 %"


def test_only_who_wrote_a_note_changes_it(make: Make, promise: Promised) -> None:
    record_id = promise()
    note_id = notes.write_note(KIND, record_id, "Mine")
    with make.acting(make.user("head")), pytest.raises(ForbiddenError, match="Only"):
        notes.change_note(note_id, "Yours")
    notes.delete_note(note_id)
    assert texts(KIND, record_id) == []
    notes.restore_note(note_id)
    reading().rollback()
    assert texts(KIND, record_id) == ["Mine"]


def test_kind_that_does_not_say_so_takes_nothing(make: Make) -> None:
    contact_id = make.contact(make.client())
    with pytest.raises(MissingError, match="Nothing can be attached to records of the kind"):
        notes.write_note("contact", contact_id, "x")


def test_notes_and_files_go_along_with_their_authors_and_dates(
    app: Flask, make: Make, promise: Promised, clock: FrozenClock
) -> None:
    app.extensions["salesman_clock"] = clock.now
    record_id, deal_id, author = promise(), make.deal(), make.user("head", name="Anna Berg")
    with make.acting(author):
        note_id, file_id = notes.write_note(KIND, record_id, "They agreed."), attach(record_id)
        binned = notes.write_note(KIND, record_id, "A slip")
        notes.delete_note(binned)
    written = clock.now()
    clock.advance(days=3)

    moved = move_notes_and_files((KIND, record_id), ("deal", deal_id))

    reading().rollback()
    assert moved == ((note_id,), {file_id: "terms.txt"})
    assert (texts(KIND, record_id), names(KIND, record_id)) == ([], [])
    note, file = notes.one_note(note_id), files.one_file(file_id)
    assert (note.deal_id, note.author_name, note.created_at) == (deal_id, "Anna Berg", written)
    assert (file.deal_id, file.author_name, file.created_at) == (deal_id, "Anna Berg", written)
    last = history("deal", deal_id).lines[0]
    assert last.action == "notes and files came along"
    assert [(one.field, one.after) for one in last.steps] == [
        ("Notes", "1"),
        ("Files", "terms.txt"),
    ]
    happened = sa.select(RecordedEvent.type, RecordedEvent.kind, RecordedEvent.record_id)
    last_two = happened.order_by(RecordedEvent.id.desc()).limit(2)
    assert [tuple(row) for row in reading().execute(last_two)] == [
        ("core.file.moved", "deal", deal_id),
        ("core.note.moved", "deal", deal_id),
    ]
    with make.acting(author):
        notes.restore_note(binned)  # stays where it was deleted
    reading().rollback()
    assert texts(KIND, record_id) == ["A slip"]


def test_nothing_goes_along_to_what_one_does_not_see(make: Make, promise: Promised) -> None:
    seller, foreign = make.user("seller"), make.deal()
    with make.acting(seller):
        own = make_promise({"text": "Mine", "client_id": make.client(owner_id=seller)})
        notes.write_note(KIND, own, "Stays")
        with pytest.raises(MissingError):
            move_notes_and_files((KIND, own), ("deal", foreign))
        reading().rollback()
        assert texts(KIND, own) == ["Stays"]


def test_what_leaves_the_bin_for_good_takes_its_notes_and_files(promise: Promised) -> None:
    gone, other = promise(), promise()
    for one in (gone, other):
        notes.write_note(KIND, one, "A note")
        attach(one)
    break_promise(gone)

    delete_for_good(KIND, gone)

    assert (count(Note), count(Attachment)) == (1, 1)
    assert texts(KIND, other) == ["A note"]


def test_client_that_goes_for_good_takes_what_hangs_on_records_that_go_with_it(
    make: Make,
) -> None:
    client_id = make.client()
    make.client()
    record_id = make_promise({"text": "A discount", "client_id": client_id})
    make_promise({"text": "A call", "client_id": make.client()})
    notes.write_note(KIND, record_id, "A note")
    delete_client(client_id)

    delete_for_good("client", client_id)

    assert count(Note) == 0


def test_number_that_comes_again_brings_no_notes_with_it(promise: Promised) -> None:
    notes.write_note(KIND, promise(), "A note")
    stays = promise()
    notes.write_note(KIND, stays, "Another note")
    with writing() as session:  # as a plugin might that asks nobody
        session.execute(sa.delete(Promise).where(Promise.id != stays))

    empty_bin()

    assert count(Note) == 1
    assert texts(KIND, stays) == ["Another note"]


def test_suspended_plugin_hides_its_notes_and_purging_it_exports_and_removes_them(
    promise: Promised, make: Make, tmp_path: Any
) -> None:
    record_id, deal_id = promise(), make.deal()
    note_id = notes.write_note(KIND, record_id, "A note")
    attach(record_id)
    notes.write_note("deal", deal_id, "Of the deal")
    switches.suspend("sample")
    switches.follow_now()
    with pytest.raises(MissingError):
        notes.one_note(note_id)
    shown = preview("sample").rows
    assert (shown["core_note"], shown["core_attachment"]) == (1, 1)
    written = {one.name: one.read_text() for one in export("sample", tmp_path / "kept")}
    assert "A note" in written["core_note.jsonl"]
    assert "Of the deal" not in written["core_note.jsonl"]

    purge("sample")

    assert (count(Note), count(Attachment)) == (1, 0)
    assert texts("deal", deal_id) == ["Of the deal"]
