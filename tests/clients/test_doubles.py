"""The finder of doubles, and what people decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.person import acting_as
from salesman_core.clients import doubles as finder
from salesman_core.clients.doubles import begin_finding, doubles, finding, stop_finding
from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.clients.service import change_client, delete_client
from salesman_core.db import reading
from salesman_core.jobs.port import jobs
from salesman_core.records.masking import CONTACT_DATA
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]


@pytest.fixture
def search(app: Flask) -> Callable[[], list[tuple[tuple[int, int], list[str]]]]:
    """Give what goes over all clients, and gives the pairs with their reasons."""

    def run() -> list[tuple[tuple[int, int], list[str]]]:
        begin_finding()
        jobs().drain()
        return pairs()

    return run


Search = Callable[[], list[tuple[tuple[int, int], list[str]]]]


def pairs() -> list[tuple[tuple[int, int], list[str]]]:
    reading().rollback()
    return [
        ((one.clients[0].id, one.clients[1].id), [str(reason) for reason in one.reasons])
        for one in doubles().shown
    ]


def test_pairs_are_found_with_their_reasons(make: Make, search: Search) -> None:
    first = make.client(name="Ромашка")
    second = make.client(name="Romashka LLC", phones=["8 800 555 35 35"])
    third = make.client(name="Цветы")
    make.contact(third, phones=["+7 800 555-35-35"])
    make.client(name="Север-1")
    make.client(name="Север-2")
    assert search() == [
        ((first, second), ["a similar name"]),
        ((second, third), ["the same phone"]),
    ]


def test_phone_of_many_says_nothing(make: Make, search: Search) -> None:
    for number in range(12):
        make.client(name=f"Number {number}", phones=["8 800 555 35 35"])
    assert search() == []


def test_pairs_are_found_across_pieces(
    make: Make, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "_AT_A_TIME", 2)
    first = make.client(name="Ромашка")
    for number in range(5):
        make.client(name=f"Number {number}")
    last = make.client(name="Ромашка")
    assert search() == [((first, last), ["a similar name"])]


def test_client_in_the_bin_is_no_double(make: Make, search: Search) -> None:
    make.client(name="Ромашка")
    delete_client(make.client(name="Ромашка"))
    assert search() == []


def test_pair_that_is_none_any_more_is_forgotten(make: Make, search: Search) -> None:
    make.client(name="Ромашка")
    other = make.client(name="Ромашка")
    assert len(search()) == 1
    change_client(other, {"name": "Цветы"})
    assert search() == []


def test_merged_pair_is_gone_and_comes_back_with_the_undoing(make: Make, search: Search) -> None:
    first, second = make.client(name="Ромашка"), make.client(name="Ромашка")
    search()
    merging = merge_clients(first, [second])
    assert pairs() == []
    undo_merging(merging)
    assert pairs() == [((first, second), ["a similar name"])]


def test_not_a_double_is_remembered(make: Make, search: Search, browser_for: BrowserFor) -> None:
    make.client(name="Ромашка")
    make.client(name="Ромашка")
    search()
    (pair,) = doubles().shown
    browser_for("head").post(f"/clients/doubles/{pair.id}/dismiss")
    assert search() == []
    browser_for("head").post(f"/clients/doubles/{pair.id}/ask-again")
    assert len(pairs()) == 1


def test_search_stops_where_somebody_asks(make: Make, app: Flask) -> None:
    make.client(name="Ромашка")
    begin_finding()
    assert finding() is not None
    stop_finding()
    jobs().drain()
    reading().rollback()
    assert finding() is None


def test_search_is_under_way_once(app: Flask) -> None:
    begin_finding()
    begin_finding()
    assert jobs().drain() == 1


def test_pair_is_shown_to_those_who_see_both(make: Make, search: Search) -> None:
    head, stranger = make.user_of("head"), make.user_of("seller")
    own = make.client(name="Ромашка", owner_id=stranger)
    other = make.client(name="Ромашка", owner_id=head)
    search()
    (pair,) = doubles().shown
    with make.acting(stranger):
        reading().rollback()
        assert doubles().count == 0
    change_client(other, {"participants": [{"user_id": stranger}]})
    with make.acting(stranger):
        assert [one.id for one in doubles().shown] == [pair.id]
    assert own < other


def test_pair_that_shares_a_phone_is_no_pair_for_whoever_may_not_read_phones(
    make: Make, search: Search
) -> None:
    make.client(name="Rye", phones=["8 800 555 35 35"])
    make.client(name="Wheat", phones=["8 800 555 35 35"])
    alike = make.client(name="Oats", phones=["8 800 555 35 36"])
    alike_too = make.client(name="Oats", phones=["8 800 555 35 36"])
    search()
    head = make.person(make.user("head"))
    scopes = {name: scope for name, scope in head.scopes.items() if name != CONTACT_DATA}

    with acting_as(replace(head, scopes=scopes)):
        assert pairs() == [((alike, alike_too), ["a similar name"])]
        assert doubles().count == 1


def test_who_may_not_merge_meets_no_page_of_doubles(make: Make, browser_for: BrowserFor) -> None:
    assert browser_for("seller").get("/clients/doubles").status_code == 403
    page = browser_for("head").get("/clients/doubles")
    assert "Search for doubles" in page.text


def test_strange_pair_is_no_pair(browser_for: BrowserFor) -> None:
    assert browser_for("head").post("/clients/doubles/7/dismiss").status_code == 404
