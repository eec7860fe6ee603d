"""A lead of a colleague's client: whose it is, and what it becomes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_leads import intake
from salesman_leads.models import KIND
from salesman_leads.qualifying import qualify_lead

from salesman_core.clients.models import ClientExternalId
from salesman_core.records.models import Attachment, Note
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Client, Contact, Deal, attach_file, bans, reading, write_note

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
PostForm = Callable[..., Any]

PHONE = "+7 916 123-45-67"
ANNA = {"name": "Anna", "company": "Boilers", "phones": [PHONE]}
SECRET = "Hidden Boilers Ltd"  # the name of a client


@pytest.fixture
def holder(make: Make) -> int:
    """Give the seller whose the client is; another one has no deals at all."""
    make.user("seller", name="Adam Free")
    return make.user("seller", name="Vera Stone")


@pytest.fixture
def client_id(make: Make, holder: int) -> int:
    """Give the client that a telemarketer does not see."""
    return make.client(name=SECRET, owner_id=holder, phones=[PHONE])


def names() -> list[str]:
    reading().rollback()
    return sorted(reading().scalars(sa.select(Client.name)))


def test_lead_joins_the_client_and_its_deal_is_with_the_seller(
    make: Make, client_id: int, holder: int
) -> None:
    caller = make.user("telemarketer")
    told = {"external_ids": {"shop": "7"}, "no_calls": True, "owner_id": caller}
    lead = intake.create_lead({**ANNA, **told})
    with make.acting(caller):
        made = qualify_lead(lead, {"deal_name": "Boilers", "amount": 10})

    assert (made["client_id"], made["owner_id"], made["joined"]) == (client_id, holder, True)
    assert names() == [SECRET]
    deal = reading().get_one(Deal, made["deal_id"])
    assert (deal.client_id, deal.owner_id, deal.amount) == (client_id, holder, 10)
    contact = reading().scalars(sa.select(Contact)).one()
    assert (contact.name, contact.client_id) == ("Anna", client_id)
    assert reading().scalars(sa.select(ClientExternalId.key)).all() == ["7"]
    held = bans.bans_of(reading(), contact_ids=[contact.id])
    assert set(held.contacts[contact.id]) == {"calls"}


def test_notes_and_files_of_the_lead_go_along_to_the_client_that_it_was(
    make: Make, client_id: int
) -> None:
    caller = make.user("telemarketer")
    lead = intake.create_lead({**ANNA, "owner_id": caller})
    with make.acting(caller):
        note_id = write_note(KIND, lead, "They want three")
        file_id = attach_file(KIND, lead, "brief.pdf", io.BytesIO(b"%PDF-1.4"))
        deal_id = qualify_lead(lead, {"deal_name": "Boilers"})["deal_id"]

    reading().rollback()
    assert reading().get_one(Note, note_id).deal_id == deal_id
    assert reading().get_one(Attachment, file_id).deal_id == deal_id


def test_new_client_is_made_by_those_who_say_so(make: Make, client_id: int) -> None:
    lead = intake.create_lead(ANNA)
    with make.acting(make.user("telemarketer")):
        made = qualify_lead(lead, {"new_client": True})

    assert (made["joined"], names()) == (False, ["Boilers", SECRET])


def test_many_at_once_join_their_client(make: Make, client_id: int, api_for: ApiFor) -> None:
    leads = [intake.create_lead(ANNA), intake.create_lead({**ANNA, "name": "Boris"})]
    asked = {"action": "leads.qualify", "ids": leads, "values": {"deal_name": "Boilers"}}

    answer = api_for("telemarketer").post("/leads/bulk", asked)

    assert [one["outcome"] for one in answer.json["results"]] == ["done", "done"]
    assert names() == [SECRET]


def test_card_says_it_before_and_after(
    make: Make, client_id: int, browser_for: BrowserFor, post_form: PostForm
) -> None:
    lead = intake.create_lead({**ANNA, "owner_id": make.user_of("telemarketer")})
    browser, card = browser_for("telemarketer"), f"/leads/{lead}"
    before = browser.get(card).text
    after = post_form(browser, card, {"deal_name": "Boilers"}, f"{card}/qualify").text

    assert "A client of Vera Stone, whom you do not see." in before
    assert "Make a new client all the same" in before
    assert "The lead has joined a known client. It is with Vera Stone now." in after
    assert "Colleagues work on it, and you do not see it." in after
    assert SECRET not in before + after


def test_whose_client_it_is_stands_there_while_a_lead_is_typed(
    make: Make, client_id: int, browser_for: BrowserFor, post_form: PostForm
) -> None:
    typed = {"phones": PHONE}
    told = {
        role: post_form(browser_for(role), "/leads/new", typed, "/leads/known").text
        for role in ("telemarketer", "seller")
    }

    assert "A client of Vera Stone, whom you do not see." in told["telemarketer"]
    assert told["seller"].strip() == ""
    assert SECRET not in told["telemarketer"]


def test_client_whom_one_sees_is_not_joined_in_silence(make: Make) -> None:
    seller = make.user("seller")
    make.client(name="Boilers Ltd", owner_id=seller, phones=[PHONE])
    lead = intake.create_lead({**ANNA, "owner_id": seller})

    with make.acting(seller):
        assert not qualify_lead(lead, {})["joined"]
