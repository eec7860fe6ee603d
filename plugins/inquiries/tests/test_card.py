"""The card of an inquiry: how they are reached, and where what came of it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from salesman_inquiries import becoming, queries

from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import bans, reading, service, writing

BrowserFor = Callable[[str], Browser]
Note = Callable[..., int]

REACH = {"phones": ["+7 916 123-45-67"], "emails": ["clara@example.com"]}
MAKE: Mapping[str, Callable[[int, int], Any]] = {
    "lead": lambda inquiry_id, _owner_id: becoming.make_lead(inquiry_id),
    "client": lambda inquiry_id, id_: becoming.make_client(inquiry_id, {"owner_id": id_}),
    "deal": lambda inquiry_id, id_: becoming.make_deal(inquiry_id, {"owner_id": id_}),
}
"""Each makes something of an inquiry that is to be somebody's."""


@pytest.mark.parametrize("banned", ["addresses", "client_ids", "contact_ids"])
def test_nothing_invites_to_call_who_wants_no_calls(
    make: Make, browser_for: BrowserFor, note: Note, banned: str
) -> None:
    client_id = make.client()
    contact_id = make.contact(client_id)
    inquiry_id = note(**REACH, client_id=client_id, contact_id=contact_id)
    whom = {"addresses": ["+79161234567"], "client_ids": [client_id], "contact_ids": [contact_id]}
    with writing() as session:
        bans.ban(session, bans.CALLS, "said so", **{banned: whom[banned]})

    page = browser_for("head").get(f"/inquiries/{inquiry_id}").text
    assert "wants no calls: said so" in page
    assert ('href="tel:' in page, 'href="mailto:clara@example.com"' in page) == (False, True)


def test_phone_that_is_none_has_a_sign_and_no_link(browser_for: BrowserFor, note: Note) -> None:
    page = browser_for("head").get(f"/inquiries/{note(phones=['ask at noon'])}").text

    assert "This does not look like a telephone number." in page
    assert 'href="tel:' not in page


def test_activity_is_linked_for_whoever_sees_it(
    make: Make, browser_for: BrowserFor, note: Note
) -> None:
    with make.acting(make.user_of("head")):
        inquiry_id = note(next_step="Call back")
    link = f'href="/calendar/{queries.one_inquiry(reading(), inquiry_id).activity_id}"'

    assert link in browser_for("head").get(f"/inquiries/{inquiry_id}").text
    assert link not in browser_for("telemarketer").get(f"/inquiries/{inquiry_id}").text


def test_activity_in_the_bin_is_not_linked(browser_for: BrowserFor, note: Note) -> None:
    inquiry_id = note(next_step="Call back")
    activity_id = queries.one_inquiry(reading(), inquiry_id).activity_id
    service("calendar").drop(activity_id)

    page = browser_for("head").get(f"/inquiries/{inquiry_id}").text
    assert f'href="/calendar/{activity_id}"' not in page


@pytest.mark.parametrize("becomes", ["lead", "client", "deal"])
def test_what_it_became_is_linked_for_whoever_sees_it(
    make: Make, browser_for: BrowserFor, note: Note, becomes: str
) -> None:
    with make.acting(make.user_of("head")) as head:
        inquiry_id = note(**REACH, owner_id=make.user_of("seller"))
        MAKE[becomes](inquiry_id, head.id or 0)
    became_id = queries.one_inquiry(reading(), inquiry_id).became_id
    link = f'href="/{becomes}s/{became_id}"'

    assert link in browser_for("head").get(f"/inquiries/{inquiry_id}").text
    assert link not in browser_for("seller").get(f"/inquiries/{inquiry_id}").text
