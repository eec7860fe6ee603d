"""Deals that change their pipeline: an act of its own, logged, judged, and right in the funnels."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.db import reading
from salesman_core.deals import figures, pipelines, queries
from salesman_core.deals.models import Deal, DealMove
from salesman_core.deals.service import close_deal, freeze_deal, move_deal, transfer_deal
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, StaleError
from salesman_core.events.models import RecordedEvent
from salesman_core.records.bulk.acts import acts_of
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run, undo_run
from salesman_core.records.models import Audit
from salesman_core.testing.people import Api, Make

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def service(app: object) -> dict[str, Any]:
    """A second pipeline, with stages as in the first."""
    pipelines.create_pipeline("Service", like_id=queries.pipelines(reading())[0]["id"])
    return all_pipelines()[1]


def all_pipelines() -> list[dict[str, Any]]:
    reading().rollback()
    return queries.pipelines(reading())


def first() -> dict[str, Any]:
    return all_pipelines()[0]


def stands(deal: int) -> tuple[int, int]:
    reading().rollback()
    row = reading().get_one(Deal, deal)
    return row.pipeline_id, row.stage_id


def funnel_of(pipeline: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    """Of each stage where anything is: its name, and what stands there, entered and went on."""
    reading().rollback()
    found = figures.funnel(reading(), pipeline["id"])
    counts = [
        (stage.name, stage.count, flow.entered.count, flow.forward.count)
        for stage, flow in zip(found.stages, found.flow, strict=True)
    ]
    return [one for one in counts if any(one[1:])]


@pytest.mark.databases("sqlite", "postgresql")
def test_deal_goes_over_and_its_step_is_logged_audited_and_announced(
    make: Make, service: dict[str, Any]
) -> None:
    deal, before, after = make.deal(), first(), service["stages"][2]["id"]

    transfer_deal(deal, after)

    assert stands(deal) == (service["id"], after)
    step = sa.select(DealMove.from_stage_id, DealMove.to_stage_id, DealMove.forward)
    steps = reading().execute(step.where(DealMove.action == "transfer")).all()
    assert [tuple(one) for one in steps] == [(before["stages"][0]["id"], after, False)]
    audited = sa.select(Audit.changes).where(Audit.action == "transferred")
    assert reading().scalars(audited).all() == [
        {
            "pipeline_id": [before["id"], service["id"]],
            "stage_id": [before["stages"][0]["id"], after],
        }
    ]
    told = sa.select(RecordedEvent.payload).where(RecordedEvent.type == "core.deal.transferred")
    assert reading().scalars(told).all() == [{"pipeline_id": service["id"], "stage_id": after}]


@pytest.mark.databases("sqlite", "postgresql")
def test_deal_counts_whole_in_the_funnel_of_the_pipeline_that_it_is_in(
    make: Make, service: dict[str, Any]
) -> None:
    deal, stages, there = make.deal(), first()["stages"], service["stages"][2]
    move_deal(deal, stages[1]["id"])

    transfer_deal(deal, there["id"])

    assert funnel_of(first()) == []
    assert funnel_of(service) == [(there["name"], 1, 1, 0)]


def test_deal_that_comes_back_counts_as_if_it_had_never_left(
    make: Make, service: dict[str, Any]
) -> None:
    deal, stages = make.deal(), first()["stages"]
    move_deal(deal, stages[1]["id"])
    transfer_deal(deal, service["stages"][0]["id"])

    transfer_deal(deal, stages[1]["id"])

    here = [(stages[0]["name"], 0, 1, 1), (stages[1]["name"], 1, 1, 0)]
    assert (funnel_of(first()), funnel_of(service)) == (here, [])


def test_closed_deal_goes_over_and_stays_closed_whatever_the_stage_asks_for(
    make: Make, service: dict[str, Any]
) -> None:
    deal, there = make.deal(), service["stages"][1]["id"]
    pipelines.change_stage(there, {"required": ["amount"]})
    close_deal(deal, "won")

    transfer_deal(deal, there)

    assert stands(deal) == (service["id"], there)
    assert reading().get_one(Deal, deal).outcome == "won"


def test_pipeline_whose_deals_went_over_is_deleted_and_their_story_stays(
    make: Make, service: dict[str, Any], browser_for: BrowserFor
) -> None:
    here, there = first()["stages"][0]["id"], service["stages"][1]
    deal = make.deal(stage_id=there["id"])
    with pytest.raises(ConflictError):
        pipelines.delete_pipeline(service["id"])
    transfer_deal(deal, here)

    pipelines.delete_pipeline(service["id"])

    assert len(all_pipelines()) == 1
    story = browser_for("head").get(f"/records/deal/{deal}/story").text
    assert f"to another pipeline: from {there['name']}" in " ".join(story.split())


def test_stage_of_the_own_pipeline_is_refused(make: Make) -> None:
    deal = make.deal()
    with pytest.raises(InvalidError) as caught:
        transfer_deal(deal, first()["stages"][1]["id"])
    assert list(caught.value.fields) == ["stage_id"]


def test_frozen_deal_stays_frozen_in_its_new_pipeline(
    make: Make, service: dict[str, Any], clock: Any
) -> None:
    deal, day = make.deal(), clock.now().date().replace(month=12)
    freeze_deal(deal, day, "holidays")

    transfer_deal(deal, service["stages"][0]["id"])

    assert stands(deal)[0] == service["id"]
    assert reading().get_one(Deal, deal).frozen_until == day


def test_transfer_of_a_deal_that_somebody_changed_is_refused(
    make: Make, service: dict[str, Any]
) -> None:
    deal = make.deal()
    move_deal(deal, first()["stages"][1]["id"])
    with pytest.raises(StaleError):
        transfer_deal(deal, service["stages"][0]["id"], version=1)


def test_whoever_only_sees_a_deal_does_not_let_it_go_over(
    make: Make, service: dict[str, Any]
) -> None:
    lawyer = make.user("lawyer")
    deal = make.deal(participants=[{"user_id": lawyer}])
    with make.acting(lawyer), pytest.raises(ForbiddenError):
        transfer_deal(deal, service["stages"][0]["id"])


def test_program_lets_a_deal_go_over_with_what_the_stage_asks_for(
    make: Make, service: dict[str, Any], api_for: ApiFor
) -> None:
    deal, there, api = make.deal(), service["stages"][1]["id"], api_for("head")
    pipelines.change_stage(there, {"required": ["amount"]})

    refused = api.post(f"/deals/{deal}/transfer", {"stage_id": there})
    taken = api.post(f"/deals/{deal}/transfer", {"stage_id": there, "amount": "450.00"})

    assert (refused.status_code, list(refused.json["errors"])) == (422, ["amount"])
    assert (taken.status_code, taken.json["pipeline_id"]) == (200, service["id"])
    assert (taken.json["stage_id"], taken.json["amount"]) == (there, "450.00")


def test_card_offers_the_other_pipelines_and_the_notice_undoes_it(
    make: Make, service: dict[str, Any], browser_for: BrowserFor
) -> None:
    deal, browser, there = make.deal(), browser_for("head"), service["stages"][0]["id"]
    here = stands(deal)
    dialog = browser.get(f"/deals/{deal}/transfer").text
    assert ('label="Service"' in dialog, f'label="{first()["name"]}"' in dialog) == (True, False)

    done = browser.post(f"/deals/{deal}/transfer", data={"stage_id": there}, headers=HTMX)

    assert stands(deal) == (service["id"], there)
    assert "is now in the pipeline “Service”" in done.text
    back = {"stage_id": here[1], "version": 2}
    browser.post(f"/deals/{deal}/transfer", data=back, headers=HTMX)
    assert stands(deal) == here


def test_page_asks_for_what_the_new_stage_needs(
    make: Make, service: dict[str, Any], browser_for: BrowserFor
) -> None:
    deal, browser, there = make.deal(), browser_for("head"), service["stages"][1]["id"]
    pipelines.change_stage(there, {"required": ["amount"]})

    asked = browser.post(f"/deals/{deal}/transfer", data={"stage_id": there}, headers=HTMX)

    assert (asked.status_code, f'action="/deals/{deal}/transfer"' in asked.text) == (422, True)
    filled = {"stage_id": there, "filling": "1", "amount": "450"}
    browser.post(f"/deals/{deal}/transfer", data=filled, headers=HTMX)
    assert stands(deal) == (service["id"], there)
    assert reading().get_one(Deal, deal).amount == Decimal(450)


def test_card_of_a_company_with_one_pipeline_says_nothing_of_it(
    make: Make, browser_for: BrowserFor
) -> None:
    assert "Change the pipeline" not in browser_for("head").get(f"/deals/{make.deal()}").text


def test_many_deals_go_over_and_come_back_each_to_where_it_stood(
    make: Make, service: dict[str, Any]
) -> None:
    stages, there = first()["stages"], service["stages"][1]["id"]
    deals = [make.deal(), make.deal(stage_id=stages[2]["id"])]
    before = [stands(deal) for deal in deals]
    given = {"stage_id": str(there)}

    run_id = begin_run("deal", "core.transfer", given, chosen_by_ids(deals))

    assert [stands(deal) for deal in deals] == [(service["id"], there)] * 2
    undo_run(run_id)
    assert [stands(deal) for deal in deals] == before


def test_act_on_many_deals_is_offered_where_there_are_several_pipelines(make: Make) -> None:
    with make.acting(make.user("administrator")):
        before = {act.action.id for act in acts_of("deal")}
        pipelines.create_pipeline("Service")
        after = {act.action.id for act in acts_of("deal")}
    assert after - before == {"transfer"}
