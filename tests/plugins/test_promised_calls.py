"""Calls that were promised to leads are activities, where the calendar is active."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar.models import Activity
from salesman_leads.intake import create_lead
from salesman_leads.queue import queries, service

from salesman_core.access.models import Role
from salesman_core.people.roles import change_grants
from salesman_core.testing.people import Make
from salesman_core.toolkit import now, reading
from salesman_hookspecs import Scope

Call = Callable[..., int]


def activities() -> list[tuple[str, bool, bool]]:
    """Give each activity: its subject, whether it is done, whether it lies in the bin."""
    reading().rollback()
    rows = reading().scalars(sa.select(Activity).order_by(Activity.id))
    return [(one.subject, one.done_at is not None, one.deleted_at is not None) for one in rows]


@pytest.fixture
def call(app: Flask, make: Make) -> Call:
    """Give what says, as a telemarketer, what came of a call."""

    def call(lead_id: int, base: str) -> int:
        results = queries.call_results(reading(), offered=True)
        values = {"call_result_id": next(one.id for one in results if one.base == base)}
        if base == "call_back":
            values["call_back_at"] = now() + timedelta(hours=1)
        with make.acting(make.user_of("telemarketer")):
            return service.record_attempt(lead_id, values)

    return call


def lead() -> int:
    return create_lead({"name": "Anna", "phones": ["+7 495 000-00-01"]})


def test_promised_call_is_planned_for_whoever_promised_it(make: Make, call: Call) -> None:
    lead_id = lead()
    call(lead_id, "call_back")

    assert activities() == [("Call back", False, False)]
    planned = reading().scalars(sa.select(Activity)).one()
    assert planned.owner_id == make.user_of("telemarketer")
    assert (planned.about_kind, planned.about_id) == ("leads.lead", lead_id)


def test_call_that_is_made_finishes_what_was_planned(call: Call) -> None:
    lead_id = lead()
    call(lead_id, "call_back")
    call(lead_id, "no_answer")

    assert activities() == [("Call back", True, False)]


def test_taken_back_promise_goes_into_the_bin(make: Make, call: Call) -> None:
    lead_id = lead()
    attempt_id = call(lead_id, "call_back")
    with make.acting(make.user_of("telemarketer")):
        service.undo_attempt(lead_id, attempt_id)

    assert activities() == [("Call back", False, True)]


def test_taken_back_call_is_planned_again(make: Make, call: Call) -> None:
    lead_id = lead()
    call(lead_id, "call_back")
    attempt_id = call(lead_id, "no_answer")
    with make.acting(make.user_of("telemarketer")):
        service.undo_attempt(lead_id, attempt_id)

    assert activities() == [("Call back", False, False)]


def test_promise_of_whoever_may_plan_nothing_is_kept_all_the_same(call: Call) -> None:
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "telemarketer")).one()
    change_grants(role_id, {"calendar.activity.create": Scope.NONE})
    call(lead(), "call_back")

    assert activities() == []
