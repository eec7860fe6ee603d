"""The rules of activities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar import choosing, queries, service
from salesman_calendar.models import Activity
from salesman_calendar.permissions import ASSIGN

from salesman_core.access.models import Role
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from salesman_core.events.models import RecordedEvent
from salesman_core.people.roles import change_grants
from salesman_core.services.company import change_company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading
from salesman_hookspecs import Scope

Plan = Callable[..., int]
TODAY = date(2026, 3, 2)


def activity_of(activity_id: int) -> Activity:
    session = reading()
    session.expire_all()
    return session.get_one(Activity, activity_id)


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    """Give a moment, UTC; Moscow is three hours ahead."""
    return datetime.combine(day, time(hour, minute), UTC)


def test_company_begins_with_kinds_in_its_language(app: Flask) -> None:
    assert [row.name for row in choosing.kinds(reading())] == ["Call", "Meeting", "Task", "Letter"]


def test_activity_without_a_subject_is_called_as_its_kind(plan: Plan) -> None:
    assert activity_of(plan(subject="  ")).subject == "Call"


def test_activity_is_ones_own_where_nobody_is_named(plan: Plan, make: Make) -> None:
    with make.acting(make.user("seller")) as person:
        activity_id = plan()

    assert activity_of(activity_id).owner_id == person.id


def test_day_of_a_time_is_that_of_the_company(plan: Plan) -> None:
    activity = activity_of(plan(starts_at=at(22)))

    assert activity.day == date(2026, 3, 3)


def test_whole_day_is_due_when_the_day_is_over_in_the_company(plan: Plan) -> None:
    assert activity_of(plan(day=TODAY)).due_at == at(21)


def test_activity_needs_a_time(app: Flask, kinds: dict[str, int]) -> None:
    with pytest.raises(InvalidError, match="Say when") as error:
        service.create_activity({"kind_id": kinds["call"]})

    assert list(error.value.fields) == ["day"]


def test_time_on_another_day_than_is_said_is_refused(plan: Plan) -> None:
    with pytest.raises(InvalidError, match="another day"):
        plan(day=TODAY, starts_at=at(22))


def test_move_to_another_day_keeps_the_hour_of_the_company_s_clock(plan: Plan) -> None:
    change_company({"zone": "Europe/Berlin"})
    activity_id = plan(starts_at=datetime(2026, 3, 27, 8, tzinfo=UTC))

    service.change_activity(activity_id, {"day": date(2026, 3, 30)})  # summer time since the 29th

    assert activity_of(activity_id).starts_at == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_time_taken_away_leaves_the_whole_day(plan: Plan) -> None:
    activity_id = plan(starts_at=at(9))

    service.change_activity(activity_id, {"starts_at": None})

    activity = activity_of(activity_id)
    assert (activity.day, activity.starts_at) == (TODAY, None)


def test_client_follows_from_the_deal(plan: Plan, make: Make) -> None:
    client_id = make.client()
    deal_id = make.deal(client_id=client_id)

    assert activity_of(plan(deal_id=deal_id)).client_id == client_id


def test_deal_of_another_client_is_refused(plan: Plan, make: Make) -> None:
    deal_id = make.deal(client_id=make.client())

    with pytest.raises(InvalidError) as error:
        plan(deal_id=deal_id, client_id=make.client())

    assert list(error.value.fields) == ["deal_id"]


def test_people_of_another_client_are_refused(plan: Plan, make: Make) -> None:
    contact_id = make.contact(make.client())

    with pytest.raises(InvalidError) as error:
        plan(client_id=make.client(), contact_ids=[contact_id])

    assert list(error.value.fields) == ["contact_ids"]


def test_another_client_leaves_deal_and_people_of_the_first_behind(plan: Plan, make: Make) -> None:
    client_id, other = make.client(), make.client()
    contact_id, deal_id = make.contact(client_id), make.deal(client_id=client_id)
    activity_id = plan(deal_id=deal_id, contact_ids=[contact_id])

    service.change_activity(activity_id, {"client_id": other})

    activity = activity_of(activity_id)
    assert (activity.client_id, activity.deal_id, activity.contacts) == (other, None, [])


@pytest.mark.parametrize("field", ["client_id", "deal_id"])
def test_record_that_one_does_not_see_is_refused_like_one_that_is_not_there(
    plan: Plan, make: Make, field: str
) -> None:
    hidden = make.client() if field == "client_id" else make.deal(client_id=make.client())
    with make.acting(make.user("seller")):
        errors = []
        for id_ in (hidden, 999_999):
            with pytest.raises(InvalidError) as error:
                plan(**{field: id_})
            errors.append((str(error.value), list(error.value.fields)))

    assert errors[0] == errors[1]
    assert errors[0][1] == [field]


def test_seller_gives_a_task_to_the_assistant(plan: Plan, make: Make) -> None:
    assistant = make.user("assistant")

    with make.acting(make.user("seller")):
        activity_id = plan(subject="Send the invoice", owner_id=assistant)

    assert reading().get_one(Activity, activity_id).owner_id == assistant


def test_activity_is_given_to_others_by_those_who_may(plan: Plan, make: Make) -> None:
    other = make.user("seller")
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
    change_grants(role_id, {ASSIGN: Scope.NONE})

    with make.acting(make.user("seller")), pytest.raises(ForbiddenError):
        plan(owner_id=other)
    with make.acting(make.user("head")):
        activity_id = plan(owner_id=other)

    assert activity_of(activity_id).owner_id == other


def test_done_keeps_who_did_it_and_what_came_of_it(
    plan: Plan, make: Make, results: dict[str, int], clock: FrozenClock
) -> None:
    with make.acting(make.user("seller")) as person:
        activity_id = plan()
        given = {"result_id": results["Agreed"], "result_text": " on Friday "}
        service.finish_activity(activity_id, given)

    done = activity_of(activity_id)
    assert (done.done_at, done.done_by_id) == (clock.now(), person.id)
    assert (done.result_id, done.result_text) == (results["Agreed"], "on Friday")


def test_result_of_another_kind_is_refused(plan: Plan, results: dict[str, int]) -> None:
    with pytest.raises(InvalidError) as error:
        service.finish_activity(plan(), {"result_id": results["Took place"]})

    assert list(error.value.fields) == ["result_id"]


def test_next_activity_is_planned_with_the_same_client_deal_and_people(
    plan: Plan, make: Make, kinds: dict[str, int]
) -> None:
    client_id = make.client()
    deal_id, contact_id = make.deal(client_id=client_id), make.contact(client_id)
    activity_id = plan(deal_id=deal_id, contact_ids=[contact_id])
    following = {"kind_id": kinds["meeting"], "day": date(2026, 3, 5)}

    next_id = service.finish_activity(activity_id, {"next": following})

    assert next_id is not None
    after = activity_of(next_id)
    assert (after.client_id, after.deal_id, after.day) == (client_id, deal_id, date(2026, 3, 5))
    assert [one.contact_id for one in after.contacts] == [contact_id]


def test_next_activity_may_concern_a_client_whom_its_person_does_not_see(
    plan: Plan, make: Make, kinds: dict[str, int]
) -> None:
    client_id, user_id = make.client(), make.user("lawyer")
    activity_id = plan(client_id=client_id, owner_id=user_id)
    following = {"kind_id": kinds["task"], "day": TODAY}

    with make.acting(user_id):
        next_id = service.finish_activity(activity_id, {"next": following})

    assert next_id is not None
    assert activity_of(next_id).client_id == client_id


def test_wrong_next_activity_leaves_the_first_one_open(plan: Plan, kinds: dict[str, int]) -> None:
    activity_id = plan()

    with pytest.raises(InvalidError):
        service.finish_activity(activity_id, {"next": {"kind_id": kinds["call"]}})

    assert activity_of(activity_id).done_at is None


def test_done_activity_is_not_changed_but_taken_up_again(plan: Plan) -> None:
    activity_id = plan()
    service.finish_activity(activity_id, {"result_text": "busy"})
    with pytest.raises(ConflictError):
        service.change_activity(activity_id, {"subject": "Other"})
    with pytest.raises(ConflictError):
        service.finish_activity(activity_id, {})

    service.reopen_activity(activity_id)

    activity = activity_of(activity_id)
    assert (activity.done_at, activity.done_by_id, activity.result_text) == (None, None, "")


def test_activity_in_the_bin_is_nowhere_and_comes_back(plan: Plan, make: Make) -> None:
    with make.acting(make.user("seller")):
        activity_id = plan()
        service.delete_activity(activity_id)
        with pytest.raises(MissingError):
            queries.one_activity(reading(), activity_id)

        service.restore_activity(activity_id)

        assert queries.one_activity(reading(), activity_id).id == activity_id


def test_reminder_goes_by_the_beginning_and_is_due_again_after_a_move(plan: Plan) -> None:
    activity_id = plan(starts_at=at(9), remind_minutes=15)
    assert activity_of(activity_id).remind_at == at(8, 45)

    service.change_activity(activity_id, {"starts_at": at(10)})

    assert activity_of(activity_id).remind_at == at(9, 45)


def test_reminder_of_a_whole_day_goes_by_the_beginning_of_work(plan: Plan) -> None:
    assert activity_of(plan(day=TODAY, remind_minutes=0)).remind_at == at(6)


def test_change_of_nothing_changes_nothing(plan: Plan) -> None:
    activity_id = plan(subject="Ask", starts_at=at(9))
    before = activity_of(activity_id).version

    assert not service.change_activity(
        activity_id, {"subject": "Ask", "starts_at": at(9), "day": TODAY, "contact_ids": []}
    )

    assert activity_of(activity_id).version == before


def test_each_act_is_announced(plan: Plan) -> None:
    activity_id = plan()
    service.change_activity(activity_id, {"subject": "Ask"})
    service.finish_activity(activity_id, {})
    service.reopen_activity(activity_id)
    service.delete_activity(activity_id)
    service.restore_activity(activity_id)

    told = reading().scalars(
        sa.select(RecordedEvent.type)
        .where(RecordedEvent.type.like("calendar.%"))
        .order_by(RecordedEvent.id)
    )
    acts = ("created", "changed", "done", "reopened", "deleted", "restored")
    assert list(told) == [f"calendar.activity.{act}" for act in acts]


def test_activity_moves_neither_deal_nor_client(plan: Plan, make: Make) -> None:
    client_id = make.client()
    deal_id = make.deal(client_id=client_id)
    before = reading().execute(sa.text("SELECT rung_id FROM core_client")).all()

    service.finish_activity(plan(deal_id=deal_id), {})

    assert reading().execute(sa.text("SELECT rung_id FROM core_client")).all() == before
