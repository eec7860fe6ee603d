"""Records of a plugin lie in the same bin as those of the core."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from salesman_sample.service import break_promise

from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]


def test_promise_of_a_plugin_lies_in_the_bin_and_comes_back(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    api = api_for("head")
    made = api.post("/sample", {"text": "Call back", "client_id": make.client()}).json["id"]
    break_promise(made)

    listed = api.get("/bin").json["items"]
    assert [(one["kind"], one["label"]) for one in listed] == [("sample.promise", "Call back")]
    wanted = {"items": [{"kind": "sample.promise", "record_id": made}]}
    answer = api.post("/bin/restore", wanted).json["results"]

    assert [one["status"] for one in answer] == [200]
    assert api.get(f"/sample/{made}").status_code == 200
    assert api.get("/bin").json["items"] == []


def test_promises_of_others_do_not_lie_in_ones_own_bin(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    foreign = {"text": "Call back", "client_id": make.client()}
    break_promise(api_for("head").post("/sample", foreign).json["id"])

    assert api_for("seller").get("/bin").json["items"] == []
