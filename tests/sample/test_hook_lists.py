"""Hooks about lists, as the sample plugin uses them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from salesman_sample import queries

from salesman_core.plugins import switches
from salesman_core.testing.people import Api, Make, api_of, browser_of

ApiFor = Callable[[str], Api]

pytestmark = pytest.mark.databases("sqlite")


def promise(api: Api, client_id: int, text: str = "Call back") -> None:
    assert (
        api.post("/sample", {"text": text, "client_id": client_id}).status_code
        == HTTPStatus.CREATED
    )


def test_hook_list_filters_narrow_the_list_of_the_core_wherever_it_stands(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    api, head = api_for("head"), browser_of(app, make.user("head"))
    promised, _other = make.client(name="Anna"), make.client(name="Boris")
    promise(api, promised)

    page = head.get("/clients?sample.promise=Call back&any1.sample.promised=true").text
    document = api.get("/openapi.json").json["paths"]["/api/v1/clients"]["get"]["parameters"]

    for address in ("sample.promised=true", "case1.sample.promise=Call back"):
        found = api.get(f"/clients?{address}").json["items"]
        assert [one["id"] for one in found] == [promised]
    assert ("Anna" in page, "Boris" in page) == (True, False)
    assert '<option value="Call back" selected' in page
    assert {"sample.promised", "sample.promise"} <= {one["name"] for one in document}
    assert api.get("/deals?sample.promised=true").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_hook_list_filters_are_for_whoever_may_see_what_they_tell(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    promise(api_for("head"), make.client())
    lawyer = make.user("lawyer")

    asked = api_of(app, lawyer).get("/clients?sample.promise=Call back")
    page = browser_of(app, lawyer).get("/clients").text

    assert asked.status_code == HTTPStatus.FORBIDDEN
    assert ("sample.promised" in page, 'sample.promise"' in page) == (True, False)
    assert "Call back" not in page


def test_hook_list_filters_of_a_suspended_plugin_are_none(app: Flask, api_for: ApiFor) -> None:
    api = api_for("head")

    switches.suspend("sample")
    switches.follow_now()

    asked = api.get("/clients?sample.promised=true")
    assert asked.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_hook_list_filters_that_fail_are_told_of_their_plugin_and_stop_nobody_else(
    app: Flask, make: Make, api_for: ApiFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_asked: object) -> None:
        message = "on purpose"
        raise RuntimeError(message)

    monkeypatch.setattr(queries, "visible", fail)

    listed = browser_of(app, make.user("head")).get("/clients")  # asks for what may be chosen
    asked = api_for("head").get("/clients?sample.promised=true")

    assert listed.status_code == HTTPStatus.OK
    assert "sample.promised" in listed.text
    assert asked.status_code == HTTPStatus.CONFLICT
    assert "The plugin sample failed" in asked.json["detail"]


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
