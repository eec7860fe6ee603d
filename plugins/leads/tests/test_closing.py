"""The end of a lead: what is kept of it, and how it is taken back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import salesman_leads
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, service
from salesman_leads.models import KIND, Lead
from salesman_leads.qualifying import qualify_lead
from salesman_leads.queue.service import record_attempt, undo_attempt

from salesman_core.db import db
from salesman_core.plugins.migrations import Owner, downgrade, upgrade
from salesman_core.records.bulk.service import undo_run
from salesman_core.records.models import Audit
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import reading

ResultOf = Callable[[str], int]
ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
PostForm = Callable[..., Any]

ANNA = {"name": "Anna", "company": "Boilers Ltd", "phones": ["8 916 123-45-67"]}


def told(lead_id: int, action: str) -> dict[str, Any]:
    """Give the changes that the history of a lead tells of an act."""
    of = (Audit.kind == KIND, Audit.record_id == lead_id, Audit.action == action)
    (changes,) = reading().scalars(sa.select(Audit.changes).where(*of))
    return dict(changes)


def test_history_tells_with_which_words_a_lead_was_closed(app: Flask, result_of: ResultOf) -> None:
    lead = intake.create_lead(ANNA)

    service.close_lead(lead, result_of("other"), "They moved away")

    assert told(lead, "closed")["comment"] == ["", "They moved away"]


def test_history_tells_what_a_lead_has_become(app: Flask) -> None:
    lead = intake.create_lead(ANNA)

    made = qualify_lead(lead, {"deal_name": "Boilers"})

    changes = told(lead, "closed")
    became = ("client_id", "contact_id", "deal_id")
    assert {name: changes[name] for name in became} == {name: [None, made[name]] for name in became}


def test_history_names_what_a_lead_has_become_to_those_who_see_it(
    make: Make, browser_for: BrowserFor
) -> None:
    seller = make.user("seller")
    lead = intake.create_lead({**ANNA, "owner_id": seller})
    qualify_lead(lead, {"deal_name": "Three pumps"})

    history = f"/records/leads.lead/{lead}/history"
    page = browser_for("head").get(history).text
    strangers = browser_for("telemarketer").get(history).text

    assert all(name in page for name in ("Boilers Ltd", "Three pumps"))
    assert "Three pumps" not in strangers


def status_of(lead_id: int) -> tuple[str, str | None]:
    reading().rollback()
    lead = reading().get_one(Lead, lead_id)
    return lead.status, lead.result


@pytest.mark.parametrize(
    ("act", "status"), [(service.take_lead, "in_work"), (service.find_interest, "processed")]
)
def test_lead_that_is_taken_up_again_is_what_it_was(
    app: Flask, make: Make, result_of: ResultOf, act: Callable[[int], Any], status: str
) -> None:
    lead = intake.create_lead(ANNA)
    with make.acting(make.user("telemarketer")):
        act(lead)

    service.close_lead(lead, result_of("spam"))
    service.reopen_lead(lead)

    assert status_of(lead) == (status, None)


def test_many_whose_closing_is_undone_are_what_they_were(
    make: Make, api_for: ApiFor, result_of: ResultOf
) -> None:
    leads = [intake.create_lead({"name": name}) for name in ("Anna", "Boris")]
    service.find_interest(leads[0])
    asked = {"action": "leads.close", "ids": leads, "values": {"result_id": str(result_of("spam"))}}

    run = api_for("head").post("/leads/bulk", asked).json
    with make.acting(make.user_of("head")):
        undo_run(run["run_id"])

    assert [status_of(one) for one in leads] == [("processed", None), ("open", None)]


def undo_on(page: str) -> str:
    """Give the address to which the notice of a page sends its undo."""
    found = re.search(r'<form method="post" action="([^"]+)" data-undo', page)
    assert found is not None
    return html.unescape(found.group(1))


def test_closing_is_undone_by_its_notice(
    browser_for: BrowserFor, post_form: PostForm, result_of: ResultOf
) -> None:
    lead = intake.create_lead(ANNA)
    service.find_interest(lead)
    head, card = browser_for("head"), f"/leads/{lead}"

    page = post_form(head, card, {"result_id": str(result_of("spam"))}, f"{card}/close")
    undone = post_form(head, card, {}, undo_on(page.text))

    assert undone.status_code == 200
    assert status_of(lead) == ("processed", None)


def test_undo_does_not_undo_what_a_colleague_did_since(
    browser_for: BrowserFor, post_form: PostForm, result_of: ResultOf
) -> None:
    lead = intake.create_lead(ANNA)
    head, card = browser_for("head"), f"/leads/{lead}"
    page = post_form(head, card, {"result_id": str(result_of("spam"))}, f"{card}/close")
    service.reopen_lead(lead)
    service.close_lead(lead, result_of("duplicate"))

    refused = post_form(head, card, {}, undo_on(page.text))

    assert refused.status_code == 412
    assert status_of(lead) == ("closed", "duplicate")


def test_card_that_is_old_takes_nothing_up_again(
    browser_for: BrowserFor, post_form: PostForm, result_of: ResultOf
) -> None:
    lead = intake.create_lead(ANNA)
    service.close_lead(lead, result_of("spam"))
    seen = reading().get_one(Lead, lead).version
    service.reopen_lead(lead)
    service.close_lead(lead, result_of("duplicate"))
    card = f"/leads/{lead}"

    refused = post_form(browser_for("head"), card, {"version": str(seen)}, f"{card}/reopen")

    assert refused.status_code == 412
    assert status_of(lead) == ("closed", "duplicate")


def test_who_closed_a_lead_and_when_is_kept_and_forgotten_when_it_is_taken_up_again(
    make: Make, api_for: ApiFor, clock: FrozenClock, result_of: ResultOf
) -> None:
    lead = intake.create_lead(ANNA)
    with make.acting(make.user("telemarketer")) as caller:
        service.close_lead(lead, result_of("spam"))
    api = api_for("head")
    closed = api.get(f"/leads/{lead}").json

    assert (closed["closed_by_id"], closed["closed_at"]) == (caller.id, "2026-03-02T09:00:00Z")

    service.reopen_lead(lead)
    again = api.get(f"/leads/{lead}").json
    assert (again["closed_by_id"], again["closed_at"]) == (None, None)


def test_story_of_a_client_tells_when_and_by_whom_a_lead_became_it(
    make: Make, browser_for: BrowserFor, clock: FrozenClock
) -> None:
    lead = intake.create_lead({**ANNA, "owner_id": make.user("seller", name="Vera Stone")})
    clock.advance(hours=1)
    with make.acting(make.user("telemarketer", name="Nina Ray")):
        client = qualify_lead(lead, {})["client_id"]
    clock.advance(hours=1)
    service.delete_lead(lead)
    service.restore_lead(lead)

    story = browser_for("head").get(f"/records/client/{client}/story").text

    became = next(one for one in story.split("<li") if "became a client" in one)
    assert "2026-03-02T10:00:00" in became
    assert "Nina Ray" in became


def test_call_that_closed_a_lead_and_is_taken_back_leaves_no_closing(
    make: Make, call_result: ResultOf
) -> None:
    lead = intake.create_lead(ANNA)
    with make.acting(make.user("telemarketer")):
        attempt = record_attempt(lead, {"call_result_id": call_result("no_interest")})
        undo_attempt(lead, attempt)

    reading().rollback()
    kept = reading().get_one(Lead, lead)
    assert (kept.closed_at, kept.closed_by_id, kept.status_before) == (None, None, None)


def test_upgrade_tells_by_the_audit_who_closed_what_and_when(
    make: Make, clock: FrozenClock, result_of: ResultOf
) -> None:
    with make.acting(make.user("head")) as head:
        opened, closed = (intake.create_lead({"name": name}) for name in ("Anna", "Boris"))
        service.close_lead(closed, result_of("spam"))
    tables = Owner("leads", Path(salesman_leads.__file__).parent / "migrations")
    db.session.remove()

    downgrade(db.engine, tables, "leads_0010")
    upgrade(db.engine, tables)

    kept = [reading().get_one(Lead, one) for one in (opened, closed)]
    assert [(one.closed_at, one.closed_by_id) for one in kept] == [
        (None, None),
        (clock.now(), head.id),
    ]
