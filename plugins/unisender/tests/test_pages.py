"""Linking a group, looking and carrying out, by the pages and by the JSON API."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from salesman_mailing.services import linking
from salesman_mailing.services.models import Link

from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import writing

from .conftest import Linked
from .standin import Contact, StandIn

pytestmark = pytest.mark.databases("sqlite")

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
ANNA, BORIS = "anna@example.com", "boris@example.com"
ADDED = {"what": "add", "whole": 1, "done": 0, "refused": 0}


def send(browser: Browser, page: str, path: str, **data: Any) -> Any:
    """Send a form as a page has it."""
    (token, *_same) = re.findall(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    return browser.post(path, data={"csrf_token": token, **data})


def test_marketer_links_a_group_and_sees_first_what_would_change(
    unisender: StandIn, browser_for: BrowserFor, linked: Callable[..., Linked]
) -> None:
    link = linked(ANNA, BORIS)
    with writing() as session:
        session.delete(session.get_one(Link, link.id))
    browser = browser_for("marketer")
    card = f"/mailing/{link.group_id}"
    assert "Link with UniSender" in browser.get(card).text

    chosen = f"{card}/link/unisender"
    answer = send(browser, chosen, chosen, list_id="17")
    page = answer.headers["Location"]
    link.id = int(page.rpartition("/")[2])
    link.work()
    shown = browser.get(page).text
    assert ANNA in shown
    assert "come into the list" in shown
    assert unisender.contacts == {}

    send(browser, page, f"{page}/carry-out")
    link.work(1)
    assert set(unisender.contacts) == {ANNA, BORIS}
    assert "UniSender: News" in browser.get(card).text


def test_program_does_the_same(
    api_for: ApiFor, linked: Callable[..., Linked], group: Callable[..., int], app: Flask
) -> None:
    del app
    link = linked(ANNA)
    api = api_for("marketer")
    path = f"/mailing/links/{link.id}"
    assert api.post(f"{path}/carry-out").status_code == HTTPStatus.CONFLICT
    assert api.post(f"{path}/compare").json["state"] == "comparing"
    link.work()
    assert api.get(path).json["changes"] == [ADDED]
    changes = api.get(f"{path}/changes").json["items"]
    assert [(one["what"], one["address"]) for one in changes] == [("add", ANNA)]
    assert api.post(f"{path}/carry-out").status_code == HTTPStatus.ACCEPTED
    link.work(1)
    assert api.get(path).json["state"] == "idle"

    made = api.post(f"/mailing/{group(BORIS)}/links", {"service": "unisender"})
    assert (made.status_code, made.json["list_title"]) == (HTTPStatus.CREATED, "Spring")
    assert api.get("/mailing/services").json["items"] == [{"id": "unisender", "title": "UniSender"}]


def test_who_did_not_compare_reads_no_addresses(
    make: Make, api_for: ApiFor, browser_for: BrowserFor, linked: Callable[..., Linked]
) -> None:
    link = linked(ANNA)
    link.compare()
    assert ANNA not in browser_for("head").get(f"/mailing/links/{link.id}").text
    path = f"/mailing/links/{link.id}/changes"
    assert api_for("head").get(path).status_code == HTTPStatus.FORBIDDEN
    assert api_for("seller").get(path).status_code == HTTPStatus.FORBIDDEN


def test_only_what_was_shown_is_carried_out(
    unisender: StandIn, api_for: ApiFor, browser_for: BrowserFor, linked: Callable[..., Linked]
) -> None:
    link = linked(ANNA)
    link.compare()
    api, browser = api_for("marketer"), browser_for("marketer")
    page, path = f"/mailing/links/{link.id}", f"/mailing/links/{link.id}"
    seen = api.get(path).headers["ETag"]
    (version, *_same) = re.findall(r'name="version" value="(\d+)"', browser.get(page).text)
    unisender.contacts[BORIS] = Contact(lists={"17"}, status="unsubscribed")
    assert link.compare() == {"add": 1, "refuse": 1}

    refused = api.post(f"{path}/carry-out", headers={"If-Match": seen})
    send(browser, page, f"{page}/carry-out", version=version)

    assert refused.status_code == HTTPStatus.PRECONDITION_FAILED
    assert "Somebody else has changed this" in browser.get(page).text
    assert (link.row.state, set(unisender.contacts)) == ("planned", {BORIS})
    now = api.get(path).headers["ETag"]
    done = api.post(f"{path}/carry-out", headers={"If-Match": now})
    assert done.status_code == HTTPStatus.ACCEPTED


def test_what_somebody_else_found_is_not_taken_over(
    make: Make, api_for: ApiFor, linked: Callable[..., Linked]
) -> None:
    link = linked(ANNA)
    link.compare()
    path = f"/mailing/links/{link.id}"
    with make.acting(make.user_of("head")):
        linking.change_link(link.id, automatic=False)
    assert api_for("head").get(f"{path}/changes").json["items"] == []
    assert (link.row.state, link.row.by_name) == ("idle", make.person(make.user_of("head")).name)

    link.compare()
    with make.acting(make.user_of("head")):
        linking.compare(link.id)
    assert api_for("head").get(f"{path}/changes").json["items"] == []


def test_comparing_that_is_stopped_finds_nothing_afterwards(
    app: Flask, make: Make, unisender: StandIn, linked: Callable[..., Linked]
) -> None:
    link = linked(ANNA)
    user = make.user_of("marketer")

    def stop() -> None:
        with app.app_context(), make.acting(user):
            linking.stop(link.id)

    unisender.meanwhile["async/getTaskResult"] = stop
    assert link.compare() == {}
    assert (link.row.state, link.row.compared_at, unisender.meanwhile) == ("idle", None, {})


def test_links_of_a_group_are_counted_in_one_statement(
    api_for: ApiFor, linked: Callable[..., Linked], statements: Callable[[], Any]
) -> None:
    link = linked(ANNA, BORIS)
    link.compare()
    told = {"group_id": link.group_id, "service": "another", "list_id": "1"}
    other = Link(created_at=link.row.created_at, **told)
    with writing() as session:
        session.add(other)
    api, path = api_for("marketer"), f"/mailing/{link.group_id}/links"
    with statements() as sent:
        found = api.get(path).json["items"]

    assert [one["changes"] for one in found] == [[], [{**ADDED, "whole": 2}]]
    assert len([one for one in sent if "mailing_link_change" in one]) == 1


def test_work_that_is_stopped_stays_where_it_is(
    unisender: StandIn, api_for: ApiFor, linked: Callable[..., Linked]
) -> None:
    link = linked(ANNA)
    link.compare()
    unisender.trouble.append("500")
    link.carry_out()
    api, path = api_for("marketer"), f"/mailing/links/{link.id}"
    assert api.post(f"{path}/compare").status_code == HTTPStatus.CONFLICT
    assert api.post(f"{path}/stop").json["state"] == "planned"
    link.work()
    assert unisender.contacts == {}
    assert api.delete(path).status_code == HTTPStatus.NO_CONTENT


def test_lists_that_cannot_be_read_are_told_with_the_reason(
    unisender: StandIn, browser_for: BrowserFor, group: Callable[..., int]
) -> None:
    unisender.trouble.append("access_denied")
    page = browser_for("marketer").get(f"/mailing/{group(ANNA)}/link/unisender")
    assert page.status_code == HTTPStatus.OK
    assert "UniSender refuses access" in page.text
