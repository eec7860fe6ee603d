"""Custom fields on pages: forms, cards, lists and the dialog of filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from salesman_core.clients.models import Client, Contact
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.records.custom.service import change_field
from salesman_core.records.custom.values import values_of
from salesman_core.testing.people import Make

Define = Callable[..., int]
BrowserFor = Callable[[str], FlaskClient]

TYPED: list[tuple[str, Any, Any, str]] = [
    ("text", "Ёлка", "Ёлка", "Ёлка"),
    ("number", "12 500,5", Decimal("12500.5"), "12,500.5"),
    ("number", "0", Decimal(0), "0"),
    ("money", "45 000,00", Decimal(45000), "₽45,000.00"),
    ("date", "12.3.26", date(2026, 3, 12), "Mar 12, 2026"),
    ("choice", "green", "green", "Green"),
    ("choices", ["", "green", "red"], ["red", "green"], "Red, Green"),
    ("flag", "false", False, "no"),
    ("link", "example.com/a", "https://example.com/a", "example.com/a"),
]


def held(model: type[Any], record_id: int, kind: str) -> dict[str, Any]:
    reading().rollback()
    reading().expire_all()
    record = reading().get(model, record_id)
    assert record is not None
    return values_of(kind, record.custom)


@pytest.mark.parametrize(("type_", "typed", "kept", "shown"), TYPED)
def test_field_is_edited_on_the_card_of_a_deal_as_people_write(
    browser_for: BrowserFor,
    make: Make,
    define: Define,
    type_: str,
    typed: Any,
    kept: Any,
    shown: str,
) -> None:
    define(type_)
    deal = make.deal()
    address = f"/deals/{deal}/fields/custom.{type_}"
    answer = browser_for("administrator").post(address, data={f"custom.{type_}": typed})
    assert answer.status_code == 200, answer.text
    assert held(Deal, deal, "deal") == {type_: kept}
    assert shown in answer.text.replace("\u202f", " ").replace("\xa0", "")


@pytest.mark.parametrize(("type_", "typed", "kept", "shown"), TYPED)
def test_field_is_edited_on_the_card_of_a_client_as_people_write(
    browser_for: BrowserFor,
    make: Make,
    define: Define,
    type_: str,
    typed: Any,
    kept: Any,
    shown: str,
) -> None:
    define(type_, "client")
    client = make.client()
    browser = browser_for("administrator")
    address = f"/clients/{client}/fields/custom.{type_}"
    browser.post(address, data={f"custom.{type_}": typed})
    assert held(Client, client, "client") == {type_: kept}
    assert shown in browser.get(f"/clients/{client}").text.replace("\u202f", " ")


def test_field_is_emptied_on_the_card(browser_for: BrowserFor, make: Make, define: Define) -> None:
    define("choices")
    deal = make.deal(custom={"choices": ["red"]})
    address = f"/deals/{deal}/fields/custom.choices"
    browser_for("administrator").post(address, data={"custom.choices": ""})
    assert held(Deal, deal, "deal") == {"choices": None}


@pytest.mark.parametrize(
    ("type_", "typed"),
    [("number", "many"), ("date", "31.2.26"), ("link", "javascript://x"), ("user", "999999")],
)
def test_what_cannot_be_read_is_given_back_with_the_reason(
    browser_for: BrowserFor, make: Make, define: Define, type_: str, typed: str
) -> None:
    define(type_)
    address = f"/deals/{make.deal()}/fields/custom.{type_}"
    answer = browser_for("administrator").post(address, data={f"custom.{type_}": typed})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_two_who_edit_one_field_are_told(
    browser_for: BrowserFor, make: Make, define: Define
) -> None:
    define("text")
    deal = make.deal(custom={"text": "theirs"})
    data = {"custom.text": "mine", "seen": "", "version": "0"}
    answer = browser_for("administrator").post(f"/deals/{deal}/fields/custom.text", data=data)
    assert answer.status_code == 412
    assert "theirs" in answer.text


def test_field_that_is_not_defined_is_not_there(browser_for: BrowserFor, make: Make) -> None:
    deal, client = make.deal(), make.client()
    browser = browser_for("administrator")
    answers = [
        browser.get(f"/{path}/fields/custom.no?edit=1")
        for path in (f"deals/{deal}", f"clients/{client}")
    ]
    assert [one.status_code for one in answers] == [404, 404]


def test_form_of_a_new_deal_takes_custom_fields(browser_for: BrowserFor, define: Define) -> None:
    define("money")
    define("choices")
    data = {"name": "Roof", "custom.money": "1 000,50", "custom.choices": ["", "blue"]}
    answer = browser_for("administrator").post("/deals/new", data=data)
    deal = int(answer.headers["Location"].rsplit("/", 1)[1])
    assert held(Deal, deal, "deal") == {"money": Decimal("1000.50"), "choices": ["blue"]}


def test_form_of_a_new_deal_demands_what_is_needed_and_keeps_what_was_typed(
    browser_for: BrowserFor, define: Define
) -> None:
    define("text", key="purpose", required=True)
    define("number")
    data = {"name": "Roof", "custom.purpose": "", "custom.number": "7"}
    answer = browser_for("administrator").post("/deals/new", data=data)
    assert answer.status_code == 422
    assert '<a href="#field-custom.purpose">Purpose</a>' in answer.text
    assert 'value="7"' in answer.text


def test_form_of_a_new_client_takes_fields_of_both(browser_for: BrowserFor, define: Define) -> None:
    define("number", "client")
    define("text", "contact", required=True)
    data = {"name": "Elk", "custom.number": "5", "contact_name": "Ann", "contact_custom.text": "a"}
    answer = browser_for("administrator").post("/clients/new", data=data)
    client = int(answer.headers["Location"].rsplit("/", 1)[1])
    (contact,) = reading().query(Contact).filter_by(client_id=client)
    assert held(Client, client, "client") == {"number": Decimal(5)}
    assert held(Contact, contact.id, "contact") == {"text": "a"}


def test_form_of_a_new_client_says_what_its_contact_lacks(
    browser_for: BrowserFor, define: Define
) -> None:
    define("text", "contact", required=True)
    data = {"name": "Elk", "contact_name": "Ann"}
    answer = browser_for("administrator").post("/clients/new", data=data)
    assert '<a href="#field-contact_custom.text">Text</a>' in answer.text


def test_contact_is_edited_with_its_fields(
    browser_for: BrowserFor, make: Make, define: Define
) -> None:
    define("date", "contact")
    contact = make.contact(make.client(), custom={"date": date(2020, 1, 2)})
    browser = browser_for("administrator")
    assert 'value="02.01.2020"' in browser.get(f"/clients/contacts/{contact}/edit").text
    browser.post(f"/clients/contacts/{contact}", data={"name": "Ann", "custom.date": "3.1.2020"})
    assert held(Contact, contact, "contact") == {"date": date(2020, 1, 3)}


def test_contact_keeps_a_value_that_is_offered_no_longer(
    browser_for: BrowserFor, make: Make, define: Define
) -> None:
    options = [{"key": "red", "title": "Red"}, {"key": "green", "title": "Green"}]
    field = define("choice", "contact", options=options)
    contact = make.contact(make.client(), custom={"choice": "red"})
    withdrawn = [{**options[0], "offered": False}, options[1]]
    change_field(field, {"label": "Choice", "options": withdrawn})
    data = {"name": "Renamed", "custom.choice": "red"}
    answer = browser_for("administrator").post(f"/clients/contacts/{contact}", data=data)
    assert answer.status_code in {200, 302}
    assert held(Contact, contact, "contact") == {"choice": "red"}


def test_list_shows_a_column_that_was_chosen(
    browser_for: BrowserFor, make: Make, define: Define
) -> None:
    define("user")
    seller = make.user(name="Sasha Petrov")
    make.deal(custom={"user": seller})
    browser = browser_for("administrator")
    assert "Sasha Petrov" not in listed(browser, "/deals")
    browser.post("/deals/columns", data={"column": ["name", "custom.user"]})
    assert "Sasha Petrov" in listed(browser, "/deals")


def listed(browser: FlaskClient, address: str) -> str:
    """Give the table alone: the dialog of filters names colleagues, too."""
    return browser.get(address).text.partition("<tbody>")[2].partition("</tbody>")[0]


def test_columns_do_not_cost_statements_by_row(
    browser_for: BrowserFor, make: Make, define: Define, statements: Any
) -> None:
    define("user", "client")
    browser = browser_for("administrator")
    browser.post("/clients/columns", data={"column": ["name", "custom.user"]})
    counts = []
    for _round in range(2):
        for _one in range(3):
            make.client(custom={"user": make.user()})
        browser.get("/clients")
        with statements() as seen:
            browser.get("/clients")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_dialog_asks_for_custom_fields_by_their_types(
    browser_for: BrowserFor, define: Define
) -> None:
    for type_ in ("text", "number", "choice", "flag"):
        define(type_)
    page = browser_for("administrator").get("/deals").text
    for name in ("text__contains", "number__gte", "number__isnull", "choice", "flag__isnull"):
        assert f'name="custom.{name}"' in page


def test_dialog_leads_to_the_list_that_was_asked_for(
    browser_for: BrowserFor, define: Define
) -> None:
    define("money")
    address = "/deals/filter?custom.money__gte=1+000,50&custom.money__isnull="
    answer = browser_for("administrator").get(address)
    assert answer.headers["Location"] == "/deals?custom.money__gte=1000.50"


def test_filter_is_told_by_its_label(browser_for: BrowserFor, define: Define, make: Make) -> None:
    define("choice")
    make.deal()
    page = browser_for("administrator").get("/deals?custom.choice=green").text
    assert "Choice is <strong>Green</strong>" in page
