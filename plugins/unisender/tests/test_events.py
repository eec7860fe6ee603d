"""What UniSender tells of by itself: signed, each once, and never against the stricter word."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.intake import create_lead
from salesman_mailing.bounces.models import BadAddress
from salesman_mailing.consent.consent import is_allowed
from salesman_mailing.consent.models import ConsentEntry, Purpose
from salesman_mailing.services.models import Happened
from salesman_unisender import service

from salesman_core.records.timeline import story
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import bans, reading, writing

from .conftest import Linked
from .standin import KEY, StandIn, event, told_of

Links = Callable[..., Linked]
ANNA, BORIS, VERA = "anna@example.com", "boris@example.com", "vera@example.com"


def tell(app: Flask, body: bytes) -> int:
    """Tell of events as UniSender does."""
    answer = app.test_client().post("/unisender/events", data=body, content_type="application/json")
    reading().rollback()
    return answer.status_code


def happened() -> list[tuple[str, str]]:
    rows = reading().execute(sa.select(Happened.address, Happened.what).order_by(Happened.id))
    return [(row.address, row.what) for row in rows]


def allowed(link: Linked, address: str) -> bool:
    purpose = reading().get_one(Purpose, link.row.purpose_id)
    return is_allowed(reading(), address, purpose, link.group_id)


def left(address: str = ANNA, at: str = "2026-03-02 08:00:00") -> dict[str, object]:
    return event("unsubscribe", address, at, just_unsubscribed_list_ids=["17"], campaign_id=9)


def test_who_unsubscribes_there_leaves_the_group_here_with_the_proof(
    app: Flask, linked: Links
) -> None:
    link = linked(ANNA, BORIS)
    assert tell(app, told_of(left())) == 200

    assert [allowed(link, one) for one in (ANNA, BORIS)] == [False, True]
    (entry,) = reading().scalars(sa.select(ConsentEntry))
    assert (entry.source, entry.proof) == ("service", {"service": "unisender", "campaign": "9"})


def test_event_that_comes_again_counts_once(app: Flask, linked: Links) -> None:
    linked(ANNA)
    for retry in range(3):
        assert tell(app, told_of(left(), retry_count=retry)) == 200
    assert happened() == [(ANNA, "left")]
    assert len(reading().scalars(sa.select(ConsentEntry)).all()) == 1


def test_what_is_played_back_undoes_no_refusal(app: Flask, linked: Links) -> None:
    link = linked(ANNA)
    joined = event("subscribe", ANNA, "2026-03-02 07:00:00", just_subscribed_list_ids=["17"])
    tell(app, told_of(joined))
    tell(app, told_of(left()))
    assert tell(app, told_of(joined)) == 200
    assert not allowed(link, ANNA)


def test_event_of_long_ago_is_not_believed(app: Flask, linked: Links) -> None:
    link = linked(ANNA)
    assert tell(app, told_of(left(at="2025-12-01 08:00:00"))) == 200
    assert (happened(), allowed(link, ANNA)) == ([], True)


@pytest.mark.parametrize(
    "body",
    [
        told_of(left(), key="another" + KEY[7:]),
        told_of(left()).replace(b"anna", b"vera"),
        told_of(left()) + b"\x80\x00",
        b"",
        b"{}",
        b'{"auth":"' + b"0" * 32 + b'"}',
        b" " * 300 + told_of(left()),
        told_of()[:-2] + b"}",
        b"[" * 50_000,
    ],
    ids=["key", "changed", "longer", "nothing", "empty", "sign", "late", "shape", "deep"],
)
def test_forged_event_is_refused_and_changes_nothing(
    app: Flask, linked: Links, body: bytes
) -> None:
    link = linked(ANNA, VERA)
    assert tell(app, body) == 403
    assert happened() == []
    assert all(allowed(link, one) for one in (ANNA, VERA))


def test_strangers_who_try_are_counted(app: Flask, unisender: StandIn) -> None:
    assert {tell(app, b"{}") for _ in range(31)} == {403, 429}


def test_nothing_is_taken_in_without_an_account(app: Flask, clock: FrozenClock) -> None:
    assert tell(app, told_of(left())) == 403


def test_bounces_and_complaints_count_by_the_rules_of_the_company(
    app: Flask, linked: Links
) -> None:
    linked(ANNA, BORIS, VERA)
    soft = [
        event("email_status", VERA, f"2026-03-02 0{n}:00:00", status="err_mailbox_full")
        for n in range(1, 5)
    ]
    gone = event("email_status", ANNA, status="err_user_unknown")
    spam = event("email_status", BORIS, status="ok_fbl")
    assert tell(app, told_of(gone, spam, *soft)) == 200
    assert reading().scalars(sa.select(BadAddress.address)).all() == [ANNA]
    assert set(bans.bans_of(reading(), addresses=[ANNA, BORIS, VERA]).addresses) == {BORIS}

    tell(app, told_of(event("email_status", VERA, status="err_mailbox_full")))
    assert set(reading().scalars(sa.select(BadAddress.address))) == {ANNA, VERA}


def test_opens_and_clicks_come_in_only_where_the_company_wants_them(
    app: Flask, linked: Links, unisender: StandIn
) -> None:
    linked(ANNA)
    read = event("email_status", ANNA, status="ok_read", campaign_id=9)
    followed = event("email_status", ANNA, status="ok_link_visited", campaign_id=9)
    assert tell(app, told_of(read)) == 200
    assert happened() == []
    service.try_account()
    assert "ok_read" not in unisender.hook["events[email_status]"]

    service.save_account("", follows_readers=True)
    service.try_account()
    assert "ok_read" in unisender.hook["events[email_status]"]
    assert unisender.hook["hook_url"].endswith("/unisender/events")
    tell(app, told_of(read, followed))
    assert happened() == [(ANNA, "opened"), (ANNA, "clicked")]


@pytest.mark.databases("sqlite")
def test_key_is_shown_nowhere_and_kept_sealed(
    app: Flask, unisender: StandIn, browser_for: Callable[[str], Browser]
) -> None:
    browser = browser_for("administrator")
    page = browser.get("/unisender")
    (token, *_same) = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)
    wrong = {"csrf_token": token, "key": "не ключ " + KEY}
    refused = browser.post("/unisender", data=wrong)
    assert refused.status_code == 422

    tried = browser.post("/unisender/try", data={"csrf_token": token})
    assert tried.status_code == 303
    shown = browser.get("/unisender")
    kept = reading().scalar(sa.text("SELECT sealed_key FROM unisender_account"))
    for text in (page.text, refused.text, shown.text, str(kept)):
        assert KEY not in text
    assert "UniSender answers: 1 list." in shown.text


def status(name: str, at: str) -> dict[str, object]:
    return event("email_status", ANNA, at, status=name, campaign_id=9)


def stories(app: Flask, kind: str, record_id: int) -> list[str]:
    reading().rollback()
    with app.test_request_context():
        return [str(one.text) for one in story(kind, record_id, source="mailing.services").entries]


@pytest.mark.parametrize("follows_readers", [True, False])
def test_what_came_of_letters_stands_in_the_story_of_the_client(
    app: Flask, linked: Links, make: Make, *, follows_readers: bool
) -> None:
    linked(ANNA)
    service.save_account("", follows_readers=follows_readers)
    names = ("ok_delivered", "ok_read", "ok_link_visited", "err_mailbox_full")
    times = [f"2026-03-02 08:0{n}:00" for n in range(len(names))]
    assert tell(app, told_of(*map(status, names, times))) == 200

    read = [
        f"UniSender: a link of a letter to {ANNA} was followed",
        f"UniSender: a letter to {ANNA} was opened",
    ]
    assert stories(app, "client", 1) == [
        f"UniSender: a letter to {ANNA} came back",
        *(read if follows_readers else []),
        f"UniSender: a letter came in at {ANNA}",
    ]
    lead = create_lead({"name": "Anna", "emails": [ANNA]})
    assert stories(app, "leads.lead", lead) == stories(app, "client", 1)
    with make.acting(make.user_of("seller")):
        assert stories(app, "client", make.client(name="Boilers")) == []


def test_who_refused_all_mailing_is_followed_no_more(app: Flask, linked: Links) -> None:
    linked(ANNA)
    service.save_account("", follows_readers=True)
    with writing() as session:
        bans.ban(session, bans.MAILING, "Said so", addresses=[ANNA])
    assert tell(app, told_of(status("ok_read", "2026-03-02 08:00:00"))) == 200
    assert happened() == []
