"""What a lead becomes, and what goes along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, service
from salesman_leads.bulk import ACTIONS
from salesman_leads.models import Lead
from salesman_leads.qualifying import qualify_lead

from salesman_core.clients.models import ClientEvidence, ContactPhone
from salesman_core.deals.models import DealContact
from salesman_core.errors import ConflictError, InvalidError
from salesman_core.records.models import Note
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Client, Deal, bans, reading

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
PostForm = Callable[..., Any]
ResultOf = Callable[[str], int]

ANNA = {"name": "Anna", "company": "Boilers Ltd", "phones": ["8 916 123-45-67"]}


def interests_of(client_id: int) -> list[str]:
    reading().rollback()
    held = sa.select(ClientEvidence.sale).where(
        ClientEvidence.client_id == client_id, ClientEvidence.weight == "interest"
    )
    return sorted(set(reading().scalars(held)))


def test_what_they_wrote_is_a_note_of_the_deal(app: Flask) -> None:
    lead = intake.create_lead({**ANNA, "text": "Three boilers?", "products": ["Boiler", "Pump"]})

    made = qualify_lead(lead, {"deal_name": "Boilers"})

    (note,) = reading().scalars(sa.select(Note))
    assert (note.deal_id, note.text) == (
        made["deal_id"],
        "Three boilers?\n\nInterested in: Boiler, Pump",
    )


def test_without_a_deal_it_is_a_note_of_the_client(app: Flask) -> None:
    made = qualify_lead(intake.create_lead({**ANNA, "text": "Three boilers?"}), {})

    assert reading().scalars(sa.select(Note.client_id)).all() == [made["client_id"]]


def test_source_keys_and_bans_go_along(app: Flask, api_for: ApiFor) -> None:
    lead = intake.create_lead(
        {**ANNA, "source": "site", "external_ids": {"shop": "7"}, "no_calls": True}
    )

    made = qualify_lead(lead, {"deal_name": "Boilers"})

    api = api_for("head")
    client = api.get(f"/clients/{made['client_id']}").json
    contact = api.get(f"/contacts/{made['contact_id']}").json
    assert (client["source"], client["external_ids"]) == ("site", {"shop": "7"})
    assert api.get(f"/deals/{made['deal_id']}").json["external_ids"] == {"shop": "7"}
    assert (client["bans"], contact["bans"]) == ({"calls": "said so as a lead"},) * 2


def test_key_that_another_client_has_stays_with_it(app: Flask, api_for: ApiFor) -> None:
    first, second = (intake.create_lead({**ANNA, "external_ids": {"shop": k}}) for k in "78")
    service.delete_lead(first)
    holder = api_for("head").post("/clients", {"name": "Omega", "external_ids": {"shop": "8"}})

    made = qualify_lead(second, {})

    assert holder.status_code == 201
    assert api_for("head").get(f"/clients/{made['client_id']}").json["external_ids"] == {}


def test_contact_that_is_there_gets_what_it_lacks(app: Flask, make: Make) -> None:
    client = make.client()
    contact = make.contact(client, phones=["+7 916 000-00-00"])
    lead = intake.create_lead({**ANNA, "no_mailing": True})

    made = qualify_lead(lead, {"client_id": client, "contact_id": contact})

    assert made["contact_id"] == contact
    phones = sa.select(ContactPhone.normalised).where(ContactPhone.contact_id == contact)
    assert set(reading().scalars(phones)) == {"+79160000000", "+79161234567"}
    held = bans.bans_of(reading(), client_ids=[client], contact_ids=[contact])
    assert (held.clients, held.contacts) == ({}, {contact: {"mailing": "said so as a lead"}})


def test_open_deal_that_is_there_names_the_new_contact(app: Flask, make: Make) -> None:
    client = make.client()
    deal = make.deal(client_id=client)

    made = qualify_lead(intake.create_lead(ANNA), {"client_id": client, "deal_id": deal})

    assert made["deal_id"] == deal
    named = sa.select(DealContact.contact_id).where(DealContact.deal_id == deal)
    assert reading().scalars(named).all() == [made["contact_id"]]
    assert reading().scalar(sa.select(sa.func.count(Deal.id))) == 1


@pytest.mark.parametrize("field", ["contact_id", "deal_id"])
def test_contact_or_deal_of_another_client_is_refused(app: Flask, make: Make, field: str) -> None:
    client, other = make.client(), make.client()
    strange = {"contact_id": make.contact(other), "deal_id": make.deal(client_id=other)}
    lead = intake.create_lead(ANNA)

    with pytest.raises(InvalidError) as caught:
        qualify_lead(lead, {"client_id": client, field: strange[field]})

    assert set(caught.value.fields) == {field}


def test_lead_in_the_status_processed_is_qualified(app: Flask) -> None:
    lead = intake.create_lead(ANNA)
    service.find_interest(lead)
    assert reading().get_one(Lead, lead).status == "processed"

    qualify_lead(lead, {})

    with pytest.raises(ConflictError):
        service.find_interest(lead)


def test_found_interest_is_evidence_until_its_lead_is_thrown_away(app: Flask) -> None:
    lead = intake.create_lead(ANNA)

    client = qualify_lead(lead, {})["client_id"]
    assert client is not None
    assert interests_of(client) == [f"lead:{lead}"]

    service.delete_lead(lead)
    assert interests_of(client) == []
    service.restore_lead(lead)
    assert interests_of(client) == [f"lead:{lead}"]


def test_lead_and_its_deal_are_one_interest(app: Flask) -> None:
    made = qualify_lead(intake.create_lead(ANNA), {"deal_name": "Boilers"})

    assert made["client_id"] is not None
    assert interests_of(made["client_id"]) == [f"deal:{made['deal_id']}"]


def test_many_are_qualified_with_a_result_for_each(
    app: Flask, api_for: ApiFor, make: Make, result_of: ResultOf
) -> None:
    known = make.client(name="Known", phones=["+7 916 123-45-67"])
    first, second = intake.create_lead(ANNA), intake.create_lead({"name": "Boris"})
    closed = intake.create_lead({"name": "Clara"})
    service.close_lead(closed, result_of("spam"))
    asked = {"action": "leads.qualify", "ids": [first, second, closed]}

    answer = api_for("head").post("/leads/bulk", {**asked, "values": {"deal_name": "Boilers"}})

    assert [(one["id"], one["outcome"]) for one in answer.json["results"]] == [
        (first, "done"),
        (second, "done"),
        (closed, "refused"),
    ]
    assert reading().get_one(Lead, first).client_id == known
    assert reading().scalar(sa.select(sa.func.count(Client.id))) == 2
    assert reading().scalar(sa.select(sa.func.count(Deal.id))) == 2


def test_many_are_qualified_without_a_deal(app: Flask, api_for: ApiFor) -> None:
    lead = intake.create_lead(ANNA)

    answer = api_for("head").post("/leads/bulk", {"action": "leads.qualify", "ids": [lead]})

    assert [one["outcome"] for one in answer.json["results"]] == ["done"]
    assert reading().scalar(sa.select(sa.func.count(Deal.id))) == 0


def test_known_client_is_shown_with_its_owner_and_open_deals(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Omega", owner_id=make.user("seller", name="Vera Stone"))
    make.contact(client, phones=["+7 916 123-45-67"])
    make.deal(client_id=client, name="Two pumps")
    lead = intake.create_lead(ANNA)

    page = browser_for("head").get(f"/leads/{lead}").text

    assert all(text in page for text in ("Already known", "Omega", "Vera Stone", "Two pumps"))


def test_nothing_is_said_of_a_client_that_one_may_not_see(
    make: Make, browser_for: BrowserFor
) -> None:
    make.client(name="Omega", phones=["+7 916 123-45-67"])
    lead = intake.create_lead({**ANNA, "owner_id": make.user_of("seller")})

    page = browser_for("seller").get(f"/leads/{lead}").text

    assert "Already known" not in page
    assert "Omega" not in page


def test_known_client_is_shown_while_a_lead_is_typed(
    make: Make, browser_for: BrowserFor, post_form: PostForm
) -> None:
    make.client(name="Omega", phones=["+7 916 123-45-67"])
    head = browser_for("head")

    found = post_form(head, "/leads/new", {"phones": "8 916 123-45-67"}, "/leads/known").text
    nobody = post_form(head, "/leads/new", {"phones": "8 916"}, "/leads/known").text

    assert "Omega" in found
    assert nobody.strip() == ""


def test_form_offers_people_and_open_deals_of_the_chosen_client(
    make: Make, browser_for: BrowserFor, post_form: PostForm
) -> None:
    client = make.client()
    make.contact(client, name="Boris")
    make.deal(client_id=client, name="Two pumps")
    lead = intake.create_lead(ANNA)

    card, typed = f"/leads/{lead}", {"client_id": str(client), "deal_name": "Mine"}
    part = post_form(browser_for("head"), card, typed, f"{card}/qualify/at").text

    assert all(text in part for text in ("Boris", "Two pumps", "Mine"))


def test_every_act_has_a_name_of_its_own() -> None:
    assert len({one.id for one in ACTIONS}) == len(ACTIONS)


@pytest.mark.parametrize(("about", "field"), [("no deal", "deal_name"), ("an open one", "amount")])
def test_amount_without_a_new_deal_is_refused_at_what_is_wrong(
    make: Make, about: str, field: str
) -> None:
    client_id = make.client()
    deal = {"deal_id": make.deal(client_id=client_id)} if about == "an open one" else {}
    lead = intake.create_lead({"name": "Anna"})

    with pytest.raises(InvalidError) as caught:
        qualify_lead(lead, {"client_id": client_id, "amount": 10, **deal})

    assert set(caught.value.fields) == {field}
    assert reading().get_one(Lead, lead).status == "open"
