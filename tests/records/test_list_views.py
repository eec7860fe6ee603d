"""Lists as people keep them: for oneself, the team, the company."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.db import writing
from salesman_core.errors import ForbiddenError, InvalidError, MissingError
from salesman_core.records.list_views import (
    change_view,
    choose_default,
    delete_view,
    keep_view,
    restore_view,
    views_of,
)
from salesman_core.records.models import ListView
from salesman_core.testing.people import Make, browser_of

BrowserFor = Callable[[str], FlaskClient]


def names(make: Make, user_id: int) -> list[str]:
    with make.acting(user_id):
        return [one.name for one in views_of("deal")]


def kept(make: Make, user_id: int, name: str = "Large", **values: object) -> int:
    with make.acting(user_id):
        given = {"name": name, "sharing": "private", "address": "state=open&sort=-amount"}
        return keep_view("deal", {**given, **values})


def of_old(make: Make, args: dict[str, str]) -> int:
    """Keep a view for everybody with what lists do not know (any more)."""
    view_id = kept(make, make.user_of("head"), sharing="company")
    with writing() as session:
        session.get_one(ListView, view_id).args = args
    return view_id


def test_private_view_is_seen_by_its_owner_alone(make: Make) -> None:
    owner, other = make.user("head"), make.user("head")
    kept(make, owner)

    assert (names(make, owner), names(make, other)) == (["Large"], [])


def test_view_of_a_team_is_seen_within_it_and_from_above(make: Make) -> None:
    above = make.team()
    team = make.team(parent_id=above)
    seller, colleague = make.user(team_id=team), make.user(team_id=team)
    leader, stranger = make.user("head", team_id=above), make.user("head", team_id=make.team())
    kept(make, seller, sharing="team")

    assert [names(make, one) for one in (colleague, leader, stranger)] == [["Large"], ["Large"], []]


def test_view_of_the_company_is_seen_by_everybody(make: Make) -> None:
    kept(make, make.user("head"), sharing="company")

    assert names(make, make.user()) == ["Large"]


def test_sharing_with_everybody_takes_a_permission(make: Make) -> None:
    seller = make.user()
    with pytest.raises(ForbiddenError) as caught:
        kept(make, seller, sharing="company")

    assert caught.value.permission == "core.list.share"


def test_sharing_with_a_team_takes_a_team(make: Make) -> None:
    with pytest.raises(InvalidError) as caught:
        kept(make, make.user(), sharing="team")

    assert set(caught.value.fields) == {"sharing"}


def test_view_is_renamed_deleted_and_brought_back_by_its_owner(make: Make) -> None:
    owner = make.user("head")
    view_id = kept(make, owner)
    with make.acting(owner):
        change_view(view_id, {"name": "Huge"})
        delete_view(view_id)
        assert [one.name for one in views_of("deal")] == []
        restore_view(view_id)

    assert names(make, owner) == ["Huge"]


def test_view_of_another_person_cannot_be_changed(make: Make) -> None:
    view_id = kept(make, make.user("head"), sharing="company")
    with make.acting(make.user("head")), pytest.raises(MissingError):
        change_view(view_id, {"name": "Mine"})


def test_view_that_one_does_not_see_cannot_be_the_default(make: Make) -> None:
    view_id = kept(make, make.user("head"))
    with make.acting(make.user("head")), pytest.raises(MissingError):
        choose_default("deal", view_id)


# -- the pages


def test_view_stands_as_a_tab_with_its_whole_state_in_the_address(
    make: Make, browser_for: BrowserFor
) -> None:
    view_id = kept(make, make.user_of("head"))

    page = browser_for("head").get("/deals").text

    assert f'href="/deals?view={view_id}&amp;state=open&amp;sort=-amount"' in page


def test_list_is_kept_as_it_stands(make: Make, browser_for: BrowserFor) -> None:
    make.deal(owner_id=make.user_of("head"))
    form = {"name": "Large", "sharing": "private", "filter": "state=open", "columns": "name,margin"}
    browser = browser_for("head")

    address = browser.post("/lists/deal/views", data=form).location
    head = browser.get(address).text.partition("<thead>")[2].partition("</thead>")[0]

    assert address == "/deals?view=1&state=open"
    assert head.count("<th") == 3  # the marks, the name, the margin
    assert "Margin" in head


def test_columns_of_a_view_come_in_its_order(make: Make, browser_for: BrowserFor) -> None:
    make.deal(owner_id=make.user_of("head"))
    view_id = kept(make, make.user_of("head"), columns=["margin", "amount"], address="")

    head = browser_for("head").get(f"/deals?view={view_id}").text.partition("</thead>")[0]

    assert head.index(">Margin") < head.index(">Amount")


def test_default_view_opens_where_the_address_says_nothing(
    make: Make, browser_for: BrowserFor
) -> None:
    head = make.user_of("head")
    make.deal(name="Large boiler", owner_id=head, amount="500")
    make.deal(name="Small boiler", owner_id=head, amount="1")
    view_id = kept(make, head, address="amount__gte=100")
    with make.acting(head):
        choose_default("deal", view_id)
    browser = browser_for("head")

    assert "Small boiler" not in browser.get("/deals").text
    assert "Small boiler" in browser.get("/deals?view=0").text


def test_view_that_asks_for_what_there_is_no_more_says_so(
    make: Make, browser_for: BrowserFor
) -> None:
    view_id = of_old(make, {"colour": "red"})

    answer = browser_for("head").get(f"/deals?view={view_id}&colour=red")

    assert answer.status_code == 200
    assert "colour: This list has no such filter (any more)." in answer.text


@pytest.mark.parametrize("name", ["endpoint", "_external", "_anchor", "colour", "any1.endpoint"])
def test_view_is_not_kept_with_what_the_list_does_not_know(make: Make, name: str) -> None:
    head = make.user("head")

    with pytest.raises(InvalidError) as refused:
        kept(make, head, address=f"{name}=x")

    assert list(refused.value.fields) == [name]
    assert names(make, head) == []


@pytest.mark.parametrize("name", ["endpoint", "_external", "_anchor"])
def test_view_with_a_name_that_addresses_know_breaks_no_page(
    make: Make, browser_for: BrowserFor, name: str
) -> None:
    of_old(make, {name: "x"})

    page = browser_for("administrator").get("/deals")

    assert page.status_code == 200
    assert f"{name}=x" in page.text


@pytest.mark.parametrize("name", ["endpoint", "_external", "_anchor", "_scheme"])
def test_dialog_leads_on_with_whatever_it_is_sent(browser_for: BrowserFor, name: str) -> None:
    answer = browser_for("head").get(f"/deals/filter?{name}=x")

    assert (answer.status_code, answer.location) == (303, f"/deals?{name}=x")


def test_view_that_asks_for_what_its_reader_may_not_see_says_so(app: Flask, make: Make) -> None:
    make.deal(name="Large boiler")
    view_id = kept(make, make.user_of("head"), sharing="company", address="in_report=true")
    assistant = browser_of(app, make.user("assistant"))

    answer = assistant.get(f"/deals?view={view_id}&in_report=true")

    assert answer.status_code == 200
    said = "This view asks for what your roles do not let you see: Counted in your funnel."
    assert said in answer.text
    assert "Large boiler" not in answer.text


@pytest.mark.parametrize(
    "asked", ["any1.margin__gte=5&any1.amount__gte=3", "sort=-margin", "margin=1&sort=-margin"]
)
def test_view_names_what_is_hidden_in_its_groups_and_order(
    make: Make, browser_for: BrowserFor, asked: str
) -> None:
    view_id = kept(make, make.user_of("head"), sharing="company", address=asked)

    page = browser_for("lawyer").get(f"/deals?view={view_id}&{asked}").text

    assert "This view asks for what your roles do not let you see: Margin." in page


@pytest.mark.parametrize(
    "address", ["name=" + "x" * 4000, "&".join(f"any1.name{number}=x" for number in range(51))]
)
def test_list_that_is_too_much_for_a_view_is_not_kept_in_part(make: Make, address: str) -> None:
    head = make.user("head")

    with pytest.raises(InvalidError):
        kept(make, head, address=address)

    assert names(make, head) == []


def test_columns_are_kept_in_the_order_in_which_they_are_sent(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(owner_id=make.user_of("head"))
    browser = browser_for("head")
    browser.post("/deals/columns", data={"column": ["name", "owner", "amount"]})

    head = browser.get("/deals").text.partition("</thead>")[0]

    assert head.index(">Owner") < head.index(">Amount")
