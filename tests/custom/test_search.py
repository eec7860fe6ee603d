"""Custom fields that are searched."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient

from salesman_core.records.custom import service
from salesman_core.testing.people import Make, api_of

Define = Callable[..., int]
BrowserFor = Callable[[str], FlaskClient]


@pytest.fixture
def elk(make: Make, define: Define) -> int:
    define("text", "client", key="nickname", searched=True)
    define("text", "client", key="secret")
    return make.client(name="Roofs Ltd", custom={"nickname": "Ёлочка", "secret": "Пихта"})


def finds(browser: FlaskClient, typed: str) -> bool:
    """Tell whether the search box finds the one record, to which it leads."""
    return browser.get(f"/search?q={typed}").status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize(
    ("typed", "found"), [("елоч", "found"), ("пихт", "not"), ("roofs", "found")]
)
@pytest.mark.usefixtures("elk")
def test_search_box_looks_in_what_is_searched(
    browser_for: BrowserFor, typed: str, found: str
) -> None:
    assert finds(browser_for("administrator"), typed) == (found == "found")


@pytest.mark.usefixtures("elk")
def test_search_finds_nothing_in_records_out_of_reach(browser_for: BrowserFor) -> None:
    assert not finds(browser_for("seller"), "елоч")


def test_search_of_a_list_looks_in_it_too(make: Make, define: Define) -> None:
    define("link", searched=True)
    make.deal(name="Roof", custom={"link": "https://example.com/elk"})
    api = api_of(make.app, make.user_of("administrator"))
    assert [one["name"] for one in api.get("/deals?q=ELK").json["items"]] == ["Roof"]


def test_field_that_becomes_searched_is_searched_with_what_stood_there(
    browser_for: BrowserFor, make: Make, define: Define
) -> None:
    field = define("text", "contact")
    make.contact(make.client(), name="Ann", custom={"text": "hunter"})
    browser = browser_for("administrator")
    assert not finds(browser, "hunter")
    service.change_field(field, {"label": "Text", "searched": True})
    assert finds(browser, "hunter")
