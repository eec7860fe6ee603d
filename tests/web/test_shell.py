"""Health, static files, toasts, form states and plugins' blueprints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from salesman_core.access.routes import public, refuse_silent_routes
from salesman_core.errors import InvalidError
from salesman_core.plugins import migrations
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.states import State
from salesman_core.web import assets
from salesman_core.web.forms import FormState
from salesman_core.web.toasts import toast
from salesman_hookspecs import hookimpl

HTMX = {"HX-Request": "true"}


def test_process_says_that_it_lives(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"


def test_process_is_ready_with_its_database(client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200


def test_process_is_not_ready_without_its_tables(app: Flask, client: FlaskClient) -> None:
    app.extensions["salesman_owners"] = [migrations.CORE_OWNER]

    answer = client.get("/readyz")

    assert (answer.status_code, "db upgrade" in answer.text) == (503, True)


def test_built_files_may_be_kept_for_good(client: FlaskClient) -> None:
    with client.get(assets.style_url("salesman")) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_files_of_a_plugin_are_served_from_its_package(
    make_app: Callable[..., Flask], make_plugin: Callable[..., Installed]
) -> None:
    plugin = make_plugin("leads", templates={"../../static/board.js": "export {};"})
    browser = make_app(plugin).test_client()

    with browser.get("/static/leads/board.js") as answer:
        assert answer.get_data(as_text=True) == "export {};"
    assert browser.get("/static/leads/../__init__.py").status_code == 404
    assert browser.get("/static/nobody/board.js").status_code == 404


def test_every_route_of_the_shell_states_its_access(app: Flask) -> None:
    refuse_silent_routes(app)


def test_toast_comes_with_the_next_page(
    make_app: Callable[..., Flask], signed_in: Callable[..., int]
) -> None:
    app = with_toast(make_app)
    signed_in(app)
    browser = app.test_client()

    browser.get("/toast")
    first, second = browser.get("/").text, browser.get("/").text

    assert "Saved &lt;b&gt;" in first
    assert "Saved" not in second


def test_toast_comes_with_the_fragment(make_app: Callable[..., Flask]) -> None:
    html = with_toast(make_app).test_client().get("/toast", headers=HTMX).text

    assert html.startswith("row<hx-partial")
    assert 'hx-target="#toasts"' in html
    assert 'action="/undo" data-undo' in html


def with_toast(make_app: Callable[..., Flask]) -> Flask:
    """Give an application with an address that leaves a toast."""

    def saved() -> str:
        toast("Saved <b>", undo="/undo")
        return "row"

    app = make_app()
    app.add_url_rule("/toast", "toast", public(saved))
    return app


def test_refused_form_holds_what_was_typed() -> None:
    typed = MultiDict([("sum", "45 000,00"), ("phones", "8 912"), ("phones", "8 913")])
    typed.add("csrf_token", "x")

    form = FormState.refused(typed, InvalidError("Wrong", {"phones.1": "too short"}))

    assert form.value("sum") == "45 000,00"
    assert form.all("phones") == ["8 912", "8 913"]
    assert form.wrong("phones") == ["too short"]
    assert form.wrong("sum") == []
    assert "csrf_token" not in form.values


def test_refusal_of_the_whole_is_the_message_of_the_form() -> None:
    form = FormState.refused(MultiDict(), InvalidError("There is such a client already."))

    assert form.message == "There is such a client already."


@pytest.mark.parametrize(
    "blueprint",
    [
        Blueprint("other", __name__, url_prefix="/leads"),
        Blueprint("leads", __name__, url_prefix="/clients"),
        Blueprint("leads", __name__),
        "no blueprint",
    ],
)
def test_plugin_with_a_foreign_blueprint_fails(
    make_app: Callable[..., Flask], make_plugin: Callable[..., Installed], blueprint: Any
) -> None:
    @hookimpl
    def salesman_blueprints() -> list[Any]:
        return [blueprint]

    host = make_app(make_plugin("leads", salesman_blueprints)).extensions["salesman_host"]

    assert host.state("leads") is State.FAILED
