"""Pipelines, stages and reasons: who may change them, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals import pipelines, queries
from salesman_core.deals.models import CloseReason, Deal, DealMove
from salesman_core.deals.service import (
    close_deal,
    create_deal,
    delete_deal,
    freeze_deal,
    move_deal,
)
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from salesman_core.events.models import RecordedEvent
from salesman_core.records.models import Audit
from salesman_core.services.company import company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]
AtOnce = Callable[[Callable[[], object], Callable[[], object]], None]
Statements = Callable[[], AbstractContextManager[list[str]]]


def all_pipelines() -> list[dict[str, Any]]:
    reading().rollback()
    return queries.pipelines(reading())


def first_stages() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = all_pipelines()[0]["stages"]
    return found


def offered() -> list[str]:
    reading().rollback()
    return [one.name for one in queries.close_reasons(reading())]


def test_new_pipeline_begins_with_the_stages_of_another(browser_for: BrowserFor) -> None:
    like = all_pipelines()[0]
    typed = {"name": "Service", "like_id": like["id"]}
    browser_for("administrator").post("/admin/pipelines/new", data=typed)
    new = all_pipelines()[1]
    names = [(one["percent"], one["name"]) for one in like["stages"]]
    assert new["name"] == "Service"
    assert [(one["percent"], one["name"]) for one in new["stages"]] == names


def test_pipeline_of_a_name_that_is_taken_is_refused_and_stays_typed(
    browser_for: BrowserFor,
) -> None:
    taken = all_pipelines()[0]["name"]
    answer = browser_for("administrator").post("/admin/pipelines/new", data={"name": taken})
    assert answer.status_code == 422
    assert f"“{taken}” is there already." in answer.text


def test_new_deals_begin_in_the_pipeline_that_is_put_first(
    make: Make, browser_for: BrowserFor
) -> None:
    other = pipelines.create_pipeline("Service")
    browser_for("administrator").post(f"/admin/pipelines/{other}/first")
    assert all_pipelines()[0]["id"] == other
    assert reading().get_one(Deal, make.deal()).pipeline_id == other


def test_pipeline_with_deals_in_the_bin_is_not_deleted(make: Make, browser_for: BrowserFor) -> None:
    other = pipelines.create_pipeline("Service")
    delete_deal(make.deal(pipeline_id=other))
    answer = browser_for("administrator").post(f"/admin/pipelines/{other}/delete")
    assert answer.status_code == 409
    assert other in [one["id"] for one in all_pipelines()]


def test_last_pipeline_is_not_deleted(app: object) -> None:
    with pytest.raises(ConflictError, match="last pipeline"):
        pipelines.delete_pipeline(all_pipelines()[0]["id"])


def test_stage_is_added_where_its_percentage_puts_it(browser_for: BrowserFor) -> None:
    pipeline = all_pipelines()[0]["id"]
    typed = {"name": "Trial", "percent": "30 %", "planned_days": "14"}
    browser_for("administrator").post(f"/admin/pipelines/{pipeline}/stages", data=typed)
    names = [(one["percent"], one["name"]) for one in first_stages()]
    assert names.index((30, "Trial")) == 3


@pytest.mark.parametrize("percent", ["101", "-1", "half", ""])
def test_percentage_outside_0_to_100_is_refused(browser_for: BrowserFor, percent: str) -> None:
    stage = first_stages()[1]
    answer = browser_for("administrator").post(
        f"/admin/pipelines/stages/{stage['id']}", data={"name": "Trial", "percent": percent}
    )
    assert answer.status_code == 422
    assert 'value="Trial"' in answer.text
    place = f"stage-{stage['id']}"
    assert f'name="percent" aria-invalid="true" aria-describedby="wrong-{place}"' in answer.text
    assert first_stages()[1] == stage


def test_stage_that_nobody_ever_stood_in_is_deleted(browser_for: BrowserFor) -> None:
    stage = first_stages()[4]["id"]
    browser_for("administrator").post(f"/admin/pipelines/stages/{stage}/delete")
    assert stage not in [one["id"] for one in first_stages()]


def test_stage_in_use_is_not_deleted_without_saying_where_its_deals_go(
    make: Make, browser_for: BrowserFor
) -> None:
    stage = first_stages()[1]["id"]
    make.deal(stage_id=stage)
    answer = browser_for("administrator").post(f"/admin/pipelines/stages/{stage}/delete")
    assert answer.status_code == 422
    assert "choose the stage they go to" in answer.text
    assert stage in [one["id"] for one in first_stages()]


def test_deals_of_a_deleted_stage_go_to_the_chosen_one(make: Make, browser_for: BrowserFor) -> None:
    old, new, later = (one["id"] for one in first_stages()[1:4])
    standing, passed = make.deal(stage_id=old), make.deal(stage_id=old)
    move_deal(passed, later)
    browser_for("administrator").post(
        f"/admin/pipelines/stages/{old}/delete", data={"into_id": new}
    )
    reading().rollback()
    assert reading().get_one(Deal, standing).stage_id == new
    assert reading().get_one(Deal, passed).stage_id == later
    assert old not in [one["id"] for one in first_stages()]


def steps_of(deal: int) -> list[tuple[Any, ...]]:
    columns = (DealMove.action, DealMove.from_stage_id, DealMove.to_stage_id, DealMove.forward)
    found = sa.select(*columns).where(DealMove.deal_id == deal).order_by(DealMove.id)
    return [tuple(row) for row in reading().execute(found)]


def test_deal_of_a_deleted_stage_makes_a_move_that_is_logged_and_audited(
    make: Make, clock: FrozenClock
) -> None:
    old, new = (one["id"] for one in first_stages()[1:3])
    deal = make.deal(stage_id=old)
    clock.advance(days=3)

    pipelines.delete_stage(old, new)

    assert steps_of(deal) == [("open", None, old, False), ("move", old, new, True)]
    stood = sa.select(DealMove.seconds).where(DealMove.action == "move")
    assert reading().scalar(stood) == 3 * 86_400
    audited = sa.select(Audit.changes).where(Audit.kind == "deal", Audit.action == "moved")
    assert reading().scalars(audited).all() == [{"stage_id": [old, new]}]
    told = sa.select(RecordedEvent.record_id).where(RecordedEvent.type == "core.deal.moved")
    assert reading().scalars(told).all() == [deal]


def test_closed_deal_of_a_deleted_stage_goes_along_and_has_not_stood_there_on(
    make: Make, clock: FrozenClock
) -> None:
    old, new = (one["id"] for one in first_stages()[1:3])
    deal = make.deal(stage_id=old)
    close_deal(deal, "won")
    clock.advance(days=3)

    pipelines.delete_stage(old, new)

    row = reading().get_one(Deal, deal)
    assert (row.stage_id, row.outcome) == (new, "won")
    last = sa.select(DealMove.seconds, DealMove.forward).order_by(DealMove.id.desc()).limit(1)
    assert tuple(reading().execute(last).one()) == (0, False)


def test_frozen_deals_of_a_deleted_stage_stay_frozen_until_their_days(make: Make) -> None:
    old, new = (one["id"] for one in first_stages()[1:3])
    deals, day = [make.deal(stage_id=old) for _number in range(3)], today(company().tz)
    for number, deal in enumerate(deals[:2], 1):
        freeze_deal(deal, day + timedelta(days=number), "holidays")

    pipelines.delete_stage(old, new)

    rows = [reading().get_one(Deal, deal) for deal in deals]
    since = [row.plan_since and row.plan_since.astimezone(company().tz).date() for row in rows]
    assert since == [day + timedelta(days=1), day + timedelta(days=2), None]


def test_story_goes_on_naming_a_stage_that_was_deleted(make: Make, browser_for: BrowserFor) -> None:
    old, later = first_stages()[1], first_stages()[3]
    deal = make.deal(stage_id=old["id"])
    move_deal(deal, later["id"])

    pipelines.delete_stage(old["id"])

    story = browser_for("head").get(f"/records/deal/{deal}/story").text
    assert f"opened at 10% {old['name']}" in " ".join(story.split())


def test_stage_that_was_deleted_is_entered_and_changed_by_nobody(make: Make) -> None:
    old, later = (one["id"] for one in (first_stages()[1], first_stages()[3]))
    deal = make.deal(stage_id=old)
    move_deal(deal, later)
    pipelines.delete_stage(old)

    with pytest.raises(InvalidError):
        move_deal(deal, old)
    with pytest.raises(InvalidError):
        make.deal(stage_id=old)
    with pytest.raises(MissingError):
        pipelines.change_stage(old, {"name": "Again"})


def test_deals_of_a_deleted_stage_move_in_a_fixed_number_of_statements(
    make: Make, statements: Statements
) -> None:
    small, large, into = (one["id"] for one in first_stages()[1:4])
    make.deal(stage_id=small)
    for _number in range(5):
        make.deal(stage_id=large)
    with statements() as few:
        pipelines.delete_stage(small, into)
    with statements() as many:
        pipelines.delete_stage(large, into)
    assert len(many) == len(few)


@pytest.mark.databases("sqlite", "postgresql")
def test_two_who_delete_the_last_stages_at_once_leave_one(make: Make, at_once: AtOnce) -> None:
    id_ = pipelines.create_pipeline("Service")
    first = all_pipelines()[1]["stages"][0]["id"]
    second = pipelines.add_stage(id_, {"name": "Second", "percent": 50})
    refused: list[str] = []

    def delete_the_second() -> None:
        try:
            pipelines.delete_stage(second)
        except ConflictError as error:
            refused.append(str(error))

    at_once(lambda: pipelines.delete_stage(first), delete_the_second)

    reading().rollback()
    assert [one["id"] for one in all_pipelines()[1]["stages"]] == [second]
    assert refused == ["The last stage of a pipeline cannot be deleted."]


@pytest.mark.databases("sqlite", "postgresql")
def test_deal_that_is_moved_while_its_stage_is_deleted_does_not_enter_it(
    make: Make, at_once: AtOnce
) -> None:
    old, new = (one["id"] for one in first_stages()[1:3])
    make.deal(stage_id=old)
    deal, refused = make.deal(), list[str]()

    def enter() -> None:
        try:
            move_deal(deal, old)
        except InvalidError as error:
            refused.append(str(error))

    at_once(lambda: pipelines.delete_stage(old, new), enter)

    reading().rollback()
    assert refused == ["There is no such stage."]
    assert reading().scalars(sa.select(Deal.id).where(Deal.stage_id == old)).all() == []


def test_deals_of_a_deleted_stage_cannot_go_to_another_pipeline(make: Make) -> None:
    stage = first_stages()[1]["id"]
    make.deal(stage_id=stage)
    pipelines.create_pipeline("Service")
    foreign = all_pipelines()[1]["stages"][0]["id"]
    with pytest.raises(InvalidError):
        pipelines.delete_stage(stage, foreign)


def test_last_stage_of_a_pipeline_is_not_deleted(app: object) -> None:
    pipelines.create_pipeline("Service")
    with pytest.raises(ConflictError):
        pipelines.delete_stage(all_pipelines()[1]["stages"][0]["id"])


def test_reason_that_is_no_longer_offered_stays_on_its_deals(
    make: Make, browser_for: BrowserFor
) -> None:
    reason = queries.close_reasons(reading())[0]
    deal = make.deal()
    close_deal(deal, "lost", reason.id)
    browser = browser_for("administrator")
    browser.post(f"/admin/pipelines/reasons/{reason.id}", data={"name": reason.name})
    assert reason.name not in offered()
    assert reason.name in browser.get(f"/deals/{deal}").text


def test_reason_that_deals_were_lost_for_is_not_deleted(make: Make) -> None:
    reason = queries.close_reasons(reading())[0]
    close_deal(make.deal(), "lost", reason.id)
    with pytest.raises(ConflictError, match="stop offering"):
        pipelines.delete_reason(reason.id)


def test_reason_that_nobody_used_is_deleted(browser_for: BrowserFor) -> None:
    browser = browser_for("administrator")
    browser.post("/admin/pipelines/reasons", data={"name": "Moved away"})
    assert offered()[-1] == "Moved away"
    new = queries.close_reasons(reading())[-1].id
    browser.post(f"/admin/pipelines/reasons/{new}/delete")
    assert "Moved away" not in offered()


def test_reason_of_imports_cannot_be_changed(app: object) -> None:
    system = reading().scalar(sa.select(CloseReason.id).where(CloseReason.system.is_not(None)))
    assert system is not None
    with pytest.raises(ConflictError):
        pipelines.change_reason(system, {"name": "Other"})


def test_reason_changes_places_with_its_neighbour(browser_for: BrowserFor) -> None:
    first, second, *rest = offered()
    reason = queries.close_reasons(reading())[1].id
    browser_for("administrator").post(f"/admin/pipelines/reasons/{reason}/move", data={"to": "up"})
    assert offered() == [second, first, *rest]


def test_first_reason_stays_the_first(browser_for: BrowserFor) -> None:
    before, reason = offered(), queries.close_reasons(reading())[0].id
    browser_for("administrator").post(f"/admin/pipelines/reasons/{reason}/move", data={"to": "up"})
    assert offered() == before


def test_change_of_a_stage_is_kept_in_the_audit(app: object) -> None:
    stage = first_stages()[1]
    pipelines.change_stage(stage["id"], {"percent": 15})
    entry = reading().scalars(sa.select(Audit).order_by(Audit.id.desc())).first()
    assert entry is not None
    assert (entry.kind, entry.changes) == ("stage", {"percent": [10, 15]})


def test_nobody_but_administrators_changes_pipelines(make: Make, browser_for: BrowserFor) -> None:
    assert browser_for("head").get("/admin/pipelines").status_code == 403
    with make.acting(make.user_of("head")), pytest.raises(ForbiddenError):
        pipelines.create_pipeline("Service")


@pytest.mark.databases("sqlite", "postgresql")
def test_deal_that_is_opened_while_the_first_stage_is_deleted_does_not_stand_there(
    make: Make, at_once: AtOnce
) -> None:
    first, second = (one["id"] for one in first_stages()[:2])
    refused: list[str] = []

    def open_one() -> None:
        try:
            create_deal({"name": "Beams"})
        except InvalidError as error:
            refused.append(str(error))

    at_once(lambda: pipelines.delete_stage(first), open_one)

    reading().rollback()
    standing = reading().scalars(sa.select(Deal.stage_id)).all()
    assert (standing or refused) in ([second], ["There is no such stage."])
