"""Hooks about evidence and health, as the sample plugin uses them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from salesman_sample import service

from salesman_core.clients.queries import rung_moves
from salesman_core.testing.people import Make
from salesman_core.toolkit import Client, reading

BrowserFor = Callable[[str], FlaskClient]


def test_hook_relationship_evidence_lets_a_client_climb(app: Flask, make: Make) -> None:
    client_id = make.client()
    cold = reading().get_one(Client, client_id).rung_id
    promise_id = service.make_promise({"text": "Send the drawing", "client_id": client_id})

    service.keep_promise(promise_id)

    reading().expire_all()
    assert reading().get_one(Client, client_id).rung_id > cold


def test_hook_relationship_evidence_names_its_record_to_whoever_sees_that(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    client_id = make.client(owner_id=make.user_of("seller"))
    service.keep_promise(service.make_promise({"text": "A drawing", "client_id": client_id}))

    pages = [browser_for(role).get(f"/clients/{client_id}").text for role in ("seller", "head")]

    assert ["a promise was kept" in page for page in pages] == [True, True]
    with make.acting(make.user_of("seller")):
        assert [move.reason for move in rung_moves(reading(), client_id, 1)] == [
            "a promise was kept"
        ]
    assert [move.reason for move in rung_moves(reading(), client_id, 1)] == [
        "a promise was kept: “A drawing”"
    ]


@pytest.mark.databases("sqlite")
def test_hook_health_is_shown_to_the_administrator(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    service.make_promise({"text": "Send the drawing", "client_id": make.client()})

    assert "promises: 1" in browser_for("administrator").get("/admin/plugins").text
