"""Each kind of exception becomes one kind of answer."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from salesman_core.access.routes import public, requires, signed_in
from salesman_core.errors import (
    ConflictError,
    InvalidError,
    MissingError,
    SalesmanError,
    StaleError,
    VetoedError,
)
from salesman_core.plugins.discovery import Installed
from salesman_core.web.addresses import safe_next
from salesman_core.web.errors import API_ERRORS
from salesman_hookspecs import Permission, hookimpl

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/clients?sort=-name&q=a"}


def raising(app: Flask, error: Exception, path: str = "/fails") -> FlaskClient:
    """Give a browser of *app*, which gets an address that fails with *error*."""
    app.config["WTF_CSRF_METHODS"] = []

    def fail() -> str:
        raise error

    app.add_url_rule(path, "fails", public(fail), methods=["GET", "POST"])
    return app.test_client()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MissingError("There is no deal 7."), 404),
        (ConflictError("The deal is closed."), 409),
        (StaleError("Somebody changed it."), 412),
        (InvalidError("A name is needed."), 422),
        (VetoedError("The contract is missing.", "documents"), 422),
    ],
)
def test_domain_error_is_a_page_with_its_message(
    app: Flask, error: SalesmanError, status: int
) -> None:
    answer = raising(app, error).get("/fails")

    assert answer.status_code == status
    assert str(error) in answer.text
    assert answer.text.startswith("<!doctype html>")


def test_messages_of_fields_are_listed(app: Flask) -> None:
    answer = raising(app, InvalidError("Wrong", {"name": "too long", "sum": "no sum"})).get(
        "/fails"
    )

    assert "<li>too long</li><li>no sum</li>" in answer.text


def test_stranger_is_led_to_the_sign_in_page_and_back(client: FlaskClient) -> None:
    answer = client.get("/search?q=a&b=1")
    target = urlsplit(answer.headers["Location"])

    assert (answer.status_code, target.path) == (302, "/sign/in")
    assert parse_qs(target.query) == {"next": ["/search?q=a&b=1"]}


def test_fragment_for_a_stranger_leads_the_page_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/search?q=a", headers=HTMX)
    target = urlsplit(answer.headers["HX-Redirect"])

    assert answer.status_code == 401
    assert parse_qs(target.query) == {"next": ["/clients?sort=-name&q=a"]}


def test_form_of_a_stranger_stays_on_the_screen(app: Flask) -> None:
    app.config["WTF_CSRF_METHODS"] = []
    app.add_url_rule("/save", "save", signed_in(lambda: "saved"), methods=["POST"])

    answer = app.test_client().post("/save", headers=HTMX)

    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert 'href="/sign/in" target="_blank"' in answer.text


def test_missing_permission_is_named_with_who_can_grant_it(
    make_app: Callable[..., Flask],
    make_plugin: Callable[..., Installed],
    signed_in: Callable[..., int],
) -> None:
    @hookimpl
    def salesman_permissions() -> list[Permission]:
        return [Permission("costs.cost.view", "See what it costs")]

    app = make_app(make_plugin("costs", salesman_permissions))
    signed_in(app, "Olga Boss")
    signed_in(app, "Ivan Seller", everything=False)
    app.add_url_rule("/closed", "closed", requires("costs.cost.view")(lambda: "open"))

    answer = app.test_client().get("/closed")

    assert answer.status_code == 403
    assert "See what it costs (costs.cost.view)" in answer.text
    assert "Olga Boss" in answer.text
    assert "Ivan Seller" not in answer.text.split("<main")[1]


def test_failure_shows_a_number_that_stands_in_the_log(app: Flask) -> None:
    browser = raising(app, RuntimeError("secret words"))

    with capture_logs() as lines:
        answer = browser.get("/fails")

    (line,) = [line for line in lines if line["event"] == "request_failed"]
    assert answer.status_code == 500
    assert line["reference"] in answer.text
    assert "secret words" not in answer.text


def test_failure_is_answered_without_a_database(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = raising(app, RuntimeError("broken"))

    def unreachable() -> str:
        message = "no database"
        raise RuntimeError(message)

    monkeypatch.setattr("salesman_core.web.errors.render", lambda *_a, **_k: unreachable())
    answer = browser.get("/fails")

    assert answer.status_code == 500
    assert "Reference:" in answer.text


def test_fragment_that_was_sent_fails_in_the_corner(app: Flask) -> None:
    answer = raising(app, ConflictError("The deal is closed.")).post("/fails", headers=HTMX)

    assert answer.status_code == 409
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#toasts", "beforeend")
    assert "The deal is closed." in answer.text
    assert "<html" not in answer.text


def test_fragment_that_was_asked_for_fails_in_its_place(app: Flask) -> None:
    answer = raising(app, MissingError("It is gone.")).get("/fails", headers=HTMX)

    assert answer.status_code == 404
    assert "HX-Retarget" not in answer.headers
    assert 'role="alert"' in answer.text


def test_unknown_address_is_a_page_in_the_frame(
    app: Flask, client: FlaskClient, signed_in: Callable[..., int]
) -> None:
    signed_in(app)
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert 'class="side-menu' in answer.text


def test_stranger_at_an_unknown_address_sees_no_menu(client: FlaskClient) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert 'class="side-menu' not in answer.text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/search/", "/search"),
        ("/search/?sort=name&q=%D1%8F", "/search?sort=name&q=%D1%8F"),
    ],
)
def test_slash_too_many_leads_to_the_page(client: FlaskClient, typed: str, meant: str) -> None:
    response = client.get(typed)

    assert (response.status_code, response.headers["Location"]) == (308, meant)


@pytest.mark.parametrize("typed", ["//search/", "/nowhere/", "//example.com/search/", "/"])
def test_slash_leads_to_no_strange_place(client: FlaskClient, typed: str) -> None:
    assert "//" not in client.get(typed).headers.get("Location", "")


def test_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.get("/profile/theme")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_errors_under_the_api_are_left_to_it(app: Flask) -> None:
    app.extensions[API_ERRORS] = lambda error: ({"said": str(error)}, 418)

    answer = raising(app, ConflictError("No."), "/api/v1/fails").get("/api/v1/fails")

    assert (answer.status_code, answer.json) == (418, {"said": "No."})


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", None, "/\n/x"],
)
def test_foreign_address_is_not_followed(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_own_address_is_followed() -> None:
    assert safe_next("/deals?sort=-amount") == "/deals?sort=-amount"
