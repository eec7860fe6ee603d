"""Notes on clients and deals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.errors import ForbiddenError, InvalidError, MissingError, StaleError
from salesman_core.records import notes
from salesman_core.records.models import Audit, Note
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]


def texts(kind: str, record_id: int) -> list[str]:
    there = sa.select(Note.text).where(getattr(Note, f"{kind}_id") == record_id)
    kept = there.where(Note.deleted_at.is_(None)).order_by(Note.id.desc())
    return list(reading().scalars(kept))


@pytest.mark.parametrize("kind", ["client", "deal"])
def test_note_stands_on_its_record(make: Make, kind: str) -> None:
    record_id = getattr(make, kind)()
    notes.write_note(kind, record_id, "  Called;\r\nthey think it over ")
    assert texts(kind, record_id) == ["Called;\nthey think it over"]


@pytest.mark.parametrize("text", ["", " \n "])
def test_empty_note_is_refused_at_its_field(make: Make, text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        notes.write_note("client", make.client(), text)
    assert list(refused.value.fields) == ["text"]


def test_too_long_note_is_refused(make: Make) -> None:
    with pytest.raises(InvalidError):
        notes.write_note("client", make.client(), "x" * (notes.LONGEST + 1))


def test_note_on_a_record_that_one_does_not_see_is_refused_as_missing(make: Make) -> None:
    strange = make.client()
    with make.acting(make.user("seller")), pytest.raises(MissingError):
        notes.write_note("client", strange, "I was here")
    assert texts("client", strange) == []


def test_notes_hang_on_clients_and_deals_only(make: Make) -> None:
    contact = make.contact(make.client())
    with pytest.raises(MissingError):
        notes.write_note("contact", contact, "Anything")


def test_participant_without_edit_permission_writes_notes(make: Make) -> None:
    lawyer = make.user("lawyer")
    deal = make.deal(participants=[{"user_id": lawyer, "part": "contract"}])
    with make.acting(lawyer):
        notes.write_note("deal", deal, "Clause 4 must go")
    assert texts("deal", deal) == ["Clause 4 must go"]


def test_author_changes_a_note_and_the_audit_keeps_both_texts(make: Make) -> None:
    seller = make.user("seller")
    with make.acting(seller):
        client = make.client()
        note = notes.write_note("client", client, "Before")
        notes.change_note(note, "After")
    assert texts("client", client) == ["After"]
    kept = reading().scalars(sa.select(Audit.changes).where(Audit.action == "note_changed")).one()
    assert kept == {"note": ["Before", "After"]}


def test_nobody_but_the_author_changes_a_note(make: Make) -> None:
    with make.acting(make.user("seller")):
        client = make.client()
        note = notes.write_note("client", client, "Mine")
    with make.acting(make.user("head")), pytest.raises(ForbiddenError):
        notes.change_note(note, "Yours")
    assert texts("client", client) == ["Mine"]


def test_note_changed_in_another_window_is_not_overwritten_unseen(make: Make) -> None:
    with make.acting(make.user("seller")):
        note = notes.write_note("client", make.client(), "One")
        version = notes.one_note(note).version
        notes.change_note(note, "Two", version)
        with pytest.raises(StaleError):
            notes.change_note(note, "Three", version)


def test_deleted_note_comes_back_from_the_bin(make: Make) -> None:
    with make.acting(make.user("seller")):
        client = make.client()
        note = notes.write_note("client", client, "Keep me")
        notes.delete_note(note)
        assert texts("client", client) == []
        notes.restore_note(note)
        assert texts("client", client) == ["Keep me"]


def test_administrator_takes_a_strangers_note_away(make: Make) -> None:
    with make.acting(make.user("seller")):
        client = make.client()
        note = notes.write_note("client", client, "A secret password")
    with make.acting(make.user("administrator")):
        notes.delete_note(note)
    assert texts("client", client) == []


def test_note_is_gone_with_its_record(make: Make) -> None:
    client = make.client()
    note = notes.write_note("client", client, "Soon unseen")
    with make.acting(make.user("seller")), pytest.raises(MissingError):
        notes.one_note(note)


def test_note_form_gives_back_what_was_typed_with_the_reason(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    answer = browser_for("administrator").post(
        f"/records/client/{client}/notes",
        data={"text": "x" * (notes.LONGEST + 1)},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert "x" * notes.LONGEST in answer.text
    assert "at most" in answer.text


def test_note_form_works_without_scripts(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    answer = browser_for("administrator").post(
        f"/records/client/{client}/notes", data={"text": "Plain"}
    )
    assert answer.headers["Location"] == f"/clients/{client}"
    assert texts("client", client) == ["Plain"]


def test_markup_in_a_note_is_shown_as_it_was_typed(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    notes.write_note("client", client, "<script>alert(1)</script>")
    story = browser_for("administrator").get(f"/records/client/{client}/story").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in story
    assert "<script>" not in story


def test_only_own_notes_offer_to_be_changed(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    theirs = notes.write_note("client", client, "By the system")
    with make.acting(make.user_of("head")):
        own = notes.write_note("client", client, "By the head")
    story = browser_for("head").get(f"/records/client/{client}/story").text
    assert f"/records/notes/{own}/edit" in story
    assert f"/records/notes/{theirs}/edit" not in story


def test_note_hangs_on_one_record_and_never_on_two(make: Make) -> None:
    both = {"client_id": make.client(), "deal_id": make.deal()}
    with pytest.raises(sa.exc.IntegrityError), writing() as session:
        session.add(Note(text="Two", created_at=now(), updated_at=now(), **both))
