"""Hooks about access, as the sample plugin uses them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.explaining import explain
from salesman_core.access.permissions import permission_named
from salesman_core.plugins import switches
from salesman_core.testing.people import Api, Make
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]


@pytest.mark.databases("sqlite")
def test_hook_permissions_gives_what_an_administrator_may_grant(app: Flask) -> None:
    permission = permission_named("sample.promise.view")

    assert permission is not None
    assert (permission.title, permission.scoped) == ("See promises", True)


@pytest.mark.databases("sqlite")
def test_hook_preset_grants_reach_people_of_the_preset(app: Flask, make: Make) -> None:
    seller = make.person(make.user("seller"))
    lawyer = make.person(make.user("lawyer"))

    assert seller.scope("sample.promise.view") is Scope.OWN
    assert not lawyer.may("sample.promise.view")


def names(api: Api) -> list[str]:
    return sorted(deal["name"] for deal in api.get("/deals").json["items"])


def test_hook_record_filter_hides_records_from_lists_and_cards(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    seller = make.user_of("seller")
    make.deal(name="Boilers", owner_id=seller)
    secret = make.deal(name="Secret boilers", owner_id=seller)
    make.deal(name="Pumps (hush)", owner_id=seller)

    assert names(api_for("seller")) == ["Boilers"]
    assert api_for("seller").get(f"/deals/{secret}").status_code == 404
    assert names(api_for("head")) == ["Boilers", "Pumps (hush)", "Secret boilers"]


def test_hook_guarded_kinds_keeps_records_shut_while_the_plugin_is_suspended(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    make.deal(name="Boilers", owner_id=make.user_of("seller"))
    assert names(api_for("seller")) == ["Boilers"]

    switches.suspend("sample")

    assert names(api_for("seller")) == []
    assert names(api_for("administrator")) == ["Boilers"]


def contacts(api: Api) -> list[str]:
    return sorted(contact["name"] for contact in api.get("/contacts").json["items"])


@pytest.fixture
def people(make: Make) -> int:
    """A contact of a client that is no secret, and the id of one whose client is."""
    make.contact(make.client(name="Severstal"), name="Anna Orlova")
    return make.contact(make.client(name="Secret works"), name="Boris Orlov")


def test_hook_record_filter_on_clients_hides_their_contacts_from_whoever_reaches_all(
    app: Flask, make: Make, api_for: ApiFor, browser_for: Callable[[str], FlaskClient], people: int
) -> None:
    marketer = api_for("marketer")

    assert contacts(marketer) == ["Anna Orlova"]
    assert marketer.get(f"/contacts/{people}").status_code == 404
    found = browser_for("marketer").get("/search?q=orlov", headers={"HX-Request": "true"}).text
    assert ("Anna Orlova" in found, "Boris Orlov" in found) == (True, False)
    assert contacts(api_for("head")) == ["Anna Orlova", "Boris Orlov"]


def test_hook_record_filter_on_clients_is_told_of_their_contacts(
    app: Flask, make: Make, people: int
) -> None:
    explained = explain(make.user_of("marketer"), "core.client.view", "contact", people)

    assert not explained.allowed
    assert str(explained.reasons[-1]) == "The plugin sample does not let it through."


def test_hook_guarded_kinds_keeps_contacts_of_clients_shut_too(
    app: Flask, api_for: ApiFor, people: int
) -> None:
    switches.suspend("sample")

    assert contacts(api_for("head")) == []
    assert contacts(api_for("administrator")) == ["Anna Orlova", "Boris Orlov"]
