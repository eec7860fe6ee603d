"""Idempotency-Key: one effect, however often a request is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from salesman_core.db import reading
from salesman_core.rest import forget_old_answers
from salesman_core.rest.models import KeptAnswer
from salesman_core.testing.clock import FrozenClock

KEY = "2f6c1c1e-order-17"


def test_a_repeat_gets_the_first_answer_and_has_no_effect(
    api: Any, memos_kept: Callable[[], int]
) -> None:
    first = api.post(json={"title": "once"}, Idempotency_Key=KEY)
    again = api.post(json={"title": "once"}, Idempotency_Key=KEY)
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert (again.headers["ETag"], again.mimetype) == (first.headers["ETag"], first.mimetype)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert memos_kept() == 1


def test_another_body_under_the_same_key_is_refused(
    api: Any, memos_kept: Callable[[], int]
) -> None:
    api.post(json={"title": "once"}, Idempotency_Key=KEY)
    refused = api.post(json={"title": "twice"}, Idempotency_Key=KEY)
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"Idempotency-Key"})
    assert memos_kept() == 1


def test_another_operation_under_the_same_key_is_refused(api: Any) -> None:
    made = api.post(json={"title": "once"}, Idempotency_Key=KEY)
    assert api.post(f"/{made.json['id']}/finish", Idempotency_Key=KEY).status_code == 422


def test_keys_of_others_are_their_own(
    api: Any, api_of: Callable[[int], Any], seller_id: int, memos_kept: Callable[[], int]
) -> None:
    api.post(json={"title": "once"}, Idempotency_Key=KEY)
    api_of(seller_id).post(json={"title": "once"}, Idempotency_Key=KEY)
    assert memos_kept() == 2


def test_token_that_may_less_does_not_get_what_the_wider_one_was_answered(
    api: Any, api_of: Callable[..., Any], admin_id: int, memos_kept: Callable[[], int]
) -> None:
    api.post(json={"title": "once"}, Idempotency_Key=KEY)
    narrow = api_of(admin_id, ["memos.memo.create"])
    refused = narrow.post(json={"title": "once"}, Idempotency_Key=KEY)
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"Idempotency-Key"})
    assert memos_kept() == 1


def test_second_token_that_may_the_same_gets_the_first_answer(
    api: Any, api_of: Callable[..., Any], admin_id: int, memos_kept: Callable[[], int]
) -> None:
    first = api.post(json={"title": "once"}, Idempotency_Key=KEY)
    again = api_of(admin_id).post(json={"title": "once"}, Idempotency_Key=KEY)
    assert (again.status_code, again.json) == (201, first.json)
    assert memos_kept() == 1


def test_what_failed_may_be_tried_again_under_the_same_key(
    api: Any, memos_kept: Callable[[], int]
) -> None:
    assert api.post(json={"title": "crash"}, Idempotency_Key=KEY).status_code == 500
    assert api.post(json={"title": "taken"}, Idempotency_Key=KEY).status_code == 422
    assert api.post(json={"title": "fine"}, Idempotency_Key=KEY).status_code == 201
    assert memos_kept() == 1


def test_parallel_repeats_have_one_effect(
    api_of: Callable[[int], Any], admin_id: int, memos_kept: Callable[[], int]
) -> None:
    clients = [api_of(admin_id) for _ in range(6)]
    answers: list[Any] = []

    def send(client: Any) -> None:
        answers.append(client.post(json={"title": "once"}, Idempotency_Key=KEY))

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json["id"] for answer in answers}) == 1
    assert memos_kept() == 1


def test_a_key_is_free_again_after_a_day(
    api: Any, clock: FrozenClock, memos_kept: Callable[[], int]
) -> None:
    api.post(json={"title": "once"}, Idempotency_Key=KEY)
    clock.advance(hours=25)
    assert api.post(json={"title": "twice"}, Idempotency_Key=KEY).status_code == 201
    assert memos_kept() == 2


def test_answers_older_than_a_day_are_dropped(app: Flask, api: Any, clock: FrozenClock) -> None:
    api.post(json={"title": "old"}, Idempotency_Key="old")
    clock.advance(hours=20)
    api.post(json={"title": "new"}, Idempotency_Key="new")
    clock.advance(hours=5)
    with app.app_context():
        forget_old_answers()
        assert list(reading().scalars(sa.select(KeptAnswer.key))) == ["new"]


def test_a_key_of_other_characters_is_refused(api: Any) -> None:
    refused = api.post(json={"title": "x"}, Idempotency_Key="two words")
    assert set(refused.json["errors"]) == {"Idempotency-Key"}
