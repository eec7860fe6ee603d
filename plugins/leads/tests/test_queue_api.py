"""The queue and calls in the JSON API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
MakeLead = Callable[..., int]
ResultOf = Callable[[str], int]


def test_program_takes_the_next_lead_and_says_what_came_of_the_call(
    make: Make, api_for: ApiFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    api = api_for("telemarketer")
    lead_id = waiting_lead()
    taken = api.post("/leads/queue/next").json
    assert (taken["lead"]["id"], taken["left"]) == (lead_id, 1)

    said = {"call_result_id": call_result("call_back"), "call_back_at": "2026-03-03T07:00:00Z"}
    made = api.post(f"/leads/{lead_id}/attempts", said)

    assert made.status_code == 201
    assert api.get(f"/leads/{lead_id}/attempts").json == {"items": [made.json]}
    assert (made.json["base"], made.json["person_id"]) == (
        "call_back",
        make.user_of("telemarketer"),
    )
    lead = api.get(f"/leads/{lead_id}").json
    assert (lead["attempts"], lead["next_call_at"]) == (1, "2026-03-03T07:00:00Z")


def test_empty_queue_gives_no_lead(api_for: ApiFor) -> None:
    answer = api_for("telemarketer").post("/leads/queue/next")

    assert answer.json == {"lead": None, "until": None, "left": 0}


def test_lead_that_is_left_goes_to_the_next_who_asks(
    api_for: ApiFor, waiting_lead: MakeLead
) -> None:
    lead_id = waiting_lead()
    api_for("telemarketer").post("/leads/queue/next")
    assert api_for("head").post("/leads/queue/next").json["lead"] is None

    assert api_for("telemarketer").post("/leads/queue/leave").status_code == 204
    assert api_for("head").post("/leads/queue/next").json["lead"]["id"] == lead_id


def test_call_is_taken_back(api_for: ApiFor, waiting_lead: MakeLead, call_result: ResultOf) -> None:
    api = api_for("telemarketer")
    lead = f"/leads/{waiting_lead()}"
    made = api.post(f"{lead}/attempts", {"call_result_id": call_result("interest")}).json

    assert api.delete(f"{lead}/attempts/{made['id']}").status_code == 204
    assert api.get(lead).json["status"] == "open"


def test_results_of_calls_are_read(api_for: ApiFor) -> None:
    items = api_for("telemarketer").get("/leads/call-results").json["items"]

    assert [one["base"] for one in items] == [
        "no_answer",
        "call_back",
        "wrong_number",
        "no_interest",
        "interest",
    ]


def test_wrong_number_is_masked_for_those_who_may_not_read_it(
    api_for: ApiFor, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead = f"/leads/{waiting_lead()}"
    said = {"call_result_id": call_result("wrong_number")}

    made = api_for("telemarketer").post(f"{lead}/attempts", said).json
    seen = api_for("marketer").get(f"{lead}/attempts").json["items"][0]

    assert (made["phone"], seen["id"]) == ("+7 495 000-00-01", made["id"])


@pytest.mark.parametrize("role", ["marketer", "lawyer"])
def test_those_who_do_not_call_are_refused(
    api_for: ApiFor, waiting_lead: MakeLead, role: str
) -> None:
    waiting_lead()

    assert api_for(role).post("/leads/queue/next").status_code == 403


def test_strangers_lead_is_not_there_for_a_seller(
    make: Make, api_for: ApiFor, waiting_lead: MakeLead, call_result: ResultOf, clock: FrozenClock
) -> None:
    lead = f"/leads/{waiting_lead(owner_id=make.user('seller'))}"
    said = {"call_result_id": call_result("no_answer")}
    api = api_for("seller")

    assert api.get(f"{lead}/attempts").status_code == 404
    assert api.post(f"{lead}/attempts", said).status_code == 404
