"""Clients and contacts in the search box."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.person import current_person
from salesman_core.clients.search import CLIENTS, CONTACTS, FoundClient, found_clients
from salesman_core.clients.service import delete_client, restore_client
from salesman_core.db import db
from salesman_core.records.finding import found, nearly_found
from salesman_core.testing.people import Make
from salesman_core.testing.statements import counted_statements

BrowserFor = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def _addresses(app: Flask, make: Make) -> object:
    with app.test_request_context():
        yield


def clients(typed: str) -> list[str]:
    return [hit.title for hit in found(CLIENTS, typed, current_person(), 20)]


def near_clients(typed: str) -> list[str]:
    return [hit.title for hit in nearly_found(CLIENTS, typed, current_person(), 20)]


def contacts(typed: str) -> list[str]:
    return [hit.title for hit in found(CONTACTS, typed, current_person(), 20)]


@pytest.mark.parametrize(
    "typed", ["северсталь", "СЕВЕР", "сталь", "пао сталь", "Семёнов", "семенов"]
)
def test_client_is_found_by_any_part_of_its_name_in_any_case(make: Make, typed: str) -> None:
    make.client(name="ПАО «Северсталь» (Семёнов)")
    make.client(name="Other")
    assert clients(typed) == ["ПАО «Северсталь» (Семёнов)"]


@pytest.mark.parametrize(
    "typed",
    [
        *("+79123456789", "8 912 345-67-89", "8(912)3456789", "345-67-89", "6789", "912345"),
        *("8 (912) 345", "+7 912 34", "7 912 345 67", "912-345-67-89"),
    ],
)
def test_client_is_found_by_its_phone_in_any_notation(make: Make, typed: str) -> None:
    make.client(name="Severstal", phones=["+7 (912) 345 67 89"])
    make.client(name="Other", phones=["+7 912 000-00-00"])
    assert clients(typed) == ["Severstal"]


def test_three_digits_are_no_phone_yet(make: Make) -> None:
    make.client(name="Severstal", phones=["+7 (912) 345 67 89"])
    assert clients("789") == []


def test_name_of_digits_is_found_as_a_name(make: Make) -> None:
    make.client(name="1812")
    assert clients("1812") == ["1812"]


@pytest.mark.parametrize("typed", ["info@severstal.example", "Info@Sever", "@severstal"])
def test_client_is_found_by_a_part_of_its_email(make: Make, typed: str) -> None:
    make.client(name="Severstal", emails=["info@severstal.example"])
    assert clients(typed) == ["Severstal"]


def test_contact_is_found_by_name_phone_and_email(make: Make) -> None:
    client = make.client(name="Severstal")
    make.contact(client, name="Anna Kern", phones=["8 912 345 67 89"], emails=["a@kern.example"])
    for typed in ("kern", "+7 912 345-67-89", "a@kern.example"):
        assert contacts(typed) == ["Anna Kern"]


def test_contact_leads_to_its_place_on_the_clients_card(make: Make) -> None:
    client = make.client(name="Severstal")
    contact = make.contact(client, name="Anna", position="Director")
    (hit,) = found(CONTACTS, "anna", current_person(), 5)
    assert hit.url == f"/clients/{client}#contact-{contact}"
    assert hit.detail == "Severstal · Director"


def test_phone_and_whole_names_come_before_parts(make: Make) -> None:
    for name in ("Big steel mill", "Steel", "Steelworks"):
        make.client(name=name)
    assert clients("steel") == ["Steel", "Steelworks", "Big steel mill"]


def test_name_in_quotation_marks_comes_before_names_that_begin_so(make: Make) -> None:
    for name in ("Ромашка плюс", "ООО «Ромашка»", "ООО «Ромашка и сын»"):
        make.client(name=name)
    assert clients("ромашка") == ["ООО «Ромашка»", "Ромашка плюс", "ООО «Ромашка и сын»"]


def test_two_letters_find_the_beginnings_of_words(make: Make) -> None:
    for name in ("Северсталь", "ООО «Север»", "Новосел"):
        make.client(name=name)
    assert clients("се") == ["Северсталь", "ООО «Север»"]
    assert clients("с") == ["Северсталь"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("ООО «Ромашка»", "ромшка"),
        ("ООО «Ромашка»", "рромашка"),
        ("ООО «Ромашка»", "ромакша"),
        ("ООО «Ромашка»", "рамашка"),
        ("ООО «Ромашка»", "оромашка"),
        ("ООО «Ромашка»", "ромашк"),
        ("ООО «Ромашка»", "ооо рмашка"),
        ("Вега", "вига"),
        ("Вега", "ввега"),
        ("Вега", "веега"),
        ("Semyonov & Sons", "semyonof sons"),
        ("Семёнов Пётр", "петор семенов"),
        ("Металлургический комбинат", "металургический"),
        ("Металлургический комбинат", "металлургчес"),
        ("Завод им. Лихачёва", "лихочева"),
    ],
)
def test_name_with_a_wrong_letter_is_near(make: Make, name: str, typed: str) -> None:
    make.client(name=name)
    make.client(name="Other")
    assert name in clients(typed) + near_clients(typed)


@pytest.mark.parametrize(
    "typed", ["рамашко", "вга", "8 912 345", "@ромшка", "  ", "«»", "оо", "%_\\"]
)
def test_what_is_another_name_or_none_is_not_near(make: Make, typed: str) -> None:
    make.client(name="ООО «Ромашка»")
    make.client(name="Вега")
    assert near_clients(typed) == []


def test_nearer_names_come_first(make: Make) -> None:
    for name in ("Северсталь-Метиз", "Северсталька", "Северсталь"):
        make.client(name=name)
    assert near_clients("севирсталь") == ["Северсталь", "Северсталь-Метиз", "Северсталька"]


def test_near_names_are_asked_for_in_two_statements(make: Make) -> None:
    for number in range(30):
        make.client(name=f"Северсталь {number}")
    with counted_statements(db.reader) as sent:
        assert len(near_clients("севирсталь")) == 20
    assert len([one for one in sent if one.startswith("SELECT core_client")]) == 2


def test_nobody_finds_what_they_do_not_see(make: Make) -> None:
    client = make.client(name="Secret", phones=["8 912 345 67 89"])
    make.contact(client, name="Secret Anna")
    with make.acting(make.user("seller")):
        assert clients("secret") == clients("8 912 345 67 89") == contacts("secret") == []
        assert near_clients("sekret") == []
    assert near_clients("sekret") == ["Secret"]


def test_percent_and_underscore_mean_themselves(make: Make) -> None:
    make.client(name="100% wool")
    make.client(name="1000 wool")
    assert clients("100%") == ["100% wool"]
    assert clients("100_") == []


def test_search_box_lists_clients_and_contacts(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(name="Anna & Sons")
    make.contact(client, name="Anna Kern")
    page = browser_for("head").get("/search?q=anna", headers={"HX-Request": "true"}).text
    assert "Anna &amp; Sons" in page
    assert "Anna Kern" in page


def test_contacts_of_a_client_in_the_bin_are_not_found(make: Make) -> None:
    client = make.client()
    make.contact(client, name="Anna Orlova")
    assert contacts("orlova") == ["Anna Orlova"]
    delete_client(client)
    assert contacts("orlova") == []
    restore_client(client)
    assert contacts("orlova") == ["Anna Orlova"]


def test_client_is_meant_by_the_phone_of_somebody_there(make: Make) -> None:
    client_id = make.client(name="Severstal")
    make.client(name="Other")
    contact_id = make.contact(client_id, name="Anna", phones=["+7 912 345-67-89"])

    assert found_clients("8 912 345 67 89", 5) == [FoundClient(client_id, contact_id)]


def test_client_is_meant_once_though_people_there_fit_as_well(make: Make) -> None:
    client_id = make.client(name="Severstal")
    make.contact(client_id, name="Severstal Anna")
    other_id = make.client(name="North Severstal")

    assert found_clients("Severstal", 5) == [FoundClient(client_id), FoundClient(other_id)]


def test_nobody_means_a_client_that_they_do_not_see(make: Make) -> None:
    make.client(name="Severstal", owner_id=make.user("seller"))

    with make.acting(make.user("seller")):
        assert found_clients("Severstal", 5) == []
