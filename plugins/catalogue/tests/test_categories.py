"""The tree of categories: built, rearranged, and never emptied by accident."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from salesman_catalogue import category_service, choosing, queries

from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, StaleError
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading

BrowserFor = Callable[[str], Browser]
Sell = Callable[..., int]


def add(name: str, parent_id: int | None = None) -> int:
    return category_service.add_category({"name": name, "parent_id": parent_id})


def paths() -> list[str]:
    return [one.path for one in choosing.tree(reading())]


def test_tree_is_read_from_the_top_down(app: Flask) -> None:
    tools = add("Tools")
    add("Racks")
    add("Saws", tools)

    assert paths() == ["Tools", "Tools / Saws", "Racks"]


def test_category_goes_into_another_with_all_that_is_in_it(app: Flask) -> None:
    tools, racks = add("Tools"), add("Racks")
    add("Saws", tools)

    category_service.put_category(tools, racks)

    assert paths() == ["Racks", "Racks / Tools", "Racks / Tools / Saws"]


def test_category_changes_places_with_its_neighbour(app: Flask) -> None:
    add("Tools")
    racks = add("Racks")

    category_service.move_category(racks, up=True)

    assert paths() == ["Racks", "Tools"]


def test_category_cannot_be_in_itself(app: Flask) -> None:
    tools = add("Tools")
    saws = add("Saws", tools)

    for target in (tools, saws):
        with pytest.raises(InvalidError, match="itself"):
            category_service.put_category(tools, target)
    assert paths() == ["Tools", "Tools / Saws"]


def test_two_categories_of_one_name_stand_in_different_places(app: Flask) -> None:
    tools = add("Tools")
    add("tools", tools)

    with pytest.raises(InvalidError, match="TOOLS"):
        add("TOOLS")


def test_category_that_is_used_is_not_deleted_unless_its_content_is_moved(sell: Sell) -> None:
    tools, racks = add("Tools"), add("Racks")
    rack = sell(category_id=tools)
    add("Saws", tools)

    with pytest.raises(ConflictError, match="Tools"):
        category_service.delete_category(tools)
    category_service.delete_category(tools, moved_to=racks, move=True)

    assert paths() == ["Racks", "Racks / Saws"]
    assert queries.one_product(reading(), rack).category_id == racks


def test_nobody_rearranges_the_tree_of_another_unseen(app: Flask) -> None:
    tools, racks = add("Tools"), add("Racks")
    seen = category_service.tree_version(choosing.tree(reading()))
    add("Saws")

    with pytest.raises(StaleError):
        category_service.put_category(tools, racks, version=seen)


def test_seller_changes_no_category(app: Flask, make: Make) -> None:
    with make.acting(make.user_of("seller")), pytest.raises(ForbiddenError):
        add("Mine")


def test_page_adds_and_deletes_categories(browser_for: BrowserFor) -> None:
    browser = browser_for("marketer")
    page = browser.get("/catalogue/categories").text
    (token, *_more) = re.findall(r'name="csrf_token" value="([^"]+)"', page)

    browser.post("/catalogue/categories", data={"csrf_token": token, "name": "Tools"})
    again = browser.post("/catalogue/categories", data={"csrf_token": token, "name": "Tools"})
    (tools,) = choosing.tree(reading())
    browser.post(f"/catalogue/categories/{tools.id}/delete", data={"csrf_token": token})

    assert again.status_code == 422
    assert "There is a category “Tools” there already." in again.text
    assert paths() == []
