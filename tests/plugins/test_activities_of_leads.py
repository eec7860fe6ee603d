"""Activities are about leads, and go along to the clients that these become (ADR 45)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar import jobs
from salesman_calendar.models import Activity
from salesman_calendar.service import create_activity, delete_activity, finish_activity
from salesman_leads.intake import create_lead
from salesman_leads.models import Lead
from salesman_leads.qualifying import qualify_lead
from salesman_leads.service import delete_lead, restore_lead

from salesman_core.access.explaining import explain
from salesman_core.access.models import Role
from salesman_core.db import table_of
from salesman_core.people.roles import change_grants
from salesman_core.plugins import purge, switches
from salesman_core.records.bin.service import purge as purge_record
from salesman_core.records.referrers import Referrers
from salesman_core.services.models import Notice
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import ConflictError, InvalidError, now, reading
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
Plan = Callable[..., int]

FRIDAY = date(2026, 12, 4)
TITLE = "Anna, Boilers Ltd"


@pytest.fixture
def lead(app: Flask) -> int:
    return create_lead({"name": "Anna", "company": "Boilers Ltd"})


@pytest.fixture
def plan(app: Flask) -> Plan:
    """Give what plans a call about a lead."""

    def plan(lead_id: int | None = None, **values: Any) -> int:
        about = {} if lead_id is None else {"about_kind": "leads.lead", "about_id": lead_id}
        return create_activity({"kind_id": 1, "day": FRIDAY, **about, **values})

    return plan


def kept(activity_id: int) -> Activity:
    reading().rollback()
    return reading().get_one(Activity, activity_id)


def concerns(activity_id: int) -> tuple[int | None, int | None, list[int]]:
    activity = kept(activity_id)
    contacts = [one.contact_id for one in activity.contacts]
    return activity.client_id, activity.deal_id, contacts


def grant(preset: str, **scopes: Scope) -> None:
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == preset)).one()
    change_grants(role_id, {name.replace("__", "."): scope for name, scope in scopes.items()})


def panel(browser: Browser, page: str) -> str:
    """Give the panel of activities that the browser asks for after a page."""
    address = re.search(r'hx-get="(/fragments/slots/[^"]+/calendar/activities[^"]*)"', page)
    assert address is not None
    return browser.get(address[1].replace("&amp;", "&")).text


# -- on the card of a lead


def test_card_of_a_lead_shows_what_is_planned_and_plans_more(
    lead: int, plan: Plan, browser_for: BrowserFor
) -> None:
    plan(lead, subject="Ask for the drawing")
    browser = browser_for("head")

    page = browser.get(f"/leads/{lead}").text
    shown = panel(browser, page)

    assert "Ask for the drawing" in page  # the next step
    assert "Ask for the drawing" in shown
    address = re.search(r'href="(/calendar/new\?[^"]+)"', shown)
    assert address is not None
    form = browser.get(address[1].replace("&amp;", "&")).text
    assert f'Lead: <a href="/leads/{lead}">{TITLE}</a>' in form
    fields = dict(re.findall(r'name="(csrf_token|about_kind|about_id)" value="([^"]+)"', form))
    typed = {**fields, "kind_id": "1", "subject": "Send the price", "when": "tomorrow"}
    assert browser.post("/calendar/new", data=typed).status_code == 302
    again = browser.get(f"/calendar/of/leads.lead/{lead}").text
    assert ["Ask for the drawing" in again, "Send the price" in again] == [True, True]


def test_what_is_next_is_about_the_same_lead(lead: int, plan: Plan) -> None:
    next_id = finish_activity(plan(lead), {"next": {"kind_id": 1, "day": FRIDAY}})

    assert next_id is not None
    assert (kept(next_id).about_kind, kept(next_id).about_id) == ("leads.lead", lead)


def test_list_api_and_file_know_of_the_lead(
    lead: int, plan: Plan, api_for: ApiFor, browser_for: BrowserFor
) -> None:
    activity_id = plan(lead, subject="Ask")
    plan(subject="Something else")

    listed = api_for("head").get(f"/calendar?about=leads.lead:{lead}").json["items"]
    page = browser_for("head").get(f"/calendar/activities?about=leads.lead:{lead}").text

    assert [(one["id"], one["about_kind"], one["about_id"]) for one in listed] == [
        (activity_id, "leads.lead", lead)
    ]
    assert TITLE in page
    assert "Something else" not in page


def test_api_plans_an_activity_about_a_lead_and_takes_it_off_again(
    lead: int, api_for: ApiFor
) -> None:
    api = api_for("head")
    about = {"about_kind": "leads.lead", "about_id": lead}

    made = api.post("/calendar", {"kind_id": 1, "day": "2026-12-04", **about}).json
    none = {"about_kind": None, "about_id": None}
    changed = api.patch(f"/calendar/{made['id']}", none).json

    assert (made["about_kind"], made["about_id"]) == ("leads.lead", lead)
    assert (changed["about_kind"], changed["about_id"]) == (None, None)


@pytest.mark.parametrize(
    "about",
    [
        {"about_id": 1},
        {"about_kind": "leads.lead"},
        {"about_kind": "leads.lead", "about_id": 4711},
        {"about_kind": "client", "about_id": 1},
        {"about_kind": "calendar.activity", "about_id": 1},
        {"about_kind": "of.nobody", "about_id": 1},
    ],
    ids=lambda about: "+".join(str(one) for one in about.values()),
)
def test_activity_is_about_a_record_that_there_is_alone(
    lead: int, make: Make, plan: Plan, about: Mapping[str, Any]
) -> None:
    make.client()
    with pytest.raises(InvalidError) as refused:
        plan(**about)

    assert set(refused.value.fields) == {"about_id"}


# -- a lead that becomes a client


def test_activities_of_a_lead_go_along_to_client_deal_and_contact(lead: int, plan: Plan) -> None:
    planned, done, binned = plan(lead), plan(lead), plan(lead)
    finish_activity(done, {"result_text": "They agreed"})
    delete_activity(binned)

    made = qualify_lead(lead, {"deal_name": "Three boilers"})

    expected = (made["client_id"], made["deal_id"], [made["contact_id"]])
    assert [concerns(one) for one in (planned, done, binned)] == [expected] * 3
    assert {kept(one).about_id for one in (planned, done, binned)} == {lead}


def test_lead_stays_readable_from_the_card_of_its_client(
    lead: int, plan: Plan, browser_for: BrowserFor
) -> None:
    activity_id = plan(lead, subject="Ask")
    client_id = qualify_lead(lead, {})["client_id"]
    browser = browser_for("head")

    of_client = panel(browser, browser.get(f"/clients/{client_id}").text)
    card = browser.get(f"/calendar/{activity_id}").text

    assert "Ask" in of_client
    for page in (of_client, card):
        assert f'<a href="/leads/{lead}">{TITLE}</a>' in page
    assert "Ask" in panel(browser, browser.get(f"/leads/{lead}").text)


def test_activity_follows_to_a_client_of_a_colleague_that_the_lead_was(
    plan: Plan, make: Make
) -> None:
    phones = ["+7 916 123-45-67"]
    client_id = make.client(owner_id=make.user("seller"), phones=phones)
    caller = make.user("telemarketer")
    anna = create_lead({"name": "Anna", "phones": phones, "owner_id": caller})
    activity_id = plan(anna)

    with make.acting(caller):
        made = qualify_lead(anna, {"deal_name": "Boilers"})

    assert made["client_id"] == client_id
    assert concerns(activity_id) == (client_id, made["deal_id"], [made["contact_id"]])


def test_activity_that_concerns_another_client_does_not_follow(
    lead: int, plan: Plan, make: Make
) -> None:
    other = make.client()
    activity_id = plan(lead, client_id=other)

    qualify_lead(lead, {})

    assert concerns(activity_id) == (other, None, [])


def test_whoever_qualifies_needs_no_right_to_change_what_colleagues_planned(
    lead: int, plan: Plan, make: Make
) -> None:
    activity_id = plan(lead, owner_id=make.user("head"))

    with make.acting(make.user("telemarketer")):
        client_id = qualify_lead(lead, {})["client_id"]

    assert concerns(activity_id)[0] == client_id


def test_what_is_planned_on_the_card_of_a_client_s_lead_concerns_the_client(
    lead: int, browser_for: BrowserFor
) -> None:
    client_id = qualify_lead(lead, {})["client_id"]
    browser = browser_for("head")

    shown = panel(browser, browser.get(f"/leads/{lead}").text)

    assert f"client_id={client_id}" in shown


# -- whoever may not see the lead


@pytest.fixture
def lawyer(make: Make) -> int:
    """Somebody who sees all activities, and no lead."""
    grant("lawyer", calendar__activity__view=Scope.ALL, calendar__activity__edit=Scope.ALL)
    grant("lawyer", leads__lead__view=Scope.NONE)
    return make.user("lawyer")


PLACES = (
    "/calendar/{id}",
    "/calendar/{id}/edit",
    "/calendar/{id}/done",
    "/calendar/activities",
    "/calendar/activities?columns=subject,client,about",
    "/records/calendar.activity/{id}/history",
    "/search?q=Anna",
)


@pytest.mark.usefixtures("lawyer")
def test_pages_tell_nothing_of_a_lead_that_one_does_not_see(
    lead: int, plan: Plan, browser_for: BrowserFor
) -> None:
    activity_id = plan(lead, subject="Ask", owner_id=None)
    browser, seeing = browser_for("lawyer"), browser_for("head")

    for place in PLACES:
        page = browser.get(place.format(id=activity_id), follow_redirects=True).text
        found = [one for one in ("Anna", "Boilers", f"/leads/{lead}", "Lead") if one in page]
        assert found == (["Anna"] if place.startswith("/search") else []), place
    told = [seeing.get(place.format(id=activity_id)).text for place in PLACES[:6]]
    assert [TITLE in page for page in told] == [True] * 6


@pytest.mark.usefixtures("lawyer")
def test_api_tells_nothing_of_a_lead_that_one_does_not_see(
    lead: int, plan: Plan, api_for: ApiFor
) -> None:
    activity_id = plan(lead)
    api = api_for("lawyer")

    one = api.get(f"/calendar/{activity_id}").json
    (listed,) = api.get("/calendar").json["items"]
    asked = api.get(f"/calendar?about=leads.lead:{lead}").json["items"]

    assert [(item["about_kind"], item["about_id"]) for item in (one, listed)] == [(None, None)] * 2
    assert asked == []


@pytest.mark.usefixtures("lawyer")
def test_who_sends_back_what_they_read_does_not_part_an_activity_from_its_lead(
    lead: int, plan: Plan, api_for: ApiFor
) -> None:
    activity_id = plan(lead)
    none = {"about_kind": None, "about_id": None}

    answer = api_for("lawyer").patch(f"/calendar/{activity_id}", {"text": "Soon", **none})

    assert answer.status_code == 200
    assert (kept(activity_id).text, kept(activity_id).about_id) == ("Soon", lead)


def test_lead_that_one_does_not_see_is_as_one_that_there_is_not(
    lead: int, plan: Plan, lawyer: int, make: Make
) -> None:
    told = []
    with make.acting(lawyer):
        for id_ in (lead, 4711):
            with pytest.raises(InvalidError) as refused:
                plan(id_)
            told.append(str(refused.value.message))

    assert told == ["There is no such record, or you may not see it."] * 2


@pytest.mark.usefixtures("lawyer")
def test_nobody_guesses_which_lead_that_they_do_not_see_an_activity_is_about(
    lead: int, plan: Plan, api_for: ApiFor
) -> None:
    activity_id, api = plan(lead), api_for("lawyer")

    for guessed in ({"about_kind": "leads.lead", "about_id": id_} for id_ in (lead, 4711)):
        changed = api.patch(f"/calendar/{activity_id}", guessed)
        following = {"kind_id": 1, "day": f"{FRIDAY}", **guessed}
        done = api.post(f"/calendar/{activity_id}/done", {"next": following})
        told = [(one.status_code, [*one.json["errors"]]) for one in (changed, done)]
        assert told == [(422, ["about_id"])] * 2, guessed


def test_panel_of_a_lead_that_one_does_not_see_is_not_there(
    lead: int, plan: Plan, lawyer: int, browser_for: BrowserFor
) -> None:
    plan(lead)
    browser = browser_for("lawyer")

    asked = (f"/calendar/of/leads.lead/{lead}", f"/calendar/step/leads.lead/{lead}")
    assert [browser.get(one).status_code for one in asked] == [404, 404]


def test_whoever_sees_a_lead_sees_what_colleagues_plan_about_it(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    seller = make.user_of("seller")
    lead = create_lead({"name": "Dora", "owner_id": seller})
    other = create_lead({"name": "Clara", "owner_id": make.user("head")})
    activity_id, hidden = plan(lead, subject="Ask"), plan(other)
    browser = browser_for("seller")

    shown = panel(browser, browser.get(f"/leads/{lead}").text)

    assert "Ask" in shown
    assert [browser.get(f"/calendar/{one}").status_code for one in (activity_id, hidden)] == [
        200,
        404,
    ]
    told = explain(seller, "calendar.activity.view", "calendar.activity", activity_id)
    assert (told.allowed, str(told.reasons[-1])) == (True, "Seen along with “Dora”.")


def test_reminder_names_the_lead_to_whom_sees_it(
    lead: int, plan: Plan, lawyer: int, make: Make
) -> None:
    soon = {"starts_at": now() + timedelta(minutes=1), "remind_minutes": 15, "subject": "Ask"}
    for owner_id in (make.user("head"), lawyer):
        plan(lead, **soon, day=None, owner_id=owner_id)

    jobs.remind()

    texts = reading().scalars(sa.select(Notice.text).order_by(Notice.id)).all()
    assert [TITLE in text for text in texts] == [True, False]


# -- leads that go


def test_activity_about_a_lead_in_the_bin_stays_and_finds_it_again(
    lead: int, plan: Plan, api_for: ApiFor, browser_for: BrowserFor
) -> None:
    activity_id = plan(lead)

    delete_lead(lead)
    gone = api_for("head").get(f"/calendar/{activity_id}").json["about_id"]
    page = browser_for("head").get(f"/calendar/{activity_id}")
    restore_lead(lead)

    assert (gone, page.status_code, TITLE in page.text) == (None, 200, False)
    assert api_for("head").get(f"/calendar/{activity_id}").json["about_id"] == lead


def test_activity_keeps_its_lead_from_leaving_the_bin_for_good(lead: int, plan: Plan) -> None:
    create_lead({"name": "The latest"})
    activity_id = plan(lead)
    delete_lead(lead)

    with pytest.raises(ConflictError, match="Activities: 1"):
        purge_record("leads.lead", lead)

    delete_activity(activity_id)
    create_activity({"kind_id": 1, "day": FRIDAY})  # the number of the latest would come again
    purge_record("calendar.activity", activity_id)
    purge_record("leads.lead", lead)


def test_activity_keeps_its_lead_from_going_with_its_import(lead: int, plan: Plan) -> None:
    other = create_lead({"name": "Dora"})
    plan(lead)

    table, connection = table_of(Lead), reading().connection()

    assert Referrers().referred(connection, table, [lead, other]) == {lead}


def test_calendar_without_leads_works_and_keeps_what_it_knew(
    lead: int, plan: Plan, api_for: ApiFor, browser_for: BrowserFor
) -> None:
    activity_id = plan(lead)
    switches.suspend("leads")
    switches.follow_now()
    api, browser = api_for("head"), browser_for("head")

    for place in PLACES[:6]:
        assert browser.get(place.format(id=activity_id)).status_code == 200, place
    changed = api.patch(f"/calendar/{activity_id}", {"text": "Soon", "about_id": None}).json
    assert (changed["text"], changed["about_kind"]) == ("Soon", None)

    switches.activate("leads")
    switches.follow_now()
    assert api.get(f"/calendar/{activity_id}").json["about_id"] == lead


def test_activity_is_about_no_lead_any_more_once_the_data_of_leads_is_removed(
    lead: int, plan: Plan
) -> None:
    activity_id = plan(lead)
    switches.suspend("leads")
    switches.suspend("inquiries")
    switches.follow_now()

    purge.purge("leads")

    assert (kept(activity_id).about_kind, kept(activity_id).about_id) == (None, None)
