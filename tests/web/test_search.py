"""The search box asks every kind of record that somebody may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.plugins.discovery import Installed
from salesman_core.web.layouts import other_layout
from salesman_hookspecs import Person, SearchHit, SearchSource, hookimpl

HTMX = {"HX-Request": "true"}


def clients(words: str, _person: Person, limit: int) -> Sequence[SearchHit]:
    names = [name for name in ("Romashka", "Roma & Co", "Vega") if words.lower() in name.lower()]
    return [SearchHit(name, f"/clients/{name}", "Moscow", 0.6) for name in names][:limit]


def leads(words: str, _person: Person, _limit: int) -> Sequence[SearchHit]:
    return [SearchHit("Lead of Roma", "/leads/1", score=0.9)] if words == "roma" else []


def near_leads(words: str, _person: Person, _limit: int) -> Sequence[SearchHit]:
    known = {"rona": "roma", "ыщтшс": "sonic"}
    return [SearchHit(f"Near {known[words]}", "/leads/2", score=0.4)] if words in known else []


def broken(_words: str, _person: Person, _limit: int) -> Sequence[SearchHit]:
    message = "on purpose"
    raise RuntimeError(message)


@hookimpl
def salesman_search_sources() -> list[SearchSource]:
    return [
        SearchSource("clients", "Clients", "users", "finder.client.view", clients),
        SearchSource("leads", "Leads", "user-plus", "finder.lead.view", leads, near_leads),
        SearchSource("broken", "Broken", "bug", "finder.lead.view", broken),
    ]


@pytest.fixture
def finder(
    make_app: Callable[..., Flask],
    make_plugin: Callable[..., Installed],
    signed_in: Callable[..., int],
) -> FlaskClient:
    """A browser of somebody who may find everything."""
    app = make_app(make_plugin("finder", salesman_search_sources))
    signed_in(app)
    return app.test_client()


def test_hits_are_grouped_the_best_group_first(finder: FlaskClient) -> None:
    html = finder.get("/search?q=roma", headers=HTMX).text

    assert re.findall(r'class="search-hit" href="([^"]+)"', html) == [
        "/leads/1",
        "/clients/Romashka",
        "/clients/Roma &amp; Co",
    ]


def test_box_is_empty_without_words(finder: FlaskClient) -> None:
    assert finder.get("/search?q=+", headers=HTMX).text.strip() == ""


def test_nothing_found_is_said(finder: FlaskClient) -> None:
    html = finder.get("/search?q=%3Cb%3E", headers=HTMX).text

    assert "Nothing found for “&lt;b&gt;”." in html


def test_source_without_permission_is_not_asked(
    make_app: Callable[..., Flask],
    make_plugin: Callable[..., Installed],
    signed_in: Callable[..., int],
) -> None:
    app = make_app(make_plugin("finder", salesman_search_sources))
    signed_in(app, everything=False)

    assert "Romashka" not in app.test_client().get("/search?q=roma", headers=HTMX).text


def test_enter_opens_the_only_hit(finder: FlaskClient) -> None:
    answer = finder.get("/search?q=vega")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/clients/Vega")


def test_enter_with_several_hits_shows_a_page(finder: FlaskClient) -> None:
    answer = finder.get("/search?q=roma")

    assert answer.status_code == 200
    assert "<!doctype html>" in answer.text
    assert "Lead of Roma" in answer.text


def test_what_was_typed_in_the_other_layout_is_found_and_said(finder: FlaskClient) -> None:
    html = finder.get("/search?q=куьф", headers=HTMX).text
    assert "Nothing found" in html

    html = finder.get("/search?q=кщьф", headers=HTMX).text
    assert "Found for “roma”" in html
    assert "Lead of Roma" in html


def test_near_names_are_offered_as_a_guess(finder: FlaskClient) -> None:
    html = finder.get("/search?q=rona", headers=HTMX).text

    assert "Nothing found for “rona”." in html
    assert html.index("Perhaps you meant:") < html.index("Near roma")


def test_nothing_is_guessed_where_the_very_record_was_found(finder: FlaskClient) -> None:
    assert "Perhaps you meant" not in finder.get("/search?q=roma", headers=HTMX).text


def test_enter_does_not_open_a_guess(finder: FlaskClient) -> None:
    answer = finder.get("/search?q=rona")

    assert answer.status_code == 200
    assert "Nothing is called “rona”. Perhaps you meant:" in answer.text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ghbdtn", "привет"),
        ("Ctvtyjd", "Семенов"),
        ("tk`xrf", "елёчка"),
        ("{jkjl b j,ed", "Холод и обув"),
        ("ыещту", "stone"),
        ('штащ"ьфшдюкг', "info@mail.ru"),
        ("Roma Рома", ""),
        ("8 912", ""),
    ],
)
def test_other_layout_gives_what_the_same_keys_give(typed: str, meant: str) -> None:
    assert other_layout(typed) == meant
