"""The story of a client tells what hangs on its deals and what was changed of them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.deals.service import change_deal
from salesman_core.records import files
from salesman_core.records.notes import write_note
from salesman_core.records.timeline import story
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, browser_of

BrowserFor = Callable[[str], FlaskClient]
Statements = Callable[[], AbstractContextManager[list[str]]]


def told(page: str) -> list[str]:
    """What a person reads of each entry, the newest first."""
    entries = re.findall(
        r'<div class="story-text">(.*?)</div>\s*<div class="text-sec', page, re.DOTALL
    )
    return [" ".join(re.sub(r"<[^>]+>", " ", entry).split()) for entry in entries]


def eventful_deal(make: Make, client: int, name: str) -> int:
    """A deal with a note, a file and a changed field."""
    deal = make.deal(name=name, client_id=client)
    write_note("deal", deal, f"A note on {name}")
    files.attach("deal", deal, f"{name}.txt", io.BytesIO(b"of a deal"))
    change_deal(deal, {"expected_on": date(2026, 5, 1)})
    return deal


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("core.notes", "Beams : A note on Beams"),
        ("core.files", "Beams : Attached Beams.txt"),
        ("core.changes", "Beams : changed: Expected on — → May 1, 2026"),
    ],
)
def test_story_of_a_client_tells_of_its_deals(
    make: Make, browser_for: BrowserFor, source: str, text: str
) -> None:
    client = make.client()
    deal = eventful_deal(make, client, "Beams")
    eventful_deal(make, make.client(), "Of another client")

    page = browser_for("head").get(f"/records/client/{client}/story?source={source}").text

    assert told(page)[0] == text
    assert f'<a href="/deals/{deal}">open</a>' in page
    assert "Of another client" not in page


def test_story_of_a_client_tells_nothing_of_a_deal_that_one_does_not_see(
    app: Flask, make: Make
) -> None:
    seller = make.user("seller")
    client = make.client(owner_id=seller)
    eventful_deal(make, client, "Secret")
    change_deal(eventful_deal(make, client, "Open"), {"owner_id": seller})

    browser, address = browser_of(app, seller), f"/records/client/{client}/story?source=core."
    read = [told(browser.get(f"{address}{one}").text) for one in ("notes", "files", "changes")]

    assert [sum("Open :" in text for text in texts) for texts in read] == [1, 1, 2]
    assert [sum("Secret" in text for text in texts) for texts in read] == [0, 0, 0]


def test_story_of_a_deal_tells_nothing_of_its_client(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    write_note("client", client, "Of the client")
    deal = make.deal(client_id=client)
    assert told(browser_for("head").get(f"/records/deal/{deal}/story?source=core.notes").text) == []


def test_story_of_a_client_is_read_to_its_end_page_by_page(
    make: Make, browser_for: BrowserFor, clock: FrozenClock
) -> None:
    client = make.client()
    deals = [make.deal(client_id=client) for _number in range(2)]
    for number in range(50):
        kind, record_id = [("client", client), ("deal", deals[0]), ("deal", deals[1])][number % 3]
        write_note(kind, record_id, f"note {number:02}")
        if number % 7 == 0:  # the others have the moment of the one before, as after an import
            clock.advance(minutes=1)

    browser, read = browser_for("head"), list[str]()
    further: str | None = f"/records/client/{client}/story?source=core.notes"
    while further:
        page = browser.get(further).text
        read += [text[-2:] for text in told(page)]
        found = re.search(r'hx-get="([^"]+after=[^"]+)"', page)
        further = unescape(found[1]) if found else None

    assert read == [f"{number:02}" for number in reversed(range(50))]


def test_statements_do_not_grow_with_the_deals_of_a_client(
    app: Flask, make: Make, statements: Statements
) -> None:
    client = make.client()

    def sent() -> int:
        with app.test_request_context(), statements() as found:
            story("client", client)
        return len(found)

    eventful_deal(make, client, "First")
    few = sent()
    for number in range(5):
        eventful_deal(make, client, f"Deal {number}")
    assert sent() == few


def test_note_of_a_deal_keeps_the_deals_name_beside_it_when_it_is_changed(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    note = write_note("deal", make.deal(name="Beams", client_id=client), "Call again")

    page = browser_for("head").get(f"/records/client/{client}/story").text
    named, _, rest = page.partition(f'id="note-{note}"')

    assert "<strong>Beams</strong>" in named
    assert "Beams" not in rest.partition("</div>")[0]
