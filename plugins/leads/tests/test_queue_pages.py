"""The pages of the queue, and of what may come of a call."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_leads.models import Lead
from salesman_leads.queue import queries, service
from salesman_leads.queue.result_service import RESULTS

from salesman_core.errors import ForbiddenError, InvalidError, StaleError
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import bans, create_client, create_deal, reading, writing

BrowserFor = Callable[[str], Browser]
MakeLead = Callable[..., int]
ResultOf = Callable[[str], int]
Statements = Callable[[], AbstractContextManager[list[str]]]


def sent(browser: Browser, path: str, **typed: Any) -> Any:
    """Send a form, and give the page to which it leads."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/leads/queue").text)
    assert found is not None
    return browser.post(path, data={"csrf_token": found[1], **typed}, follow_redirects=True)


def lead_of(lead_id: int) -> Lead:
    reading().rollback()
    return reading().get_one(Lead, lead_id)


def test_queue_says_how_many_wait_and_brings_the_first(
    browser_for: BrowserFor, waiting_lead: MakeLead
) -> None:
    browser = browser_for("telemarketer")
    waiting_lead(text="Boilers?", source="Exhibition")
    waiting_lead()
    assert "2 leads wait for a call" in browser.get("/leads/queue").text

    page = sent(browser, "/leads/queue/next").text

    assert 'href="tel:+74950000001"' in page
    assert "Boilers?" in page
    assert "Exhibition" in page
    assert "0 of 2 today" in page


def test_empty_queue_says_what_would_come_there(browser_for: BrowserFor) -> None:
    assert "Nobody is to be called now" in browser_for("telemarketer").get("/leads/queue").text


def test_known_client_is_shown_beside_the_lead(
    make: Make, browser_for: BrowserFor, waiting_lead: MakeLead
) -> None:
    owner_id = make.user_of("telemarketer")
    create_client({"name": "Boilers Ltd", "phones": ["8 495 000 00 01"], "owner_id": owner_id})
    waiting_lead()

    assert "Boilers Ltd" in sent(browser_for("telemarketer"), "/leads/queue/next").text


def test_tags_of_a_lead_stand_on_one_line(browser_for: BrowserFor, waiting_lead: MakeLead) -> None:
    waiting_lead(utm_source="yandex", utm_campaign="spring")

    assert "yandex · spring" in sent(browser_for("telemarketer"), "/leads/queue/next").text


def test_known_client_is_shown_with_what_they_share_and_its_open_deals(
    make: Make, browser_for: BrowserFor, waiting_lead: MakeLead
) -> None:
    owner_id = make.user_of("telemarketer")
    client = {"name": "Boilers Ltd", "phones": ["8 495 000 00 01"], "owner_id": owner_id}
    deal = {"name": "Ten boilers", "client_id": create_client(client), "owner_id": owner_id}
    deal_id = create_deal(deal)
    waiting_lead()

    page = sent(browser_for("telemarketer"), "/leads/queue/next").text

    assert f'<a href="/deals/{deal_id}">Ten boilers</a>' in page
    assert "the same phone" in page


def test_number_that_wants_no_calls_is_no_link_and_says_why(
    browser_for: BrowserFor, waiting_lead: MakeLead
) -> None:
    waiting_lead(phones=["+7 495 000-00-01", "+7 495 000-00-02"])
    with writing() as session:
        bans.ban(session, bans.CALLS, "asked by letter", addresses=["+74950000001"])

    page = sent(browser_for("telemarketer"), "/leads/queue/next").text

    assert re.findall(r'href="tel:([^"]+)"', page) == ["+74950000002"]
    assert "wants no calls: asked by letter" in page


def test_client_that_wants_no_calls_is_said_at_its_number_without_the_reason_of_a_hidden_one(
    make: Make, browser_for: BrowserFor, waiting_lead: MakeLead
) -> None:
    mine = make.client(phones=["8 495 000 00 01"], owner_id=make.user_of("telemarketer"))
    hidden = make.client(phones=["8 495 000 00 02"])
    with writing() as session:
        bans.ban(session, bans.CALLS, "by letter", client_ids=[mine])
        bans.ban(session, bans.CALLS, "in confidence", client_ids=[hidden])
    waiting_lead(phones=[f"+7 495 000-00-0{number}" for number in (1, 2, 3)])

    page = sent(browser_for("telemarketer"), "/leads/queue/next").text

    assert re.findall(r'href="tel:([^"]+)"', page) == ["+74950000003"]
    assert "wants no calls: by letter" in page
    assert page.count("wants no calls") == 2
    assert "in confidence" not in page


def test_result_is_kept_and_the_next_lead_comes(
    browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    browser = browser_for("telemarketer")
    first = waiting_lead(name="Anna")
    waiting_lead(name="Boris")
    sent(browser, "/leads/queue/next")

    page = sent(
        browser, f"/leads/queue/{first}", call_result_id=call_result("no_answer"), comment="Busy"
    ).text

    assert "Boris" in page
    assert "1 of 2 today" in page
    assert f'action="/leads/queue/{first}/attempts/' in page


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("tomorrow 10", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("завтра 10:00", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("Friday", datetime(2026, 3, 6, 6, tzinfo=UTC)),
    ],
)
def test_time_to_call_back_is_said_as_people_say_it(
    browser_for: BrowserFor,
    waiting_lead: MakeLead,
    call_result: ResultOf,
    said: str,
    at: datetime,
) -> None:
    lead_id = waiting_lead()
    browser = browser_for("telemarketer")

    sent(
        browser,
        f"/leads/queue/{lead_id}",
        call_result_id=call_result("call_back"),
        call_back_at=said,
    )

    assert lead_of(lead_id).next_call_at == at


def test_time_that_cannot_be_read_is_refused_and_all_stays_as_it_was_typed(
    browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()
    browser = browser_for("telemarketer")
    sent(browser, "/leads/queue/next")

    answer = sent(
        browser,
        f"/leads/queue/{lead_id}",
        call_result_id=call_result("call_back"),
        call_back_at="soon",
        comment="In a meeting",
    )

    assert answer.status_code == 422
    assert "is no time" in answer.text
    assert 'value="In a meeting"' in answer.text


def test_what_was_typed_stays_when_somebody_else_has_the_lead_by_now(
    make: Make,
    browser_for: BrowserFor,
    waiting_lead: MakeLead,
    call_result: ResultOf,
    clock: FrozenClock,
) -> None:
    lead_id, _next = waiting_lead(name="Anna"), waiting_lead(name="Boris")
    browser = browser_for("telemarketer")
    sent(browser, "/leads/queue/next")
    clock.advance(minutes=31)
    with make.acting(make.user("telemarketer")):
        service.take_next()

    answer = sent(
        browser,
        f"/leads/queue/{lead_id}",
        call_result_id=call_result("call_back"),
        call_back_at="tomorrow 10",
        comment="In a meeting",
    )

    assert answer.status_code == 409
    assert "Somebody else is calling this lead right now." in answer.text
    assert f'action="/leads/queue/{lead_id}"' in answer.text
    assert 'value="In a meeting"' in answer.text
    assert 'value="tomorrow 10"' in answer.text


def test_closing_that_was_chosen_for_another_result_is_left_out(
    browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf, result_of: ResultOf
) -> None:
    lead_id = waiting_lead()
    browser = browser_for("telemarketer")
    sent(browser, "/leads/queue/next")

    closing = {"closes_as_id": result_of("not_our_customer")}
    sent(browser, f"/leads/queue/{lead_id}", call_result_id=call_result("no_answer"), **closing)

    assert lead_of(lead_id).status == "in_work"


def test_what_was_typed_stays_when_the_lead_was_changed_and_is_not_in_hand(
    browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()

    answer = sent(
        browser_for("telemarketer"),
        f"/leads/queue/{lead_id}",
        call_result_id=call_result("no_answer"),
        comment="Busy",
        version=lead_of(lead_id).version + 1,
    )

    assert answer.status_code == 412
    assert 'value="Busy"' in answer.text
    assert f'action="/leads/queue/{lead_id}/later"' not in answer.text


def test_interest_leads_to_the_form_that_makes_a_client(
    browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()

    page = sent(
        browser_for("telemarketer"),
        f"/leads/queue/{lead_id}",
        call_result_id=call_result("interest"),
    )

    assert page.request.path == f"/leads/{lead_id}"
    assert re.search(r'<dialog id="qualify-lead"[^>]* data-opened', page.text)


def test_what_came_twice_is_kept_once(
    browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()
    version = lead_of(lead_id).version
    browser = browser_for("telemarketer")
    given = {"call_result_id": call_result("no_answer"), "version": version}

    for _number in range(2):
        sent(browser, f"/leads/queue/{lead_id}", **given)

    assert lead_of(lead_id).attempts == 1


def test_last_call_is_taken_back_by_its_notice(
    browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead(name="Anna")
    browser = browser_for("telemarketer")
    page = sent(browser, f"/leads/queue/{lead_id}", call_result_id=call_result("no_interest")).text
    undo = re.search(r'action="(/leads/queue/\d+/attempts/\d+/undo)"', page)
    assert undo is not None

    assert "Anna" in sent(browser, undo[1]).text
    assert lead_of(lead_id).status == "open"


def test_closing_is_offered_once_a_lead_has_not_answered_often(
    make: Make, browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    browser = browser_for("telemarketer")
    lead_id = waiting_lead()
    answer_id = call_result("no_answer")
    offered = []
    for _number in range(5):
        page = sent(browser, "/leads/queue/next").text
        with make.acting(make.user_of("telemarketer")):
            service.leave()
            service.record_attempt(lead_id, {"call_result_id": answer_id})
            service.put_off(lead_id)
        values = re.findall(r'data-shown-with="call_result_id:([\d ]+)"', page)
        offered.append(any(str(answer_id) in one.split() for one in values))
        _come_now(lead_id)

    assert offered == [False, False, False, False, True]


def _come_now(lead_id: int) -> None:
    with writing() as session:
        session.execute(sa.update(Lead).where(Lead.id == lead_id).values(next_call_at=None))


def test_card_of_a_lead_tells_its_calls(
    make: Make, browser_for: BrowserFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()
    with make.acting(make.user_of("telemarketer")):
        values = {"call_result_id": call_result("no_answer"), "comment": "Busy"}
        service.record_attempt(lead_id, values)

    page = browser_for("telemarketer").get(f"/leads/{lead_id}").text

    assert re.search(r'id="calls".*No answer.*Busy', page, re.DOTALL)


def test_page_asks_as_much_however_often_a_lead_was_called(
    make: Make,
    browser_for: BrowserFor,
    waiting_lead: MakeLead,
    call_result: ResultOf,
    statements: Statements,
) -> None:
    browser = browser_for("telemarketer")
    lead_id = waiting_lead()
    sent(browser, "/leads/queue/next")

    def asked() -> int:
        with statements() as noted:
            browser.get("/leads/queue")
        return len(noted)

    def call() -> None:
        with make.acting(make.user_of("telemarketer")):
            service.record_attempt(lead_id, {"call_result_id": call_result("no_answer")})
            _come_now(lead_id)
            service.take_next()

    call()
    few = asked()
    for _number in range(3):
        call()

    assert asked() == few


def names() -> list[str]:
    reading().rollback()
    return [row.name for row in queries.call_results(reading(), offered=True)]


def test_administrator_adds_a_result_and_puts_another_away(
    browser_for: BrowserFor, call_result: ResultOf
) -> None:
    browser = browser_for("administrator")
    sent(browser, "/leads/call-results", name="Answering machine", base="no_answer")
    sent(
        browser,
        f"/leads/call-results/{call_result('wrong_number')}",
        name="Wrong number",
        version="1",
    )

    assert names() == ["No answer", "Call back", "No interest", "Interest", "Answering machine"]


def test_result_that_was_typed_wrong_is_refused_with_what_was_typed(
    browser_for: BrowserFor,
) -> None:
    answer = sent(browser_for("administrator"), "/leads/call-results", name="", base="interest")

    assert answer.status_code == 422
    assert re.search(r'<option value="interest" selected', answer.text)


def test_result_changes_places_with_its_neighbour(
    browser_for: BrowserFor, call_result: ResultOf
) -> None:
    path = f"/leads/call-results/{call_result('interest')}/move"
    sent(browser_for("administrator"), path, to="up")

    assert names()[-2:] == ["Interest", "No interest"]


def test_result_that_somebody_else_changed_is_not_overwritten(call_result: ResultOf) -> None:
    result_id = call_result("interest")
    RESULTS.change(result_id, {"name": "Wants it", "active": True}, 1)

    with pytest.raises(StaleError):
        RESULTS.change(result_id, {"name": "Hot", "active": True}, 1)


@pytest.mark.parametrize("field", ["name", "base"])
def test_result_with_a_wrong_field_is_refused(call_result: ResultOf, field: str) -> None:
    with pytest.raises(InvalidError) as error:
        RESULTS.add({"name": "Hot", "base": "interest", field: ""})

    assert list(error.value.fields) == [field]


def test_results_are_changed_by_those_who_may(make: Make, call_result: ResultOf) -> None:
    with make.acting(make.user_of("telemarketer")), pytest.raises(ForbiddenError):
        RESULTS.add({"name": "Hot", "base": "interest"})
