"""What requests may cost, against the bare function that gives the same answers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bench.comparison import Comparison, Place
from bench.goals import KEPT, LAST_PAGE, MANY, READ, WRITE

pytestmark = pytest.mark.bench

Measured = Mapping[str, Comparison]


@pytest.mark.parametrize("who", ["seller", "head"])
@pytest.mark.parametrize("page", ["first", "last"])
def test_list_of_deals_keeps_its_goal(measured: Measured, page: str, who: str) -> None:
    assert measured[f"list, {page} page, {who}"].ratio <= READ


def test_card_of_a_deal_keeps_its_goal(measured: Measured) -> None:
    assert measured["card"].ratio <= READ


@pytest.mark.parametrize("change", ["create", "move"])
def test_change_of_a_deal_keeps_its_goal(measured: Measured, change: str) -> None:
    assert measured[change].ratio <= WRITE


def test_funnel_of_all_deals_is_not_counted_afresh(measured: Measured, place: Place) -> None:
    if place.deals >= MANY:
        assert measured["funnel, head"].ratio <= KEPT


@pytest.mark.parametrize("who", ["seller", "head"])
def test_last_page_costs_hardly_more_than_the_first(measured: Measured, who: str) -> None:
    first, last = (measured[f"list, {page} page, {who}"].ours for page in ("first", "last"))

    assert last.beside(first) <= LAST_PAGE
