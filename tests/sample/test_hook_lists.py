"""Hooks about lists, as the sample plugin uses them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]

pytestmark = pytest.mark.databases("sqlite")


def test_hook_bulk_actions_act_on_records_of_ones_own(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    client_id = make.client()
    api = api_for("head")
    ids = [
        api.post("/sample", {"text": text, "client_id": client_id}).json["id"]
        for text in ("Call back", "Send the drawing")
    ]

    answer = api.post("/sample/bulk", {"action": "sample.keep", "ids": ids})

    assert [one["outcome"] for one in answer.json["results"]] == ["done", "done"]
    assert all(api.get(f"/sample/{id_}").json["kept_at"] for id_ in ids)


def test_hook_bulk_actions_act_on_records_of_the_core(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    client_id, api = make.client(), api_for("head")

    answer = api.post("/clients/bulk", {"action": "sample.thank", "ids": [client_id]})

    assert [one["outcome"] for one in answer.json["results"]] == ["done"]
    (promise,) = api.get("/sample").json["items"]
    assert (promise["client_id"], promise["text"]) == (client_id, "Thank the client")
