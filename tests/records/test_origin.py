"""The audit says from where something was done: by which way in, and from which address."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.access.origin import COMMAND, Origin, coming_from
from salesman_core.clients.service import change_client
from salesman_core.db import reading
from salesman_core.jobs.port import jobs
from salesman_core.people import handing_over
from salesman_core.people.handing_over import ALL_KINDS
from salesman_core.records import export
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run
from salesman_core.records.export import Wanted, begin_export
from salesman_core.records.models import Audit
from salesman_core.testing.people import Api, Make, apart

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]

FILE = b"Company;Phone\r\nOmega;+7 495 123-45-67\r\n"


def origins(kind: str, *actions: str) -> set[tuple[str, str]]:
    """By which ways and from which addresses some things were done to records of a kind."""
    reading().rollback()
    found = sa.select(Audit.way, Audit.address).where(Audit.kind == kind, Audit.action.in_(actions))
    return {(row.way, row.address) for row in reading().execute(found)}


def import_of(browser: FlaskClient) -> str:
    """Bring a file in by the page; give its address there."""
    form = {"record": "clients", "file": (io.BytesIO(FILE), "clients.csv")}
    place = browser.post("/admin/import", data=form, content_type="multipart/form-data").location
    browser.post(place, data={"action": "import"})
    apart(jobs().drain)
    return place


def test_page_says_so_with_the_address(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    browser_for("head").post(f"/clients/{client}/fields/site", data={"site": "a.example"})
    assert origins("client", "changed") == {("page", "127.0.0.1")}


def test_token_is_named(api_for: ApiFor) -> None:
    api_for("head").post("/clients", {"name": "Alpha"})
    assert origins("client", "created") == {("token tests", "127.0.0.1")}


def test_command_line_says_so_and_has_no_address(make: Make) -> None:
    with coming_from(Origin(COMMAND)):
        make.client()
    assert origins("client", "created") == {("command", "")}


def test_system_itself_comes_from_nowhere(make: Make) -> None:
    make.client()
    assert origins("client", "created") == {("", "")}


def test_import_of_the_page_has_its_number_and_the_address_it_was_begun_from(
    browser_for: BrowserFor,
) -> None:
    number = import_of(browser_for("head")).rpartition("/")[2]
    assert origins("client", "created") == {(f"import {number}", "127.0.0.1")}


def test_import_that_is_taken_back_has_its_number_and_the_address(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = import_of(browser)
    browser.post(f"{place}/undo")
    apart(jobs().drain)
    number = place.rpartition("/")[2]
    assert origins("client", "import_undone") == {(f"import {number}", "127.0.0.1")}


@pytest.fixture
def from_afar(make: Make) -> Iterator[None]:
    """The head of sales at a page, at an address of their own."""
    with make.acting(make.user_of("head")), coming_from(Origin.by("page", address="10.0.0.7")):
        yield


def test_export_in_the_background_comes_from_where_it_was_asked_for(
    make: Make, from_afar: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 0)
    begin_export("client", chosen_by_ids([make.client()]), Wanted(["name"], "csv"))
    apart(jobs().drain)
    assert origins("client", "exported") == {("page", "10.0.0.7")}


def test_act_on_many_in_the_background_comes_from_where_it_was_begun(
    make: Make, from_afar: None
) -> None:
    clients = [make.client() for _number in range(2)]
    begin_run("client", "core.tag", {"add": ["vip"]}, chosen_by_ids(clients), at_once=1)
    apart(jobs().drain)
    assert origins("client", "changed") == {("page", "10.0.0.7")}


def test_hand_over_in_the_background_comes_from_where_it_was_decided(
    make: Make, api_for: ApiFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "AT_ONCE", 0)
    leaving, staying = make.user("seller"), make.user("seller")
    make.client(owner_id=leaving)
    body = {"successors": {ALL_KINDS: staying}}
    answer = api_for("administrator").post(f"/users/{leaving}/deactivate", body)
    assert answer.status_code < 300, answer.text
    apart(jobs().drain)
    assert origins("client", "handed_over") == {("token tests", "127.0.0.1")}


def test_history_and_audit_say_from_where(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    with coming_from(Origin.by("token", "Site", "10.0.0.7")):
        change_client(client, {"site": "a.example"})
    for page in (f"/records/client/{client}/history", "/admin/audit"):
        assert "token “Site”, 10.0.0.7" in browser_for("administrator").get(page).text


def test_address_is_told_to_whoever_may_read_the_audit_alone(
    make: Make, browser_for: BrowserFor
) -> None:
    """Everybody reads by which way in it was done; where colleagues sit is nobody else's matter."""
    client = make.client(owner_id=make.user_of("head"))
    with coming_from(Origin.by("token", "Site", "10.0.0.7")):
        change_client(client, {"name": "Omega"})
    told = {}
    for role in ("administrator", "head"):
        page = browser_for(role).get(f"/records/client/{client}/history").text
        story = browser_for(role).get(f"/records/client/{client}/story").text
        told[role] = ("token “Site”" in page, "10.0.0.7" in page, "10.0.0.7" in story)
    assert told == {"administrator": (True, True, False), "head": (True, False, False)}
    page = browser_for("administrator").get("/admin/audit").text
    assert "10.0.0.7" in page
