"""What is next with an inquiry, in the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar.models import Activity
from salesman_calendar.queries import first_open_of_deals
from salesman_calendar.service import change_activity, delete_activity, finish_activity
from salesman_inquiries import becoming, queries, service

from salesman_core.access.models import Role
from salesman_core.people.roles import change_grants
from salesman_core.plugins import switches
from salesman_core.records.models import Audit
from salesman_core.testing.people import Make
from salesman_core.toolkit import AnyRow, reading
from salesman_hookspecs import Scope

Note = Callable[..., int]

STEP = "Send the price list"
AT_THREE = datetime(2026, 3, 3, 12, tzinfo=UTC)


def inquiry(inquiry_id: int) -> AnyRow:
    return queries.one_inquiry(reading(), inquiry_id)


def activities() -> list[tuple[str, bool]]:
    """Give each activity: its subject, and whether it lies in the bin."""
    reading().rollback()
    rows = reading().scalars(sa.select(Activity).order_by(Activity.id))
    return [(one.subject, one.deleted_at is not None) for one in rows]


def activity_of(inquiry_id: int) -> Activity:
    reading().rollback()
    return reading().get_one(Activity, inquiry(inquiry_id).activity_id)


def told(inquiry_id: int, action: str) -> Any:
    """Give what the audit says last of what an act changed."""
    about = sa.and_(Audit.kind == "inquiries.inquiry", Audit.record_id == inquiry_id)
    query = sa.select(Audit.changes).where(about, Audit.action == action)
    return reading().scalars(query.order_by(Audit.id.desc())).first()


def grant(preset: str, **scopes: Scope) -> None:
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == preset)).one()
    change_grants(role_id, {f"calendar.activity.{name}": scope for name, scope in scopes.items()})


@pytest.fixture
def without_calendar(app: Flask) -> None:
    switches.suspend("calendar")
    switches.follow_now()


def test_step_of_what_becomes_a_deal_at_once_is_the_next_step_of_that_deal(
    make: Make, channels: dict[str, int]
) -> None:
    called = {"channel_id": channels["Phone"], "name": "Clara", "phones": ["+7 916 123-45-67"]}
    with make.acting(make.user("telemarketer")):
        inquiry_id, made = becoming.take_in({**called, "next_step": STEP}, "deal", {})

    (step,) = first_open_of_deals(reading(), [made["deal_id"]])
    assert (step.subject, activities()) == (STEP, [(STEP, False)])
    found = activity_of(inquiry_id)
    assert (found.client_id, inquiry(inquiry_id).status) == (made["client_id"], "processed")


@pytest.mark.parametrize("make_of_it", [becoming.make_deal, becoming.make_client])
def test_step_goes_along_to_what_an_inquiry_becomes_later(
    note: Note, make_of_it: Callable[..., becoming.Became]
) -> None:
    inquiry_id = note(company="Boilers Ltd", next_step=STEP)
    made = make_of_it(inquiry_id, {})

    found = activity_of(inquiry_id)
    assert (found.client_id, found.deal_id) == (made["client_id"], made["deal_id"])
    assert [one.contact_id for one in found.contacts] == [made["contact_id"]]


def test_step_that_is_done_stays_as_it_was(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    finish_activity(activity_of(inquiry_id).id, {})
    becoming.make_client(inquiry_id, {})

    assert (activity_of(inquiry_id).client_id, activities()) == (None, [(STEP, False)])


def test_step_that_is_said_later_is_planned(note: Note) -> None:
    inquiry_id = note()
    service.change_inquiry(inquiry_id, {"next_step": STEP, "deadline_at": AT_THREE})

    found = activity_of(inquiry_id)
    assert (found.subject, found.starts_at) == (STEP, AT_THREE)


def test_another_deadline_moves_the_step(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    service.change_inquiry(inquiry_id, {"deadline_at": AT_THREE, "next_step": "Call Clara"})

    assert (activity_of(inquiry_id).starts_at, activities()) == (AT_THREE, [("Call Clara", False)])


def test_time_that_was_settled_in_the_calendar_stays(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    change_activity(activity_of(inquiry_id).id, {"starts_at": AT_THREE})
    service.change_inquiry(inquiry_id, {"next_step": "Call Clara"})

    assert activity_of(inquiry_id).starts_at == AT_THREE


def test_step_is_given_away_with_its_inquiry(make: Make, note: Note) -> None:
    other = make.user("telemarketer")
    with make.acting(make.user("telemarketer")):
        inquiry_id = note(next_step=STEP)
        service.change_inquiry(inquiry_id, {"owner_id": other})

    assert activity_of(inquiry_id).owner_id == other


def test_another_step_is_planned_after_one_that_is_done(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    finish_activity(activity_of(inquiry_id).id, {})
    service.change_inquiry(inquiry_id, {"text": "By May, please"})
    assert activities() == [(STEP, False)]

    service.change_inquiry(inquiry_id, {"next_step": "Call Clara"})
    assert activities() == [(STEP, False), ("Call Clara", False)]


def test_step_that_is_taken_back_leaves_the_calendar(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    service.change_inquiry(inquiry_id, {"next_step": ""})

    assert (activities(), inquiry(inquiry_id).activity_id) == ([(STEP, True)], None)


def test_step_leaves_the_calendar_with_a_cancelled_inquiry_and_comes_back(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    service.cancel_inquiry(inquiry_id)
    assert activities() == [(STEP, True)]

    service.reopen_inquiry(inquiry_id)
    assert activities() == [(STEP, False)]


def test_step_leaves_the_calendar_with_an_inquiry_in_the_bin_and_comes_back(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    service.delete_inquiry(inquiry_id)
    assert activities() == [(STEP, True)]

    service.restore_inquiry(inquiry_id)
    assert activities() == [(STEP, False)]


def test_processed_inquiry_keeps_its_step_in_the_calendar(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    service.process_inquiry(inquiry_id)
    service.reopen_inquiry(inquiry_id)

    assert activities() == [(STEP, False)]


@pytest.mark.usefixtures("without_calendar")
def test_step_that_the_calendar_cannot_hold_makes_an_inquiry_new_again(
    note: Note, results: dict[str, int]
) -> None:
    inquiry_id = note(result_id=results["No answer"])
    assert inquiry(inquiry_id).status == "processed"

    service.change_inquiry(inquiry_id, {"next_step": STEP})
    found = inquiry(inquiry_id)
    assert (found.status, found.deadline_at is None) == ("new", False)
    assert told(inquiry_id, "changed")["status"] == ["processed", "new"]


@pytest.mark.usefixtures("without_calendar")
def test_processed_inquiry_with_a_step_that_was_never_planned_is_changed_as_any(
    note: Note,
) -> None:
    inquiry_id = note(next_step=STEP)
    service.process_inquiry(inquiry_id)
    service.change_inquiry(inquiry_id, {"text": "By May, please"})

    assert inquiry(inquiry_id).status == "processed"


def test_inquiry_is_given_by_those_who_may_give_no_activities(
    make: Make, note: Note, results: dict[str, int]
) -> None:
    other, anna = make.user("seller"), make.user_of("telemarketer")
    grant("telemarketer", assign=Scope.NONE)
    with make.acting(anna):
        given = note(owner_id=other, next_step=STEP, result_id=results["Interest"])

    found = inquiry(given)
    assert (found.owner_id, found.status, activities()) == (other, "new", [])


def test_step_follows_whoever_may_change_the_inquiry(make: Make, note: Note) -> None:
    inquiry_id, anna = note(next_step=STEP), make.user_of("telemarketer")
    grant("telemarketer", edit=Scope.NONE, delete=Scope.NONE)
    with make.acting(anna):
        service.change_inquiry(inquiry_id, {"next_step": "Call Clara"})
        assert activities() == [("Call Clara", False)]
        service.cancel_inquiry(inquiry_id)

    assert activities() == [("Call Clara", True)]


def test_step_of_an_inquiry_of_a_client_that_whoever_says_it_does_not_see_is_planned(
    make: Make, note: Note
) -> None:
    inquiry_id = note(client_id=make.client(owner_id=make.user("seller")))
    with make.acting(make.user("telemarketer")):
        service.change_inquiry(inquiry_id, {"next_step": STEP})

    assert activity_of(inquiry_id).client_id is None


def test_step_that_was_taken_out_of_the_calendar_by_hand_is_not_changed(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    delete_activity(activity_of(inquiry_id).id)
    service.change_inquiry(inquiry_id, {"deadline_at": AT_THREE})

    assert activities() == [(STEP, True)]


def test_cancelled_inquiry_that_leaves_the_bin_brings_no_step_back(note: Note) -> None:
    inquiry_id = note(next_step=STEP)
    service.cancel_inquiry(inquiry_id)
    service.delete_inquiry(inquiry_id)
    service.restore_inquiry(inquiry_id)

    assert activities() == [(STEP, True)]


def test_step_of_what_becomes_a_lead_leads_to_it(channels: dict[str, int]) -> None:
    called = {"channel_id": channels["Phone"], "name": "Clara", "next_step": STEP}
    inquiry_id, made = becoming.take_in(called, "lead", {})

    assert activity_of(inquiry_id).text.endswith(f"/leads/{made['lead_id']}")


def test_audit_tells_the_deadline_that_comes_for_one_that_was_cleared(note: Note) -> None:
    inquiry_id = note(deadline_at=AT_THREE)
    service.change_inquiry(inquiry_id, {"deadline_at": None})

    before, after = told(inquiry_id, "changed")["deadline_at"]
    assert (datetime.fromisoformat(before), datetime.fromisoformat(after)) == (
        AT_THREE,
        inquiry(inquiry_id).deadline_at,
    )


def test_audit_tells_the_deadline_of_what_is_taken_up_again(
    note: Note, results: dict[str, int]
) -> None:
    inquiry_id = note(result_id=results["No answer"])
    service.reopen_inquiry(inquiry_id)

    before, after = told(inquiry_id, "reopened")["deadline_at"]
    assert (before, datetime.fromisoformat(after)) == (None, inquiry(inquiry_id).deadline_at)
