"""What cannot be is refused at its field or row, in words, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients import rungs
from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]

FRAGMENT = {"HX-Request": "true"}


def deals() -> list[tuple[str, object]]:
    reading().rollback()
    return [(row.name, row.amount) for row in reading().execute(sa.select(Deal.name, Deal.amount))]


@pytest.mark.parametrize("amount", ["-1", "−1", "-0,01"])
def test_negative_amount_of_a_new_deal_is_refused_at_its_field(
    browser_for: BrowserFor, amount: str
) -> None:
    answer = browser_for("head").post("/deals/new", data={"name": "Boilers", "amount": amount})
    assert answer.status_code == 422
    assert 'id="wrong-amount"' in answer.text
    assert f'value="{amount}"' in answer.text
    assert deals() == []


def test_negative_amount_changed_where_it_stands_leaves_the_old_one(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(name="Boilers", amount=100)
    answer = browser_for("head").post(
        f"/deals/{deal}/fields/amount", data={"value": "-5"}, headers=FRAGMENT
    )
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert deals() == [("Boilers", 100)]


def test_client_is_not_put_on_a_rung_that_was_deleted_meanwhile(
    make: Make, browser_for: BrowserFor
) -> None:
    client, browser = make.client(), browser_for("head")
    before = reading().get_one(Client, client).rung_id
    rung = rungs.add_rung({"name": "Partner", "colour": "green", "interests": 9, "sales": 9})
    rungs.delete_rung(rung)
    answer = browser.post(
        f"/clients/{client}/rung", data={"rung_id": rung, "reason": "so"}, headers=FRAGMENT
    )
    reading().rollback()
    assert answer.status_code == 422
    assert 'id="wrong-rung_id"' in answer.text
    assert reading().get_one(Client, client).rung_id == before


@pytest.mark.parametrize(
    "path",
    ["/records/%00/1/history", "/records/de%00al/1/history", "/admin/faults/a%00b"],
)
def test_address_with_a_character_that_no_column_holds_leads_nowhere(
    browser_for: BrowserFor, path: str
) -> None:
    assert browser_for("administrator").get(path).status_code == 404
