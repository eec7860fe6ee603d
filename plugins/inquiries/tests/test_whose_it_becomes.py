"""Whose the client and the deal are that come of an inquiry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_inquiries import becoming

from salesman_core.errors import ForbiddenError, InvalidError
from salesman_core.plugins import switches
from salesman_core.services.models import Notice
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Client, Deal, reading

Note = Callable[..., int]
ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]

CALLED = {"name": "Clara", "company": "Boilers Ltd", "phones": ["+7 916 123-45-67"]}


BOILERS = [{"name": "Boiler"}]


def send(browser: Browser, address: str, typed: Mapping[str, str]) -> Any:
    """Send a form, with the token that the person's pages have, and follow where it leads."""
    page = browser.get("/profile").text
    (token,) = re.findall(r'name="csrf-token" content="([^"]+)"', page)
    return browser.post(address, data={"csrf_token": token, **typed}, follow_redirects=True)


def owners(made: dict[str, Any]) -> tuple[int | None, int | None]:
    reading().rollback()
    client = reading().get_one(Client, made["client_id"])
    return client.owner_id, reading().get_one(Deal, made["deal_id"]).owner_id


def test_what_a_telemarketer_finds_is_with_the_seller_who_has_the_fewest_open_deals(
    make: Make, note: Note
) -> None:
    busy, free = make.user("seller"), make.user("seller")
    make.user("head")
    make.deal(owner_id=busy)

    with make.acting(make.user("telemarketer")):
        made = becoming.make_deal(note(**CALLED), {})

    assert owners(made) == (free, free)
    assert made["owner_id"] == free


def test_seller_finds_the_deal_and_changes_it(make: Make, note: Note, api_for: ApiFor) -> None:
    seller = make.user_of("seller")
    inquiry_id = note(**CALLED, subject="Boilers", owner_id=make.user_of("telemarketer"))

    made = api_for("telemarketer").post(f"/inquiries/{inquiry_id}/deal", {}).json

    assert made["owner_id"] == seller
    changed = api_for("seller").patch(f"/deals/{made['deal_id']}", {"amount": "10.00"})
    assert (changed.status_code, changed.json["amount"]) == (200, "10.00")


def test_client_alone_goes_to_a_seller_too(make: Make, note: Note) -> None:
    seller = make.user("seller")
    with make.acting(make.user("telemarketer")):
        made = becoming.make_client(note(**CALLED), {})

    assert reading().get_one(Client, made["client_id"]).owner_id == seller


def test_responsible_of_the_inquiry_has_it_who_works_on_deals(make: Make, note: Note) -> None:
    make.user("seller")
    responsible = make.user("seller")
    make.deal(owner_id=responsible)
    inquiry_id = note(**CALLED, owner_id=responsible)

    with make.acting(make.user("telemarketer")):
        made = becoming.make_deal(inquiry_id, {})

    assert owners(made) == (responsible, responsible)


def test_deal_of_a_known_client_is_with_whose_the_client_is(make: Make, note: Note) -> None:
    make.user("seller")
    holder = make.user("seller")
    caller = make.user("telemarketer")
    part = {"user_id": caller, "part": "calls"}
    client_id = make.client(owner_id=holder, participants=[part])
    make.deal(owner_id=holder)

    with make.acting(caller):
        made = becoming.make_deal(note(name="", client_id=client_id), {})

    assert owners(made) == (holder, holder)


@pytest.mark.parametrize("leads", ["active", "suspended"])
def test_rules_of_leads_say_who_is_next(app: Flask, make: Make, note: Note, leads: str) -> None:
    from salesman_leads.distribution.service import add_rule  # noqa: PLC0415  # the other plugin's

    idle, first, second = (make.user("seller") for _one in range(3))
    caller = make.user("telemarketer")
    make.deal(owner_id=first)
    make.deal(owner_id=second)
    members = [{"user_id": one, "weight": 1} for one in (caller, first, second)]
    add_rule({"name": "Fair", "sources": ["fair"], "method": "in_turn", "members": members})
    if leads == "suspended":
        switches.suspend("leads")
        switches.follow_now()

    with make.acting(caller):
        strangers = ("Anna", "Boris", "Clara")
        told = {"source": "fair", "products": BOILERS}
        inquiries = [note(name=name, **told) for name in strangers]
        got = [becoming.make_deal(one, {})["owner_id"] for one in inquiries]

    assert got == {"active": [first, second, first], "suspended": [idle, idle, first]}[leads]


def test_whoever_acts_keeps_it_where_nobody_works_on_deals(make: Make, note: Note) -> None:
    with make.acting(make.user("telemarketer")) as caller:
        made = becoming.make_deal(note(**CALLED), {})

    assert owners(made) == (caller.id, caller.id)


def test_telemarketer_chooses_a_seller_on_the_card(
    make: Make, note: Note, browser_for: BrowserFor
) -> None:
    make.user("seller", name="Adam Free")
    seller = make.user("seller", name="Vera Stone")
    inquiry_id = note(**CALLED, owner_id=make.user_of("telemarketer"))
    browser = browser_for("telemarketer")
    card = f"/inquiries/{inquiry_id}"

    assert "as usual: Adam Free" in browser.get(card).text
    page = send(browser, f"{card}/deal", {"holder_id": str(seller)})

    assert "It is with Vera Stone now." in page.text
    assert reading().scalars(sa.select(Deal.owner_id)).all() == [seller]


def test_seller_is_told_of_the_deal(make: Make, note: Note) -> None:
    seller = make.user("seller")
    with make.acting(make.user("telemarketer", name="Tina Call")):
        made = becoming.make_deal(note(**CALLED, subject="Boilers"), {})

    told = reading().execute(sa.select(Notice.user_id, Notice.text, Notice.address)).all()
    assert told == [
        (seller, "Tina Call has given you a deal: Boilers", f"/deals/{made['deal_id']}")
    ]


def test_nobody_is_chosen_who_can_work_on_no_deal(make: Make, note: Note) -> None:
    inquiry_id = note(**CALLED)
    with pytest.raises(InvalidError) as caught:
        becoming.make_deal(inquiry_id, {"owner_id": make.user("telemarketer")})

    assert set(caught.value.fields) == {"owner_id"}


def test_seller_gives_a_deal_to_no_colleague(make: Make, note: Note) -> None:
    with make.acting(make.user("seller")):
        inquiry_id = note(**CALLED)
        other = make.user("seller")
        with pytest.raises(ForbiddenError) as caught:
            becoming.make_deal(inquiry_id, {"owner_id": other})

    assert set(caught.value.fields) == {"owner_id"}


def test_error_stands_at_the_field_where_it_was_chosen(
    make: Make, note: Note, browser_for: BrowserFor
) -> None:
    make.user("seller")
    inquiry_id = note(**CALLED, owner_id=make.user_of("telemarketer"))
    typed = {"holder_id": str(make.user("lawyer"))}

    page = send(browser_for("telemarketer"), f"/inquiries/{inquiry_id}/deal", typed)

    assert 'href="#field-holder_id"' in page.text
