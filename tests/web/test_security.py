"""Headers on every answer, and forms that nobody can forge."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, session
from flask.sessions import NullSession
from flask.testing import FlaskClient

from salesman_core.access.routes import foreign_forms, public
from salesman_core.web import assets
from salesman_core.web.security import content_security_policy


def with_form(app: Flask) -> FlaskClient:
    """Give a browser of *app*, which gets an address that takes forms, and one of the API."""
    app.add_url_rule("/take", "take", public(lambda: "taken"), methods=["POST"])
    app.add_url_rule("/api/v1/take", "api_take", public(lambda: "taken"), methods=["POST"])
    return app.test_client()


def proof_in(page: str) -> str:
    """Give the proof that a page's head holds."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_every_answer_carries_the_protecting_headers(client: FlaskClient) -> None:
    headers = client.get("/healthz").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_policy_allows_no_inline_script_but_the_import_map(
    app: Flask, client: FlaskClient, signed_in: Callable[..., int]
) -> None:
    signed_in(app)
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'(;|$)", policy)

    assert nonce is not None
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", answer.text)
    assert inline == [f'<script type="importmap" nonce="{nonce[1]}">']
    assert " on" not in "".join(re.findall(r"<[a-z]+(\s+on\w+=)", answer.text))


def test_policy_without_a_page_allows_no_nonce(app: Flask) -> None:
    with app.test_request_context("/"):
        assert "nonce" not in content_security_policy()


def test_each_page_has_a_nonce_of_its_own(
    app: Flask, client: FlaskClient, signed_in: Callable[..., int]
) -> None:
    signed_in(app)
    first, second = (client.get("/").headers["Content-Security-Policy"] for _ in range(2))

    assert first != second


def test_pages_of_whoever_is_signed_in_are_kept_by_no_browser(
    app: Flask, client: FlaskClient, signed_in: Callable[..., int]
) -> None:
    before = client.get("/healthz").headers
    signed_in(app)
    page, part = client.get("/"), client.get("/", headers={"HX-Request": "true"})

    assert "Cache-Control" not in before
    told = [answer.headers.getlist("Cache-Control") for answer in (page, part)]
    assert told == [["no-store"]] * 2
    with client.get(assets.style_url("salesman")) as sheet:
        assert "immutable" in sheet.headers["Cache-Control"]


def test_https_is_insisted_on_where_cookies_are_secure(make_app: Callable[..., Flask]) -> None:
    secure = make_app(SESSION_COOKIE_SECURE=True).test_client().get("/healthz")
    plain = make_app().test_client().get("/healthz")

    assert secure.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert "Strict-Transport-Security" not in plain.headers


def test_view_that_asks_for_a_proof_of_its_own_takes_forms_of_strangers(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app()
    app.add_url_rule("/open", "open", foreign_forms(public(lambda: "taken")), methods=["POST"])
    browser = with_form(app)

    assert browser.post("/open").text == "taken"
    assert browser.post("/take").status_code == 400


def test_form_without_proof_is_refused(make_app: Callable[..., Flask]) -> None:
    answer = with_form(make_app()).post("/take")

    assert answer.status_code == 400
    assert "Send it once more" in answer.text


def test_form_with_the_pages_proof_is_taken(
    make_app: Callable[..., Flask], signed_in: Callable[..., int]
) -> None:
    app = make_app()
    browser = with_form(app)
    signed_in(app)
    proof = proof_in(browser.get("/").text)

    assert browser.post("/take", data={"csrf_token": proof}).text == "taken"
    assert browser.post("/take", headers={"X-CSRFToken": proof}).text == "taken"


def test_htmx_gets_a_new_proof_with_the_refusal(make_app: Callable[..., Flask]) -> None:
    browser = with_form(make_app())

    refused = browser.post("/take", headers={"HX-Request": "true"})
    again = browser.post("/take", headers={"X-CSRFToken": refused.headers["X-CSRFToken"]})

    assert (refused.status_code, again.text) == (400, "taken")


def test_page_of_whoever_was_signed_in_before_gets_no_new_proof(
    make_app: Callable[..., Flask], signed_in: Callable[..., int]
) -> None:
    app = make_app()
    browser = with_form(app)
    user_id = signed_in(app)
    page, fragment = browser.get("/").text, {"HX-Request": "true"}

    theirs = browser.post("/take", headers={**fragment, "X-Shown-To": str(user_id + 1)})
    own = browser.post("/take", headers={**fragment, "X-Shown-To": str(user_id)})

    assert f'data-shown-to="{user_id}"' in page
    assert (theirs.status_code, "X-CSRFToken" in theirs.headers) == (400, False)
    assert "Open the page anew." in theirs.text
    assert "X-CSRFToken" in own.headers


def test_token_api_needs_no_proof(make_app: Callable[..., Flask]) -> None:
    assert with_form(make_app()).post("/api/v1/take").text == "taken"


def test_json_api_has_no_session_where_pages_have_one(app: Flask) -> None:
    def has_one() -> str:
        return str(not isinstance(session, NullSession))

    app.add_url_rule("/has-one", "has_one", public(has_one))
    app.add_url_rule("/api/v1/has-one", "api_has_one", public(has_one))

    assert app.test_client().get("/has-one").text == "True"
    assert app.test_client().get("/api/v1/has-one").text == "False"
