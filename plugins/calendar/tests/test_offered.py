"""The service by which other plugins plan and finish activities."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar import queries
from salesman_calendar.models import Activity
from salesman_calendar.permissions import ASSIGN
from salesman_calendar.toolkit import Activities

from salesman_core.access.models import Role
from salesman_core.errors import ForbiddenError
from salesman_core.people.roles import change_grants
from salesman_core.plugins import switches
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, service, writing
from salesman_hookspecs import Scope

FRIDAY = date(2026, 3, 6)


def calendar() -> Activities:
    found: Activities | None = service("calendar")
    assert found is not None
    return found


def test_another_plugin_plans_a_call_and_finishes_it(app: Flask, make: Make) -> None:
    client_id = make.client()
    call = calendar().kind("call")

    activity_id = calendar().plan({"kind_id": call, "day": FRIDAY, "client_id": client_id})
    assert queries.one_activity(reading(), activity_id).client_id == client_id

    calendar().finish(activity_id, {"result_text": "They agreed"})
    assert queries.one_activity(reading(), activity_id).result_text == "They agreed"


def test_kind_that_there_is_not_is_none(app: Flask) -> None:
    assert calendar().kind("other") is None


def test_another_plugin_takes_back_what_it_finished_and_what_it_planned(app: Flask) -> None:
    activity_id = calendar().plan({"kind_id": calendar().kind("call"), "day": FRIDAY})
    calendar().finish(activity_id, {})
    assert not calendar().is_open(activity_id)

    calendar().reopen(activity_id)
    assert calendar().is_open(activity_id)

    calendar().drop(activity_id)
    assert not calendar().is_open(activity_id)


def test_another_plugin_changes_what_it_planned(app: Flask, make: Make) -> None:
    client_id = make.client()
    activity_id = calendar().plan({"kind_id": calendar().kind("call"), "day": FRIDAY})

    assert calendar().change(activity_id, {"subject": "Call back", "client_id": client_id})
    found = queries.one_activity(reading(), activity_id)
    assert (found.subject, found.client_id, found.day) == ("Call back", client_id, FRIDAY)


def test_another_plugin_takes_out_of_the_bin_what_it_dropped(app: Flask) -> None:
    activity_id = calendar().plan({"kind_id": calendar().kind("call"), "day": FRIDAY})
    calendar().drop(activity_id)

    assert calendar().restore(activity_id)
    assert calendar().is_open(activity_id)
    assert not calendar().restore(activity_id)


def test_what_is_somebody_elses_is_not_open_for_whom_may_not_finish_it(
    app: Flask, make: Make
) -> None:
    activity_id = calendar().plan({"kind_id": calendar().kind("call"), "day": FRIDAY})

    with make.acting(make.user("seller")):
        assert not calendar().is_open(activity_id)


def test_what_is_planned_goes_with_the_change_that_it_belongs_to(app: Flask) -> None:
    def change_that_fails() -> None:
        with writing():
            calendar().plan({"kind_id": calendar().kind("call"), "day": FRIDAY})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()

    assert reading().scalar(sa.select(sa.func.count(Activity.id))) == 0


def test_service_plans_nothing_for_whom_may_not(app: Flask, make: Make) -> None:
    other = make.user("seller")
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
    change_grants(role_id, {ASSIGN: Scope.NONE})

    with make.acting(make.user("seller")), pytest.raises(ForbiddenError):
        calendar().plan({"kind_id": calendar().kind("call"), "day": FRIDAY, "owner_id": other})


def test_there_is_no_kind_for_others_where_nothing_may_be_given_to_them(
    app: Flask, make: Make
) -> None:
    other, anna = make.user("seller"), make.user("seller")
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
    change_grants(role_id, {ASSIGN: Scope.NONE})

    with make.acting(anna):
        assert calendar().kind("call", other) is None
        assert calendar().kind("call", anna) == calendar().kind("call") is not None


def test_suspended_calendar_offers_nothing(app: Flask) -> None:
    switches.suspend("calendar")
    switches.follow_now()

    assert service("calendar") is None
