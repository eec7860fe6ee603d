"""What the ledger tells of clients: of whom by a phone nobody may learn, it names none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.distribution.jobs import redeal
from salesman_leads.distribution.service import add_absence
from salesman_leads.permissions import MANAGE_RULES

from salesman_core.access.models import Role
from salesman_core.people.roles import change_grants
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import contact_data, reading
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
RuleOf = Callable[..., int]

PHONE = "+7 916 123-45-67"
TOLD = ("Secret Boilers", "knows them already", "They are the client")

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def client(make: Make, sellers: list[int]) -> int:
    """Boris's client, whom everybody here sees, with a phone."""
    return make.client(name="Secret Boilers", owner_id=sellers[1], phones=[PHONE])


@pytest.fixture
def blind(app: Flask) -> None:
    """Marketers see clients and leads, and may not read contact data; they manage rules, too."""
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "marketer")).one()
    scopes = {contact_data.CONTACT_DATA: Scope.NONE, MANAGE_RULES: Scope.ALL}
    change_grants(role_id, {**scopes, "core.client.view": Scope.ALL})


def entered(api: Api) -> int:
    lead: int = api.post("/leads", {"name": "Dora", "phones": [PHONE]}).json["id"]
    return lead


def decided(api: Api, lead: int) -> dict[str, object]:
    (decision,) = api.get(f"/leads/{lead}/decisions").json["items"]
    found: dict[str, object] = decision
    return found


@pytest.mark.usefixtures("blind")
def test_api_tells_nobody_whose_client_has_a_phone_who_may_not_read_it(
    client: int, api_for: ApiFor, sellers: list[int]
) -> None:
    lead = entered(api_for("marketer"))

    told = decided(api_for("marketer"), lead)
    whole = decided(api_for("head"), lead)

    assert api_for("marketer").get(f"/clients/{client}").status_code == 200
    assert (told["told"], told["method"], told["client_id"]) == (
        "It goes to Boris.",
        "withheld",
        None,
    )
    assert (whole["method"], whole["client_id"]) == ("known", client)
    assert whole["told"] == (
        "They are the client “Secret Boilers”: it goes to Boris, who is responsible there."
    )


@pytest.mark.usefixtures("blind", "client")
def test_page_tells_nobody_whose_client_has_a_phone_who_may_not_read_it(
    api_for: ApiFor, browser_for: BrowserFor
) -> None:
    lead = entered(api_for("marketer"))

    page, whole = (browser_for(role).get(f"/leads/{lead}").text for role in ("marketer", "head"))

    assert "It goes to Boris." in page
    assert [one for one in TOLD if one in page] == []
    assert "They are the client “Secret Boilers”" in whole


@pytest.mark.usefixtures("blind", "client")
def test_who_was_skipped_only_because_they_know_the_client_is_not_told(
    api_for: ApiFor, browser_for: BrowserFor, rule_of: RuleOf, sellers: list[int]
) -> None:
    anna, boris, clara = sellers
    day = date(2026, 11, 30)
    for absent in (boris, clara):
        add_absence({"user_id": absent, "first_day": day, "last_day": day})
    rule_of("in_turn", clara, anna)
    lead = entered(api_for("marketer"))

    skipped = [decided(api_for(role), lead)["skipped"] for role in ("marketer", "head")]
    page = browser_for("marketer").get(f"/leads/{lead}").text

    of_the_rule = {"user_id": clara, "why": "absent"}
    assert skipped == [[of_the_rule], [{"user_id": boris, "why": "absent"}, of_the_rule]]
    assert "Skipped: Clara" in page
    assert "Skipped: Boris" not in page


@pytest.mark.usefixtures("blind", "client")
def test_trying_the_rules_tells_what_they_alone_would_say(
    api_for: ApiFor, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", sellers[0])

    owners = [
        api_for(role).post("/leads/rules/preview", {"phones": [PHONE]}).json["owner_id"]
        for role in ("marketer", "head")
    ]

    assert owners == [sellers[0], sellers[1]]


@pytest.mark.usefixtures("blind", "client")
def test_lead_that_went_on_tells_nobody_either_whose_client_it_was(
    api_for: ApiFor, rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    rule_of("in_turn", sellers[0], minutes=30)
    lead = entered(api_for("marketer"))
    clock.advance(minutes=30)
    assert redeal() == 1

    told, whole = (
        api_for(role).get(f"/leads/{lead}/decisions").json["items"][0]
        for role in ("marketer", "head")
    )

    assert (told["owner_id"], told["skipped"]) == (sellers[0], [])
    assert whole["skipped"] == [{"user_id": sellers[1], "why": "knew_them"}]
