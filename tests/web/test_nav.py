"""The menus are made from what active plugins contribute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, g

from salesman_core.access.person import load_person
from salesman_core.access.routes import signed_in as for_signed_in
from salesman_core.db import reading
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.switches import suspend
from salesman_core.web.nav import Group, bottom_bar, letters, menu
from salesman_hookspecs import NavItem, QuickCreate, hookimpl

MakePlugin = Callable[..., Installed]
MakeApp = Callable[..., Flask]


def leads(*items: NavItem) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Give the implementations of a plugin with two pages and these entries."""

    @hookimpl
    def salesman_blueprints() -> list[Blueprint]:
        pages = Blueprint("leads", __name__, url_prefix="/leads")
        pages.add_url_rule("/", "index", for_signed_in(lambda: "list"))
        pages.add_url_rule("/board", "board", for_signed_in(lambda: "board"))
        return [pages]

    @hookimpl
    def salesman_nav_items() -> list[NavItem]:
        return list(items)

    return salesman_blueprints, salesman_nav_items


def shown(app: Flask, user_id: int, path: str = "/") -> list[Group]:
    """Give the menu as a user sees it on a page."""
    with app.test_request_context(path):
        g.salesman_person = load_person(reading(), user_id)
        return menu()


def titles(groups: list[Group]) -> dict[str, list[str]]:
    """Give the entries' titles by station."""
    return {group.id: [entry.title for entry in group.entries] for group in groups}


def test_stations_stand_in_the_order_of_the_conveyor(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    entries = [
        NavItem("c", "Last", "leads.index", "administration", "users"),
        NavItem("b", "Late", "leads.index", "service", "phone"),
        NavItem("a", "Early", "leads.index", "marketing", "mail"),
    ]
    app = make_app(make_plugin("leads", *leads(*entries)))

    stations = list(titles(shown(app, signed_in(app))))

    assert stations == ["desk", "marketing", "service", "administration"]


def test_entry_without_permission_is_not_shown(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    entry = NavItem("leads", "Leads", "leads.index", "sale", "users", "leads.lead.view")
    app = make_app(make_plugin("leads", *leads(entry)))

    assert titles(shown(app, signed_in(app, everything=False))) == {"desk": ["Desk"]}


def test_entry_of_a_suspended_plugin_is_not_shown(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    entry = NavItem("leads", "Leads", "leads.index", "sale", "users")
    app = make_app(make_plugin("leads", *leads(entry)))
    signed_in(app)
    with app.app_context():
        suspend("leads")

    assert "/leads/" not in app.test_client().get("/").text


def test_broken_entry_is_left_out_and_the_others_stay(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    entries = [
        NavItem("a", "No page", "leads.nowhere", "sale", "users"),
        NavItem("b", "No icon", "leads.index", "sale", "no-such-icon"),
        NavItem("c", "No station", "leads.index", "nowhere", "users"),
        NavItem("d", "Good", "leads.index", "sale", "users", badge=lambda: 3),
    ]
    app = make_app(make_plugin("leads", *leads(*entries)))

    assert titles(shown(app, signed_in(app)))["sale"] == ["Good"]


def test_entry_whose_number_fails_stays_without_it(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    entry = NavItem("a", "Leads", "leads.index", "sale", "users", badge=lambda: 1 // 0)
    app = make_app(make_plugin("leads", *leads(entry)))

    (group,) = [one for one in shown(app, signed_in(app)) if one.id == "sale"]

    assert [(one.title, one.badge and one.badge.number) for one in group.entries] == [("Leads", "")]


def test_numbers_of_the_menu_are_given_to_those_who_see_the_entries(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    entries = [
        NavItem("many", "Many", "leads.index", "sale", "users", badge=lambda: 1200),
        NavItem("none", "None", "leads.index", "sale", "users", badge=lambda: None),
        NavItem("plain", "Plain", "leads.index", "sale", "users"),
        NavItem("secret", "Secret", "leads.index", "sale", "users", "leads.x.see", badge=int),
    ]
    app = make_app(make_plugin("leads", *leads(*entries)))
    signed_in(app, everything=False)

    numbers = app.test_client().get("/live/numbers").json

    assert numbers == {"leads.many": "1,200", "leads.none": "", "notices": ""}


def test_nearest_entry_is_the_current_one(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    entries = [
        NavItem("list", "Leads", "leads.index", "sale", "users"),
        NavItem("board", "Board", "leads.board", "sale", "users"),
    ]
    app = make_app(make_plugin("leads", *leads(*entries)))
    user_id = signed_in(app)

    def current(path: str) -> list[str]:
        groups = shown(app, user_id, path)
        return [entry.title for group in groups for entry in group.entries if entry.current]

    assert current("/leads/board") == ["Board"]
    assert current("/leads/7") == ["Leads"]
    assert current("/") == ["Desk"]


def test_letters_are_the_first_free_ones_of_each_name() -> None:
    assert letters(["desk", "deals", "deed", "d"]) == ["d", "e", "a", "b"]


def test_new_menu_holds_what_one_may_create(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    @hookimpl
    def salesman_quick_create() -> list[QuickCreate]:
        return [
            QuickCreate("lead", "A lead", "leads.index", "plus"),
            QuickCreate("secret", "A secret", "leads.index", "plus", "leads.secret.create"),
        ]

    app = make_app(make_plugin("leads", *leads(), salesman_quick_create))
    signed_in(app, everything=False)

    page = app.test_client().get("/").text

    assert "A lead" in page
    assert "A secret" not in page


def test_bar_of_a_phone_holds_what_is_most_at_hand_in_the_order_of_the_menu(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    entries = [
        NavItem(f"e{near}", f"Near {near}", "leads.index", "marketing", "mail", at_hand=near)
        for near in (10, 95, 20, 85, 30)
    ]
    app = make_app(make_plugin("leads", *leads(*entries)))

    bar = bottom_bar(shown(app, signed_in(app)))

    assert [entry.title for entry in bar] == [
        "Desk",
        "Near 95",
        "Near 20",
        "Near 85",
        "Near 30",
    ]
