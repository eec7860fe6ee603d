"""What a lead adds to the client, the contact and the deal that were there already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake
from salesman_leads.qualifying import qualify_lead

from salesman_core.errors import ForbiddenError
from salesman_core.records.models import Audit
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Client, Contact, Deal, acting_as, bans, reading
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
PostForm = Callable[..., Any]

ANNA = {"name": "Anna", "company": "Boilers Ltd", "phones": ["8 916 123-45-67"]}


def ways(record: Client | Contact) -> tuple[list[str | None], list[str | None]]:
    return [one.normalised for one in record.phones], [one.normalised for one in record.emails]


def test_known_client_gets_the_phone_and_email_of_a_lead_without_a_name(
    app: Flask, make: Make
) -> None:
    known = make.client(phones=["+7 916 000-00-00"])
    lead = intake.create_lead({"phones": ["8 916 123-45-67"], "emails": ["anna@example.com"]})

    made = qualify_lead(lead, {"client_id": known})

    assert made["contact_id"] is None
    client = reading().get_one(Client, known)
    assert ways(client) == (["+79160000000", "+79161234567"], ["anna@example.com"])


def test_known_client_and_open_deal_get_the_free_keys(
    app: Flask, api_for: ApiFor, make: Make
) -> None:
    known = make.client(external_ids={"shop": "1"})
    deal = make.deal(client_id=known)
    make.client(external_ids={"site": "9"})
    keys = {"shop": "7", "site": "9", "forms": "3"}
    lead = intake.create_lead({**ANNA, "external_ids": keys})

    qualify_lead(lead, {"client_id": known, "deal_id": deal})

    api = api_for("head")
    assert api.get(f"/clients/{known}").json["external_ids"] == {"shop": "1", "forms": "3"}
    assert api.get(f"/deals/{deal}").json["external_ids"] == keys


def test_ban_of_a_known_client_is_a_change_with_a_history(app: Flask, make: Make) -> None:
    known = make.client()
    lead = intake.create_lead({"phones": ["8 916 123-45-67"], "no_calls": True})

    qualify_lead(lead, {"client_id": known})

    held = bans.bans_of(reading(), client_ids=[known]).clients
    assert held == {known: {"calls": "said so as a lead"}}
    told = sa.select(Audit.changes).where(
        Audit.kind == "client", Audit.record_id == known, Audit.action == "changed"
    )
    assert ["bans" in one for one in reading().scalars(told)] == [True]


def test_client_that_one_may_not_change_is_refused_a_ban(make: Make) -> None:
    known = make.client()
    lead = intake.create_lead({"phones": ["8 916 123-45-67"], "no_mailing": True})
    head = make.person(make.user("head"))
    reader = replace(head, scopes={**head.scopes, "core.client.edit": Scope.NONE})

    with acting_as(reader), pytest.raises(ForbiddenError):
        qualify_lead(lead, {"client_id": known})


def test_deal_of_no_client_gets_the_new_one(app: Flask, make: Make) -> None:
    deal = make.deal()

    made = qualify_lead(intake.create_lead(ANNA), {"deal_id": deal})

    assert reading().get_one(Deal, deal).client_id == made["client_id"]
    assert made["client_id"] is not None


def bulk(api: Api, *leads: int) -> list[str]:
    values = {"deal_name": "Boilers"}
    answer = api.post("/leads/bulk", {"action": "leads.qualify", "ids": leads, "values": values})
    return [one["outcome"] for one in answer.json["results"]]


def contacts() -> list[str]:
    reading().rollback()
    return list(reading().scalars(sa.select(Contact.name).order_by(Contact.id)))


def test_second_lead_of_a_known_contact_makes_no_other_one(
    app: Flask, api_for: ApiFor, make: Make
) -> None:
    known = make.client()
    make.contact(known, name="Secretary")
    anna = make.contact(known, name="Anna Kern", phones=["+7 916 123-45-67"])
    lead = intake.create_lead({**ANNA, "emails": ["anna@example.com"]})

    assert bulk(api_for("head"), lead) == ["done"]

    assert contacts() == ["Secretary", "Anna Kern"]
    assert api_for("head").get(f"/leads/{lead}").json["contact_id"] == anna
    assert ways(reading().get_one(Contact, anna)) == (["+79161234567"], ["anna@example.com"])


def test_second_lead_of_a_private_person_makes_no_contact_of_themselves(
    app: Flask, api_for: ApiFor
) -> None:
    private = {"name": "Anna", "phones": ["8 916 123-45-67"]}
    leads = [intake.create_lead(private), intake.create_lead(private)]

    assert bulk(api_for("head"), *leads) == ["done", "done"]

    assert contacts() == []
    assert reading().scalar(sa.select(sa.func.count(Client.id))) == 1


def test_contact_who_is_there_is_found_where_the_api_names_nobody(
    api_for: ApiFor, make: Make
) -> None:
    known = make.client()
    anna = make.contact(known, name="Anna Kern", phones=["+7 916 123-45-67"])
    lead = intake.create_lead(ANNA)

    answer = api_for("head").post(f"/leads/{lead}/qualify", {"client_id": known})

    made = {"client_id": known, "contact_id": anna, "deal_id": None}
    assert answer.json == {**made, "owner_id": make.user_of("head"), "joined": False}


def test_somebody_new_with_the_same_phone_is_made_where_they_are_named(
    app: Flask, make: Make
) -> None:
    known = make.client()
    make.contact(known, name="Anna Kern", phones=["+7 916 123-45-67"])

    qualify_lead(intake.create_lead(ANNA), {"client_id": known, "contact_name": "Boris"})

    assert contacts() == ["Anna Kern", "Boris"]


def test_contact_is_found_anew_where_another_client_is_chosen(
    make: Make, browser_for: BrowserFor, post_form: PostForm
) -> None:
    known = make.client()
    anna = make.contact(known, name="Anna Kern", phones=["+7 916 123-45-67"])
    lead = intake.create_lead(ANNA)

    card = f"/leads/{lead}"
    part = post_form(
        browser_for("head"), card, {"client_id": str(known)}, f"{card}/qualify/at"
    ).text

    assert f'<option value="{anna}" selected>Anna Kern</option>' in part


def test_form_begins_with_the_contact_that_is_known(make: Make, browser_for: BrowserFor) -> None:
    known = make.client()
    anna = make.contact(known, name="Anna Kern", phones=["+7 916 123-45-67"])
    lead = intake.create_lead(ANNA)

    page = browser_for("head").get(f"/leads/{lead}").text

    assert f'<option value="{anna}" selected>Anna Kern</option>' in page
