"""An inquiry of a colleague's client: whose it is, and where the deal goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_inquiries import becoming

from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Client, Contact, Deal, reading

Note = Callable[..., int]
ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]

PHONE = "+7 916 123-45-67"
CALLED = {"name": "Clara", "phones": [PHONE], "subject": "Three boilers"}
SECRET = "Hidden Boilers Ltd"  # the name of a client


@pytest.fixture
def holder(make: Make) -> int:
    """Give the seller whose the client is; another one has no deals at all."""
    make.user("seller", name="Adam Free")
    return make.user("seller", name="Vera Stone")


@pytest.fixture
def client_id(make: Make, holder: int) -> int:
    """Give the client that a telemarketer does not see."""
    return make.client(name=SECRET, owner_id=holder, phones=[PHONE])


def send(browser: Browser, address: str, typed: Mapping[str, str]) -> Any:
    """Send a form, with the token that the person's pages have, and follow where it leads."""
    page = browser.get("/profile").text
    (token,) = re.findall(r'name="csrf-token" content="([^"]+)"', page)
    return browser.post(address, data={"csrf_token": token, **typed}, follow_redirects=True)


def clients() -> list[str]:
    reading().rollback()
    return sorted(reading().scalars(sa.select(Client.name)))


def test_deal_joins_the_client_and_is_with_its_seller(
    make: Make, note: Note, client_id: int, holder: int, api_for: ApiFor
) -> None:
    inquiry_id = note(**CALLED, owner_id=make.user_of("telemarketer"))

    made = api_for("telemarketer").post(f"/inquiries/{inquiry_id}/deal", {}).json

    assert (made["client_id"], made["owner_id"], made["joined"]) == (client_id, holder, True)
    assert clients() == [SECRET]
    deal = reading().get_one(Deal, made["deal_id"])
    assert (deal.client_id, deal.owner_id, deal.name) == (client_id, holder, "Three boilers")


def test_client_alone_is_not_made_anew(make: Make, note: Note, client_id: int) -> None:
    with make.acting(make.user("telemarketer")):
        made = becoming.make_client(note(**CALLED), {})

    assert (made["client_id"], clients()) == (client_id, [SECRET])
    assert reading().scalars(sa.select(Contact.name)).all() == ["Clara"]


def test_new_client_is_made_by_those_who_say_so(make: Make, note: Note, client_id: int) -> None:
    with make.acting(make.user("telemarketer")):
        made = becoming.make_deal(note(**CALLED), {"new_client": True})

    assert not made["joined"]
    assert clients() == ["Clara", SECRET]


def test_whose_client_it_is_stands_there_while_a_number_is_typed(
    make: Make, client_id: int, browser_for: BrowserFor
) -> None:
    pages = {
        role: browser_for(role).get("/inquiries/find?q=8+916+123-45-67").text
        for role in ("telemarketer", "seller")
    }

    assert "A client of Vera Stone, whom you do not see." in pages["telemarketer"]
    assert "Make a new client all the same" in pages["telemarketer"]
    assert "No client that you see has this number" in pages["seller"]
    assert not any(SECRET in page or "Vera" in pages["seller"] for page in pages.values())


def test_card_says_it_before_and_after(
    make: Make, note: Note, client_id: int, browser_for: BrowserFor
) -> None:
    inquiry_id = note(**CALLED, owner_id=make.user_of("telemarketer"))
    browser = browser_for("telemarketer")
    before = browser.get(f"/inquiries/{inquiry_id}").text
    after = send(browser, f"/inquiries/{inquiry_id}/deal", {}).text

    assert "A client of Vera Stone, whom you do not see." in before
    assert "as usual: Vera Stone" in before
    assert "It has joined a known client, and is with Vera Stone now." in after
    assert "Colleagues work on it, and you do not see it." in after
    assert SECRET not in before + after


def test_seller_finds_the_client_by_the_email_that_was_told(
    make: Make, note: Note, client_id: int, holder: int
) -> None:
    with make.acting(make.user("telemarketer")):
        becoming.make_deal(note(**CALLED, emails=["clara@example.com"]), {})

    reading().rollback()
    contact = reading().scalars(sa.select(Contact)).one()
    assert [one.normalised for one in contact.emails] == ["clara@example.com"]
