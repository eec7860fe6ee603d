"""Who may ask at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from salesman_core.access.tokens import new_token
from salesman_core.plugins.switches import suspend
from salesman_core.testing.clock import FrozenClock

pytestmark = pytest.mark.databases("sqlite")


def asked(app: Flask, method: str, path: str, **headers: str) -> Any:
    return app.test_client().open(path, method=method, headers=headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/memos"),
        ("GET", "/api/v1/memos?colour=red"),
        ("POST", "/api/v1/memos"),
        ("PUT", "/api/v1/memos"),
        ("GET", "/api/v1/nothing/here"),
        ("GET", "/api/v1/"),
        ("GET", "/api/v1"),
    ],
)
def test_without_a_token_nothing_is_answered_but_401(app: Flask, method: str, path: str) -> None:
    answer = asked(app, method, path)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "sent", ["Bearer", "Bearer sm_wrong", "Basic YTpi", "sm_wrong", "Bearer кириллица"]
)
def test_what_is_no_token_of_ours_gets_401(app: Flask, sent: str) -> None:
    header = sent.encode().decode("latin-1")
    assert asked(app, "GET", "/api/v1/memos", Authorization=header).status_code == 401


def test_an_expired_token_gets_401(app: Flask, admin_id: int, clock: FrozenClock) -> None:
    with app.app_context():
        token = new_token(admin_id, "short", expires_at=clock.now() + timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    assert asked(app, "GET", "/api/v1/memos", **headers).status_code == 200
    clock.advance(hours=2)
    assert asked(app, "GET", "/api/v1/memos", **headers).status_code == 401


def test_a_person_signed_in_by_cookie_is_nobody_here(app: Flask, admin_id: int) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = str(admin_id)
    assert client.get("/api/v1/memos").status_code == 401


def test_a_token_narrowed_to_some_permissions_does_no_more(app: Flask, admin_id: int) -> None:
    with app.app_context():
        token = new_token(admin_id, "reader", ["memos.memo.view"])
    headers = {"Authorization": f"Bearer {token}"}
    assert asked(app, "GET", "/api/v1/memos", **headers).status_code == 200
    refused = asked(app, "POST", "/api/v1/memos", **headers)
    assert refused.status_code == 403
    assert refused.json["permission"] == "memos.memo.create"


def test_a_suspended_plugin_answers_404_to_those_with_a_token(
    app: Flask, api: Any, admin_id: int
) -> None:
    with app.app_context():
        suspend("memos")
    assert api.get().status_code == 404
    assert asked(app, "GET", "/api/v1/memos").status_code == 401


def test_strangers_records_are_not_there(
    api: Any, api_of: Callable[[int], Any], seller_id: int
) -> None:
    memo_id = api.post(json={"title": "of the administrator"}).json["id"]
    seller = api_of(seller_id)
    own = seller.post(json={"title": "of the seller"}).json
    assert seller.get(f"/{memo_id}").status_code == 404
    assert seller.patch(f"/{memo_id}", json={"title": "x"}).status_code == 404
    assert [one["id"] for one in seller.get().json["items"]] == [own["id"]]


def test_who_may_not_see_costs_cannot_filter_by_them(
    api_of: Callable[[int], Any], seller_id: int
) -> None:
    refused = api_of(seller_id).get("?cost__gt=0")
    assert (refused.status_code, refused.json["permission"]) == (403, "memos.cost.view")
