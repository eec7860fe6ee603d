"""What holds for all rows of a file, and what its values mean, said on the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_leads.distribution.models import Decision
from salesman_leads.distribution.service import add_rule
from salesman_leads.models import Lead

from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.records.models import FileImport, ImportMapping
from salesman_core.testing.people import Make

from .conftest import brought, words, work

pytestmark = [pytest.mark.plugins, pytest.mark.usefixtures("forms_without_proof")]

BrowserFor = Callable[[str], FlaskClient]

LEADS = b"Name;Campaign;Converted;Do Not Email\r\nAnna;fair;1;No\r\nBoris;;0;Yes\r\nClara;;0;No\r\n"


def mapping() -> dict[str, object]:
    reading().rollback()
    return reading().scalars(sa.select(FileImport.mapping).order_by(FileImport.id.desc())).first()


def leads() -> list[Lead]:
    reading().rollback()
    return list(reading().scalars(sa.select(Lead).order_by(Lead.id)))


def errors(page: str) -> list[str]:
    return re.findall(r'class="invalid-feedback[^>]*>([^<]*)<', page)


def test_whole_list_goes_to_one_person(browser: FlaskClient, make: Make) -> None:
    vera = make.user("seller", name="Vera Stone")
    place = brought(browser, LEADS, "leads")
    page = browser.get(place).text
    assert '<option value="" selected>distribute by the rules</option>' in page

    browser.post(place, data={"action": "import", "all-owner": "Vera Stone", "all-source": "Fair"})
    work()

    assert [(lead.owner_id, lead.source) for lead in leads()] == [(vera, "Fair")] * 3


def test_list_of_nobody_is_distributed_by_the_rules(browser: FlaskClient, make: Make) -> None:
    sellers = [make.user("seller") for _ in range(2)]
    members = [{"user_id": one, "weight": 1} for one in sellers]
    add_rule({"name": "All", "method": "in_turn", "members": members})
    place = brought(browser, LEADS, "leads")

    browser.post(place, data={"action": "import", "all-owner": ""})
    work()

    assert [lead.owner_id for lead in leads()] == [*sellers, sellers[0]]
    assert reading().scalar(sa.select(sa.func.count(Decision.id))) == 3


def test_what_a_row_says_itself_counts(browser: FlaskClient) -> None:
    place = brought(browser, LEADS, "leads")

    chosen = {"column-1": "source", "all-source": "list", "action": "import"}
    browser.post(place, data=chosen)
    work()

    assert [lead.source for lead in leads()] == ["fair", "list", "list"]


def test_mapping_shows_what_it_says_for_all_rows_and_gives_it_up_again(
    browser: FlaskClient,
) -> None:
    place = brought(browser, LEADS, "leads")
    browser.post(place, data={"action": "read", "all-source": "Fair", "all-no_calls": "1"})
    page = browser.get(place).text
    assert 'value="Fair"' in page
    assert mapping()["defaults"] == {"source": "Fair", "no_calls": "1"}
    browser.post(f"{place}/mapping", data={"name": "Fair", "sharing": "private"})
    (kept,) = reading().scalars(sa.select(ImportMapping.mapping))
    assert kept["defaults"] == {"source": "Fair", "no_calls": "1"}

    browser.post(place, data={"action": "read", "all-source": "", "all-no_calls": ""})

    assert "defaults" not in mapping()


@pytest.mark.parametrize(
    ("control", "value", "said"),
    [
        ("all-owner", "Nobody", "Choose one of the list."),
        ("all-source", "x" * 301, "This is too long: 300 characters at most."),
    ],
)
def test_what_cannot_hold_for_all_rows_is_told_at_its_field(
    browser: FlaskClient, control: str, value: str, said: str
) -> None:
    place = brought(browser, LEADS, "leads")

    answer = browser.post(place, data={"action": "read", control: value})

    assert (answer.status_code, errors(answer.text)) == (422, [said])
    assert "defaults" not in mapping()


def test_people_who_share_a_name_are_told_apart(browser: FlaskClient, make: Make) -> None:
    first, _second = (make.user("seller", name="Vera Stone") for _ in range(2))
    address = reading().scalar(sa.text(f"SELECT email FROM core_user WHERE id = {first}"))  # noqa: S608  # a number
    place = brought(browser, LEADS, "leads")
    assert f"Vera Stone, {address}" in words(browser.get(place))

    browser.post(place, data={"action": "import", "all-owner": address})
    work()

    assert {lead.owner_id for lead in leads()} == {first}


def test_values_of_a_column_are_joined_with_what_they_mean_here(browser: FlaskClient) -> None:
    place = brought(browser, LEADS, "leads")
    asked = browser.post(place, data={"action": "values-result", "column-2": "result"})
    page = words(browser.get(asked.location))
    assert "What the values mean: Result" in page
    assert "0 2 times" in page
    assert "Not our customer" in page

    said = {"value-0": "-", "value-1": "=converted"}
    assert browser.post(asked.location, data=said).location.endswith(place)
    assert mapping()["values"] == {"result": {"0": "", "1": "converted"}}
    browser.post(place, data={"action": "import"})
    work()

    assert [(lead.status, lead.result) for lead in leads()] == [
        ("closed", "converted"),
        ("open", None),
        ("open", None),
    ]


def test_anything_else_and_what_is_not_shown_keep_what_was_said(browser: FlaskClient) -> None:
    place = brought(browser, LEADS, "leads")
    asked = browser.post(place, data={"action": "values-source", "column-1": "source"})

    browser.post(asked.location, data={"value-0-text": "Trade fair", "value-1-text": "Other"})
    assert mapping()["values"] == {"source": {"fair": "Trade fair", "*": "Other"}}
    browser.post(asked.location, data={"value-0-text": "", "value-1-nothing": "on"})

    assert mapping()["values"] == {"source": {"*": ""}}


def test_value_that_is_not_offered_is_refused_at_its_field(browser: FlaskClient) -> None:
    place = brought(browser, LEADS, "leads")
    asked = browser.post(place, data={"action": "values-result", "column-2": "result"})

    answer = browser.post(asked.location, data={"value-0": "=eaten"})

    assert (answer.status_code, errors(answer.text)) == (422, ["Choose one of the list."])
    assert "values" not in mapping()


@pytest.mark.parametrize("field", ["result", "phones", "nonsense"])
def test_values_of_what_no_column_fills_are_not_there(browser: FlaskClient, field: str) -> None:
    place = brought(browser, LEADS, "leads")

    assert browser.get(f"{place}/values/{field}").status_code == 404


def test_values_of_anothers_file_are_not_there(
    browser: FlaskClient, browser_for: BrowserFor
) -> None:
    place = brought(browser, LEADS, "leads")

    assert browser_for("marketer").get(f"{place}/values/name").status_code == 404


def test_clients_go_to_one_person_too(app: Flask, browser: FlaskClient, make: Make) -> None:
    vera = make.user("seller", name="Vera Stone")
    place = brought(browser, b"Company\r\nOmega\r\nAlpha\r\n", "clients")

    browser.post(place, data={"action": "import", "all-owner": "Vera Stone"})
    work()

    assert reading().scalars(sa.select(Client.owner_id)).all() == [vera, vera]


def test_deals_of_an_old_system_are_all_won(app: Flask, browser: FlaskClient) -> None:
    place = brought(browser, b"Deal;Sum\r\nBoilers;10\r\nPipes;20\r\n", "deals")
    assert "none: the deal is open" in words(browser.get(place))

    browser.post(place, data={"action": "import", "all-outcome": "won"})
    work()

    assert reading().scalars(sa.select(Deal.outcome)).all() == ["won", "won"]
