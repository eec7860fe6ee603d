"""Opening a deal: the form, the client who is chosen, what is typed in people's own way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.deals.models import Deal
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]


def only_deal() -> Deal:
    reading().rollback()
    return reading().scalars(sa.select(Deal)).one()


def test_deal_is_opened_from_three_fields_and_belongs_to_whoever_opens_it(
    make: Make, browser_for: BrowserFor
) -> None:
    seller = make.user_of("seller")
    client = make.client(owner_id=seller)
    typed = {"name": "Boilers", "client_id": client, "amount": "45 000,00"}
    answer = browser_for("seller").post("/deals/new", data=typed)
    deal = only_deal()
    assert answer.location == f"/deals/{deal.id}"
    assert (deal.name, deal.client_id, deal.amount) == ("Boilers", client, Decimal(45000))
    assert deal.owner_id == seller


def test_deal_begins_where_the_form_says(make: Make, browser_for: BrowserFor) -> None:
    stage = queries.pipelines(reading())[0]["stages"][2]["id"]
    typed = {"name": "Boilers", "stage_id": stage, "expected_on": "1.2.27", "currency": "EUR"}
    browser_for("head").post("/deals/new", data=typed)
    deal = only_deal()
    assert (deal.stage_id, deal.expected_on, deal.currency) == (stage, date(2027, 2, 1), "EUR")


def test_form_that_is_opened_from_a_client_names_the_client(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Omega")
    page = browser_for("head").get(f"/deals/new?client_id={client}").text
    assert re.search(rf'<option value="{client}" selected>Omega</option>', page)


def test_form_does_not_name_a_client_whom_one_does_not_see(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Secret Ltd")
    assert "Secret" not in browser_for("seller").get(f"/deals/new?client_id={client}").text


def test_nothing_typed_is_lost_by_an_error(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(name="Omega")
    typed = {"name": "", "client_id": client, "amount": "a lot", "expected_on": "1.2.27"}
    answer = browser_for("head").post("/deals/new", data=typed)
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.text
    assert 'value="1.2.27"' in answer.text
    assert "Omega" in answer.text
    assert 'href="#field-amount"' in answer.text


def test_deal_without_a_name_is_refused(make: Make, browser_for: BrowserFor) -> None:
    answer = browser_for("head").post("/deals/new", data={"name": " ", "amount": "5"})
    assert answer.status_code == 422
    assert 'href="#field-name"' in answer.text


def test_deal_of_a_client_whom_one_does_not_see_is_refused(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    answer = browser_for("seller").post("/deals/new", data={"name": "X", "client_id": client})
    assert answer.status_code == 422
    assert not reading().scalar(sa.select(sa.func.count(Deal.id)))


def test_client_is_found_by_a_part_of_the_name_among_those_one_sees(
    make: Make, browser_for: BrowserFor
) -> None:
    own = make.client(name="Северный завод", owner_id=make.user_of("seller"))
    make.client(name="Северный порт", owner_id=make.user_of("head"))
    found = browser_for("seller").get("/deals/choose/clients?q=СЕВЕР").json
    assert found == [{"value": own, "text": "Северный завод"}]


def test_who_may_not_open_deals_gets_no_form(make: Make, browser_for: BrowserFor) -> None:
    assert browser_for("lawyer").get("/deals/new").status_code == 403
