"""Fields of ours go to fields of the service: chosen, shown first, and carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from salesman_leads.intake import create_lead
from salesman_mailing.groups import service as groups
from salesman_mailing.services import linking, queries
from salesman_mailing.services.linking import NEW, Choice

from salesman_core.records.custom.service import define_field, retire_field
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import InvalidError, change_client, reading

from .conftest import Linked
from .standin import StandIn
from .test_pages import send

Links = Callable[..., Linked]
ANNA, BORIS = "anna@example.com", "boris@example.com"


def choose(make: Make, link: Linked, *choices: Choice) -> None:
    with make.acting(make.user_of("marketer")):
        linking.choose_fields(link.id, choices)


def told(link: Linked) -> dict[str, Any]:
    """Give what would be told of whom in further fields."""
    rows = queries.changes(reading(), link.id)
    return {row.address: row.told.get("others") for row in rows}


def test_own_fields_and_those_of_plugins_go_where_they_were_chosen_to_go(
    make: Make, unisender: StandIn, linked: Links
) -> None:
    define_field("client", {"type": "money", "key": "budget", "label": "Budget"})
    define_field("contact", {"type": "text", "key": "hobby", "label": "Hobby"})
    unisender.fields += ["Money"]
    link = linked(ANNA, source="Fair")
    change_client(
        1, {"custom": {"budget": "1500.50"}, "extensions": {"requisites": {"inn": "7707083893"}}}
    )
    contact = make.contact(client_id=1, name="Boris", emails=[BORIS], custom={"hobby": "Chess"})
    with make.acting(make.user_of("marketer")):
        groups.add_records(link.group_id, "contact", [contact])
    link.synchronise()
    choose(
        make,
        link,
        Choice("client", "custom.budget", "Money"),
        Choice("client", "source", NEW),
        Choice("contact", "custom.hobby", NEW),
    )

    assert link.compare() == {"update": 2}
    of_client = {"Money": "1500.50", "source": "Fair"}
    assert told(link) == {
        ANNA: {**of_client, "contact_hobby": ""},
        BORIS: {**of_client, "contact_hobby": "Chess"},
    }
    assert "Money" not in unisender.contacts[ANNA].fields

    link.carry_out()
    assert unisender.contacts[BORIS].fields.items() >= told(link)[BORIS].items()
    assert link.compare() == {}
    change_client(1, {"custom": {"budget": "2"}})
    assert link.compare() == {"update": 2}


def test_who_looks_sends_what_they_may_see(make: Make, unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA)
    change_client(1, {"extensions": {"requisites": {"inn": "7707083893"}}})
    inn = Choice("client", "extensions.requisites.inn", NEW)
    with pytest.raises(InvalidError):
        choose(make, link, inn)
    with make.acting(make.user_of("administrator")):
        linking.choose_fields(link.id, [inn])
        linking.compare(link.id)
    link.work()
    assert told(link) == {ANNA: {"requisites_inn": "7707083893"}}

    link.compare()  # the marketer does
    assert told(link) == {ANNA: None}


def test_leads_have_their_own_fields(make: Make, unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA)
    with make.acting(make.user_of("marketer")):
        lead = create_lead({"name": "Boris", "emails": [BORIS], "company": "Boilers"})
        groups.add_records(link.group_id, "leads.lead", [lead])
    choose(make, link, Choice("leads.lead", "company", NEW))
    link.synchronise()
    assert unisender.contacts[BORIS].fields["lead_company"] == "Boilers"


def test_field_that_is_out_of_use_stays_as_it_is_at_the_service(
    make: Make, unisender: StandIn, linked: Links
) -> None:
    field_id = define_field("client", {"type": "text", "key": "budget", "label": "Budget"})
    link = linked(ANNA)
    change_client(1, {"custom": {"budget": "much"}})
    choose(make, link, Choice("client", "custom.budget", NEW))
    link.synchronise()
    retire_field(field_id)

    link.synchronise()
    assert unisender.contacts[ANNA].fields["budget"] == "much"


def test_field_that_the_service_has_no_more_is_told(
    make: Make, unisender: StandIn, linked: Links
) -> None:
    link = linked(ANNA)
    choose(make, link, Choice("client", "source", NEW))
    link.compare()
    unisender.fields.remove("source")
    link.carry_out()
    assert (
        link.row.problem
        == "UniSender has no field “source” any more: choose the fields of the list anew."
    )


@pytest.mark.databases("sqlite")
def test_field_that_would_have_a_name_of_the_service_gets_another_and_is_made_once(
    make: Make, unisender: StandIn, linked: Links
) -> None:
    for key in ("phone", "company"):
        define_field("client", {"type": "text", "key": key, "label": key})
    link = linked(ANNA)
    new = [Choice("client", f"custom.{key}", NEW) for key in ("phone", "company")]
    for choices in (new, [], new):
        choose(make, link, *choices)
    assert [one["field"] for one in link.row.further] == ["field_phone", "field_company"]
    assert unisender.fields == ["Name", "field_phone", "field_company"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "choices",
    [
        [Choice("client", "nothing", NEW)],
        [Choice("deal", "amount", NEW)],
        [Choice("client", "source", "Nowhere")],
        [Choice("client", "source", "Email")],
        [Choice("client", "source", NEW), Choice("client", "site", "source")],
        [Choice("client", "source", NEW), Choice("client", "source", "site")],
    ],
)
def test_what_cannot_go_there_is_refused_and_no_field_is_made(
    make: Make, unisender: StandIn, linked: Links, choices: list[Choice]
) -> None:
    link = linked(ANNA)
    unisender.fields.append("site")
    with pytest.raises(InvalidError):
        choose(make, link, *choices)
    assert (unisender.fields, link.row.further) == (["Name", "site"], [])


@pytest.mark.databases("sqlite")
def test_fields_are_chosen_on_a_page_and_by_the_json_api(
    unisender: StandIn,
    linked: Links,
    browser_for: Callable[[str], Browser],
    api_for: Callable[[str], Api],
) -> None:
    link, browser = linked(ANNA, source="Fair"), browser_for("marketer")
    page = f"/mailing/links/{link.id}/fields"
    refused = send(browser, page, page, **{"client:source": "Nowhere"})
    assert "The service has no such field." in refused.text
    assert send(browser, page, page, **{"client:source": NEW}).status_code == 303
    link.work()
    assert "source: Fair" in browser.get(f"/mailing/links/{link.id}").text

    api = api_for("marketer")
    chosen = [{"kind": "client", "name": "source", "field": "source"}]
    assert api.get(f"/mailing/links/{link.id}").json["further"] == chosen
    found = api.get(f"/mailing/links/{link.id}/fields").json
    assert "source" in found["theirs"]
    assert {"kind": "client", "name": "source", "title": "Source"} in found["ours"]
    put = api.request("PUT", f"/mailing/links/{link.id}/fields", {"items": []})
    assert (put.status_code, put.json["further"]) == (200, [])
    assert api_for("seller").get(f"/mailing/links/{link.id}/fields").status_code == 403
