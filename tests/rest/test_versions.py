"""ETag, If-Match and If-None-Match."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask


@pytest.fixture
def memo(api: Any) -> Any:
    """A memo as it was written."""
    return api.post(json={"title": "first"})


def test_a_record_comes_with_its_version(api: Any, memo: Any) -> None:
    assert memo.headers["ETag"] == api.get(f"/{memo.json['id']}").headers["ETag"]
    assert not memo.headers["ETag"].startswith("W/")


def test_a_change_of_what_was_seen_passes_and_gives_a_new_version(api: Any, memo: Any) -> None:
    changed = api.patch(
        f"/{memo.json['id']}", json={"title": "second"}, If_Match=memo.headers["ETag"]
    )
    assert changed.status_code == 200
    assert changed.headers["ETag"] != memo.headers["ETag"]


def test_a_change_of_what_somebody_else_changed_is_refused(api: Any, memo: Any) -> None:
    path = f"/{memo.json['id']}"
    api.patch(path, json={"title": "second"})
    refused = api.patch(path, json={"title": "third"}, If_Match=memo.headers["ETag"])
    assert (refused.status_code, refused.mimetype) == (412, "application/problem+json")
    assert api.get(path).json["title"] == "second"


def test_an_action_honours_the_version_too(api: Any, memo: Any) -> None:
    path = f"/{memo.json['id']}"
    api.patch(path, json={"title": "second"})
    assert api.post(f"{path}/finish", If_Match=memo.headers["ETag"]).status_code == 412


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "tag", ['"nonsense"', '"memos.memo-999-1-abc"', '"memos.memo-1-x-abc"', 'W/"memos.memo-1-1-a"']
)
def test_a_version_that_is_none_of_the_record_is_refused(api: Any, memo: Any, tag: str) -> None:
    assert api.patch("/1", json={"title": "second"}, If_Match=tag).status_code == 412


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("tag", ["", " "])
def test_a_change_of_who_does_not_say_what_they_have_seen_is_refused(
    api: Any, memo: Any, tag: str
) -> None:
    refused = api.patch("/1", json={"title": "second"}, If_Match=tag)
    assert (refused.status_code, refused.mimetype) == (428, "application/problem+json")
    assert "If-Match" in refused.json["detail"]
    assert api.get("/1").json["title"] == "first"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "tag", ["", " ", "\xa0", "\xe9", "*", "bare", '""', '"a"', 'W/"a"', '"a", "\xe9"', '"a",*', ","]
)
def test_the_document_allows_what_says_something_and_that_alone_is_judged(
    app: Flask, api: Any, memo: Any, tag: str
) -> None:
    paths = app.test_client().get("/api/v1/memos/openapi.json").json["paths"]
    (allowed,) = {
        parameter["schema"]["pattern"]
        for path in paths.values()
        for parameter in path.get("patch", {}).get("parameters", ())
        if parameter["name"] == "If-Match"
    }

    answer = api.patch("/1", json={"title": "second"}, If_Match=tag)

    assert (answer.status_code != 428) is bool(re.search(allowed, tag))


@pytest.mark.databases("sqlite")
def test_a_star_stands_for_any_version(api: Any, memo: Any) -> None:
    assert api.patch("/1", json={"title": "second"}, If_Match="*").status_code == 200


@pytest.mark.databases("sqlite")
def test_who_knows_the_record_already_gets_304_without_a_body(api: Any, memo: Any) -> None:
    known = api.get("/1", If_None_Match=memo.headers["ETag"])
    assert (known.status_code, known.data) == (304, b"")
    assert known.headers["ETag"] == memo.headers["ETag"]


@pytest.mark.databases("sqlite")
def test_who_knows_an_older_version_gets_the_record(api: Any, memo: Any) -> None:
    api.patch("/1", json={"title": "second"})
    assert api.get("/1", If_None_Match=memo.headers["ETag"]).json["title"] == "second"
