"""What the company hides is not drawn, and nothing of it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from salesman_core.access.person import load_person
from salesman_core.db import reading
from salesman_core.plugins.discovery import Installed
from salesman_core.web import hidden
from salesman_core.web.nav import menu
from salesman_core.web.slots import explain, slot
from salesman_hookspecs import DeskWidget, NavItem, QuickCreate, Slot, SlotFill, hookimpl

MakePlugin = Callable[..., Installed]
MakeApp = Callable[..., Flask]


@dataclass(frozen=True)
class Card:
    """The context of the slot under test."""

    slot_key: str


@dataclass
class Called:
    """A plugin with a part of each kind, and which of their functions have been called."""

    names: set[str] = field(default_factory=set)

    def text(self, name: str) -> Any:
        """Give a text that notes when somebody reads it."""

        class Read:
            def __str__(_text) -> str:  # noqa: N805  # self is the plugin
                self.names.add(name)
                return name.title()

        return Read()

    def note(self, name: str, answer: object) -> Callable[..., Any]:
        """Give a function that notes when somebody calls it."""

        def noted(*_context: object) -> object:
            self.names.add(name)
            return answer

        return noted

    def hooks(self) -> list[Callable[..., Any]]:
        @hookimpl
        def salesman_nav_items() -> list[NavItem]:
            badge = self.note("badge", 3)
            title = self.text("entry")
            return [NavItem("entry", title, "desk.index", "sale", "star", badge=badge)]

        @hookimpl
        def salesman_quick_create() -> list[QuickCreate]:
            return [QuickCreate("new", self.text("new"), "desk.index", "star")]

        @hookimpl
        def salesman_desk_widgets() -> list[DeskWidget]:
            return [DeskWidget("widget", self.text("heading"), self.note("widget", "87 %"))]

        @hookimpl
        def salesman_slot_fills() -> list[SlotFill]:
            return [
                SlotFill("panel", "card.panels", self.note("panel", "panel")),
                SlotFill("late", "card.panels", self.note("late", "late"), lazy=True),
            ]

        return [
            salesman_nav_items,
            salesman_quick_create,
            salesman_desk_widgets,
            salesman_slot_fills,
        ]


PARTS: Mapping[str, set[str]] = {
    "shell.menu/figures.entry": {"entry", "badge"},
    "shell.new/figures.new": {"new"},
    "desk.widgets/figures.widget": {"heading", "widget"},
    "card.panels/figures.panel": {"panel"},
    "card.panels/figures.late": {"late"},
}
"""Each part, with what is called of it where it is shown."""


@hookimpl
def salesman_slots() -> list[Slot]:
    return [Slot("card.panels", Card, load=Card)]


@pytest.fixture
def called() -> Called:
    return Called()


@pytest.fixture
def shell(
    make_app: MakeApp, make_plugin: MakePlugin, called: Called, signed_in: Callable[..., int]
) -> Flask:
    """The shell with a plugin that has a part of each kind, and somebody who sees them all."""
    cards = ModuleType("cards_of_test")
    cards.salesman_slots = salesman_slots  # type: ignore[attr-defined]
    app = make_app(make_plugin("figures", *called.hooks()), core=(cards,), WTF_CSRF_METHODS=[])
    signed_in(app)
    return app


@pytest.fixture
def visitor(shell: Flask) -> FlaskClient:
    return shell.test_client()


def visit_everything(shell: Flask, visitor: FlaskClient) -> None:
    """Go wherever a part of the plugin is drawn, or could be asked for."""
    for path in (
        "/",
        "/live/numbers",
        "/desk/widgets/figures/widget",
        "/fragments/slots/card.panels/figures/panel?key=7",
        "/fragments/slots/card.panels/figures/late?key=7",
    ):
        visitor.get(path)
    with shell.test_request_context("/"):
        g.salesman_person = load_person(reading(), shell.extensions["person_of_test"])
        slot("card.panels", Card("7"))


def hide(shell: Flask, name: str) -> None:
    with shell.app_context():
        hidden.hide(name)


def test_all_that_is_shown_is_called(shell: Flask, visitor: FlaskClient, called: Called) -> None:
    visit_everything(shell, visitor)

    assert called.names == set().union(*PARTS.values())


@pytest.mark.parametrize("name", PARTS)
def test_nothing_of_a_hidden_part_is_called(
    shell: Flask, visitor: FlaskClient, called: Called, name: str
) -> None:
    hide(shell, name)

    visit_everything(shell, visitor)

    assert called.names == set().union(*PARTS.values()) - PARTS[name]


@pytest.mark.parametrize("name", PARTS)
def test_part_that_is_shown_again_is_called(
    shell: Flask, visitor: FlaskClient, called: Called, name: str
) -> None:
    hide(shell, name)
    visit_everything(shell, visitor)
    with shell.app_context():
        hidden.show(name)

    visit_everything(shell, visitor)

    assert PARTS[name] <= called.names


@pytest.mark.parametrize(
    "path", ["/desk/widgets/figures/widget", "/fragments/slots/card.panels/figures/late?key=7"]
)
def test_hidden_part_that_loads_on_its_own_is_not_found(
    shell: Flask, visitor: FlaskClient, path: str
) -> None:
    assert visitor.get(path).status_code == 200
    hide(shell, "desk.widgets/figures.widget")
    hide(shell, "card.panels/figures.late")

    assert visitor.get(path).status_code == 404


def test_letters_of_other_entries_stay_when_one_is_hidden(shell: Flask) -> None:
    keys = dict(keys_of_menu(shell))

    hide(shell, "shell.menu/core.desk")

    assert keys_of_menu(shell) == [("Entry", keys["Entry"])]


def keys_of_menu(shell: Flask) -> list[tuple[str, str]]:
    with shell.test_request_context("/"):
        g.salesman_person = load_person(reading(), shell.extensions["person_of_test"])
        return [(entry.title, entry.key) for group in menu() for entry in group.entries]


def test_explanation_says_what_is_hidden(shell: Flask) -> None:
    hide(shell, "card.panels/figures.panel")
    with shell.app_context():
        fills = explain("card.panels", shell.extensions["salesman_host"], hidden.hidden())

    assert [(one.id, one.hidden) for one in fills] == [("panel", True), ("late", False)]


def test_person_finds_their_own_choice_of_widgets_again(shell: Flask, visitor: FlaskClient) -> None:
    visitor.post("/desk/hide", data={"widget": "figures.widget"})
    visitor.get("/")  # which brings the notice of it
    hide(shell, "desk.widgets/figures.widget")
    assert "figures.widget" not in visitor.get("/").text

    with shell.app_context():
        hidden.show("desk.widgets/figures.widget")

    page = visitor.get("/").text
    assert 'data-widget="figures.widget"' not in page
    assert "figures.widget" in page  # among those that may be added
