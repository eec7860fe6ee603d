"""Which clients are taken for one that somebody types."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clients.service import delete_client
from salesman_core.clients.similar import similar_clients
from salesman_core.db import reading
from salesman_core.testing.people import Api, Make

Statements = Callable[[], AbstractContextManager[list[str]]]
ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

FRAGMENT = {"HX-Request": "true"}


def found(**typed: Any) -> list[tuple[int, tuple[str, ...]]]:
    reading().rollback()
    return [
        (one.id, tuple(str(reason) for reason in one.reasons))
        for one in similar_clients(reading(), typed)
    ]


@pytest.mark.parametrize("typed", ["+7 912 345-67-89", "89123456789", "8(912)3456789"])
def test_phone_in_another_notation_is_found(make: Make, typed: str) -> None:
    client = make.client(name="Severstal", phones=["+79123456789"])
    assert found(phones=[typed]) == [(client, ("the same phone: +79123456789",))]


def test_email_of_a_contact_is_found(make: Make) -> None:
    client = make.client()
    make.contact(client, name="Anna", emails=["Anna@Example.com"])
    assert found(emails=["anna@example.COM"]) == [
        (client, ("the same email: Anna, Anna@Example.com",))
    ]


@pytest.mark.parametrize("typed", ["", "12", "ask Olga"])
def test_what_is_no_phone_finds_nobody(make: Make, typed: str) -> None:
    make.client(phones=["", "12", "ask Olga"])
    assert found(phones=[typed], emails=[typed]) == []


@pytest.mark.parametrize("typed", ["ООО «Северсталь»", "Severstal", "Севирсталь", "  северсталь "])
def test_name_in_other_letters_is_found(make: Make, typed: str) -> None:
    make.client(name="Север")
    client = make.client(name="АО Северсталь")
    assert found(name=typed) == [(client, ("a similar name",))]


@pytest.mark.parametrize("typed", ["", "%", "___", '"', "3М", "№", "ооо", "*" * 300])
def test_name_of_signs_finds_nobody(make: Make, typed: str) -> None:
    make.client(name="Северсталь")
    assert found(name=typed) == []


def test_short_name_is_found_as_it_is(make: Make) -> None:
    client = make.client(name="3М")
    assert found(name="3м") == [(client, ("a similar name",))]


def test_likeliest_client_stands_first(make: Make) -> None:
    by_name = make.client(name="Ромашка")
    by_phone = make.client(name="Цветы", phones=["8 800 555 35 35"])
    both = make.client(name="ООО Ромашка", phones=["8 800 555 35 35"])
    ids = [id_ for id_, _reasons in found(name="Ромашка", phones=["88005553535"])]
    assert ids == [both, by_name, by_phone]


def test_no_more_than_asked_are_given(make: Make) -> None:
    for _number in range(7):
        make.client(name="Северсталь")
    assert len(found(name="Северсталь")) == 5


def test_statements_do_not_grow_with_clients(make: Make, statements: Statements) -> None:
    typed = {"name": "Северсталь", "phones": ["8 800 555 35 35"]}
    make.client(**typed)
    with statements() as few:
        similar_clients(reading(), typed)
    for _number in range(20):
        make.client(**typed)
    reading().rollback()
    with statements() as many:
        similar_clients(reading(), typed)
    assert len(many) == len(few)


def test_whom_one_does_not_see_stays_unknown(make: Make, browser_for: BrowserFor) -> None:
    make.client(name="Secret Ltd", phones=["8 800 555 35 35"])
    typed = {"phones": "8 800 555 35 35", "name": "Secret"}
    assert shown_while_typing(browser_for("seller"), **typed).strip() == ""
    assert "Secret Ltd" in shown_while_typing(browser_for("head"), **typed)


def shown_while_typing(browser: FlaskClient, **typed: str) -> str:
    return browser.post("/clients/similar", data=typed, headers=FRAGMENT).text


@pytest.fixture
def binned(make: Make) -> int:
    """A client of the seller's that lies in the bin."""
    client = make.client(name="Severstal", owner_id=make.user_of("seller"))
    make.contact(client, emails=["anna@severstal.example"])
    delete_client(client)
    return client


def test_double_in_the_bin_is_offered_to_those_who_may_take_it_out(
    binned: int, browser_for: BrowserFor
) -> None:
    page = shown_while_typing(browser_for("head"), name="Severstal")
    assert f"/clients/{binned}/restore" in page
    assert "in the bin since" in page


def test_double_in_the_bin_is_told_to_whoever_would_see_it(
    binned: int, browser_for: BrowserFor
) -> None:
    page = shown_while_typing(browser_for("seller"), name="Severstal")
    assert "Severstal" in page
    assert "Ask somebody who may take it out." in page
    assert "/restore" not in page


def test_double_in_the_bin_of_whom_one_does_not_see_stays_unknown(
    binned: int, browser_for: BrowserFor
) -> None:
    page = shown_while_typing(browser_for("telemarketer"), name="Severstal")
    assert page.strip() == ""


def test_double_in_the_bin_is_found_by_its_contacts(binned: int) -> None:
    (one,) = similar_clients(reading(), {"emails": ["anna@severstal.example"]})
    assert (one.id, one.may_restore) == (binned, True)


def test_whoever_takes_a_client_out_is_told_of_the_one_made_anew(
    make: Make, binned: int, browser_for: BrowserFor
) -> None:
    make.client(name="Северсталь")
    browser = browser_for("head")
    browser.post(f"/clients/{binned}/restore")
    told = "“Северсталь” may be the same client as “Severstal”, which is back from the bin."
    assert told in browser.get("/").text


def test_page_of_the_bin_tells_of_the_one_made_anew(
    make: Make, binned: int, browser_for: BrowserFor
) -> None:
    make.client(name="Северсталь")
    browser = browser_for("head")
    browser.post("/bin/restore", data={"only": f"client:{binned}"})
    assert "may be the same client" in browser.get("/").text


def test_api_gives_similar_clients_with_reasons(make: Make, api_for: ApiFor) -> None:
    client = make.client(name="Severstal", phones=["8 800 555 35 35"])
    answer = api_for("head").post(
        "/clients/similar", {"name": "Северсталь", "phones": ["88005553535"]}
    )
    (item,) = answer.json["items"]
    assert item == {
        "id": client,
        "name": "Severstal",
        "in_bin": False,
        "in_bin_since": None,
        "may_restore": False,
        "likeness": 100,
        "reasons": ["the same phone: 8 800 555 35 35", "a similar name"],
    }


def test_api_refuses_what_it_does_not_know(app: Flask, api_for: ApiFor) -> None:
    assert api_for("head").post("/clients/similar", {"inn": "7701"}).status_code == 422
