"""Hooks about records, as the sample plugin uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_sample.models import Thanks
from salesman_sample.service import keep_one

from salesman_core.clients.doubles import begin_finding, doubles
from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.clients.similar import clients_by_other_keys
from salesman_core.db import reading, writing
from salesman_core.events.models import RecordedEvent
from salesman_core.jobs.port import jobs
from salesman_core.people.handing_over import ALL_KINDS, STAYS
from salesman_core.people.service import activate, deactivate
from salesman_core.records.custom.service import define_field
from salesman_core.records.imports.service import chosen_mapping, import_run, import_type
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def promised(app: Flask, make: Make, api_for: ApiFor) -> tuple[int, int]:
    """A client and its deal, about which the head of sales has promised something."""
    client_id = make.client(name="Boilers Ltd")
    deal_id = make.deal(client_id=client_id, name="Three boilers")
    values = {"text": "Send the drawing", "client_id": client_id, "deal_id": deal_id}
    assert api_for("head").post("/sample", values).status_code == 201
    return client_id, deal_id


def test_hook_record_types_lets_access_judge_records(
    app: Flask, make: Make, promised: tuple[int, int], api_for: ApiFor
) -> None:
    assert [one["text"] for one in api_for("head").get("/sample").json["items"]] == [
        "Send the drawing"
    ]
    assert api_for("seller").get("/sample").json["items"] == []


@pytest.mark.databases("sqlite")
def test_hook_before_save_refuses_a_change_at_its_field(app: Flask, api_for: ApiFor) -> None:
    refused = api_for("head").post("/clients", {"name": "Nobody"})

    assert (refused.status_code, refused.json["errors"]) == (
        422,
        {"name": ["Nobody is no client."]},
    )
    assert api_for("head").get("/clients").json["items"] == []


def test_hook_before_stage_move_refuses_a_move_with_its_reason(
    promised: tuple[int, int], api_for: ApiFor
) -> None:
    api, deal = api_for("head"), f"/deals/{promised[1]}"
    before = api.get(deal).json
    stages = api.get("/pipelines").json["items"][0]["stages"]

    refused = api.post(f"{deal}/move", {"stage_id": stages[1]["id"]})

    assert (refused.status_code, refused.json["detail"]) == (422, "Keep your promise first.")
    assert api.get(deal).json["stage_id"] == before["stage_id"]


def test_hook_before_close_refuses_to_win_but_not_to_lose(
    promised: tuple[int, int], api_for: ApiFor
) -> None:
    api, deal = api_for("head"), f"/deals/{promised[1]}"
    reason = api.get("/deals/reasons").json["items"][0]["id"]

    assert api.post(f"{deal}/close", {"outcome": "won"}).status_code == 422
    assert api.get(deal).json["outcome"] is None
    lost = api.post(f"{deal}/close", {"outcome": "lost", "reason_id": reason})
    assert (lost.status_code, lost.json["outcome"]) == (200, "lost")


@pytest.mark.databases("sqlite")
def test_hook_timeline_sources_tells_the_story_of_client_and_deal(
    promised: tuple[int, int], browser_for: BrowserFor
) -> None:
    browser = browser_for("head")

    for kind, record_id in zip(("client", "deal"), promised, strict=True):
        story = browser.get(f"/records/{kind}/{record_id}/story?source=sample.promises").text
        assert "Send the drawing" in story


def test_hook_search_sources_is_asked_by_the_search_box(
    promised: tuple[int, int], browser_for: BrowserFor
) -> None:
    heads = {"HX-Request": "true"}

    assert "Send the drawing" in browser_for("head").get("/search?q=DRAW", headers=heads).text
    assert "drawing" not in browser_for("lawyer").get("/search?q=DRAW", headers=heads).text
    assert "Send the drawing" in browser_for("head").get("/search?q=drowing", headers=heads).text
    assert "drawing" not in browser_for("lawyer").get("/search?q=drowing", headers=heads).text


def test_hook_import_types_brings_records_in_from_a_file(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    make.client(name="Boilers Ltd")
    file = tmp_path / "promises.csv"
    file.write_text("Обещание;Client\nSend the drawing;Boilers Ltd\nSend it;Nobody Ltd\n")
    type_ = import_type("promises")

    result = import_run(type_, file, chosen_mapping(None, type_)).apply()
    again = import_run(type_, file, chosen_mapping(None, type_)).apply()

    assert dict(result.counts) == {"created": 1, "refused": 1}
    assert dict(again.counts) == {"unchanged": 1, "refused": 1}


def test_hook_import_parts_lets_files_say_what_a_plugin_keeps(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("Name;Thanked\nBoilers Ltd;2\nPumps Ltd;0\nPipes Ltd;\n")
    type_ = import_type("clients")

    def imported() -> dict[str, int]:
        return dict(import_run(type_, file, chosen_mapping(None, type_)).apply().counts)

    assert imported() == {"created": 2, "refused": 1}
    assert imported() == {"unchanged": 2, "refused": 1}
    file.write_text("Name;Thanked\nBoilers Ltd;3\n")
    assert imported() == {"updated": 1}
    assert reading().scalars(sa.select(Thanks.times)).all() == [3]


def test_hook_records_reassigned_tells_whose_promises_they_are_now(
    app: Flask, make: Make, promised: tuple[int, int]
) -> None:
    successor = make.user("head")
    make.user("administrator")
    deactivate(make.user_of("head"), {ALL_KINDS: successor})

    told = sa.select(RecordedEvent.payload).where(RecordedEvent.type == "sample.promise.changed")
    assert reading().scalars(told).all() == [{"fields": ["owner_id"]}]


def test_hook_before_save_keeps_a_record_with_who_leaves_and_the_page_says_why(
    app: Flask, make: Make, promised: tuple[int, int], browser_for: Callable[[str], FlaskClient]
) -> None:
    leaver = make.user_of("head")
    with make.acting(leaver):
        keep_one(1, {}, None)
    deactivate(leaver, {ALL_KINDS: make.user("head")})

    page = browser_for("administrator").get(f"/admin/users/{leaver}").text

    assert "Promises: 1" in " ".join(page.split())
    assert "It stays with who kept it." in page


def test_page_of_who_left_does_not_repeat_what_a_plugin_said_when_they_left_before(
    app: Flask, make: Make, promised: tuple[int, int], browser_for: Callable[[str], FlaskClient]
) -> None:
    leaver = make.user_of("head")
    with make.acting(leaver):
        keep_one(1, {}, None)
    deactivate(leaver, {ALL_KINDS: make.user("head")})
    activate(leaver)
    deactivate(leaver, STAYS)

    page = browser_for("administrator").get(f"/admin/users/{leaver}").text

    assert "Promises: 1" in " ".join(page.split())
    assert "It stays with who kept it." not in page


def test_hook_duplicate_keys_lets_the_finder_see_what_only_the_plugin_knows(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    first, second = make.client(name="Boilers Ltd"), make.client(name="Kettles")
    for client_id in (first, second):
        values = {"text": "Send the drawing", "client_id": client_id}
        assert api_for("head").post("/sample", values).status_code == 201
    begin_finding()

    jobs().drain()

    reading().rollback()
    (pair,) = doubles().shown
    assert [one.id for one in pair.clients] == [first, second]
    assert [str(reason) for reason in pair.reasons] == ["the same promise"]


def test_hook_records_merged_joins_what_there_can_be_once(app: Flask, make: Make) -> None:
    kept, lost = make.client(), make.client()
    with writing() as session:
        session.add_all([Thanks(client_id=kept, times=2), Thanks(client_id=lost, times=3)])

    merging = merge_clients(kept, [lost])

    assert thanks() == {kept: 5, lost: 0}
    undo_merging(merging)
    assert thanks() == {kept: 2, lost: 3}


def thanks() -> dict[int, int]:
    reading().rollback()
    return {row.client_id: row.times for row in reading().scalars(sa.select(Thanks))}


@pytest.fixture
def with_field_for_promises(app: Flask) -> None:
    """A custom field of clients by which the sample plugin finds doubles while one types."""
    define_field("client", {"type": "text", "key": "promised", "label": "Promised"})


def test_hook_duplicate_keys_is_asked_about_custom_fields_while_one_types(
    promised: tuple[int, int], with_field_for_promises: None, browser_for: BrowserFor
) -> None:
    fragment = {"HX-Request": "true"}
    browser = browser_for("head")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/clients/new").text)
    assert token is not None
    typed = {"csrf_token": token[1], "name": "Other", "custom.promised": "send the DRAWING"}
    page = browser.post("/clients/similar", data=typed, headers=fragment).text
    assert "Boilers Ltd" in page
    assert "the same promise: Send the drawing" in page


def test_hook_duplicate_keys_says_whose_clients_strangers_are(
    promised: tuple[int, int], with_field_for_promises: None, statements: Statements
) -> None:
    known = {"name": "Other", "custom": {"promised": "send the DRAWING"}}
    strangers = [known, {"name": "Boilers Ltd"}]
    with statements() as few:
        found = clients_by_other_keys(reading(), strangers)
    with statements() as many:
        clients_by_other_keys(reading(), strangers * 10)

    assert [[row.id for row in some] for some in found] == [[promised[0]], []]
    assert len(many) == len(few)


def test_hook_duplicate_keys_is_asked_by_the_api_about_custom_fields(
    promised: tuple[int, int], with_field_for_promises: None, api_for: ApiFor
) -> None:
    known = {"custom": {"promised": "Send the drawing"}}
    (item,) = api_for("head").post("/clients/similar", known).json["items"]
    assert (item["id"], item["reasons"]) == (
        promised[0],
        ["the same promise: Send the drawing"],
    )


def test_hook_record_extensions_keeps_more_of_a_client(app: Flask, api_for: ApiFor) -> None:
    api = api_for("administrator")
    sent = {"name": "Boilers Ltd", "extensions": {"sample": {"nickname": "the  Boilers"}}}

    made = api.post("/clients", sent).json

    assert made["extensions"]["sample"]["nickname"] == "the Boilers"
    found = api.get("/clients?extensions.sample.nickname=the Boilers").json["items"]
    assert [one["id"] for one in found] == [made["id"]]
