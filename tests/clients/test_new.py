"""A new client with its first contact."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.card import contacts_shown, shown
from salesman_core.clients.models import Client, Contact
from salesman_core.db import reading
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]

FRAGMENT = {"HX-Request": "true"}
TYPED = {
    "kind": "company",
    "name": "Severstal",
    "phones": "8 800 555 35 35",
    "contact_name": "Anna",
    "contact_emails": "anna@severstal.example",
}


def count(model: type[Client | Contact]) -> int:
    reading().rollback()
    return reading().scalar(sa.select(sa.func.count(model.id))) or 0


def test_client_and_contact_are_made_at_once(browser_for: BrowserFor) -> None:
    answer = browser_for("seller").post("/clients/new", data=TYPED)
    client_id = int(answer.headers["Location"].rsplit("/", 1)[1])
    browser_for("seller")
    reading().rollback()
    (contact,) = contacts_shown(client_id)
    assert (shown(client_id).row.name, contact.row.name) == ("Severstal", "Anna")
    assert contact.row.primary
    assert [one["typed"] for one in contact.emails] == ["anna@severstal.example"]


def test_client_belongs_to_whoever_makes_it(make: Make, browser_for: BrowserFor) -> None:
    answer = browser_for("seller").post("/clients/new", data=TYPED, headers=FRAGMENT)
    client_id = int(answer.headers["HX-Redirect"].rsplit("/", 1)[1])
    reading().rollback()
    assert shown(client_id).row.owner_id == make.user_of("seller")


def test_contact_is_left_out_where_nothing_was_typed(browser_for: BrowserFor) -> None:
    browser_for("seller").post(
        "/clients/new", data={"name": "Alone", "contact_name": " ", "contact_phones": ""}
    )
    assert (count(Client), count(Contact)) == (1, 0)


def test_contact_without_a_name_stops_both_and_keeps_what_was_typed(
    browser_for: BrowserFor,
) -> None:
    answer = browser_for("seller").post(
        "/clients/new", data={**TYPED, "contact_name": ""}, headers=FRAGMENT
    )
    assert answer.status_code == 422
    assert 'value="8 800 555 35 35"' in answer.text
    assert 'href="#field-contact_name"' in answer.text
    assert (count(Client), count(Contact)) == (0, 0)


def test_client_without_a_name_is_refused_at_its_field(browser_for: BrowserFor) -> None:
    answer = browser_for("seller").post("/clients/new", data={**TYPED, "name": "  "})
    assert answer.status_code == 422
    assert 'href="#field-name"' in answer.text
    assert count(Client) == 0


def test_whoever_may_not_change_clients_is_not_asked_for_a_contact(
    browser_for: BrowserFor,
) -> None:
    assert "contact_name" not in browser_for("marketer").get("/clients/new").text
    assert "contact_name" in browser_for("seller").get("/clients/new").text


def test_lawyer_makes_no_clients(browser_for: BrowserFor) -> None:
    assert browser_for("lawyer").get("/clients/new").status_code == 403
