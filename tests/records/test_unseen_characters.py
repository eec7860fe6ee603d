"""Names that nobody sees are refused, and what misleads the eye is left out everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.characters import shows_something, without_unseen
from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.records.custom.service import define_field
from salesman_core.records.imports import ColumnMapping
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.services.company import change_company
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

UNSEEN = {
    "zero width": "\u200b\ufeff",
    "joiner": "\u200d",
    "override": "\u202e\u2066",
    "control": "\x07\x1b",
    "filler": "\u3164",
    "space": "\u00a0\u2003",
    "tags": "\U000e0041\U000e007f",
}
NO_CURRENCIES = ("XXX", "XTS", "XAU", "XDR")


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_name_of_unseen_characters_is_refused_at_the_field(
    name: str, make: Make, api_for: ApiFor
) -> None:
    api, client = api_for("head"), make.client()

    for records, values in (
        ("clients", {"name": name}),
        ("contacts", {"name": name, "client_id": client}),
        ("deals", {"name": name}),
    ):
        answer = api.post(f"/{records}", values)
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"name"})
    tagged = api.post("/clients", {"name": "Omega", "tags": [name]})
    assert (tagged.status_code, set(tagged.json["errors"])) == (422, {"tags.0"})


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_row_of_a_file_with_such_a_name_is_refused_at_the_cell(
    name: str, tmp_path: Path, app: object
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"Name;Source\nOmega;fair\n{name};web\n", encoding="utf-8")

    result = import_run(import_type("clients"), path, ColumnMapping()).apply()

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 1"
    assert [set(one.problems) for one in result.refused_rows] == [{"name"}]


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("forms_without_proof")
def test_form_says_at_the_field_that_a_name_shows_nothing(browser_for: BrowserFor) -> None:
    answer = browser_for("head").post("/clients/new", data={"name": "\u200b\u202e"})

    assert answer.status_code == 422
    assert 'id="wrong-name"' in answer.text


@pytest.mark.databases("sqlite")
def test_custom_field_is_not_called_by_what_nobody_sees(app: object) -> None:
    with pytest.raises(InvalidError) as refused:
        define_field("deal", {"label": "\u2060\u200b", "type": "text"})

    assert set(refused.value.fields) == {"label"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ome\u200bga", "Omega"),
        ("\ufeffOmega", "Omega"),
        ("gpj.\u202etxt", "gpj.txt"),
        ("Ome\x07ga", "Omega"),
        ("👩\u200d🔧 Ёлка", "👩\u200d🔧 Ёлка"),
        ("❤\ufe0f", "❤\ufe0f"),
    ],
)
def test_text_is_kept_without_what_misleads_the_eye(typed: str, kept: str, api_for: ApiFor) -> None:
    answer = api_for("head").post("/clients", {"name": typed, "site": typed, "tags": [typed]})

    assert answer.status_code == 201
    got: dict[str, Any] = answer.json
    assert (got["name"], got["site"], got["tags"]) == (kept, kept, [kept])
    reading().rollback()
    assert reading().scalars(sa.select(Client.name)).all() == [kept]


def test_lines_and_tabs_of_a_text_stay() -> None:
    assert without_unseen("first\n\tsecond\r\n") == "first\n\tsecond\r\n"
    assert not shows_something("\n\t\r\n")


@pytest.mark.parametrize("code", NO_CURRENCIES)
def test_code_of_what_is_no_money_is_no_currency(
    code: str, api_for: ApiFor, tmp_path: Path
) -> None:
    api = api_for("administrator")

    deal = api.post("/deals", {"name": "Boilers", "amount": "1", "currency": code})
    rate = api.post("/rates", {"currency": code, "day": "2026-03-01", "rate": "5"})

    assert (deal.status_code, set(deal.json["errors"])) == (422, {"currency"})
    assert (rate.status_code, set(rate.json["errors"])) == (422, {"currency"})
    with pytest.raises(InvalidError) as refused:
        change_company({"currency": code})
    assert set(refused.value.fields) == {"currency"}
    path = tmp_path / "rows.csv"
    path.write_text(f"Deal;Amount;Currency\nBoilers;1;{code}\n", encoding="utf-8")
    brought = import_run(import_type("deals"), path, ColumnMapping()).apply()
    assert [set(one.problems) for one in brought.refused_rows] == [{"currency"}]


@pytest.mark.databases("sqlite")
def test_pages_offer_no_currency_that_is_no_money(browser_for: BrowserFor) -> None:
    browser = browser_for("administrator")

    for page in ("/admin/company", "/admin/rates"):
        text = browser.get(page).text
        assert 'value="CHF"' in text
        assert not [code for code in NO_CURRENCIES if f'value="{code}"' in text]
