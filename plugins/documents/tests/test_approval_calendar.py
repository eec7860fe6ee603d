"""Until when a document waits for somebody stands in their calendar."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from salesman_documents import service
from salesman_documents.testing import type_of
from salesman_requisites.testing import own_company

from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading

from .test_approval import begin, decide, of, upload

DAYS = "/calendar/grid/entries?start=2026-03-01&end=2026-03-31"


def entries(browser: Browser) -> list[tuple[str, str]]:
    """Give what stands in somebody's calendar of March: its day and where it leads."""
    reading().rollback()
    found = browser.get(DAYS).json
    return [(one["start"], one["url"]) for one in found if one.get("url")]


def test_document_waits_in_the_calendar_of_whom_it_is_asked_of(
    app: Flask, make: Make, clock: FrozenClock, browser_for: Callable[[str], Browser]
) -> None:
    del app, clock
    own_company(short_name="Ours")
    lawyer, seller = browser_for("lawyer"), browser_for("seller")
    asked = make.user_of("lawyer")
    owner = make.user_of("seller")
    deal = make.deal(owner_id=owner, client_id=make.client())
    wanted = {"type_id": type_of("Contract"), "deal_id": deal, "owner_id": owner}
    document = service.create_document(wanted)
    upload(document, "The price is 100")
    begin(make, document, [of(asked, days=3)])

    assert entries(lawyer) == [("2026-03-05", f"/documents/{document}")]
    assert entries(seller) == []

    switches.suspend("documents")
    switches.follow_now()
    assert entries(lawyer) == []
    switches.activate("documents")
    switches.follow_now()

    decide(make, asked, document, "approved")
    assert entries(lawyer) == []
