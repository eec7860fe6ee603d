"""The rules of leads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, qualifying, queries, service
from salesman_leads.models import Lead

from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from salesman_core.testing.people import Make
from salesman_core.toolkit import Client, Contact, Deal, reading

ResultOf = Callable[[str], int]


def lead_of(lead_id: int) -> Lead:
    return reading().get_one(Lead, lead_id)


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"name": "Anna", "company": "Boilers Ltd"}, "Anna, Boilers Ltd"),
        ({"company": "Boilers Ltd"}, "Boilers Ltd"),
        ({"phones": ["8 916 123-45-67"]}, "+7 *** ** 67"),
        ({"emails": ["anna@example.com"]}, "a***@…"),
    ],
)
def test_lead_is_named_by_the_best_that_is_known(
    app: Flask, given: dict[str, object], title: str
) -> None:
    assert lead_of(intake.create_lead(given)).title == title


def test_lead_that_nobody_could_reach_is_refused(app: Flask) -> None:
    with pytest.raises(InvalidError, match="Give a name"):
        intake.create_lead({"text": "Call me", "name": "  "})


def test_phone_that_does_not_validate_is_kept_as_typed(app: Flask) -> None:
    lead = lead_of(intake.create_lead({"name": "Anna", "phones": ["8 916 123-45-67", "ring me"]}))

    assert [(one.typed, one.normalised) for one in lead.phones] == [
        ("8 916 123-45-67", "+79161234567"),
        ("ring me", None),
    ]


def test_lead_without_an_owner_becomes_that_of_whoever_begins(app: Flask, make: Make) -> None:
    lead_id = intake.create_lead({"name": "Anna"})
    with make.acting(make.user("marketer")) as person:
        service.take_lead(lead_id)

    lead = lead_of(lead_id)
    assert (lead.status, lead.owner_id) == ("in_work", person.id)


def test_lead_in_somebody_elses_work_cannot_be_taken(app: Flask, make: Make) -> None:
    lead_id = intake.create_lead({"name": "Anna"})
    with make.acting(make.user("marketer")):
        service.take_lead(lead_id)

    with make.acting(make.user("marketer")), pytest.raises(ConflictError, match="Somebody else"):
        service.take_lead(lead_id)


def test_lead_that_came_to_nothing_keeps_why_and_can_be_taken_up_again(
    app: Flask, result_of: ResultOf
) -> None:
    lead_id = intake.create_lead({"name": "Anna"})

    service.close_lead(lead_id, result_of("spam"))
    with pytest.raises(ConflictError):
        service.change_lead(lead_id, {"name": "Other"})
    assert lead_of(lead_id).result == "spam"

    service.reopen_lead(lead_id)
    reading().expire_all()
    assert (lead_of(lead_id).status, lead_of(lead_id).result) == ("open", None)


def test_other_result_needs_a_comment(app: Flask, result_of: ResultOf) -> None:
    lead_id = intake.create_lead({"name": "Anna"})

    with pytest.raises(InvalidError) as caught:
        service.close_lead(lead_id, result_of("other"))

    assert set(caught.value.fields) == {"comment"}


def test_qualifying_makes_client_contact_and_deal_that_hang_together(app: Flask) -> None:
    lead_id = intake.create_lead(
        {"name": "Anna", "company": "Boilers Ltd", "phones": ["+7 916 123-45-67"], "source": "site"}
    )

    made = qualifying.qualify_lead(lead_id, {"deal_name": "Three boilers", "amount": "300.00"})

    session = reading()
    client = session.get_one(Client, made["client_id"])
    contact = session.get_one(Contact, made["contact_id"])
    deal = session.get_one(Deal, made["deal_id"])
    assert (client.name, client.kind, client.source) == ("Boilers Ltd", "company", "site")
    assert (contact.name, contact.client_id) == ("Anna", client.id)
    assert [phone.normalised for phone in contact.phones] == ["+79161234567"]
    assert (deal.name, deal.client_id, str(deal.amount)) == ("Three boilers", client.id, "300.00")
    lead = lead_of(lead_id)
    assert (lead.status, lead.result, lead.deal_id) == ("closed", "converted", deal.id)


def test_private_person_becomes_a_client_that_is_a_person(app: Flask) -> None:
    lead_id = intake.create_lead({"name": "Anna", "emails": ["anna@example.com"]})

    made = qualifying.qualify_lead(lead_id, {})

    client = reading().get_one(Client, made["client_id"])
    assert (client.name, client.kind, made["contact_id"], made["deal_id"]) == (
        "Anna",
        "person",
        None,
        None,
    )
    assert [email.normalised for email in client.emails] == ["anna@example.com"]


def test_qualifying_into_a_known_client_makes_no_second_one(app: Flask, make: Make) -> None:
    client_id = make.client(name="Boilers Ltd")
    lead_id = intake.create_lead({"name": "Anna"})

    made = qualifying.qualify_lead(lead_id, {"client_id": client_id})

    assert made["client_id"] == client_id
    assert reading().scalar(sa.select(sa.func.count(Client.id))) == 1
    assert reading().get_one(Contact, made["contact_id"]).name == "Anna"


def test_qualifying_into_a_client_that_one_does_not_see_is_refused(app: Flask, make: Make) -> None:
    foreign = make.client()
    with make.acting(make.user("seller")):
        lead_id = intake.create_lead({"company": "Boilers Ltd"})

        for client_id in (foreign, 99_999_999):
            with pytest.raises(InvalidError, match="no such client") as caught:
                qualifying.qualify_lead(lead_id, {"client_id": client_id})
            assert set(caught.value.fields) == {"client_id"}

    assert (lead_of(lead_id).status, lead_of(lead_id).client_id) == ("open", None)


def test_title_of_a_long_name_and_company_fits(app: Flask) -> None:
    lead = lead_of(intake.create_lead({"name": "A" * 300, "company": "B" * 300}))

    assert lead.title == "A" * 300


def test_qualifying_that_fails_half_way_leaves_nothing(app: Flask, make: Make) -> None:
    lead_id = intake.create_lead({"name": "Anna", "company": "Boilers Ltd"})

    with pytest.raises(InvalidError):
        qualifying.qualify_lead(lead_id, {"deal_name": "   \t", "client_name": "X"})

    assert reading().scalar(sa.select(sa.func.count(Client.id))) == 0
    assert lead_of(lead_id).status == "open"


def test_seller_sees_only_own_leads(app: Flask, make: Make) -> None:
    seller = make.user("seller")
    own = intake.create_lead({"name": "Mine", "owner_id": seller})
    foreign = intake.create_lead({"name": "Not mine"})

    with make.acting(seller):
        assert queries.one_lead(reading(), own).title == "Mine"
        with pytest.raises(MissingError):
            queries.one_lead(reading(), foreign)
        with pytest.raises(MissingError):
            service.take_lead(foreign)


def test_lawyer_may_not_enter_leads(app: Flask, make: Make) -> None:
    with make.acting(make.user("lawyer")), pytest.raises(ForbiddenError) as caught:
        intake.create_lead({"name": "Anna"})

    assert caught.value.permission == "leads.lead.create"


def test_known_client_is_found_by_a_phone_in_another_notation(app: Flask, make: Make) -> None:
    client_id = make.client(name="Boilers Ltd")
    make.contact(client_id, phones=["+7 (916) 123-45-67"])
    lead_id = intake.create_lead({"name": "Anna", "phones": ["8 916 1234567"]})

    session = reading()
    lead, hanging = queries.one_lead(session, lead_id), queries.hanging(session, [lead_id])
    assert [one.id for one in queries.known_clients(session, lead, hanging)] == [client_id]
