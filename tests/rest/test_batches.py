"""POST …/batch: a result per item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_each_item_has_a_result_of_its_own(api: Any, memos_kept: Callable[[], int]) -> None:
    items = [{"title": "one"}, {"title": ""}, {"title": "taken"}, "four", {"title": "five"}]
    answer = api.post("/batch", json={"items": items})
    results = answer.json["results"]
    assert answer.status_code == 200
    assert [one["status"] for one in results] == [201, 422, 422, 422, 201]
    assert [results[0]["item"]["title"], results[4]["item"]["title"]] == ["one", "five"]
    assert set(results[1]["problem"]["errors"]) == {"title"}
    assert memos_kept() == 2


def test_a_batch_is_repeated_safely_too(api: Any, memos_kept: Callable[[], int]) -> None:
    body = {"items": [{"title": "one"}, {"title": "taken"}]}
    first = api.post("/batch", json=body, Idempotency_Key="batch-1")
    assert api.post("/batch", json=body, Idempotency_Key="batch-1").json == first.json
    assert memos_kept() == 1


def test_a_failure_of_ours_undoes_the_whole_batch(api: Any, memos_kept: Callable[[], int]) -> None:
    answer = api.post("/batch", json={"items": [{"title": "one"}, {"title": "crash"}]})
    assert answer.status_code == 500
    assert memos_kept() == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"items": []},
        {"items": {}},
        {"items": [{"title": "x"}] * 201},
        {"items": [{}], "x": 1},
    ],
)
def test_a_body_that_holds_no_items_is_refused(api: Any, body: Any) -> None:
    refused = api.post("/batch", json=body)
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"items"})


@pytest.mark.databases("sqlite")
def test_two_hundred_items_fit(api: Any, memos_kept: Callable[[], int]) -> None:
    api.post("/batch", json={"items": [{"title": f"memo {n}"} for n in range(200)]})
    assert memos_kept() == 200
