"""Custom fields in acts on many records, and what such an act takes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.errors import InvalidError
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run, undo_run
from salesman_core.testing.people import Make
from salesman_hookspecs import Person

BrowserFor = Callable[[str], FlaskClient]


@pytest.fixture
def administrator(make: Make) -> Iterator[Person]:
    with make.acting(make.user("administrator")) as person:
        yield person


def test_custom_fields_of_many_deals_are_set_and_each_gets_its_own_back(
    make: Make, administrator: Person, define: Callable[..., int]
) -> None:
    define("money", key="budget")
    first, second = make.deal(custom={"budget": Decimal(5)}), make.deal()

    run_id = begin_run(
        "deal", "core.edit", {"custom.budget": "12.50"}, chosen_by_ids([first, second])
    )

    assert customs() == {first: {"budget": 1250}, second: {"budget": 1250}}
    undo_run(run_id)
    assert customs() == {first: {"budget": 500}, second: {}}


def customs(model: type[Any] = Deal) -> dict[int, dict[str, Any]]:
    reading().rollback()
    return {row.id: row.custom for row in reading().execute(sa.select(model.id, model.custom))}


@pytest.mark.parametrize(
    ("type_", "given", "kept"),
    [
        ("text", "high", "high"),
        ("number", "2.5", 2500),
        ("date", "2030-05-01", "2030-05-01"),
        ("flag", False, 0),
        ("choices", ["red", "blue"], ["red", "blue"]),
        ("link", "https://example.com", "https://example.com"),
    ],
)
def test_custom_field_of_any_type_is_set_for_many_clients(
    make: Make, administrator: Person, define: Callable[..., int], type_: str, given: Any, kept: Any
) -> None:
    define(type_, kind="client", key="field")
    client_id = make.client()

    begin_run("client", "core.edit", {"custom.field": given}, chosen_by_ids([client_id]))

    assert customs(Client) == {client_id: {"field": kept}}


def test_fields_of_many_records_are_emptied(
    make: Make, administrator: Person, define: Callable[..., int]
) -> None:
    define("text", key="note")
    deal = make.deal(expected_on=date(2030, 5, 1), custom={"note": "call"})
    client_id = make.client(source="fair")

    given = {"expected_on": None, "custom.note": None}
    run_id = begin_run("deal", "core.edit", given, chosen_by_ids([deal]))
    begin_run("client", "core.edit", {"source": None}, chosen_by_ids([client_id]))

    reading().rollback()
    row = reading().get_one(Deal, deal)
    assert (row.expected_on, row.custom) == (None, {})
    assert reading().get_one(Client, client_id).source == ""
    undo_run(run_id)
    reading().rollback()
    row = reading().get_one(Deal, deal)
    assert (row.expected_on, row.custom) == (date(2030, 5, 1), {"note": "call"})


def test_field_that_records_need_is_not_emptied(
    make: Make, administrator: Person, define: Callable[..., int]
) -> None:
    deal = make.deal()
    define("text", key="note", required=True)

    with pytest.raises(InvalidError) as caught:
        begin_run("deal", "core.edit", {"custom.note": None}, chosen_by_ids([deal]))

    assert caught.value.fields


@pytest.mark.parametrize(
    ("name", "given"), [("custom.number", "many"), ("custom.number", "1e99"), ("custom.x", "1")]
)
def test_what_a_custom_field_does_not_take_is_refused_at_it(
    make: Make, administrator: Person, define: Callable[..., int], name: str, given: Any
) -> None:
    define("number")
    deal = make.deal()

    with pytest.raises(InvalidError) as caught:
        begin_run("deal", "core.edit", {name: given}, chosen_by_ids([deal]))

    assert list(caught.value.fields) == [name]


def test_form_of_a_change_of_many_has_the_custom_fields_and_empties_what_is_ticked(
    make: Make, browser_for: BrowserFor, define: Callable[..., int]
) -> None:
    define("money", key="budget")
    deal = make.deal(expected_on=date(2030, 5, 1))
    browser = browser_for("head")
    form = browser.post("/lists/deal/acts/core.edit/form", data={"id": deal}).text
    assert ('id="field-custom.budget"' in form, 'value="expected_on"' in form) == (True, True)

    typed = {"id": deal, "custom.budget": "1 250,50", "emptied": "expected_on"}
    browser.post("/lists/deal/acts/core.edit", data=typed)

    reading().rollback()
    row = reading().get_one(Deal, deal)
    assert (row.custom, row.expected_on) == ({"budget": 125050}, None)
