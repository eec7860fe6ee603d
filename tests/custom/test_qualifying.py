"""A lead becomes records that have what the company requires of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from salesman_core.clients.models import Client, Contact
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.records.custom.values import values_of
from salesman_core.testing.people import Api, Make

pytestmark = pytest.mark.plugins

Define = Callable[..., int]
BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]

ALL = {"client_custom", "contact_custom", "deal_custom"}


@pytest.fixture
def lead(api_for: ApiFor, define: Define) -> int:
    """A lead of a company that requires a field of each kind."""
    for kind in ("client", "contact", "deal"):
        define("text", kind, key="code", label="Code", required=True)
        define("choices", kind, key="colours", required=True)
    made = api_for("head").post("/leads", {"name": "Anna", "company": "Boilers Ltd"})
    return int(made.json["id"])


def given(*kinds: str) -> dict[str, Any]:
    return {f"{kind}_custom": {"code": kind, "colours": ["red"]} for kind in kinds}


def held(model: type[Any], record_id: int, kind: str) -> dict[str, Any]:
    reading().rollback()
    return dict(values_of(kind, reading().get_one(model, record_id).custom))


def test_what_is_missing_is_said_of_each_that_would_be_new(lead: int, api_for: ApiFor) -> None:
    answer = api_for("head").post(f"/leads/{lead}/qualify", {"deal_name": "Boilers"})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {
        f"{kind}.{key}" for kind in ALL for key in ("code", "colours")
    }
    assert reading().query(Client).count() == 0


def test_nothing_is_needed_of_what_does_not_come_to_be(
    lead: int, make: Make, api_for: ApiFor
) -> None:
    known, api = make.client(), api_for("head")
    answer = api.post(f"/leads/{lead}/qualify", {"client_id": known, **given("contact")})
    assert answer.status_code == 200
    assert answer.json["deal_id"] is None


def test_records_hold_what_was_given_for_each(lead: int, api_for: ApiFor) -> None:
    values = {"deal_name": "Boilers", **given("client", "contact", "deal")}
    made = api_for("head").post(f"/leads/{lead}/qualify", values).json
    for kind, model in (("client", Client), ("contact", Contact), ("deal", Deal)):
        assert held(model, made[f"{kind}_id"], kind) == {"code": kind, "colours": ["red"]}


@pytest.mark.parametrize("sent", [{"code": 5}, {"unknown": "x"}, {"colours": ["grey"]}, "text"])
def test_wrong_value_is_refused_at_its_field(lead: int, api_for: ApiFor, sent: Any) -> None:
    values = {**given("client", "contact"), "client_custom": sent}
    answer = api_for("head").post(f"/leads/{lead}/qualify", values)
    assert answer.status_code == 422
    assert all(name.startswith("client_custom") for name in answer.json["errors"])


def test_dialog_asks_for_them_and_says_at_the_field_what_is_missing(
    lead: int, browser_for: BrowserFor
) -> None:
    browser = browser_for("head")
    card = browser.get(f"/leads/{lead}").text
    assert set(re.findall(r'name="(\w+_custom)\.code"', card)) == ALL
    typed = {"client_name": "Boilers Ltd", "contact_name": "Anna", "client_custom.code": "A 1"}
    answer = browser.post(f"/leads/{lead}/qualify", data=typed)
    assert answer.status_code == 422
    assert 'value="A 1"' in answer.text
    assert 'id="wrong-contact_custom.code"' in answer.text
    assert 'id="wrong-client_custom.colours"' in answer.text
    assert 'id="wrong-client_custom.code"' not in answer.text
    assert 'id="wrong-deal_custom.code"' not in answer.text


def test_dialog_makes_records_with_what_was_typed(lead: int, browser_for: BrowserFor) -> None:
    typed = {"client_name": "Boilers Ltd", "contact_name": "Anna"}
    for kind in ("client", "contact"):
        typed |= {f"{kind}_custom.code": kind, f"{kind}_custom.colours": "green"}
    answer = browser_for("head").post(f"/leads/{lead}/qualify", data=typed)
    assert answer.status_code == 302
    client_id = int(answer.location.rsplit("/", 1)[-1])
    assert held(Client, client_id, "client") == {"code": "client", "colours": ["green"]}
