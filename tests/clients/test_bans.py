"""Who wants no mailing or no calls: at clients, contacts and bare addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clients.banned import ban_reasons
from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.clients.models import Client, Contact
from salesman_core.clients.service import change_client, change_contact
from salesman_core.db import reading, writing
from salesman_core.errors import ForbiddenError
from salesman_core.services import bans
from salesman_core.services.models import ContactBan
from salesman_core.testing.people import Api, Make

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]
Statements = Callable[[], AbstractContextManager[list[str]]]


def words(html: str) -> str:
    """What a person reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_ban_of_each_subject_is_known_in_one_statement(
    app: Flask, make: Make, statements: Statements
) -> None:
    client = make.client()
    contact = make.contact(client)
    with writing() as session:
        bans.ban(session, bans.MAILING, "by letter", addresses=["anna@example.com"])
        bans.ban(session, bans.CALLS, "by phone", client_ids=[client])
        bans.ban(session, bans.MAILING, contact_ids=[contact])

    with statements() as seen:
        held = bans.bans_of(
            reading(),
            addresses=["anna@example.com", "boris@example.com"],
            client_ids=[client],
            contact_ids=[contact],
        )

    assert held.addresses == {"anna@example.com": {"mailing": "by letter"}}
    assert (held.clients, held.contacts) == (
        {client: {"calls": "by phone"}},
        {contact: {"mailing": ""}},
    )
    assert len([one for one in seen if one.lstrip().startswith("SELECT")]) == 1


def test_reason_of_any_of_the_three_forbids(app: Flask) -> None:
    held = bans.Bans({"+79161234567": {"calls": ""}}, {1: {"calls": "they asked"}}, {})

    assert held.reason("calls", addresses=["+79161234567"], client_ids=[1]) == "they asked"
    assert held.reason("calls", addresses=["+79161234567", None]) == ""
    assert held.reason("mailing", addresses=["+79161234567"], client_ids=[1, None]) is None


def test_second_ban_leaves_the_reason_of_the_first(app: Flask) -> None:
    for reason in ("first", "second"):
        with writing() as session:
            bans.ban(session, bans.MAILING, reason, addresses=["anna@example.com"])

    held = bans.bans_of(reading(), addresses=["anna@example.com"])

    assert held.addresses == {"anna@example.com": {"mailing": "first"}}


def test_lifted_ban_of_one_way_leaves_the_other(app: Flask) -> None:
    with writing() as session:
        for way in bans.WAYS:
            bans.ban(session, way, addresses=["+79161234567"])
        bans.lift(session, bans.CALLS, addresses=["+79161234567"])

    assert bans.bans_of(reading(), addresses=["+79161234567"]).addresses == {
        "+79161234567": {"mailing": ""}
    }


def test_sql_of_a_ban_tells_the_banned_from_the_others(app: Flask, make: Make) -> None:
    banned, free = make.client(), make.client()
    with writing() as session:
        bans.ban(session, bans.CALLS, client_ids=[banned])

    found = sa.select(Client.id).where(bans.is_banned("calls", client_id=Client.id))

    assert reading().scalars(found.where(Client.id.in_([banned, free]))).all() == [banned]


def test_many_addresses_are_banned_in_few_statements(app: Flask, statements: Statements) -> None:
    many = [f"a{number}@example.com" for number in range(1200)]
    with statements() as seen, writing() as session:
        bans.ban(session, bans.MAILING, addresses=many)

    assert len([one for one in seen if "core_contact_ban" in one]) <= 3
    assert len(bans.bans_of(reading(), addresses=many).addresses) == 1200


def test_client_and_contact_say_in_json_what_they_do_not_want(make: Make, api_for: ApiFor) -> None:
    client = make.client()
    contact = make.contact(client)
    api = api_for("head")
    etag = api.get(f"/clients/{client}").headers["ETag"]

    changed = api.patch(
        f"/clients/{client}", {"bans": {"calls": "asked on the phone"}}, headers={"If-Match": etag}
    )
    api.patch(f"/contacts/{contact}", {"bans": {"mailing": ""}}, headers={"If-Match": "*"})

    assert changed.json["bans"] == {"calls": "asked on the phone"}
    assert api.get(f"/contacts/{contact}").json["bans"] == {"mailing": ""}


@pytest.mark.parametrize("wrong", [["calls"], {"fax": ""}, {"calls": 1}, {"calls": "x" * 301}])
def test_ban_that_cannot_be_is_refused_at_its_field(
    make: Make, api_for: ApiFor, wrong: object
) -> None:
    refused = api_for("head").post("/clients", {"name": "Boilers", "bans": wrong})

    assert (refused.status_code, list(refused.json["errors"])) == (422, ["bans"])


def test_new_client_may_come_with_bans(make: Make, api_for: ApiFor) -> None:
    made = api_for("head").post("/clients", {"name": "Boilers", "bans": {"mailing": "no letters"}})

    assert made.json["bans"] == {"mailing": "no letters"}


def test_ban_of_a_client_stands_in_its_history_and_goes_back_from_there(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    change_client(client, {"bans": {"calls": "asked"}})

    page = words(browser_for("head").get(f"/records/client/{client}/history").text)

    assert "wants no calls: asked" in page
    assert "Put back" in page


def test_banned_phone_is_no_link_and_says_why(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(phones=["+7 916 123-45-67"], emails=["anna@example.com"])
    change_client(client, {"bans": {"calls": "asked on the phone"}})

    page = browser_for("head").get(f"/clients/{client}").text

    assert "tel:" not in page
    assert 'href="mailto:anna@example.com"' in page
    assert "+7 916 123-45-67 wants no calls: asked on the phone" in words(page)


def test_address_banned_elsewhere_is_no_link_on_the_card(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    make.contact(client, emails=["Anna@Example.com"], phones=["+7 916 123-45-67"])
    with writing() as session:
        bans.ban(session, bans.MAILING, "unsubscribed", addresses=["anna@example.com"])

    page = browser_for("head").get(f"/clients/{client}").text

    assert "mailto:" not in page
    assert 'href="tel:+79161234567"' in page
    assert "Anna@Example.com wants no mailing: unsubscribed" in words(page)


def test_what_a_client_does_not_want_its_contacts_do_not(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    make.contact(client, phones=["+7 916 123-45-67"])
    change_client(client, {"bans": {"calls": ""}})

    assert "tel:" not in browser_for("head").get(f"/clients/{client}").text


def test_ban_is_set_and_lifted_where_it_stands(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    browser = browser_for("head")

    def save(**form: object) -> str:
        version = reading().scalar(sa.select(Client.version).where(Client.id == client))
        reading().rollback()
        page = browser.post(
            f"/clients/{client}/fields/bans",
            data={"version": version, **form},
            headers={"HX-Request": "true"},
        )
        return words(page.text)

    assert "wants no mailing: no letters" in save(
        bans=["", "mailing"], bans_mailing="no letters", bans_calls="not ticked"
    )
    assert "wants no mailing" not in save(bans="")


def test_contacts_are_drawn_again_with_what_their_client_does_not_want(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    make.contact(client, phones=["+7 916 123-45-67"])

    answer = browser_for("head").post(
        f"/clients/{client}/fields/bans",
        data={"version": 1, "bans": ["", "calls"], "bans_calls": "asked"},
        headers={"HX-Request": "true"},
    )

    assert "+7 916 123-45-67 wants no calls: asked" in words(answer.text)


def test_contact_form_sets_a_ban(make: Make, browser_for: BrowserFor) -> None:
    contact = make.contact(make.client(), name="Anna")
    browser = browser_for("head")
    form = {"name": "Anna", "bans": ["", "calls"], "bans_calls": "asked", "version": 1}

    browser.post(f"/clients/contacts/{contact}", data=form, headers={"HX-Request": "true"})

    held = bans.bans_of(reading(), contact_ids=[contact])
    assert held.contacts == {contact: {"calls": "asked"}}


def test_who_may_not_change_a_client_may_not_lift_its_ban(make: Make) -> None:
    client = make.client()
    change_client(client, {"bans": {"calls": ""}})
    reader = make.user("lawyer")
    change_client(client, {"participants": [{"user_id": reader, "part": ""}]})

    with make.acting(reader), pytest.raises(ForbiddenError):
        change_client(client, {"bans": {}})


def test_merged_client_keeps_what_either_did_not_want(make: Make) -> None:
    kept, lost = make.client(), make.client()
    contact = make.contact(lost)
    change_client(kept, {"bans": {"calls": "kept"}})
    change_client(lost, {"bans": {"calls": "lost", "mailing": "lost"}})
    change_contact(contact, {"bans": {"mailing": "in person"}})

    merging = merge_clients(kept, [lost])

    held = bans.bans_of(reading(), client_ids=[kept, lost], contact_ids=[contact])
    assert held.clients[kept] == {"calls": "kept", "mailing": "lost"}
    assert held.contacts == {contact: {"mailing": "in person"}}

    undo_merging(merging)
    reading().rollback()
    held = bans.bans_of(reading(), client_ids=[kept, lost])
    assert held.clients == {
        kept: {"calls": "kept"},
        lost: {"calls": "lost", "mailing": "lost"},
    }


def test_list_finds_those_that_want_no_calls(make: Make, api_for: ApiFor) -> None:
    banned, _free = make.client(), make.client()
    change_client(banned, {"bans": {"calls": ""}})

    page = api_for("head").get("/clients?ban=calls")

    assert [one["id"] for one in page.json["items"]] == [banned]


def test_ban_goes_with_its_contact(app: Flask, make: Make) -> None:
    contact = make.contact(make.client())
    change_contact(contact, {"bans": {"calls": ""}})

    with writing() as session:
        session.execute(sa.delete(Contact).where(Contact.id == contact))

    assert reading().scalar(sa.select(sa.func.count(ContactBan.id))) == 0


def test_address_is_banned_for_whoever_has_it(app: Flask, make: Make) -> None:
    client = make.client(emails=["office@example.com"])
    contact = make.contact(make.client(), emails=["anna@example.com"])
    with writing() as session:
        bans.ban(session, bans.MAILING, "said so", client_ids=[client])
        bans.ban(session, bans.MAILING, contact_ids=[contact])
        bans.ban(session, bans.CALLS, addresses=["free@example.com"])
    asked = ["office@example.com", "anna@example.com", "free@example.com"]

    found = ban_reasons(reading(), bans.MAILING, asked)

    assert found == {"office@example.com": "said so", "anna@example.com": ""}


def test_reason_in_words_is_told_of_several_who_have_an_address(app: Flask, make: Make) -> None:
    clients = [make.client(phones=["+7 495 000-00-01"]) for _number in range(3)]
    with writing() as session:
        for client, reason in zip(clients, ("", "said so", ""), strict=True):
            bans.ban(session, bans.CALLS, reason, client_ids=[client])

    assert ban_reasons(reading(), bans.CALLS, ["+74950000001"]) == {"+74950000001": "said so"}
