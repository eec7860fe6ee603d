"""The JSON API of activities."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make, api_of

ApiFor = Callable[[str], Api]
Plan = Callable[..., int]
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def call(kinds: dict[str, int], clock: FrozenClock) -> dict[str, Any]:
    """Give what plans a call."""
    return {"kind_id": kinds["call"], "subject": "Ask", "starts_at": "2026-03-02T12:00:00Z"}


def test_activity_is_planned_and_read_back(api_for: ApiFor, call: dict[str, Any]) -> None:
    api = api_for("seller")

    made = api.post("/calendar", call)

    assert made.status_code == 201
    read = api.get(f"/calendar/{made.json['id']}").json
    assert read == made.json
    assert {name: read[name] for name in call} == call
    assert (read["day"], read["overdue"], read["contact_ids"]) == ("2026-03-02", False, [])


def test_overdue_ones_are_found(
    api_for: ApiFor, plan: Plan, make: Make, clock: FrozenClock, call: dict[str, Any]
) -> None:
    api = api_for("seller")
    late = api.post("/calendar", call).json["id"]
    api.post("/calendar", {"kind_id": call["kind_id"], "day": "2026-03-02"})
    clock.advance(hours=4)

    found = api.get("/calendar?overdue=true").json["items"]

    assert [(one["id"], one["overdue"]) for one in found] == [(late, True)]


def test_list_is_filtered_by_day_person_client_and_what_is_done(
    api_for: ApiFor, make: Make, call: dict[str, Any]
) -> None:
    api = api_for("head")
    client_id = make.client()
    wanted = api.post("/calendar", {**call, "client_id": client_id}).json["id"]
    api.post("/calendar", call)
    done = api.post("/calendar", {**call, "client_id": client_id}).json["id"]
    api.post(f"/calendar/{done}/done", {})

    asked = f"/calendar?day=today&owner_id=me&client_id={client_id}&done=false"
    assert [one["id"] for one in api.get(asked).json["items"]] == [wanted]


def test_list_is_filtered_by_teams_of_those_responsible(
    api_for: ApiFor, plan: Plan, make: Make
) -> None:
    teams = [make.team(), make.team(), make.team()]
    ids = [plan(owner_id=make.user("seller", team_id=team)) for team in teams]
    api = api_for("head")

    found = api.get(f"/calendar?team_id__in={teams[0]},{teams[2]}").json["items"]
    assert {one["id"] for one in found} == {ids[0], ids[2]}
    assert [one["id"] for one in api.get(f"/calendar?team_id={teams[1]}").json["items"]] == [ids[1]]


def test_list_is_filtered_by_priority(api_for: ApiFor, call: dict[str, Any]) -> None:
    api = api_for("seller")
    made = {
        priority: api.post("/calendar", {**call, "priority": priority}).json["id"]
        for priority in ("low", "normal", "high")
    }

    found = api.get("/calendar?priority=high").json["items"]
    assert [(one["id"], one["priority"]) for one in found] == [(made["high"], "high")]
    assert api.post("/calendar", {**call, "priority": "utmost"}).status_code == 422


def test_activity_is_done_with_its_result_and_the_next_one(
    api_for: ApiFor, call: dict[str, Any], results: dict[str, int]
) -> None:
    api = api_for("seller")
    activity_id = api.post("/calendar", call).json["id"]
    following = {"kind_id": call["kind_id"], "day": "2026-03-09"}

    done = api.post(
        f"/calendar/{activity_id}/done", {"result_id": results["No answer"], "next": following}
    ).json

    assert api.get(f"/calendar/{activity_id}").json["result_id"] == results["No answer"]
    assert api.get(f"/calendar/{done['next_id']}").json["day"] == "2026-03-09"


def test_change_of_what_somebody_else_changed_is_refused(
    api_for: ApiFor, call: dict[str, Any]
) -> None:
    api = api_for("seller")
    made = api.post("/calendar", call)
    headers = {"If-Match": made.headers["ETag"]}
    address = f"/calendar/{made.json['id']}"
    assert api.patch(address, {"subject": "Tell"}, headers=headers).status_code == 200

    assert api.patch(address, {"subject": "Hear"}, headers=headers).status_code == 412


def test_batch_gives_a_result_for_each(api_for: ApiFor, call: dict[str, Any]) -> None:
    answer = api_for("seller").post("/calendar/batch", {"items": [call, {**call, "kind_id": 999}]})

    assert [one["status"] for one in answer.json["results"]] == [201, 422]


def test_kinds_come_with_their_results(api_for: ApiFor) -> None:
    items = api_for("lawyer").get("/calendar/kinds").json["items"]

    assert [one["base"] for one in items] == ["call", "meeting", "task", "letter"]
    reached = {one["name"]: one["reached"] for one in items[0]["results"]}
    assert (reached["Agreed"], reached["No answer"]) == (True, False)


def test_seller_sees_their_own_alone(
    make: Make, plan: Plan, api_for: ApiFor, call: dict[str, Any]
) -> None:
    mine = make.user("seller")
    own, others = plan(owner_id=mine), plan(owner_id=make.user("seller"))
    api = api_of(make.app, mine)

    assert [one["id"] for one in api.get("/calendar").json["items"]] == [own]
    assert api.get(f"/calendar/{others}").status_code == 404
    assert api.patch(f"/calendar/{others}", {"subject": "x"}).status_code == 404


@pytest.mark.parametrize("record", ["client", "deal"])
def test_whoever_sees_the_client_or_deal_sees_its_activities_and_may_only_read_them(
    make: Make, plan: Plan, record: str
) -> None:
    mine = make.user("seller")
    record_id = make.client(owner_id=mine) if record == "client" else make.deal(owner_id=mine)
    head = make.user("head")
    activity_id = plan(**{f"{record}_id": record_id, "owner_id": head})
    plan(owner_id=head)
    api = api_of(make.app, mine)

    assert [one["id"] for one in api.get("/calendar").json["items"]] == [activity_id]
    assert api.patch(f"/calendar/{activity_id}", {"subject": "x"}).status_code == 403
    assert api.post(f"/calendar/{activity_id}/done", {}).status_code == 403
    assert api.delete(f"/calendar/{activity_id}").status_code == 403


def test_filter_by_a_contact_finds_nothing_where_one_does_not_see_that_contact(
    make: Make, plan: Plan
) -> None:
    user_id, client_id = make.user("lawyer"), make.client()
    contact_id = make.contact(client_id)
    activity_id = plan(client_id=client_id, contact_ids=[contact_id], owner_id=user_id)
    found = f"/calendar?contact_id={contact_id}"

    assert api_of(make.app, user_id).get(found).json["items"] == []
    of_head = api_of(make.app, make.user("head")).get(found).json["items"]
    assert [one["id"] for one in of_head] == [activity_id]


def asked(sent: list[str]) -> list[str]:
    """Leave out what programs ask for now and then."""
    return [one for one in sent if "core_revision" not in one]


def test_list_takes_as_many_statements_for_one_as_for_many(
    api_for: ApiFor, plan: Plan, make: Make, statements: Statements
) -> None:
    api = api_for("head")
    client_id = make.client()
    contact_id = make.contact(client_id)
    plan(client_id=client_id, contact_ids=[contact_id])
    api.get("/calendar")
    with statements() as for_one:
        api.get("/calendar")
    for _number in range(5):
        plan(client_id=client_id, contact_ids=[contact_id])

    with statements() as for_many:
        assert len(api.get("/calendar").json["items"]) == 6

    assert len(asked(for_many)) == len(asked(for_one))


def test_many_are_moved_at_once(api_for: ApiFor, plan: Plan, make: Make) -> None:
    api = api_for("head")
    ids = [plan(), plan()]

    run = api.post(
        "/calendar/bulk", {"action": "calendar.move", "ids": ids, "values": {"day": "2026-03-05"}}
    )

    assert run.status_code == 200, run.json
    assert {one["day"] for one in api.get("/calendar").json["items"]} == {"2026-03-05"}


def test_priority_is_normal_where_nobody_says_another_one(
    api_for: ApiFor, kinds: dict[str, int]
) -> None:
    api, call = api_for("seller"), {"kind_id": kinds["call"], "day": "2026-03-02"}
    usual, urgent = (
        api.post("/calendar", values).json for values in (call, {**call, "priority": "high"})
    )
    assert (usual["priority"], urgent["priority"]) == ("normal", "high")

    api.patch(f"/calendar/{urgent['id']}", {"priority": "low"})
    assert api.get(f"/calendar/{urgent['id']}").json["priority"] == "low"
    refused = api.post("/calendar", {**call, "priority": "urgent"})
    assert set(refused.json["errors"]) == {"priority"}
