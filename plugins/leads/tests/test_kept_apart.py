"""Leads that may be junk, and what they do not want."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from salesman_leads import intake, queries, service
from salesman_leads.distribution.again import distribute_lead
from salesman_leads.distribution.service import add_rule
from salesman_leads.models import KIND, Lead
from salesman_leads.qualifying import qualify_lead

from salesman_core.errors import ConflictError
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run, undo_run
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import bans, reading, speaking

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]

ADDRESSES = ("a@b.org", "c@d.org", "+79161234567")


def held(*addresses: str) -> Mapping[str, bans.Held]:
    reading().rollback()
    return bans.bans_of(reading(), addresses=addresses).addresses


def owners(*lead_ids: int) -> list[int | None]:
    reading().rollback()
    reading().expire_all()
    return [reading().get_one(Lead, one).owner_id for one in lead_ids]


@pytest.fixture
def suspect(app: Flask) -> int:
    """A lead that is kept apart."""
    return intake.create_lead({"name": "Junk"}, suspicion="sent within a second")


def test_suspect_counts_nowhere(suspect: int, browser_for: BrowserFor, api_for: ApiFor) -> None:
    genuine = intake.create_lead({"name": "Anna"})

    assert queries.waiting_count(reading()) == 1
    assert [one.id for one in queries.own_unfinished(reading(), 8)] == [genuine]
    assert [one["id"] for one in api_for("head").get("/leads").json["items"]] == [genuine]
    assert "Junk" not in browser_for("head").get("/leads").text


def test_suspect_stands_in_a_view_of_its_own(
    suspect: int, browser_for: BrowserFor, api_for: ApiFor
) -> None:
    found = api_for("head").get("/leads?kept_apart=true").json["items"]

    assert [one["id"] for one in found] == [suspect]
    assert "Junk" in browser_for("head").get("/leads?kept_apart=true").text
    page = browser_for("head").get(f"/leads/{suspect}").text
    assert "sent within a second" in page


def test_suspect_that_is_brought_back_counts_again(suspect: int, api_for: ApiFor) -> None:
    back = api_for("head").post(f"/leads/{suspect}/bring-back")

    assert (back.status_code, back.json["suspicion"]) == (200, "")
    assert queries.waiting_count(reading()) == 1
    with pytest.raises(ConflictError):
        service.bring_back(suspect)


def test_suspect_is_neither_dealt_nor_taken(suspect: int, browser_for: BrowserFor) -> None:
    for act in distribute_lead, service.take_lead:
        with pytest.raises(ConflictError, match="kept apart: bring it back first"):
            act(suspect)

    assert "Begin to work on it" not in browser_for("head").get(f"/leads/{suspect}").text


def test_suspect_is_nobodys_until_it_is_brought_back(make: Make) -> None:
    seller = make.user("seller")
    with make.acting(seller):
        suspect = intake.create_lead({"name": "Junk"}, suspicion="link in the name")
        own = intake.create_lead({"name": "Anna"})

    assert [reading().get_one(Lead, one).owner_id for one in (suspect, own)] == [None, seller]


def test_many_are_brought_back_at_once_and_go_apart_again(suspect: int, api_for: ApiFor) -> None:
    asked = {"action": "leads.bring_back", "filter": {"kept_apart": True}}

    answer = api_for("head").post("/leads/bulk", asked)

    assert [one["outcome"] for one in answer.json["results"]] == ["done"]
    assert reading().get_one(Lead, suspect).suspicion == ""


def test_undoing_gives_a_suspect_back_to_whom_it_was_and_leaves_what_changed_since(
    make: Make,
) -> None:
    seller, other = make.user("seller"), make.user("seller")
    undone, taken = (
        intake.create_lead({"name": name}, suspicion="link in the name") for name in "AB"
    )
    add_rule({"name": "Turn", "method": "in_turn", "members": [{"user_id": seller}]})
    with make.acting(make.user_of("head")):
        run_id = begin_run(KIND, "leads.bring_back", {}, chosen_by_ids([undone, taken]))
    assert owners(undone, taken) == [seller, seller]
    service.change_lead(taken, {"owner_id": other})

    with make.acting(make.user_of("head")):
        undo_run(run_id)

    assert owners(undone, taken) == [None, other]
    kept = [reading().get_one(Lead, one).suspicion for one in (undone, taken)]
    assert kept == ["link in the name", ""]


def test_lead_that_wants_no_calls_bans_its_phones(app: Flask) -> None:
    intake.create_lead(
        {"name": "Anna", "phones": ["8 916 123-45-67"], "emails": ["A@b.org"], "no_calls": True}
    )

    held = bans.bans_of(reading(), addresses=["+79161234567", "a@b.org"])

    assert held.addresses == {"+79161234567": {"calls": "said so as a lead"}}


def test_lead_that_wants_no_mailing_bans_each_address(app: Flask) -> None:
    lead = intake.create_lead({"name": "Anna", "emails": ["a@b.org"]})
    service.change_lead(lead, {"no_mailing": True})
    service.change_lead(lead, {"phones": ["8 916 123-45-67"]})

    held = bans.bans_of(reading(), addresses=["+79161234567", "a@b.org"])

    assert held.addresses == {
        "+79161234567": {"mailing": "said so as a lead"},
        "a@b.org": {"mailing": "said so as a lead"},
    }


def test_lead_that_wants_mailing_again_lifts_what_no_other_bans(app: Flask) -> None:
    shared = {"emails": ["a@b.org"], "no_mailing": True}
    first = intake.create_lead({"name": "Anna", **shared})
    second = intake.create_lead({"name": "Boris", **shared})

    service.change_lead(first, {"no_mailing": False})
    assert "a@b.org" in bans.bans_of(reading(), addresses=["a@b.org"]).addresses

    service.change_lead(second, {"no_mailing": False})
    reading().rollback()
    assert bans.bans_of(reading(), addresses=["a@b.org"]).addresses == {}


def test_address_that_is_taken_from_a_lead_is_banned_no_more_unless_another_bans_it(
    app: Flask,
) -> None:
    shared = {"emails": ["a@b.org"], "phones": ["8 916 123-45-67"], "no_mailing": True}
    first = intake.create_lead({"name": "Anna", **shared})
    second = intake.create_lead({"name": "Boris", "emails": ["a@b.org"], "no_mailing": True})

    service.change_lead(first, {"emails": ["c@d.org"], "phones": []})
    banned = {"a@b.org": {"mailing": "said so as a lead"}}
    assert held(*ADDRESSES) == {**banned, "c@d.org": {"mailing": "said so as a lead"}}

    service.change_lead(second, {"emails": [], "no_mailing": False})
    service.change_lead(first, {"emails": [], "no_mailing": False})
    assert held(*ADDRESSES) == {}


def test_ban_outlives_the_lead_and_holds_again_when_it_comes_back(app: Flask) -> None:
    flagged = {"emails": ["a@b.org"], "no_mailing": True}
    first = intake.create_lead({"name": "Anna", **flagged})
    second = intake.create_lead({"name": "Boris", **flagged})
    service.delete_lead(first)
    assert held("a@b.org") == {"a@b.org": {"mailing": "said so as a lead"}}
    service.change_lead(second, {"no_mailing": False})
    assert held("a@b.org") == {}

    service.restore_lead(first)

    assert held("a@b.org") == {"a@b.org": {"mailing": "said so as a lead"}}


def test_reason_of_a_ban_is_in_the_language_of_the_company(app: Flask) -> None:
    with speaking("ru"):
        lead = intake.create_lead({"name": "Anna", "emails": ["a@b.org"], "no_mailing": True})
        made = qualify_lead(lead, {})

    assert held("a@b.org") == {"a@b.org": {"mailing": "said so as a lead"}}
    clients = bans.bans_of(reading(), client_ids=[made["client_id"]]).clients
    assert clients == {made["client_id"]: {"mailing": "said so as a lead"}}


def test_banned_phone_on_the_card_is_no_link(browser_for: BrowserFor) -> None:
    lead = intake.create_lead({"name": "Anna", "phones": ["8 916 123-45-67"], "no_calls": True})

    page = browser_for("head").get(f"/leads/{lead}").text

    assert "tel:" not in page
    assert "wants no calls" in page


def test_lead_keeps_all_that_its_form_holds(browser_for: BrowserFor, api_for: ApiFor) -> None:
    browser = browser_for("head")
    page = browser.get("/leads/new").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {
        "csrf_token": token,
        "name": "Anna",
        "channel": "ads",
        "utm_campaign": "autumn",
        "page": "https://example.com/boilers",
        "region": "Perm",
        "language": "ru",
        "products": "Boiler\nPump",
        "bans": ["", "no_mailing"],
        "external_ids_source": ["shop", ""],
        "external_ids": ["7", ""],
    }

    browser.post("/leads/new", data=form)

    (lead,) = api_for("head").get("/leads").json["items"]
    kept = {name: lead[name] for name in ("channel", "utm_campaign", "page", "region", "language")}
    assert kept == {name: form[name] for name in kept}
    assert (lead["products"], lead["no_mailing"], lead["no_calls"], lead["external_ids"]) == (
        ["Boiler", "Pump"],
        True,
        False,
        {"shop": "7"},
    )


def test_lead_is_found_by_its_key_in_another_system(browser_for: BrowserFor) -> None:
    lead = intake.create_lead({"name": "Anna", "external_ids": {"shop": "7927b2df"}})
    browser = browser_for("head")

    assert "Anna" in browser.get("/leads?q=7927b2df").text
    assert browser.get("/search?q=7927b2df").location == f"/leads/{lead}"
