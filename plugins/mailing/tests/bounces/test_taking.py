"""What comes back counts once, and only where it is about a letter of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from salesman_mailing.bounces.bearing import unbearable
from salesman_mailing.bounces.judging import Kind
from salesman_mailing.bounces.models import BadAddress
from salesman_mailing.bounces.service import mend_address
from salesman_mailing.bounces.taking import strike_off, strike_off_all, take_in
from salesman_mailing.campaigns import queries
from salesman_mailing.campaigns.marks import mark_of
from salesman_mailing.campaigns.models import Campaign, Recipient
from salesman_mailing.consent.models import PAGE
from salesman_mailing.leaving.links import Leaving
from salesman_mailing.leaving.service import leave
from salesman_mailing.services.contract import ServiceEvent, What
from salesman_mailing.services.models import Happened
from salesman_mailing.services.taking import take_in_events

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make
from salesman_core.toolkit import bans, now, reading, writing

from .letters import ANNA, AUTOMATIC, COMPLAINTS, HARD, OTHERS, SOFT, about

Come = Callable[..., Kind | None]


@pytest.fixture
def come(sent: Any) -> Come:
    """Take a letter in that is about the one that was sent."""

    def come(raw: bytes, message_id: str = "1", mark: str = "") -> Kind | None:
        with writing() as session:
            return take_in(session, about(sent.id, raw, mark), message_id)

    return come


def is_struck_off() -> bool:
    reading().rollback()
    return reading().get(BadAddress, ANNA) is not None


def report(sent: Any) -> dict[str, int]:
    reading().rollback()
    found = queries.report(reading(), sent.campaign_id)
    return {name: found[name] for name in ("bounced", "complained", "unsubscribed", "answered")}


def test_address_that_is_gone_is_written_to_no_more(sent: Any, come: Come) -> None:
    assert come(HARD["postfix-no-such-user"]) is Kind.HARD
    assert is_struck_off()
    assert report(sent)["bounced"] == 1


def test_same_report_counts_once(sent: Any, come: Come) -> None:
    del sent
    for _ in range(7):
        come(SOFT["postfix-mailbox-full"])
    assert not is_struck_off()


def test_full_mailbox_is_borne_as_long_as_the_company_says(come: Come, clock: FrozenClock) -> None:
    for number in range(4):
        come(SOFT["postfix-mailbox-full"], str(number))
    assert not is_struck_off()
    clock.advance(days=61)
    come(SOFT["postfix-mailbox-full"], "5")
    assert not is_struck_off()
    for number in range(6, 10):
        come(SOFT["gmail-over-quota"], str(number))
    assert is_struck_off()


def test_complaint_counts_at_once_and_everywhere(sent: Any, come: Come) -> None:
    assert come(COMPLAINTS["arf-abuse"]) is Kind.COMPLAINT
    held = bans.bans_of(reading(), addresses=[ANNA])
    assert held.reason(bans.MAILING, addresses=[ANNA]) is not None
    assert report(sent) == {"bounced": 0, "complained": 1, "unsubscribed": 1, "answered": 0}


def test_answer_of_a_person_is_counted_and_that_of_a_program_is_not(sent: Any, come: Come) -> None:
    come(AUTOMATIC["gmail-vacation"], "1")
    assert report(sent)["answered"] == 0
    come(OTHERS["answer-of-a-person"], "2")
    assert report(sent)["answered"] == 1


def test_report_that_somebody_made_up_strikes_nobody_off(sent: Any, come: Come) -> None:
    forged = mark_of(sent.id, "firm.example").replace(".", ".0", 2)
    come(HARD["gmail-does-not-exist"], mark=forged)
    assert not is_struck_off()
    assert report(sent)["bounced"] == 0


def test_letter_of_a_stranger_is_not_kept(come: Come) -> None:
    assert come(OTHERS["stranger"]) is Kind.OTHER
    assert come(OTHERS["stranger"]) is Kind.OTHER


def test_address_that_works_again_is_written_to_again(come: Come, make: Make) -> None:
    come(HARD["postfix-no-such-user"])
    with make.acting(make.user_of("marketer")):
        mend_address(ANNA)
    assert not is_struck_off()


def tell(number: int, what: What = What.SOFT) -> None:
    """Let a mailing service have told that a letter to Anna came back."""
    with writing() as session:
        told = {"service": "pigeons", "key": str(number), "what": what, "address": ANNA}
        session.add(Happened(**told, at=now(), taken_at=now()))


def test_what_services_tell_and_what_comes_into_the_mailbox_counts_together(come: Come) -> None:
    for number in range(3):
        tell(number)
    come(SOFT["postfix-mailbox-full"], "1")
    assert not is_struck_off()
    come(SOFT["postfix-mailbox-full"], "2")
    assert is_struck_off()


def test_what_a_service_tells_last_counts_with_what_came_into_the_mailbox(come: Come) -> None:
    for number in range(3):
        come(SOFT["postfix-mailbox-full"], str(number))
    take_in_events("pigeons", [ServiceEvent("1", What.SOFT, ANNA, now())])
    assert not is_struck_off()
    take_in_events("pigeons", [ServiceEvent("2", What.SOFT, ANNA, now())])
    assert is_struck_off()


def test_what_services_tell_of_many_is_judged_by_one_statement(
    sent: Any, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    del sent
    told = [ServiceEvent(str(n), What.BAD, f"{n}@client.example", now()) for n in range(20)]
    with statements() as found:
        assert take_in_events("pigeons", told) == len(told)
    assert len([one for one in found if "mailing_returned" in one]) == 1
    assert len([one for one in found if "mailing_bad_address" in one]) == 1


def test_what_came_back_before_somebody_mended_it_counts_no_more(come: Come, make: Make) -> None:
    for number in range(4):
        tell(number)
    come(SOFT["postfix-mailbox-full"], "1")
    with make.acting(make.user_of("marketer")):
        mend_address(ANNA)
    come(SOFT["postfix-mailbox-full"], "2")
    assert not is_struck_off()


def test_rule_is_asked_for_many_addresses_by_one_statement(
    sent: Any, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    del sent
    tell(1, What.BAD)
    with statements() as found:
        assert unbearable(reading(), [ANNA, "boris@client.example"]) == {ANNA}
    assert len([one for one in found if "SELECT" in one]) == 1
    assert unbearable(reading(), []) == set()


def test_many_are_struck_off_by_one_statement_with_the_last_words(
    sent: Any, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    del sent
    with writing() as session:
        strike_off(session, ANNA, "mailbox full")
    with writing() as session, statements() as found:
        strike_off_all(session, [ANNA, "boris@client.example"], "no such mailbox")
        strike_off_all(session, [], "nobody")
    assert len([one for one in found if "INSERT" in one]) == 1
    reading().rollback()
    told = reading().execute(sa.select(BadAddress.address, BadAddress.words)).all()
    words = {row.address: row.words for row in told}
    assert words == {ANNA: "no such mailbox", "boris@client.example": "no such mailbox"}


def test_group_and_card_say_that_letters_come_back_and_somebody_mends_that(
    sent: Any, come: Come, browser_for: Callable[[str], FlaskClient]
) -> None:
    come(HARD["postfix-no-such-user"])
    one = reading().execute(sa.select(Recipient.record_id, Campaign.group_id).join(Campaign)).one()
    browser, path = browser_for("marketer"), f"/mailing/consent/client/{one.record_id}"
    assert "letters to it come back" in browser.get(f"/mailing/{one.group_id}").text
    page = browser.get(path).text
    assert "letters to it come back: " in page
    (token, *_same) = re.findall(r'name="csrf_token" value="([^"]+)"', page)
    (email, *_same) = re.findall(r'name="email_id" value="(\d+)"', page)
    browser.post(f"{path}/mend", data={"csrf_token": token, "email_id": email})
    assert not is_struck_off()
    assert "come back" not in browser.get(path).text


def test_words_of_servers_are_for_those_who_may_read_addresses(
    sent: Any,
    come: Come,
    browser_for: Callable[[str], FlaskClient],
    hide_contact_data: Callable[[str], None],
) -> None:
    come(HARD["postfix-no-such-user"])
    record_id = reading().scalars(sa.select(Recipient.record_id)).one()
    hide_contact_data("marketer")
    page = browser_for("marketer").get(f"/mailing/consent/client/{record_id}").text
    assert "letters to it come back" in page
    assert "letters to it come back: " not in page
    assert ANNA not in page


def test_page_of_struck_off_addresses_says_whose_they_are_and_mends_them(
    sent: Any,
    come: Come,
    browser_for: Callable[[str], FlaskClient],
    hide_contact_data: Callable[[str], None],
) -> None:
    come(HARD["postfix-no-such-user"])
    record_id = reading().scalars(sa.select(Recipient.record_id)).one()
    browser, path = browser_for("marketer"), "/mailing/campaigns/struck-off"
    page = browser.get(path).text
    assert (ANNA in page, f'href="/clients/{record_id}"' in page) == (True, True)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    hide_contact_data("marketer")
    assert ANNA not in browser.get(path).text
    browser.post(f"{path}/mend", data={"csrf_token": token, "address": ANNA})
    assert "No address is struck off" in browser.get(path).text
    assert browser_for("seller").get(path).status_code == HTTPStatus.FORBIDDEN


def test_api_tells_of_struck_off_addresses_and_mends_them(
    sent: Any, come: Come, api_for: Callable[[str], Api]
) -> None:
    come(HARD["postfix-no-such-user"])
    api = api_for("marketer")
    (one,) = api.get("/mailing/struck-off").json["items"]
    assert one["address"] == ANNA
    assert api.post("/mailing/struck-off/mend", {"address": ANNA}).status_code == 204
    assert api.get("/mailing/struck-off").json == {"items": [], "next": None}
    assert api.post("/mailing/struck-off/mend", {"address": ANNA}).status_code == 404
    (one,) = api.get(f"/mailing/campaigns/{sent.campaign_id}/recipients?fate=bounced").json["items"]
    assert (one["about_kind"], one["address"], one["fate"]) == ("client", ANNA, "sent")


def test_report_about_no_letter_of_ours_is_there_to_be_looked_at(
    sent: Any, come: Come, browser_for: Callable[[str], FlaskClient]
) -> None:
    come(HARD["postfix-no-such-user"], mark="letter.1.forged@firm.example")
    page = browser_for("marketer").get("/mailing/campaigns/struck-off/reports").text
    assert "there is no such address" in page
    assert ANNA in page


def test_unsubscribing_counts_for_the_letter_by_which_it_was_done(sent: Any) -> None:
    leave(Leaving(ANNA, None, "0"), "all", PAGE, {})
    assert report(sent)["unsubscribed"] == 0
    leave(Leaving(ANNA, None, "0"), "back", PAGE, {})
    leave(Leaving(ANNA, None, str(sent.id)), "all", PAGE, {})
    assert report(sent)["unsubscribed"] == 1
