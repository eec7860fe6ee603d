"""The JSON API of deals (``architecture.md``, section 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.tokens import new_token
from salesman_core.clients.models import Client, Rung
from salesman_core.db import reading
from salesman_core.deals.models import DealMove
from salesman_core.deals.rate_table import DatedRate, enter_rates
from salesman_core.deals.service import close_deal
from salesman_core.testing.people import Api, Make, api_of

ApiFor = Callable[[str], Api]

FIELDS = {
    "id", "name", "client_id", "pipeline_id", "stage_id", "progress", "outcome", "reason_id",
    "amount", "cost", "margin", "currency", "owner_id", "participants", "expected_on",
    "closed_on", "created_at", "updated_at", "external_ids", "custom", "extensions",
}  # fmt: skip


def stages(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/pipelines").json["items"][0]["stages"]
    return found


def rung_of(client_id: int) -> str:
    reading().rollback()
    name = reading().scalar(
        sa.select(Rung.name).join(Client, Client.rung_id == Rung.id).where(Client.id == client_id)
    )
    return str(name)


def test_deal_is_opened_at_the_first_stage_and_belongs_to_whoever_opens_it(
    make: Make, api_for: ApiFor
) -> None:
    answer = api_for("seller").post("/deals", {"name": "Boilers", "amount": "1250.50"})

    assert answer.status_code == 201
    deal = answer.json
    assert set(deal) >= FIELDS
    assert (deal["progress"], deal["outcome"], deal["owner_id"]) == (
        0,
        None,
        make.user_of("seller"),
    )
    assert (deal["amount"], deal["margin"], deal["currency"]) == ("1250.50", "1250.50", "RUB")


def test_progress_is_that_of_the_stage(api_for: ApiFor) -> None:
    api = api_for("seller")
    percents = [stage["percent"] for stage in stages(api)]
    deal = api.post("/deals", {"name": "Boilers"}).json

    moved = api.post(f"/deals/{deal['id']}/move", {"stage_id": stages(api)[3]["id"]})

    assert percents == [0, 10, 20, 40, 60, 70, 80, 90, 100]
    assert (moved.status_code, moved.json["progress"]) == (200, 40)


def test_move_to_a_stage_that_there_is_not_is_refused(api_for: ApiFor) -> None:
    api = api_for("seller")
    deal = api.post("/deals", {"name": "Boilers"}).json

    answer = api.post(f"/deals/{deal['id']}/move", {"stage_id": 999})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["stage_id"])
    assert answer.content_type == "application/problem+json"


def test_lost_deal_needs_a_reason(api_for: ApiFor) -> None:
    api = api_for("seller")
    deal = f"/deals/{api.post('/deals', {'name': 'Boilers'}).json['id']}"
    reason = api.get("/deals/reasons").json["items"][0]["id"]

    refused = api.post(f"{deal}/close", {"outcome": "lost"})
    closed = api.post(f"{deal}/close", {"outcome": "lost", "reason_id": reason})

    assert (refused.status_code, list(refused.json["errors"])) == (422, ["reason_id"])
    assert (closed.json["outcome"], closed.json["reason_id"]) == ("lost", reason)
    assert closed.json["closed_on"] is not None


def test_closed_deal_cannot_be_moved_until_it_is_reopened(api_for: ApiFor) -> None:
    api = api_for("seller")
    deal = f"/deals/{api.post('/deals', {'name': 'Boilers'}).json['id']}"
    target = {"stage_id": stages(api)[2]["id"]}
    api.post(f"{deal}/close", {"outcome": "won"})

    assert api.post(f"{deal}/move", target).status_code == 409
    assert api.post(f"{deal}/close", {"outcome": "won"}).status_code == 409
    assert api.post(f"{deal}/reopen").json["outcome"] is None
    assert api.post(f"{deal}/move", target).json["progress"] == 20


def test_client_climbs_with_its_deals_and_falls_when_a_sale_is_withdrawn(
    make: Make, api_for: ApiFor
) -> None:
    api = api_for("head")
    client_id = make.client()
    first = api.post("/deals", {"name": "One", "client_id": client_id}).json["id"]
    assert rung_of(client_id) == "Potential"
    api.post(f"/deals/{first}/close", {"outcome": "won"})
    assert rung_of(client_id) == "Current"
    second = api.post("/deals", {"name": "Two", "client_id": client_id}).json["id"]
    api.post(f"/deals/{second}/close", {"outcome": "won"})
    assert rung_of(client_id) == "Regular"

    api.post(f"/deals/{second}/reopen")

    assert rung_of(client_id) == "Current"


def test_steps_are_logged_with_who_and_how_long(app: Flask, make: Make, clock: Any) -> None:
    app.extensions["salesman_clock"] = clock.now
    seller = make.user("seller")
    api = api_of(app, seller)
    deal = api.post("/deals", {"name": "Boilers"}).json["id"]
    clock.advance(days=2)
    api.post(f"/deals/{deal}/move", {"stage_id": stages(api)[1]["id"]})

    rows = reading().execute(
        sa.select(DealMove.action, DealMove.actor_id, DealMove.seconds).order_by(DealMove.id)
    )

    assert [tuple(row) for row in rows] == [("open", seller, 0), ("move", seller, 2 * 86400)]


def test_seller_sees_own_deals_and_those_with_a_part_in_them(app: Flask, make: Make) -> None:
    anna, boris = make.user("seller"), make.user("seller")
    own = make.deal(owner_id=anna)
    shared = make.deal(owner_id=boris, participants=[{"user_id": anna, "part": "advice"}])
    foreign = make.deal(owner_id=boris)
    api = api_of(app, anna)

    listed = {deal["id"] for deal in api.get("/deals").json["items"]}

    assert listed == {own, shared}
    assert api.get(f"/deals/{foreign}").status_code == 404
    assert api.patch(f"/deals/{foreign}", {"name": "X"}).status_code == 404
    assert api.post(f"/deals/{foreign}/close", {"outcome": "won"}).status_code == 404


def test_lawyer_sees_the_one_deal_whose_contract_they_agree_and_may_not_change_it(
    app: Flask, make: Make
) -> None:
    lawyer = make.user("lawyer")
    client_id = make.client(name="Boilers Ltd")
    deal = make.deal(client_id=client_id, participants=[{"user_id": lawyer}])
    api = api_of(app, lawyer)

    assert api.get(f"/deals/{deal}").json["client_id"] == client_id
    assert api.patch(f"/deals/{deal}", {"name": "X"}).status_code == 403
    assert api.get(f"/clients/{client_id}").status_code == 404


def test_team_scope_reaches_the_teams_below(app: Flask, make: Make) -> None:
    upper = make.team()
    lower = make.team(parent_id=upper)
    other = make.team()
    below, beside = make.user("seller", team_id=lower), make.user("seller", team_id=other)
    seen, unseen = make.deal(owner_id=below), make.deal(owner_id=beside)
    api = api_of(app, make.user("assistant", team_id=upper))

    listed = {deal["id"] for deal in api.get("/deals").json["items"]}

    assert (seen in listed, unseen in listed) == (True, False)


def test_funnel_counts_only_what_the_person_sees(app: Flask, make: Make, api_for: ApiFor) -> None:
    anna = make.user("seller")
    make.deal(owner_id=anna, amount="100.10")
    make.deal(amount="1000")

    own = api_of(app, anna).get("/deals/funnel").json
    whole = api_for("head").get("/deals/funnel").json

    assert (own["count"], own["amount"]) == (1, "100.10")
    assert (whole["count"], whole["amount"]) == (2, "1100.10")


def test_funnel_says_what_all_currencies_are_worth_in_the_companys(
    make: Make, api_for: ApiFor
) -> None:
    enter_rates([DatedRate("USD", date(2026, 1, 1), Decimal("92.5"))])
    api = api_for("head")
    stage = next(one for one in stages(api) if one["percent"] == 40)["id"]
    make.deal(stage_id=stage, amount="1000.10")
    alone = api.get("/deals/funnel").json["worth"]
    make.deal(stage_id=stage, amount="2.04", currency="USD", opened_on=date(2026, 1, 2))
    make.deal(stage_id=stage, amount="7", currency="EUR")
    close_deal(make.deal(stage_id=stage, amount="5"), "won")

    funnel = api.get("/deals/funnel").json

    nothing = {"count": 0, "amount": "0.00", "lacking": 0}
    own = {"count": 1, "amount": "1000.10", "lacking": 0, "weighted": "400.04"}
    rest = {"frozen": nothing | {"weighted": "0.00"}, "lost": nothing}
    assert alone == {"currency": "RUB", "in_work": own, "won": nothing, **rest}
    assert funnel["amount"] == "1000.10"
    assert funnel["worth"] == {
        "currency": "RUB",
        "in_work": {"count": 3, "amount": "1188.80", "lacking": 1, "weighted": "475.52"},
        "won": {"count": 1, "amount": "5.00", "lacking": 0},
        **rest,
    }
    assert api.get("/deals/funnel?currency=EUR").json["worth"] == funnel["worth"]


def test_sum_of_the_stages_is_the_sum_of_the_deals(make: Make, api_for: ApiFor) -> None:
    api = api_for("head")
    for number, stage in enumerate(stages(api)):
        make.deal(stage_id=stage["id"], amount=f"{number}.{number}1")

    funnel = api.get("/deals/funnel").json

    cents = [round(float(stage["amount"]) * 100) for stage in funnel["stages"]]
    assert cents == [101 * 0 + 1, 111, 221, 331, 441, 551, 661, 771, 881]
    assert funnel["amount"] == f"{sum(cents) / 100:.2f}"
    assert funnel["weighted"] == "29.42"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "A", "amount": "-1"}, "amount"),
        ({"name": "A", "amount": "1.005"}, "amount"),
        ({"name": "A", "currency": "XXQ"}, "currency"),
        ({"name": "A", "client_id": 999}, "client_id"),
        ({"name": "A", "expected_on": "tomorrow"}, "expected_on"),
        ({"name": "A", "owner_id": 999}, "owner_id"),
        ({"name": "A", "participants": [{"user_id": 999}]}, "participants"),
        ({"name": "A", "surprise": 1}, "surprise"),
        ({"amount": "1"}, "name"),
    ],
)
def test_deal_that_cannot_be_is_refused_at_its_field(
    api_for: ApiFor, body: dict[str, Any], field: str
) -> None:
    api = api_for("head")

    answer = api.post("/deals", body)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert api.get("/deals").json["items"] == []


def test_external_id_is_unique_per_source(api_for: ApiFor) -> None:
    api = api_for("head")
    given = {"name": "A", "external_ids": {"erp": "17"}}
    assert api.post("/deals", given).json["external_ids"] == {"erp": "17"}

    assert list(api.post("/deals", given).json["errors"]) == ["external_ids"]


def test_version_that_was_not_seen_is_not_overwritten(api_for: ApiFor) -> None:
    api = api_for("seller")
    made = api.post("/deals", {"name": "Boilers"})
    deal, tag = f"/deals/{made.json['id']}", made.headers["ETag"]
    first = api.patch(deal, {"amount": "1"}, headers={"If-Match": tag})

    second = api.patch(deal, {"amount": "2"}, headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert api.get(deal).json["amount"] == "1.00"


def test_repeated_post_with_one_key_makes_one_deal(api_for: ApiFor) -> None:
    api = api_for("seller")
    key = {"Idempotency-Key": "e7a1"}

    first = api.post("/deals", {"name": "Boilers"}, headers=key)
    again = api.post("/deals", {"name": "Boilers"}, headers=key)

    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    assert len(api.get("/deals").json["items"]) == 1


def test_list_is_paged_sorted_and_filtered(make: Make, api_for: ApiFor) -> None:
    api = api_for("head")
    for amount in (5, 3, 9, 1, 7):
        make.deal(name=f"Deal of {amount}", amount=str(amount))

    first = api.get("/deals?sort=-amount&limit=2&amount__gte=3").json
    second = api.get(f"/deals?sort=-amount&limit=2&amount__gte=3&cursor={first['next']}").json

    assert [deal["amount"] for deal in first["items"]] == ["9.00", "7.00"]
    assert [deal["amount"] for deal in second["items"]] == ["5.00", "3.00"]
    assert second["next"] is None


def test_statements_of_a_list_do_not_grow_with_its_rows(
    make: Make, api_for: ApiFor, statements: Any
) -> None:
    api = api_for("head")
    counts = []
    for _round in range(2):
        for _number in range(4):
            make.deal(client_id=make.client(), external_ids={})
        api.get("/deals")
        with statements() as sent:
            api.get("/deals")
        counts.append(len(sent))

    assert counts[0] == counts[1] <= 9


def test_deal_in_the_bin_is_gone_for_everybody(api_for: ApiFor) -> None:
    api = api_for("head")
    deal = f"/deals/{api.post('/deals', {'name': 'Boilers'}).json['id']}"

    assert api.delete(deal).status_code == 204
    assert api.get(deal).status_code == 404
    assert api.get("/deals").json["items"] == []


def test_without_a_token_401_comes_before_everything_else(app: Flask) -> None:
    nobody = Api(app, None)

    for method, path in (("GET", "/deals"), ("POST", "/deals"), ("GET", "/deals/1"), ("GET", "/x")):
        answer = nobody.request(method, path, {} if method == "POST" else None)
        assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)


@pytest.mark.databases("sqlite")
def test_won_deal_is_given_no_reason(make: Make, api_for: ApiFor) -> None:
    api, deal = api_for("head"), make.deal()
    reason = api.get("/deals/reasons").json["items"][0]["id"]

    refused = api.post(f"/deals/{deal}/close", {"outcome": "won", "reason_id": reason})

    assert (refused.status_code, list(refused.json["errors"])) == (422, ["reason_id"])
    assert api.get(f"/deals/{deal}").json["outcome"] is None


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("kind", ["deal", "client"])
def test_program_that_may_only_create_is_told_the_id(app: Flask, make: Make, kind: str) -> None:
    token = new_token(make.user("head"), "site", [f"core.{kind}.create"])
    program = Api(app, token)

    made = program.post(f"/{kind}s", {"name": "Vega"})

    assert made.status_code == 201
    assert made.json == {"id": made.json["id"], "name": "Vega"}
    assert program.get(f"/{kind}s/{made.json['id']}").status_code == 403
    many = program.post(f"/{kind}s/batch", {"items": [{"name": "Orion"}]})
    again = {"id": made.json["id"] + 1, "name": "Orion"}
    assert many.json["results"] == [{"status": 201, "item": again}]


@pytest.mark.parametrize("kind", ["deal", "client"])
def test_handing_a_record_over_succeeds_though_it_leaves_ones_sight(
    app: Flask, make: Make, kind: str
) -> None:
    boris, anna = make.user("seller", name="Boris"), make.user("seller", name="Anna")
    head = api_of(app, make.user("head", name="Clara"))
    record = getattr(make, kind)(owner_id=boris)
    path = f"/{kind}s/{record}"
    assert head.patch(path, {"participants": [{"user_id": anna}]}).status_code == 200

    left = api_of(app, anna).patch(path, {"participants": []})

    assert (left.status_code, left.data) == (204, b"")
    assert api_of(app, anna).get(path).status_code == 404
    assert head.get(path).json["participants"] == []
