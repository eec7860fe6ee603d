"""Errors as problems (RFC 9457)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import reading
from salesman_core.plugins.models import PluginFault

pytestmark = pytest.mark.databases("sqlite")


def test_a_problem_tells_kind_reason_and_fields(api: Any) -> None:
    answer = api.post(json={"title": "taken"})
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "This title is taken.",
        "errors": {"title": ["This title is taken."]},
    }


def test_a_conflict_is_409(api: Any) -> None:
    memo_id = api.post(json={"title": "x"}).json["id"]
    assert api.post(f"/{memo_id}/finish").status_code == 200
    assert api.post(f"/{memo_id}/finish").json["detail"] == "This memo is done already."


def test_an_address_that_there_is_not_is_404(api: Any) -> None:
    answer = api.get("/1/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_number_that_no_column_holds_leads_nowhere(api: Any) -> None:
    assert api.get(f"/{2**63}").status_code == 404
    assert api.get(f"/{10**18 - 1}").json["detail"] == (
        "There is no such memo, or you may not see it."
    )


def test_a_method_that_there_is_not_is_405_and_says_which_are(api: Any) -> None:
    answer = api.put()
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("body", [b"", b"{", b'{"title": NaN}', b'{"title": "\\ud800"}', b"\xff"])
def test_broken_json_is_400(api: Any, app: Flask, body: bytes) -> None:
    answer = sent(api, body, "application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_another_type_than_json_is_415(api: Any) -> None:
    assert sent(api, b"title=x", "application/x-www-form-urlencoded").status_code == 415


def test_a_body_that_is_too_large_is_413(api: Any, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    assert sent(api, b'{"title": "' + b"x" * 2000 + b'"}', "application/json").status_code == 413


def sent(api: Any, body: bytes, type_: str) -> Any:
    return api._client.post("/api/v1/memos", data=body, content_type=type_, headers=api._headers)


def test_a_failure_gives_a_reference_and_nothing_of_its_cause(api: Any, app: Flask) -> None:
    answer = api.post(json={"title": "crash"})
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert b"core_token" not in answer.data
    with app.app_context():
        fault = reading().scalars(sa.select(PluginFault)).one()
    assert fault.reference == answer.json["reference"]
    assert (fault.plugin_id, fault.place) == ("memos", "POST /api/v1/memos")
    assert "SELECT secret" in fault.error


def test_a_body_with_a_member_too_many_is_refused(api: Any) -> None:
    answer = api.post("/batch", json={"items": [], "more": 1})
    assert set(answer.json["errors"]) == {"items"}
