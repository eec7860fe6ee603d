"""Extensions on pages: in forms, on cards, in lists and in the search box."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_sample.models import ContactHabits, DealHabits, Habits

from salesman_core.administration.service import suspend
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client
from salesman_core.db import reading
from salesman_core.testing.people import Make, browser_of

BrowserFor = Callable[[str], FlaskClient]

TYPED: list[tuple[str, Any, Any, str]] = [
    ("nickname", " Ёлка ", "Ёлка", "Ёлка"),
    ("drink", "tea", "tea", "Tea"),
    ("since", "12.3.26", date(2026, 3, 12), "Mar 12, 2026"),
    ("early", "false", False, "no"),
    ("spends", "45 000,00", Decimal(45000), "₽45,000.00"),
    ("visits", "2,5", Decimal("2.5"), "2.5"),
]


def habits(client_id: int) -> Any:
    reading().rollback()
    reading().expire_all()
    return reading().scalar(sa.select(Habits).where(Habits.client_id == client_id))


@pytest.fixture
def browser(app: Flask, browser_for: BrowserFor) -> FlaskClient:
    return browser_for("administrator")


@pytest.mark.parametrize(("name", "typed", "kept", "shown"), TYPED)
def test_field_is_edited_on_the_card_as_people_write(
    browser: FlaskClient, make: Make, name: str, typed: str, kept: Any, shown: str
) -> None:
    client_id, field = make.client(), f"extensions.sample.{name}"

    browser.post(f"/clients/{client_id}/fields/{field}", data={field: typed})

    assert getattr(habits(client_id), name) == kept
    assert shown in browser.get(f"/clients/{client_id}").text.replace("\u202f", " ")


def test_field_is_emptied_on_the_card(browser: FlaskClient, make: Make) -> None:
    client_id = make.client(extensions={"sample": {"nickname": "Elk", "drink": "tea"}})
    field = "extensions.sample.nickname"

    browser.post(f"/clients/{client_id}/fields/{field}", data={field: " "})

    held = habits(client_id)
    assert (held.nickname, held.drink) == ("", "tea")


def test_what_the_plugin_refuses_is_given_back_with_the_reason(
    browser: FlaskClient, make: Make
) -> None:
    client_id = make.client(extensions={"sample": {"early": True}})
    field = "extensions.sample.drink"

    answer = browser.post(f"/clients/{client_id}/fields/{field}", data={field: "coffee"})

    assert answer.status_code == 422
    assert "Who comes early drinks tea." in answer.text
    assert '<option value="coffee" selected>' in answer.text


def test_two_who_edit_one_field_are_told(browser: FlaskClient, make: Make) -> None:
    client_id = make.client(extensions={"sample": {"nickname": "Elk"}})
    field = "extensions.sample.nickname"
    change_client(client_id, {"extensions": {"sample": {"nickname": "Fir"}}})
    typed = {field: "Oak", "seen": "Elk", "before": "Elk", "version": "1"}

    answer = browser.post(f"/clients/{client_id}/fields/{field}", data=typed)

    assert answer.status_code == 412
    assert "Fir" in answer.text
    assert habits(client_id).nickname == "Fir"


def test_another_field_is_saved_although_somebody_changed_one(
    browser: FlaskClient, make: Make
) -> None:
    client_id = make.client(extensions={"sample": {"nickname": "Elk"}})
    change_client(client_id, {"extensions": {"sample": {"nickname": "Fir"}}})
    typed = {"extensions.sample.drink": "tea", "seen": "", "version": "1"}

    browser.post(f"/clients/{client_id}/fields/extensions.sample.drink", data=typed)

    held = habits(client_id)
    assert (held.nickname, held.drink) == ("Fir", "tea")


def test_form_of_a_new_client_has_a_section_and_keeps_what_was_typed(
    browser: FlaskClient,
) -> None:
    page = browser.get("/clients/new").text
    assert "<summary" in page
    assert ">Habits</summary>" in page
    assert "What we call them among ourselves." in page
    typed = {
        "name": "Elk",
        "extensions.sample.nickname": "Ёлка",
        "extensions.sample.since": "soon",
    }

    refused = browser.post("/clients/new", data=typed)
    browser.post("/clients/new", data=typed | {"extensions.sample.since": "12.3.26"})

    assert refused.status_code == 422
    assert 'value="Ёлка"' in refused.text
    assert 'value="soon"' in refused.text
    held = habits(reading().scalars(sa.select(Client.id)).one())
    assert (held.nickname, held.since) == ("Ёлка", date(2026, 3, 12))


def test_contact_is_made_and_edited_with_its_extension(browser: FlaskClient, make: Make) -> None:
    client_id = make.client()
    field = "extensions.sample.colour"

    browser.post(f"/clients/{client_id}/contacts", data={"name": "Olga", field: "red"})
    contact_id = reading().scalars(sa.select(ContactHabits.contact_id)).one()
    form = browser.get(f"/clients/contacts/{contact_id}/edit").text
    browser.post(f"/clients/contacts/{contact_id}", data={"name": "Olga", field: "blue"})

    assert 'value="red"' in form
    reading().rollback()
    assert reading().scalars(sa.select(ContactHabits.colour)).all() == ["blue"]
    assert "blue" in browser.get(f"/clients/{client_id}").text


def test_deal_is_made_and_edited_with_its_extension(browser: FlaskClient, make: Make) -> None:
    field = "extensions.sample.colour"
    browser.post("/deals/new", data={"name": "Roof", field: "red"})
    deal_id = reading().scalars(sa.select(DealHabits.deal_id)).one()

    shown = browser.get(f"/deals/{deal_id}").text
    browser.post(f"/deals/{deal_id}/fields/{field}", data={field: "blue"})

    assert "Colour" in shown
    reading().rollback()
    assert reading().scalars(sa.select(DealHabits.colour)).all() == ["blue"]


def test_who_may_not_see_an_extension_finds_it_on_no_page(
    make: Make, browser_for: BrowserFor
) -> None:
    client_id = make.client(name="Elk", extensions={"sample": {"nickname": "Zebra"}})
    browser, field = browser_for("head"), "extensions.sample.nickname"

    pages = [
        f"/clients/{client_id}",
        "/clients/new",
        "/clients",
        "/search?q=zebra",
        "/clients?q=zebra",
        f"/records/client/{client_id}/history",
    ]
    for page in pages:
        text = browser.get(page).text
        assert "Zebra" not in text
        assert "Nickname" not in text
    assert browser.get(f"/clients/{client_id}/fields/{field}?edit=1").status_code == 404
    assert (
        browser.post(f"/clients/{client_id}/fields/{field}", data={field: "x"}).status_code == 404
    )
    assert browser.get(f"/clients?{field}=Zebra").status_code == 403
    assert browser.get(f"/clients?sort={field}").status_code == 403


def test_who_may_only_see_an_extension_has_no_pencil_at_it(app: Flask, make: Make) -> None:
    owner_id = make.user_of("service")
    client_id = make.client(owner_id=owner_id, extensions={"sample": {"nickname": "Zebra"}})
    browser, field = browser_of(app, owner_id), "extensions.sample.nickname"

    page = browser.get(f"/clients/{client_id}").text

    assert "Zebra" in page
    assert "Change: Nickname" not in page
    assert "Nickname" not in browser.get("/clients/new").text
    assert (
        browser.post(f"/clients/{client_id}/fields/{field}", data={field: "x"}).status_code == 403
    )


def test_search_box_and_list_find_a_client_by_what_the_plugin_keeps(
    browser: FlaskClient, make: Make
) -> None:
    for name, nickname in (("Boilers Ltd", "Ёлка"), ("Boards", "Ёлка"), ("Kettles", "Пихта")):
        make.client(name=name, extensions={"sample": {"nickname": f"{nickname} зелёная"}})

    for page in ("/search?q=елка зеленая", "/clients?q=елка зеленая"):
        text = browser.get(page).text
        assert "Boilers Ltd" in text
        assert "Kettles" not in text


def test_list_shows_a_column_that_was_chosen(browser: FlaskClient, make: Make) -> None:
    make.client(name="Elk", extensions={"sample": {"nickname": "Zebra", "drink": "tea"}})
    assert "Zebra" not in browser.get("/clients").text

    chosen = ["name", "extensions.sample.nickname", "extensions.sample.drink"]
    browser.post("/clients/columns", data={"column": chosen})

    page = browser.get("/clients").text
    assert "Zebra" in page
    assert "Tea" in page


def test_suspended_plugin_leaves_no_trace_on_pages(browser: FlaskClient, make: Make) -> None:
    client_id = make.client(name="Elk", extensions={"sample": {"nickname": "Zebra"}})
    change_client(client_id, {"extensions": {"sample": {"nickname": "Quagga"}}})
    browser.post("/clients/columns", data={"column": ["name", "extensions.sample.nickname"]})

    suspend("sample")

    pages = [f"/clients/{client_id}", "/clients/new", "/clients", "/search?q=zebra"]
    for page in [*pages, f"/records/client/{client_id}/history"]:
        answer = browser.get(page)
        assert answer.status_code == 200
        assert "Zebra" not in answer.text
        assert "Quagga" not in answer.text
        assert "nickname" not in answer.text.lower()
