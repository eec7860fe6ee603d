"""Language and theme, as each person chose them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.services.company import change_company


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The shell, which takes forms without proof."""
    return make_app(WTF_CSRF_METHODS=[])


def language_of(browser: FlaskClient, asked: str = "") -> str:
    """Give the language of a page."""
    page = browser.get("/nowhere", headers={"Accept-Language": asked}).text
    return page.split('<html lang="', 1)[1][:2]


def test_before_anything_is_set_up_the_browser_decides(client: FlaskClient) -> None:
    assert [language_of(client, asked) for asked in ("ru-RU,ru", "en", "fr")] == ["ru", "en", "en"]


def test_company_decides_for_people_who_chose_none(
    app: Flask, client: FlaskClient, signed_in: Callable[..., int]
) -> None:
    signed_in(app)
    with app.app_context():
        change_company({"name": "Romashka", "language": "ru"})

    assert language_of(client, "en") == "ru"


def test_own_choice_wins(app: Flask, client: FlaskClient, signed_in: Callable[..., int]) -> None:
    signed_in(app)
    client.post("/profile/language", data={"language": "en", "next": "/"})

    assert language_of(client, "ru") == "en"


def test_stranger_may_choose_for_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.post("/profile/language", data={"language": "en", "next": "/sign/in"})

    assert answer.headers["Location"] == "/sign/in"
    assert language_of(client, "ru") == "en"


def test_unknown_language_is_refused(client: FlaskClient) -> None:
    assert client.post("/profile/language", data={"language": "xx"}).status_code == 422


def test_choice_does_not_lead_to_another_site(client: FlaskClient) -> None:
    sent = {"language": "en", "next": "//evil.example/"}

    assert client.post("/profile/language", data=sent).headers["Location"] == "/"


def test_theme_begins_as_it_was_chosen_elsewhere(
    app: Flask, client: FlaskClient, signed_in: Callable[..., int]
) -> None:
    signed_in(app)
    client.post("/profile/theme", data={"theme": "dark"})

    assert 'data-chosen-theme="dark"' in client.get("/").text


def test_accent_and_name_of_the_company_are_on_every_page(
    app: Flask, client: FlaskClient, signed_in: Callable[..., int]
) -> None:
    signed_in(app)
    with app.app_context():
        change_company({"name": "Romashka", "accent": "#0a7f3c"})

    page = client.get("/").text

    assert "--tblr-primary: #0a7f3c; --tblr-primary-rgb: 10, 127, 60" in page
    assert "· Romashka</title>" in page
