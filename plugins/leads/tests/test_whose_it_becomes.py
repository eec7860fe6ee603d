"""Whose the client and the deal are that come of a lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from salesman_leads import intake
from salesman_leads.models import Lead
from salesman_leads.qualifying import qualify_lead

from salesman_core.errors import ForbiddenError, InvalidError
from salesman_core.people.handing_over import STAYS
from salesman_core.people.service import deactivate
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Client, Deal, acting_as, reading
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
PostForm = Callable[..., Any]

ANNA = {"name": "Anna", "company": "Boilers Ltd", "phones": ["8 916 123-45-67"]}


def owners(made: dict[str, Any]) -> tuple[int | None, int | None]:
    reading().rollback()
    client = reading().get_one(Client, made["client_id"])
    return client.owner_id, reading().get_one(Deal, made["deal_id"]).owner_id


def test_they_are_of_the_seller_whose_the_lead_is(make: Make) -> None:
    seller = make.user("seller")
    lead = intake.create_lead({**ANNA, "owner_id": seller})

    with make.acting(make.user("telemarketer")):
        made = qualify_lead(lead, {"deal_name": "Boilers"})

    assert owners(made) == (seller, seller)


def test_what_a_telemarketer_found_is_with_the_seller_who_has_the_fewest_open_deals(
    make: Make,
) -> None:
    busy, free, caller = make.user("seller"), make.user("seller"), make.user("telemarketer")
    make.deal(owner_id=busy)
    lead = intake.create_lead({**ANNA, "owner_id": caller})

    with make.acting(caller):
        made = qualify_lead(lead, {"deal_name": "Boilers"})

    assert owners(made) == (free, free)
    assert made["owner_id"] == free


def test_they_are_of_the_sellers_also_where_one_may_not_know_of_them(make: Make) -> None:
    seller = make.user("seller")
    lead = intake.create_lead({**ANNA, "owner_id": seller})
    caller = make.person(make.user("telemarketer"))
    alone = replace(caller, scopes={**caller.scopes, "core.user.view": Scope.NONE})

    with acting_as(alone):
        made = qualify_lead(lead, {"deal_name": "Boilers"})

    assert owners(made) == (seller, seller)


def test_card_leads_only_to_what_one_sees_of_what_it_became(
    make: Make, browser_for: BrowserFor
) -> None:
    lead = intake.create_lead({**ANNA, "owner_id": make.user("seller")})
    made = qualify_lead(lead, {"deal_name": "Boilers"})
    links = {f"/clients/{made['client_id']}", f"/deals/{made['deal_id']}"}

    pages = {
        role: browser_for(role).get(f"/leads/{lead}").text for role in ("head", "telemarketer")
    }

    shown = {role: {one for one in links if f'"{one}"' in page} for role, page in pages.items()}
    assert shown == {"head": links, "telemarketer": set()}
    assert "Colleagues work on it, and you do not see it." in pages["telemarketer"]


def test_leads_of_many_sellers_that_a_head_qualifies_at_once_stay_theirs(
    make: Make, api_for: ApiFor
) -> None:
    sellers = [make.user("seller"), make.user("seller")]
    leads = [intake.create_lead({"name": f"Of {one}", "owner_id": one}) for one in sellers]
    asked = {"action": "leads.qualify", "ids": leads, "values": {"deal_name": "Boilers"}}

    answer = api_for("head").post("/leads/bulk", asked)

    assert [one["outcome"] for one in answer.json["results"]] == ["done", "done"]
    became = [api_for("head").get(f"/leads/{one}").json for one in leads]
    assert [owners(one) for one in became] == [(one, one) for one in sellers]


def test_they_are_of_whoever_makes_them_where_nobody_works_on_deals(make: Make) -> None:
    lead = intake.create_lead(ANNA)

    with make.acting(make.user("telemarketer")) as caller:
        made = qualify_lead(lead, {"deal_name": "Boilers"})

    assert owners(made) == (caller.id, caller.id)


@pytest.mark.parametrize("role", ["marketer", "seller who left"])
def test_lead_of_somebody_who_can_work_on_no_client_becomes_ones_own(make: Make, role: str) -> None:
    other = make.user(role.split(maxsplit=1)[0])
    lead = intake.create_lead({**ANNA, "owner_id": other})
    if role == "seller who left":
        deactivate(other, STAYS)

    with make.acting(make.user("telemarketer")) as caller:
        made = qualify_lead(lead, {"deal_name": "Boilers"})

    assert owners(made) == (caller.id, caller.id)


def test_telemarketer_hands_over_to_the_seller_whom_they_choose(
    make: Make, browser_for: BrowserFor, post_form: PostForm
) -> None:
    seller = make.user("seller", name="Vera Stone")
    lead = intake.create_lead({**ANNA, "text": "Three boilers?"})
    typed = {"deal_name": "Boilers", "owner_id": str(seller)}

    page = post_form(browser_for("telemarketer"), f"/leads/{lead}", typed, f"/leads/{lead}/qualify")

    assert page.status_code == 200
    assert "The lead has become a client." in page.text
    became = reading().get_one(Lead, lead)
    assert owners({"client_id": became.client_id, "deal_id": became.deal_id}) == (seller, seller)


def test_many_are_given_to_the_one_who_is_chosen(make: Make, api_for: ApiFor) -> None:
    seller = make.user("seller")
    leads = [intake.create_lead({"name": name}) for name in ("Anna", "Boris")]
    values = {"deal_name": "Boilers", "owner_id": seller}

    api_for("telemarketer").post(
        "/leads/bulk", {"action": "leads.qualify", "ids": leads, "values": values}
    )

    became = [api_for("head").get(f"/leads/{one}").json for one in leads]
    assert [owners(one) for one in became] == [(seller, seller)] * 2


def test_form_begins_with_somebody_who_can_have_it(make: Make, browser_for: BrowserFor) -> None:
    lead = intake.create_lead({**ANNA, "owner_id": make.user("marketer")})

    page = browser_for("head").get(f"/leads/{lead}").text

    window = page.split('id="qualify-lead"')[1].split('name="owner_id"')[1].split("</select>")[0]
    assert f'<option value="{make.user_of("head")}" selected>' in window


def test_form_offers_whom_to_give_it_to_only_to_those_who_may_give(
    make: Make, browser_for: BrowserFor
) -> None:
    lead = intake.create_lead({**ANNA, "owner_id": make.user_of("seller")})

    pages = {role: browser_for(role).get(f"/leads/{lead}").text for role in ("head", "seller")}

    window = {role: page.split('id="qualify-lead"')[1] for role, page in pages.items()}
    offered = {role: 'name="owner_id"' in one.split("</dialog>")[0] for role, one in window.items()}
    assert offered == {"head": True, "seller": False}


def test_seller_gives_a_client_to_no_colleague(make: Make) -> None:
    seller, other = make.user("seller"), make.user("seller")
    lead = intake.create_lead({**ANNA, "owner_id": seller})

    with make.acting(seller), pytest.raises(ForbiddenError) as caught:
        qualify_lead(lead, {"deal_name": "Boilers", "owner_id": other})

    assert set(caught.value.fields) == {"owner_id"}


def test_nobody_is_chosen_who_can_work_on_no_client(app: Flask, make: Make) -> None:
    lead = intake.create_lead(ANNA)

    with pytest.raises(InvalidError) as caught:
        qualify_lead(lead, {"deal_name": "Boilers", "owner_id": make.user("lawyer")})

    assert set(caught.value.fields) == {"owner_id"}


def test_new_deal_of_a_known_client_is_of_the_lead_and_the_client_stays_whose_it_is(
    make: Make,
) -> None:
    holder, seller = make.user("seller"), make.user("seller")
    known = make.client(owner_id=holder)
    lead = intake.create_lead({**ANNA, "owner_id": seller})

    with make.acting(make.user("head")):
        made = qualify_lead(lead, {"client_id": known, "deal_name": "Boilers"})

    assert owners(made) == (holder, seller)
