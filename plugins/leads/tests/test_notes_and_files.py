"""Notes and files of a lead: on its card, and along to what it becomes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, service
from salesman_leads.bulk import ACTIONS
from salesman_leads.models import KIND
from salesman_leads.qualifying import qualify_lead

from salesman_core.errors import InvalidError
from salesman_core.records.bin.service import purge
from salesman_core.records.models import Attachment, Note
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import attach_file, reading, write_note

pytestmark = pytest.mark.databases("sqlite", "postgresql")

BrowserFor = Callable[[str], Browser]
PostForm = Callable[..., Any]

ANNA = {"name": "Anna", "company": "Boilers Ltd", "text": "Three boilers?"}


def brief(lead_id: int) -> int:
    return attach_file(KIND, lead_id, "brief.pdf", io.BytesIO(b"%PDF-1.4\nboilers"))


def notes() -> list[Any]:
    reading().rollback()
    columns = (Note.text, Note.author_name, Note.client_id, Note.deal_id, Note.record_id)
    return [tuple(row) for row in reading().execute(sa.select(*columns).order_by(Note.id))]


def files() -> list[Any]:
    reading().rollback()
    columns = (Attachment.name, Attachment.client_id, Attachment.deal_id, Attachment.record_id)
    return [tuple(row) for row in reading().execute(sa.select(*columns).order_by(Attachment.id))]


def test_notes_and_files_go_along_to_the_deal_with_their_authors_and_dates(
    make: Make, clock: FrozenClock, browser_for: BrowserFor
) -> None:
    anna = make.user("telemarketer", name="Anna Berg")
    with make.acting(anna):
        lead = intake.create_lead({**ANNA, "owner_id": anna})
        write_note(KIND, lead, "They want red ones.")
        brief(lead)
    written = clock.now()
    clock.advance(days=2)

    made = qualify_lead(lead, {"deal_name": "Boilers"})

    deal = made["deal_id"]
    assert notes()[0] == ("They want red ones.", "Anna Berg", None, deal, None)
    assert files() == [("brief.pdf", None, deal, None)]
    assert set(reading().scalars(sa.select(Attachment.created_at))) == {written}
    head = browser_for("head")
    assert "brief.pdf" in head.get(f"/records/deal/{deal}/files").text
    story = head.get(f"/records/client/{made['client_id']}/story").text
    assert "They want red ones." in story
    assert "brief.pdf" in story
    assert "notes and files went along" in head.get(f"/records/{KIND}/{lead}/history").text


def test_without_a_deal_they_go_along_to_the_client(app: Flask) -> None:
    lead = intake.create_lead({**ANNA, "text": ""})
    brief(lead)

    made = qualify_lead(lead, {})

    assert files() == [("brief.pdf", made["client_id"], None, None)]


def test_refused_qualifying_leaves_them_with_the_lead(app: Flask, make: Make) -> None:
    lead = intake.create_lead(ANNA)
    brief(lead)
    write_note(KIND, lead, "They want red ones.")

    with pytest.raises(InvalidError):
        qualify_lead(lead, {"client_id": make.client(), "deal_id": make.deal()})

    assert files() == [("brief.pdf", None, None, lead)]
    assert [row[-1] for row in notes()] == [lead]


def test_of_many_that_are_qualified_each_has_its_own(app: Flask) -> None:
    leads = [intake.create_lead({"name": name}) for name in ("Anna", "Boris")]
    for lead in leads:
        write_note(KIND, lead, f"About {lead}")
    act = next(one for one in ACTIONS if one.id == "qualify")

    for lead in leads:
        act.apply(lead, {}, None)

    assert [(row[0], row[2]) for row in notes()] == [
        (f"About {leads[0]}", 1),
        (f"About {leads[1]}", 2),
    ]


def test_closing_and_the_bin_take_nothing_from_a_lead_and_leaving_it_for_good_does(
    app: Flask, result_of: Callable[[str], int]
) -> None:
    lead, later = intake.create_lead(ANNA), intake.create_lead({**ANNA, "name": "Boris"})
    for one in (lead, later):
        brief(one)
    service.close_lead(lead, result_of("duplicate"), "Twice")
    service.delete_lead(lead)
    service.restore_lead(lead)
    assert [row[-1] for row in files()] == [lead, later]

    service.delete_lead(lead)
    purge(KIND, lead)

    assert [row[-1] for row in files()] == [later]


def test_card_of_a_lead_has_the_same_panels_as_that_of_a_deal(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    lead = intake.create_lead({**ANNA, "owner_id": make.user_of("telemarketer")})
    write_note(KIND, lead, "They want <b>red</b> ones.")
    file_id = brief(lead)
    browser = browser_for("telemarketer")

    page = browser.get(f"/leads/{lead}").text

    assert f'action="/records/{KIND}/{lead}/notes"' in page
    assert f'action="/records/{KIND}/{lead}/files"' in page
    assert f'hx-get="/records/files/{file_id}/view"' in page
    story = browser.get(f"/records/{KIND}/{lead}/story").text
    assert "They want &lt;b&gt;red&lt;/b&gt; ones." in story
    assert page.count('id="field-text"') == 1  # of the form of the lead


def test_colleague_who_does_not_see_the_lead_does_not_see_what_hangs_on_it(
    make: Make, browser_for: BrowserFor
) -> None:
    lead = intake.create_lead({**ANNA, "owner_id": make.user("seller")})
    file_id = brief(lead)
    seller = browser_for("seller")

    assert seller.get(f"/records/files/{file_id}/brief.pdf").status_code == 404
    assert seller.get(f"/records/{KIND}/{lead}/story").status_code == 404
