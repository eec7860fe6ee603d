"""The JSON API of inquiries, and the service by which other plugins note them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from salesman_inquiries import queries
from salesman_inquiries.toolkit import Inquiries

from salesman_core.plugins import switches
from salesman_core.testing.people import Api, Make
from salesman_core.toolkit import reading, service

ApiFor = Callable[[str], Api]


@pytest.fixture
def called(channels: dict[str, int]) -> dict[str, Any]:
    """Give a call of a stranger as the API takes it."""
    return {
        "channel_id": channels["Phone"],
        "name": "Clara",
        "phones": ["+7 916 123-45-67"],
        "products": [{"name": "Boiler", "quantity": "3", "price": "1200.50"}],
    }


def test_inquiry_is_read_as_it_was_noted(api_for: ApiFor, called: dict[str, Any]) -> None:
    api = api_for("telemarketer")
    noted = api.post("/inquiries", called).json

    read = api.get(f"/inquiries/{noted['id']}").json
    assert read == noted
    assert (read["phones"], read["status"], read["became_kind"]) == (called["phones"], "new", None)
    assert read["products"] == [{"name": "Boiler", "quantity": "3.000", "price": "1200.50"}]


def test_batch_has_a_result_for_each(api_for: ApiFor, called: dict[str, Any]) -> None:
    answer = api_for("telemarketer").post(
        "/inquiries/batch", {"items": [called, {"channel_id": 1}]}
    )

    assert [one["status"] for one in answer.json["results"]] == [201, 422]


def test_acts_lead_from_new_to_processed_and_back(
    api_for: ApiFor, called: dict[str, Any], results: dict[str, int]
) -> None:
    api = api_for("telemarketer")
    inquiry_id = api.post("/inquiries", called).json["id"]

    done = api.post(f"/inquiries/{inquiry_id}/process", {"result_id": results["Interest"]}).json
    assert (done["status"], done["result_id"]) == ("processed", results["Interest"])
    assert api.post(f"/inquiries/{inquiry_id}/cancel").status_code == HTTPStatus.CONFLICT
    assert api.post(f"/inquiries/{inquiry_id}/reopen").json["status"] == "new"
    assert api.post(f"/inquiries/{inquiry_id}/cancel").json["status"] == "cancelled"


def test_list_is_narrowed_by_what_people_ask_for(
    api_for: ApiFor, make: Make, called: dict[str, Any], channels: dict[str, int]
) -> None:
    api = api_for("telemarketer")
    client_id = make.client(owner_id=make.user_of("telemarketer"))
    first = api.post("/inquiries", called).json["id"]
    further = {**called, "client_id": client_id, "channel_id": channels["Site"]}
    late = {**further, "deadline_at": "2026-01-01T09:00:00Z", "direction": "outgoing"}
    second = api.post("/inquiries", late).json["id"]

    def ids(asked: str) -> list[int]:
        return [one["id"] for one in api.get(f"/inquiries?{asked}").json["items"]]

    assert ids("call=true") == [first]
    for asked in ("late=true", "direction=outgoing", f"client_id={client_id}", "call=false"):
        assert ids(asked) == [second]
    assert ids("owner_id=me&status=new&sort=-happened_at") == [second, first]


def test_who_took_an_inquiry_stays_who_took_it(
    api_for: ApiFor, make: Make, called: dict[str, Any]
) -> None:
    api = api_for("telemarketer")
    inquiry_id = api.post("/inquiries", called).json["id"]

    refused = api.patch(f"/inquiries/{inquiry_id}", {"taken_by_id": make.user("telemarketer")})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["taken_by_id"])


def test_deal_is_made_in_one_call(api_for: ApiFor, called: dict[str, Any]) -> None:
    api = api_for("telemarketer")
    inquiry_id = api.post("/inquiries", called).json["id"]

    made = api.post(f"/inquiries/{inquiry_id}/deal", {"deal_name": "Boilers"}).json
    assert api.get(f"/deals/{made['deal_id']}").json["amount"] == "3601.50"
    assert api.get(f"/inquiries/{inquiry_id}").json["became_id"] == made["deal_id"]


def test_company_reads_its_channels_and_results(api_for: ApiFor) -> None:
    choices = api_for("telemarketer").get("/inquiries/choices").json

    assert [one["name"] for one in choices["channels"] if one["call"]] == ["Phone"]
    assert [one["name"] for one in choices["results"] if one["interest"]] == ["Interest"]


def test_another_plugin_notes_a_call(app: Flask, make: Make) -> None:
    inquiries: Inquiries | None = service("inquiries")
    assert inquiries is not None

    with make.acting(make.user("telemarketer")):
        channel_id = inquiries.channel(call=True)
        inquiry_id = inquiries.note({"channel_id": channel_id, "name": "Clara"})

    assert queries.one_inquiry(reading(), inquiry_id).channel_name == "Phone"


def test_suspended_inquiries_offer_nothing(app: Flask) -> None:
    switches.suspend("inquiries")
    switches.follow_now()

    assert service("inquiries") is None
