"""Whose a lead is, and who may say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, service
from salesman_leads.models import Lead
from salesman_leads.permissions import ASSIGN, CREATE

from salesman_core.access.models import Role
from salesman_core.access.tokens import new_token
from salesman_core.people.handing_over import STAYS
from salesman_core.people.roles import change_grants
from salesman_core.people.service import deactivate
from salesman_core.testing.people import Api, Browser, Make, api_of
from salesman_core.toolkit import reading
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]


def sent(browser: Browser, path: str, typed: dict[str, Any]) -> Any:
    """Send a form as a page of leads holds it."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/leads/new").text)
    assert found is not None
    return browser.post(path, data={"csrf_token": found[1], **typed}, follow_redirects=True)


def owners() -> list[int | None]:
    reading().rollback()
    return list(reading().scalars(sa.select(Lead.owner_id).order_by(Lead.id)))


def let_sellers_assign() -> None:
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
    change_grants(role_id, {ASSIGN: Scope.ALL})


@pytest.mark.parametrize("role", ["seller", "marketer"])
def test_lead_is_of_whoever_enters_it_unless_they_see_those_of_nobody(
    api_for: ApiFor, make: Make, role: str
) -> None:
    made = api_for(role).post("/leads", {"name": "Anna"})

    assert made.status_code == 201
    assert made.json["owner_id"] == {"seller": make.user_of(role), "marketer": None}[role]
    assert api_for(role).get(f"/leads/{made.json['id']}").status_code == 200


def test_program_that_may_only_enter_leads_learns_the_id_of_nobodys_lead(
    app: Flask, make: Make
) -> None:
    narrow = new_token(make.user_of("marketer"), "site", permissions=[CREATE])
    api = Api(app, narrow)

    made = api.post("/leads", {"name": "Anna"})
    several = api.post("/leads/batch", {"items": [{"name": "Boris"}]})

    assert (made.status_code, list(made.json)) == (201, ["id"])
    assert [one["status"] for one in several.json["results"]] == [201]
    assert api.get(f"/leads/{made.json['id']}").status_code == 403
    assert owners() == [None, None]


def test_lead_that_is_given_away_out_of_sight_is_answered_by_its_id(app: Flask, make: Make) -> None:
    let_sellers_assign()
    api = api_of(app, make.user_of("seller"))
    lead = f"/leads/{api.post('/leads', {'name': 'Anna'}).json['id']}"

    given = api.patch(lead, {"owner_id": make.user_of("head")})

    assert (given.status_code, list(given.json)) == (200, ["id"])
    assert api.get(lead).status_code == 404


def test_seller_comes_to_the_card_of_the_lead_that_they_entered(browser_for: BrowserFor) -> None:
    answer = sent(browser_for("seller"), "/leads/new", {"name": "Anna"})

    assert (answer.status_code, "Begin to work on it" in answer.text) == (200, True)


def test_seller_finds_the_leads_that_they_pasted(browser_for: BrowserFor) -> None:
    page = sent(browser_for("seller"), "/leads/paste", {"lines": "Anna\nBoris"}).text

    assert "2 leads were taken in." in page
    assert re.findall(r"data-row-link>([^<]*)</a>", page) == ["Boris", "Anna"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("form", ["/leads/new", "/leads/paste", "/leads/1"])
@pytest.mark.parametrize("role", ["seller", "marketer"])
def test_owner_is_chosen_by_those_who_may_give_leads_to_others(
    app: Flask, make: Make, browser_for: BrowserFor, form: str, role: str
) -> None:
    intake.create_lead({"name": "Anna", "owner_id": make.user_of("seller")})

    page = browser_for(role).get(form).text

    assert ('name="owner_id"' in page) is (role == "marketer")


@pytest.mark.parametrize(
    ("form", "typed"),
    [
        ("/leads/new", {"name": "Boris <b>"}),
        ("/leads/paste", {"lines": "Boris <b>"}),
        ("/leads/1", {"name": "Boris <b>"}),
    ],
)
def test_owner_who_may_not_be_chosen_is_refused_at_the_field_and_nothing_typed_is_lost(
    app: Flask, make: Make, browser_for: BrowserFor, form: str, typed: dict[str, str]
) -> None:
    intake.create_lead({"name": "Anna", "owner_id": make.user_of("seller")})
    colleague = make.user_of("head")

    answer = sent(browser_for("seller"), form, {**typed, "owner_id": colleague})

    assert answer.status_code == 422
    assert '<a href="#field-owner_id">Responsible</a>: You may not give leads' in answer.text
    assert "Boris &lt;b&gt;" in answer.text
    assert owners() == [make.user_of("seller")]


@pytest.mark.parametrize("path", ["/leads/new", "/leads/paste"])
def test_colleague_who_is_gone_is_refused_at_the_field(
    make: Make, browser_for: BrowserFor, path: str
) -> None:
    gone = make.user("seller")
    deactivate(gone)

    answer = sent(
        browser_for("marketer"), path, {"name": "Anna", "lines": "Anna", "owner_id": gone}
    )

    assert answer.status_code == 422
    assert '<a href="#field-owner_id">Responsible</a>: There is no active user' in answer.text
    assert owners() == []


def test_seller_who_gives_a_lead_away_comes_back_to_the_list(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    let_sellers_assign()
    lead = intake.create_lead({"name": "Anna", "owner_id": make.user_of("seller")})
    form = {"name": "Anna", "owner_id": make.user_of("head")}

    answer = sent(browser_for("seller"), f"/leads/{lead}", form)

    assert (answer.status_code, answer.request.path) == (200, "/leads")


def test_lead_is_given_to_nobody_again_by_its_form(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    lead = intake.create_lead({"name": "Anna", "owner_id": make.user_of("seller")})

    sent(browser_for("marketer"), f"/leads/{lead}", {"name": "Anna", "owner_id": ""})

    assert owners() == [None]


def test_form_keeps_an_owner_who_is_no_longer_active(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    gone = make.user("seller", name="Gone Away")
    lead = intake.create_lead({"name": "Anna", "owner_id": gone})
    deactivate(gone, STAYS)

    page = browser_for("marketer").get(f"/leads/{lead}").text

    assert f'<option value="{gone}" selected>Gone Away</option>' in page


def test_whoever_begins_to_work_on_a_lead_is_its_owner(app: Flask, make: Make) -> None:
    lead = intake.create_lead({"name": "Anna", "owner_id": make.user("seller")})

    with make.acting(make.user("telemarketer")) as person:
        service.take_lead(lead)

    assert owners() == [person.id]


def test_beginning_twice_is_told_once(app: Flask, make: Make) -> None:
    lead = intake.create_lead({"name": "Anna"})
    with make.acting(make.user("telemarketer")):
        service.take_lead(lead)
        version = reading().scalar(sa.select(Lead.version))

        service.take_lead(lead)

    reading().rollback()
    assert reading().scalar(sa.select(Lead.version)) == version
