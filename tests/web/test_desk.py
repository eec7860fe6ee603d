"""The desk: widgets that load on their own, arranged as a person likes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from salesman_core.plugins.discovery import Installed
from salesman_hookspecs import DeskWidget, hookimpl

MakePlugin = Callable[..., Installed]
MakeApp = Callable[..., Flask]


def broken() -> str:
    message = "on purpose"
    raise RuntimeError(message)


WIDGETS = (
    DeskWidget("plan", "Plan", lambda: Markup("<b>87 %</b>"), order=10),
    DeskWidget("calls", "Calls", lambda: "three", order=20, roles=("telemarketer",)),
    DeskWidget("costs", "Costs", lambda: "much", "figures.cost.view", order=30),
    DeskWidget("broken", "Broken", broken, order=40),
    DeskWidget("silent", "Silent", lambda: None, order=50),
)


@hookimpl
def salesman_desk_widgets() -> list[DeskWidget]:
    return list(WIDGETS)


@pytest.fixture
def desk(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> Callable[..., FlaskClient]:
    """Give what opens a browser with the desk of somebody with the given role."""

    def opened(**role: Any) -> FlaskClient:
        app = make_app(make_plugin("figures", salesman_desk_widgets), WTF_CSRF_METHODS=[])
        signed_in(app, **role)
        return app.test_client()

    return opened


def on_desk(browser: FlaskClient) -> list[str]:
    """Give the widgets on the desk, in order."""
    found: list[str] = re.findall(r'data-widget="figures\.(\w+)"', browser.get("/").text)
    return found


def test_everybody_sees_what_is_for_all_and_allowed(desk: Callable[..., FlaskClient]) -> None:
    assert on_desk(desk(everything=False)) == ["plan", "broken", "silent"]


def test_preset_role_sees_its_own_widgets(desk: Callable[..., FlaskClient]) -> None:
    browser = desk(everything=False, preset="telemarketer")

    assert on_desk(browser) == ["plan", "calls", "broken", "silent"]


def test_administrator_sees_all(desk: Callable[..., FlaskClient]) -> None:
    assert on_desk(desk()) == ["plan", "calls", "costs", "broken", "silent"]


def test_widget_loads_on_its_own_and_says_when(desk: Callable[..., FlaskClient]) -> None:
    browser = desk()

    assert 'hx-get="/desk/widgets/figures/plan" hx-trigger="load"' in browser.get("/").text
    content = browser.get("/desk/widgets/figures/plan").text
    assert "<b>87 %</b>" in content
    assert "as of 12:00" in content


def test_broken_widget_gives_a_notice(desk: Callable[..., FlaskClient]) -> None:
    answer = desk().get("/desk/widgets/figures/broken")

    assert answer.status_code == 200
    assert 'class="fault"' in answer.text


def test_widget_with_nothing_to_say_leaves_the_desk(desk: Callable[..., FlaskClient]) -> None:
    answer = desk().get("/desk/widgets/figures/silent", headers={"HX-Request": "true"})

    assert answer.headers["HX-Reswap"] == "delete"
    assert answer.headers["HX-Retarget"] == "closest [data-widget]"


def test_widget_without_permission_is_not_found(desk: Callable[..., FlaskClient]) -> None:
    answer = desk(everything=False).get("/desk/widgets/figures/costs")

    assert answer.status_code == 404
    assert "much" not in answer.text


def test_order_is_kept(desk: Callable[..., FlaskClient]) -> None:
    browser = desk()

    order = ["figures.broken", "figures.plan", "figures.nothing"]
    browser.post("/desk/arrangement", data={"widget": order})

    assert on_desk(browser) == ["broken", "plan", "calls", "costs", "silent"]


def test_hidden_widget_can_be_put_back(desk: Callable[..., FlaskClient]) -> None:
    browser = desk()

    browser.post("/desk/hide", data={"widget": "figures.plan"})
    after_hiding = on_desk(browser)
    browser.post("/desk/show", data={"widget": "figures.plan"})

    assert after_hiding == ["calls", "costs", "broken", "silent"]
    assert on_desk(browser) == ["calls", "costs", "broken", "silent", "plan"]


def test_hiding_offers_to_undo_it(desk: Callable[..., FlaskClient]) -> None:
    browser = desk()

    page = browser.post("/desk/hide", data={"widget": "figures.plan"}, follow_redirects=True).text
    undo = re.search(r'action="([^"]+)" data-undo', page)

    assert undo is not None
    browser.post(undo[1])
    assert "plan" in on_desk(browser)


def test_role_excluded_widget_can_be_added(desk: Callable[..., FlaskClient]) -> None:
    browser = desk(everything=False)

    browser.post("/desk/show", data={"widget": "figures.calls"})

    assert on_desk(browser) == ["plan", "broken", "silent", "calls"]


def test_widget_without_permission_cannot_be_added(desk: Callable[..., FlaskClient]) -> None:
    assert desk(everything=False).post("/desk/show", data={"widget": "x.y"}).status_code == 404


def test_reset_gives_the_desk_of_the_roles(desk: Callable[..., FlaskClient]) -> None:
    browser = desk()
    browser.post("/desk/hide", data={"widget": "figures.plan"})

    browser.post("/desk/reset")

    assert on_desk(browser) == ["plan", "calls", "costs", "broken", "silent"]


def test_statements_of_the_desk_do_not_grow_with_its_widgets(
    make_app: MakeApp,
    make_plugin: MakePlugin,
    signed_in: Callable[..., int],
    statements: Callable[..., Any],
) -> None:
    def sent(*installed: Installed) -> int:
        app = make_app(*installed)
        signed_in(app)
        browser = app.test_client()
        browser.get("/")
        with statements() as found:
            browser.get("/")
        return len(found)

    assert sent(make_plugin("figures", salesman_desk_widgets)) == sent()
