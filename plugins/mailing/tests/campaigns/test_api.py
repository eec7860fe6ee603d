"""Campaigns by the JSON API and by their pages, as people and programs use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Api

from .conftest import Campaign, to

pytestmark = pytest.mark.databases("sqlite")

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]


def sent(browser: FlaskClient, path: str, **typed: str) -> TestResponse:
    """Send a form as a page of campaigns holds it."""
    page = browser.get("/mailing/campaigns/new").text
    (token, *_same) = re.findall(r'name="csrf_token" value="([^"]+)"', page)
    return browser.post(path, data={"csrf_token": token, **typed})


@pytest.fixture
def one(campaign: Campaign) -> str:
    """The path of a campaign."""
    return f"/mailing/campaigns/{campaign()}"


def test_program_sends_a_campaign(
    one: str, api_for: ApiFor, drain: Callable[[], None], mail_server: MailSink
) -> None:
    api = api_for("marketer")
    states = [api.post(f"{one}/{act}").get_json()["state"] for act in ("start", "pause", "resume")]
    assert states == ["sending", "paused", "sending"]
    drain()
    assert api.get(one).get_json()["state"] == "done"
    report = api.get(f"{one}/report").get_json()
    assert (report["sent"], report["waiting"], len(to(mail_server))) == (3, 0, 3)
    again = api.post(f"{one}/send-interrupted")
    assert again.status_code == HTTPStatus.CONFLICT


def test_program_schedules_a_campaign_and_calls_that_off(
    one: str, api_for: ApiFor, clock: FrozenClock
) -> None:
    api = api_for("marketer")
    moment = clock.now().replace(hour=20).isoformat()
    scheduled = api.post(f"{one}/schedule", {"scheduled_at": moment}).get_json()
    assert scheduled["state"] == "scheduled"
    assert api.post(f"{one}/stop").get_json()["state"] == "draft"


def test_findings_say_what_is_wrong(one: str, api_for: ApiFor) -> None:
    api = api_for("marketer")
    assert api.patch(one, {"text": "{{ nmae }}"}).status_code == HTTPStatus.OK
    found = api.get(f"{one}/findings").get_json()["items"]
    assert [item["code"] for item in found] == ["no_unsubscribe", "unknown"]
    refused = api.post(f"{one}/start")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "text" in refused.get_json()["errors"]


def test_seller_meets_no_campaigns(one: str, api_for: ApiFor, browser_for: BrowserFor) -> None:
    assert api_for("seller").get(one).status_code == HTTPStatus.FORBIDDEN
    assert browser_for("seller").get(one).status_code == HTTPStatus.FORBIDDEN


def test_marketer_writes_a_campaign_and_sends_it(
    group: Callable[..., int],
    browser_for: BrowserFor,
    one: str,
    drain: Callable[[], None],
    mail_server: MailSink,
) -> None:
    browser = browser_for("marketer")
    typed = {"name": "Summer", "group_id": str(group("Other")), "subject": "", "text": "Hello"}
    made = sent(browser, "/mailing/campaigns/new", **typed)
    card = browser.get(made.headers["Location"]).get_data(as_text=True)
    assert "The letter has no subject." in card
    for act in ("test", "start", "pause", "resume"):
        answer = sent(browser, f"{one}/{act}")
        assert answer.status_code == HTTPStatus.FOUND, act
    drain()
    assert sum(to(mail_server).values()) == 3 + 1
    page = browser.get(f"{one}?fate=sent").get_data(as_text=True)
    assert "client0@host0.example" in page


def test_letter_that_is_shown_unsubscribes_nobody_and_runs_nothing(
    one: str, browser_for: BrowserFor
) -> None:
    answer = browser_for("marketer").get(f"{one}/letter?who=1")
    html = answer.get_data(as_text=True)
    assert "/mailing/leave/preview" in html
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    plain = browser_for("marketer").get(f"{one}/letter?who=1&plain=1")
    assert plain.mimetype == "text/plain"


def test_page_and_letter_give_no_address_away_to_whoever_may_read_none(
    campaign: Campaign,
    start: Callable[[int], int],
    drain: Callable[[], None],
    browser_for: BrowserFor,
    mail_server: MailSink,
    hide_contact_data: Callable[[str], None],
) -> None:
    gone = "gone@secret.example"
    mail_server.refuse(gone, f"550 5.1.1 <{gone}> no such mailbox")
    text = "{{ email }}\n\n[Leave]({{ unsubscribe }})"
    one = campaign([gone, "anna@secret.example"], text=text)
    start(one)
    drain()
    browser, path = browser_for("marketer"), f"/mailing/campaigns/{one}"
    pages = (path, f"{path}/letter?who=1", f"{path}/letter?who=1&plain=1")
    assert all("@secret.example" in browser.get(page).text for page in pages)
    hide_contact_data("marketer")
    assert all("secret" not in browser.get(page).text for page in pages)


def test_group_is_counted_only_while_the_letter_has_not_gone_out(
    one: str,
    browser_for: BrowserFor,
    api_for: ApiFor,
    drain: Callable[[], None],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    browser = browser_for("marketer")

    def asks_the_group() -> bool:
        with statements() as found:
            assert browser.get(one).status_code == HTTPStatus.OK
        return any("mailing_member" in statement for statement in found)

    assert asks_the_group()
    api_for("marketer").post(f"{one}/start")
    drain()
    assert not asks_the_group()


@pytest.mark.parametrize("what", ["nonsense", "deal", "mailing.group"])
def test_nothing_follows_of_what_is_not_counted(
    one: str, browser_for: BrowserFor, api_for: ApiFor, drain: Callable[[], None], what: str
) -> None:
    api_for("marketer").post(f"{one}/start")
    drain()
    answer = browser_for("marketer").get(f"{one}/followed/{what}")
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_moment_that_is_over_is_told_at_its_field(
    one: str, browser_for: BrowserFor, clock: FrozenClock
) -> None:
    del clock
    answer = sent(browser_for("marketer"), f"{one}/schedule", when="01.01.2020 10:00")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert re.search(r'name="when"[^>]*aria-invalid="true"', answer.text)


def test_what_was_typed_stays_after_an_error(browser_for: BrowserFor, app: object) -> None:
    del app
    typed = {"name": "", "text": "Half a letter", "per_hour": "many"}
    answer = sent(browser_for("marketer"), "/mailing/campaigns/new", **typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Half a letter" in answer.get_data(as_text=True)
