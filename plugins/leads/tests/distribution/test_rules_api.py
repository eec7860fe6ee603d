"""Rules, absences and decisions over the JSON API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from salesman_leads.distribution.words import RULE

from salesman_core.people.service import change_user
from salesman_core.records.models import Audit
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make, api_of
from salesman_core.toolkit import reading

ApiFor = Callable[[str], Api]

pytestmark = pytest.mark.usefixtures("clock")


def rule(api: Api, *members: int, **values: object) -> dict[str, object]:
    people = [{"user_id": one} for one in members]
    given = {"name": "Sellers", "method": "in_turn", "members": people, **values}
    answer = api.post("/leads/rules", given)
    assert answer.status_code == 201, answer.json
    found: dict[str, object] = answer.json
    return found


def names(api: Api) -> list[str]:
    return [one["name"] for one in api.get("/leads/rules").json["items"]]


def test_rule_is_made_before_the_last_one_and_read_back(
    api_for: ApiFor, sellers: list[int]
) -> None:
    api = api_for("head")

    made = rule(api, *sellers, sources=["Site"], minutes=30, hours="working")

    assert names(api) == ["Sellers", "All others"]
    assert api.get(f"/leads/rules/{made['id']}").json == made
    assert {name: made[name] for name in ("sources", "minutes", "hours", "position")} == {
        "sources": ["Site"],
        "minutes": 30,
        "hours": "working",
        "position": 0,
    }
    assert made["members"] == [{"user_id": one, "weight": 1} for one in sellers]


def test_rule_is_changed_moved_and_deleted_and_the_audit_knows(
    api_for: ApiFor, sellers: list[int]
) -> None:
    api = api_for("head")
    made = rule(api, *sellers)
    address = f"/leads/rules/{made['id']}"

    members = [{"user_id": sellers[0], "weight": 3}]
    changed = api.patch(address, {"method": "weights", "members": members}).json
    api.post(f"{address}/move", {"up": False})
    moved = names(api)
    gone = api.delete(address).status_code

    assert (changed["members"], changed["version"]) == (members, 2)
    assert (moved, gone) == (["All others", "Sellers"], 204)
    kept = sa.select(Audit.action, Audit.changes).where(Audit.kind == RULE).order_by(Audit.id)
    acts = reading().execute(kept).all()
    assert [row.action for row in acts] == ["created", "changed", "changed", "erased"]
    assert acts[1].changes["members"] == [["Anna", "Boris", "Clara"], ["Anna × 3"]]


def test_rule_that_somebody_else_changed_is_not_overwritten(
    api_for: ApiFor, sellers: list[int]
) -> None:
    api = api_for("head")
    address = f"/leads/rules/{rule(api, *sellers)['id']}"
    seen = api.get(address).headers["ETag"]
    api.patch(address, {"name": "Others"})

    late = api.patch(address, {"name": "Mine"}, headers={"If-Match": seen})

    assert late.status_code == 412
    assert api.get(address).json["name"] == "Others"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"method": "in_turn"}, "members"),
        ({"method": "coordinator"}, "coordinator_id"),
        ({"method": "first_come", "members": [{"user_id": 99_999}]}, "members"),
        ({"method": "first_come", "name": ""}, "name"),
        ({"method": "by chance"}, "method"),
        ({"method": "first_come", "minutes": -1}, "minutes"),
    ],
)
def test_rule_that_gives_leads_to_nobody_is_refused(
    api_for: ApiFor, given: dict[str, object], field: str
) -> None:
    answer = api_for("head").post("/leads/rules", {"name": "Nobody", **given})

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_rule_takes_nobody_who_may_not_work_on_leads(
    api_for: ApiFor, sellers: list[int], make: Make
) -> None:
    api, lawyer = api_for("head"), make.user("lawyer", name="Lena")
    made = rule(api, *sellers)
    address = f"/leads/rules/{made['id']}"

    answers = {
        "members": api.post(
            "/leads/rules",
            {"name": "New", "method": "in_turn", "members": [{"user_id": lawyer}]},
        ),
        "coordinator_id": api.patch(address, {"coordinator_id": lawyer}),
    }

    for field, answer in answers.items():
        assert answer.status_code == 422
        assert answer.json["errors"] == {field: ["Lena may not work on leads."]}
    assert names(api) == ["Sellers", "All others"]
    assert api.get(address).json == made


def test_rule_may_keep_who_may_work_on_leads_no_more(api_for: ApiFor, sellers: list[int]) -> None:
    api = api_for("head")
    made = rule(api, *sellers)
    change_user(sellers[0], {"role_ids": ["lawyer"]})

    kept = {"name": "Again", "members": made["members"]}

    assert api.patch(f"/leads/rules/{made['id']}", kept).json["members"] == made["members"]


def test_change_that_names_nobody_is_refused_at_its_field(
    api_for: ApiFor, sellers: list[int]
) -> None:
    api = api_for("head")
    made = rule(api, *sellers)

    members = [{"user_id": sellers[0]}]
    wrong = {"coordinator_id": 99_999, "members": members, "minutes": 5}
    answer = api.patch(f"/leads/rules/{made['id']}", wrong)

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["coordinator_id"]
    assert api.get(f"/leads/rules/{made['id']}").json == made


def test_only_who_may_sees_and_makes_rules(api_for: ApiFor) -> None:
    for role in "marketer", "telemarketer", "seller":
        assert api_for(role).get("/leads/rules").status_code == 403
        answer = api_for(role).post("/leads/rules", {"name": "Mine", "method": "first_come"})
        assert answer.status_code == 403


def test_preview_says_who_would_get_it_and_takes_no_turn(
    api_for: ApiFor, sellers: list[int]
) -> None:
    api = api_for("head")
    rule(api, *sellers, sources=["site"])

    would = [api.post("/leads/rules/preview", {"source": "Site"}).json for _ in range(2)]
    got = api.post("/leads", {"name": "Dora", "source": "Site"}).json["owner_id"]

    assert [one["owner_id"] for one in would] == [sellers[0]] * 2
    assert would[0]["told"] == "By the rule “Sellers” (in turn): to Anna."
    assert got == sellers[0]


def test_decisions_of_a_lead_are_read_in_words(api_for: ApiFor, sellers: list[int]) -> None:
    api = api_for("head")
    rule(api, *sellers)
    day = {"first_day": "2026-11-30", "last_day": "2026-12-02"}
    absence = api.post("/leads/absences", {"user_id": sellers[0], **day})
    lead = api.post("/leads", {"name": "Dora"}).json["id"]

    (decision,) = api.get(f"/leads/{lead}/decisions").json["items"]

    assert absence.status_code == 201
    assert decision["told"] == "By the rule “Sellers” (in turn): to Boris."
    assert decision["skipped"] == [{"user_id": sellers[0], "why": "absent"}]


def test_decisions_of_a_lead_that_one_does_not_see_are_not_there(
    api_for: ApiFor, make: Make, sellers: list[int]
) -> None:
    lead = api_for("head").post("/leads", {"name": "Dora"}).json["id"]

    assert api_of(make.app, sellers[0]).get(f"/leads/{lead}/decisions").status_code == 404


def test_client_that_one_does_not_see_is_not_named_in_the_ledger(
    api_for: ApiFor, make: Make, sellers: list[int]
) -> None:
    make.client(name="Secret Boilers", owner_id=sellers[0], emails=["dora@example.com"])
    head = api_for("head")
    lead = head.post("/leads", {"name": "Dora", "emails": ["dora@example.com"]}).json["id"]

    (whole,) = head.get(f"/leads/{lead}/decisions").json["items"]
    (part,) = api_for("telemarketer").get(f"/leads/{lead}/decisions").json["items"]

    assert "Secret Boilers" in whole["told"]
    assert ("Secret" in part["told"], part["client_id"]) == (False, None)


def test_absence_is_taken_out_again(api_for: ApiFor, sellers: list[int]) -> None:
    api = api_for("head")
    day = {"first_day": "2026-11-30", "last_day": "2026-11-30"}
    made = api.post("/leads/absences", {"user_id": sellers[0], **day}).json

    listed = api.get("/leads/absences").json["items"]
    gone = api.delete(f"/leads/absences/{made['id']}").status_code

    assert (listed, gone) == ([made], 204)
    assert api.get("/leads/absences").json["items"] == []


def test_absence_that_ends_before_it_begins_is_refused(api_for: ApiFor, sellers: list[int]) -> None:
    given = {"user_id": sellers[0], "first_day": "2026-12-02", "last_day": "2026-12-01"}

    answer = api_for("head").post("/leads/absences", given)

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["last_day"])


def test_batch_of_leads_is_dealt_with_a_result_for_each(
    api_for: ApiFor, sellers: list[int], clock: FrozenClock
) -> None:
    api = api_for("head")
    rule(api, *sellers)
    items = [{"name": "Anna"}, {"text": "who?"}, {"nmae": "Boris"}, {"name": "Clara"}]

    results = api.post("/leads/batch", {"items": items}).json["results"]

    assert clock
    assert [one["status"] for one in results] == [201, 422, 422, 201]
    assert [results[place]["item"]["owner_id"] for place in (0, 3)] == sellers[:2]


def test_lead_is_distributed_over_the_api(api_for: ApiFor, sellers: list[int]) -> None:
    api = api_for("head")
    lead = api.post("/leads", {"name": "Dora"}).json["id"]
    rule(api, *sellers)

    assert api.post(f"/leads/{lead}/distribute").json["owner_id"] == sellers[0]
