"""The pages of groups and consents, as those who work with them use them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from salesman_mailing.consent.consent import is_allowed
from salesman_mailing.groups import queries, service

from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

pytestmark = pytest.mark.databases("sqlite")


def send(browser: Any, page: str, path: str, **data: Any) -> Any:
    """Send a form as a page has it."""
    (token, *_same) = re.findall(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    return browser.post(path, data={"csrf_token": token, **data})


@pytest.fixture
def fair(make: Make, group: Any) -> int:
    """Give a group that follows whoever was at the fair, and has one of them kept out."""
    group_id: int = group("Spring")
    first = make.client(name="Boilers", emails=["boilers@example.com"], tags=["fair"])
    make.client(name="Pumps", emails=["pumps@example.com"], tags=["fair"])
    with make.acting(make.user_of("marketer")):
        service.follow(group_id, "client", "tag=fair")
        service.keep_out(group_id, "client", first, "A competitor")
    return group_id


def test_card_says_why_somebody_is_in_the_group_and_who_is_kept_out(
    browser_for: Any, fair: int
) -> None:
    page = browser_for("marketer").get(f"/mailing/{fair}").text

    assert re.search(r"Pumps</a>.*?follows: Tag is fair", page, re.DOTALL)
    assert "A competitor" in page
    assert not re.search(r"Boilers</a>.{0,400}follows: Tag is fair", page, re.DOTALL)


def test_member_without_consent_is_shown_with_the_reason(
    make: Make, browser_for: Any, group: Any, purposes: Any
) -> None:
    group_id = group("News", purpose_id=purposes["news"].id)
    client = make.client(name="Pumps", emails=["pumps@example.com"])
    with make.acting(make.user_of("marketer")):
        service.add_records(group_id, "client", [client])

    assert "has not agreed to this" in browser_for("marketer").get(f"/mailing/{group_id}").text


def test_group_is_built_by_narrowing_a_list(browser_for: Any, make: Make, group: Any) -> None:
    group_id, browser = group("Spring"), browser_for("marketer")
    make.client(emails=["a@example.com"], tags=["fair"])
    asked = f"of=client&group={group_id}"
    narrowed = browser.get(f"/mailing/choose/filter?{asked}&tag=fair")
    assert narrowed.headers["Location"].endswith(
        f"/mailing/choose?of=client&group={group_id}&tag=fair"
    )
    page = browser.get(f"/mailing/choose?{asked}&tag=fair").text
    assert "It finds 1 record at the moment." in page
    (address,) = re.findall(r'name="address" value="([^"]*)"', page)

    told = {"kind": "client", "address": address, "whom": "itself"}
    send(browser, "/mailing", f"/mailing/{group_id}/follow", **told)
    with make.acting(make.user_of("marketer")):
        (one,) = queries.filters_of(reading(), group_id)
    assert (one.kind, one.args) == ("client", {"tag": "fair"})


def test_dropped_filter_comes_back_by_undo(browser_for: Any, make: Make, fair: int) -> None:
    browser = browser_for("marketer")
    with make.acting(make.user_of("marketer")):
        (one,) = queries.filters_of(reading(), fair)
    here = f"/mailing/{fair}"
    send(browser, here, f"{here}/filters/{one.id}/drop")
    page = browser.get(here).text
    (undo,) = re.findall(r'"(/mailing/\d+/follow\?[^"]*)"', page)
    send(browser, here, html.unescape(undo))

    with make.acting(make.user_of("marketer")):
        assert [found.args for found in queries.filters_of(reading(), fair)] == [one.args]


def test_somebody_is_kept_out_with_a_reason(browser_for: Any, make: Make, group: Any) -> None:
    group_id, browser = group("Spring"), browser_for("marketer")
    client = make.client(name="Rivals", emails=["rivals@example.com"], tags=["fair"])
    with make.acting(make.user_of("marketer")):
        service.follow(group_id, "client", "tag=fair")
    asks = f"/mailing/{group_id}/keep-out?record=client:{client}"
    assert "Rivals stays out of “Spring”" in browser.get(asks).text

    path, told = f"/mailing/{group_id}/keep-out", {"record": f"client:{client}"}
    send(browser, asks, path, **told, reason="A competitor")
    assert "A competitor" in browser.get(f"/mailing/{group_id}").text


def test_what_was_typed_stays_after_an_error(browser_for: Any) -> None:
    new = "/mailing/new"
    refused = send(browser_for("marketer"), new, new, description="Typed already")

    assert refused.status_code == 422
    assert "Typed already" in refused.text


def test_panel_of_a_client_notes_a_refusal_with_its_reason(
    browser_for: Any, make: Make, purposes: Any
) -> None:
    owner = make.user_of("seller")
    client = make.client(emails=["pumps@example.com"], owner_id=owner)
    browser = browser_for("seller")
    path = f"/mailing/consent/client/{client}"
    page = browser.get(path).text
    (email,) = re.findall(r'name="email_id" value="(\d+)"', page)
    told = {"email_id": email, "purpose_id": "", "state": "refused"}

    send(browser, path, path, **told)
    assert is_allowed(reading(), "pumps@example.com", purposes["orders"])
    send(browser, path, path, **told, reason="On the phone")
    assert not is_allowed(reading(), "pumps@example.com", purposes["orders"])
    assert "On the phone" in browser.get(path).text


def test_sellers_make_no_groups(browser_for: Any) -> None:
    assert browser_for("seller").get("/mailing").status_code == 403


def test_statements_of_a_card_do_not_grow_with_its_members(
    make: Make, browser_for: Any, fair: int, statements: Any
) -> None:
    browser = browser_for("marketer")
    browser.get(f"/mailing/{fair}")
    with statements() as few:
        browser.get(f"/mailing/{fair}")
    for number in range(20):
        make.client(emails=[f"more{number}@example.com"], tags=["fair"])
    with statements() as many:
        browser.get(f"/mailing/{fair}")

    assert len(many) == len(few)


MOST = str(10**30)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/mailing/consent/client/{client}", "email_id"),
        ("/mailing/consent/client/{client}/mend", "email_id"),
        ("/mailing/add", "group_id"),
        ("/mailing/{group}/add-group", "other_id"),
        ("/mailing/{group}/follow", "filter_id"),
    ],
)
def test_number_that_no_column_holds_names_nothing(
    make: Make, browser_for: Any, group: Any, path: str, field: str
) -> None:
    client = make.client(emails=["pumps@example.com"])
    where = path.format(client=client, group=group("Spring"))
    told = {"record": f"client:{client}", "state": "refused", "reason": "Told", field: MOST}
    answer = send(browser_for("marketer"), "/mailing/new", where, **told)
    assert answer.status_code in {404, 422}


def test_card_goes_on_behind_no_number_that_no_column_holds(browser_for: Any, fair: int) -> None:
    browser = browser_for("marketer")
    assert browser.get(f"/mailing/{fair}?after=client:{MOST}").status_code == 200
    assert browser.get(f"/mailing/choose?of=client&group={MOST}").status_code == 404
