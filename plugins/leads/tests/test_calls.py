"""What follows from a call, and that it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_leads.intake import create_lead
from salesman_leads.models import Lead
from salesman_leads.queries import one_lead
from salesman_leads.queue import planning, queries, service
from salesman_leads.service import change_lead, close_lead

from salesman_core.errors import ConflictError, InvalidError, MissingError
from salesman_core.plugins import switches
from salesman_core.records.models import Audit
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading
from salesman_core.toolkit import service as offered

MakeLead = Callable[..., int]
ResultOf = Callable[[str], int]
Call = Callable[..., int]


def lead_of(lead_id: int) -> Lead:
    reading().rollback()
    return reading().get_one(Lead, lead_id)


def acts_on(lead_id: int) -> list[str]:
    told = sa.select(Audit.action).where(Audit.kind == "leads.lead", Audit.record_id == lead_id)
    return list(reading().scalars(told.order_by(Audit.id)))


@pytest.fixture
def caller(make: Make) -> int:
    return make.user_of("telemarketer")


@pytest.fixture
def call(make: Make, caller: int, call_result: ResultOf) -> Call:
    """Give what says, as the telemarketer, what came of a call."""

    def call(lead_id: int, base: str, **values: Any) -> int:
        with make.acting(caller):
            given = {"call_result_id": call_result(base), **values}
            return service.record_attempt(lead_id, given)

    return call


def test_no_answer_is_counted_and_comes_again_each_time_twice_as_late(
    waiting_lead: MakeLead, call: Call, clock: FrozenClock
) -> None:
    lead_id = waiting_lead()
    waits = []
    for _number in range(2):
        call(lead_id, "no_answer")
        waits.append(lead_of(lead_id).next_call_at - clock.now())  # type: ignore[operator]

    assert waits == [timedelta(hours=1), timedelta(hours=2)]
    assert lead_of(lead_id).attempts == 2


def test_lead_that_did_not_answer_comes_again_in_working_time(
    waiting_lead: MakeLead, call: Call, clock: FrozenClock
) -> None:
    lead_id = waiting_lead()
    clock.set(datetime(2026, 3, 6, 14, 30, tzinfo=UTC))  # Friday, half past five in Moscow

    call(lead_id, "no_answer")

    assert lead_of(lead_id).next_call_at == datetime(2026, 3, 9, 6, tzinfo=UTC)


def test_lead_of_nobody_becomes_that_of_whoever_called(
    waiting_lead: MakeLead, call: Call, caller: int
) -> None:
    lead_id = waiting_lead()

    call(lead_id, "no_answer")

    lead = lead_of(lead_id)
    assert (lead.status, lead.owner_id) == ("in_work", caller)


@pytest.mark.parametrize("minutes", [None, -5], ids=["not said", "passed"])
def test_call_back_needs_a_time_to_come(
    waiting_lead: MakeLead, call: Call, clock: FrozenClock, minutes: int | None
) -> None:
    lead_id = waiting_lead()
    at = None if minutes is None else clock.now() + timedelta(minutes=minutes)

    with pytest.raises(InvalidError) as error:
        call(lead_id, "call_back", call_back_at=at)

    assert list(error.value.fields) == ["call_back_at"]
    assert lead_of(lead_id).attempts == 0


def test_wrong_number_is_marked_and_the_other_one_is_called_at_once(
    make: Make, waiting_lead: MakeLead, call: Call, caller: int
) -> None:
    lead_id = waiting_lead(phones=["+7 495 000-00-01", "+7 495 000-00-02"])
    waiting_lead()
    with make.acting(caller):
        assert service.take_next() == lead_id

    call(lead_id, "wrong_number", phone="+7 495 000-00-02")

    with make.acting(caller):
        assert service.take_next() == lead_id
    assert [one.wrong for one in lead_of(lead_id).phones] == [False, True]


def test_wrong_number_stays_so_when_the_phones_are_written_anew(
    waiting_lead: MakeLead, call: Call
) -> None:
    lead_id = waiting_lead(phones=["+7 495 000-00-01", "+7 495 000-00-02"])
    call(lead_id, "wrong_number", phone="+7 495 000-00-01")

    change_lead(lead_id, {"phones": ["+7 495 000-00-03", "8 (495) 000-00-01"]})

    phones = [(one.typed, one.wrong, one.position) for one in lead_of(lead_id).phones]
    assert phones == [("+7 495 000-00-03", False, 0), ("8 (495) 000-00-01", True, 1)]


def test_lead_whose_only_number_is_wrong_comes_no_more(
    make: Make, waiting_lead: MakeLead, call: Call, caller: int
) -> None:
    call(waiting_lead(), "wrong_number")

    with make.acting(caller):
        assert service.take_next() is None


def test_number_that_is_typed_anew_is_right_again(
    make: Make, waiting_lead: MakeLead, call: Call, caller: int
) -> None:
    lead_id = waiting_lead()
    call(lead_id, "wrong_number")
    change_lead(lead_id, {"phones": ["+7 495 000-00-09"]})

    with make.acting(caller):
        assert service.take_next() == lead_id


def test_no_interest_closes_the_lead_with_the_companys_result(
    waiting_lead: MakeLead, call: Call
) -> None:
    lead_id = waiting_lead()

    call(lead_id, "no_interest", comment="They have one")

    row = one_lead(reading(), lead_id)
    assert (row.status, row.result_name, row.comment) == ("closed", "No interest", "They have one")


def test_lead_that_never_answers_is_closed_where_that_is_chosen(
    waiting_lead: MakeLead, call: Call, result_of: ResultOf
) -> None:
    lead_id = waiting_lead()
    for _number in range(4):
        call(lead_id, "no_answer")

    call(lead_id, "no_answer", closes_as_id=result_of("not_our_customer"))

    assert lead_of(lead_id).result == "not_our_customer"


def test_interest_cannot_be_closed_away(
    waiting_lead: MakeLead, call: Call, result_of: ResultOf
) -> None:
    with pytest.raises(InvalidError) as error:
        call(waiting_lead(), "interest", closes_as_id=result_of("other"))

    assert list(error.value.fields) == ["closes_as_id"]


def test_interest_waits_to_become_a_client(waiting_lead: MakeLead, call: Call) -> None:
    lead_id = waiting_lead()

    call(lead_id, "interest")

    assert lead_of(lead_id).status == "processed"


def test_lead_that_is_finished_is_called_no_more(
    waiting_lead: MakeLead, call: Call, result_of: ResultOf
) -> None:
    lead_id = waiting_lead()
    close_lead(lead_id, result_of("spam"))

    with pytest.raises(ConflictError):
        call(lead_id, "no_answer")


STATE = ("status", "owner_id", "result", "comment", "attempts", "next_call_at")


@pytest.mark.parametrize(
    "base", ["no_answer", "call_back", "wrong_number", "no_interest", "interest"]
)
def test_call_that_is_taken_back_leaves_the_lead_as_it_was_and_in_hand(
    make: Make,
    waiting_lead: MakeLead,
    call: Call,
    caller: int,
    clock: FrozenClock,
    base: str,
) -> None:
    lead_id = waiting_lead()
    before = {name: getattr(lead_of(lead_id), name) for name in STATE}
    more = {"call_back_at": clock.now() + timedelta(hours=1)} if base == "call_back" else {}
    attempt_id = call(lead_id, base, **more)

    with make.acting(caller):
        service.undo_attempt(lead_id, attempt_id)
        held = queries.in_hand(reading())

    lead = lead_of(lead_id)
    assert {name: getattr(lead, name) for name in STATE} == before
    assert [one.wrong for one in lead.phones] == [False]
    assert held is not None
    assert held.lead_id == lead_id
    assert queries.attempts_of(reading(), lead_id) == []
    assert acts_on(lead_id)[-1] == "call_undone"


def test_call_is_not_taken_back_once_something_else_was_done(
    make: Make, waiting_lead: MakeLead, call: Call, caller: int
) -> None:
    lead_id = waiting_lead()
    attempt_id = call(lead_id, "no_answer")
    change_lead(lead_id, {"text": "Wrote again"})

    with make.acting(caller), pytest.raises(ConflictError):
        service.undo_attempt(lead_id, attempt_id)


def test_call_of_somebody_else_is_not_taken_back(
    make: Make, waiting_lead: MakeLead, call: Call
) -> None:
    lead_id = waiting_lead()
    attempt_id = call(lead_id, "no_answer")

    with make.acting(make.user_of("head")), pytest.raises(MissingError):
        service.undo_attempt(lead_id, attempt_id)


def test_call_is_taken_back_within_thirty_days(
    make: Make, waiting_lead: MakeLead, call: Call, caller: int, clock: FrozenClock
) -> None:
    early, late = waiting_lead(), waiting_lead()
    attempts = {lead_id: call(lead_id, "no_answer") for lead_id in (early, late)}
    with make.acting(caller):
        clock.advance(days=30)
        service.undo_attempt(early, attempts[early])
        clock.advance(minutes=1)
        with pytest.raises(ConflictError, match="A call can be taken back for thirty days"):
            service.undo_attempt(late, attempts[late])

    assert lead_of(late).attempts == 1


def promised(lead_id: int) -> int:
    activity_id = planning.promised_call(reading(), lead_id)
    assert activity_id is not None
    return activity_id


def is_open(activity_id: int) -> bool:
    reading().rollback()
    open_still: bool = offered("calendar").is_open(activity_id)
    return open_still


def test_promised_call_is_over_once_its_lead_is_closed(
    waiting_lead: MakeLead, call: Call, result_of: ResultOf, clock: FrozenClock, make: Make
) -> None:
    lead_id = waiting_lead()
    call(lead_id, "call_back", call_back_at=clock.now() + timedelta(hours=1))
    activity_id = promised(lead_id)
    assert is_open(activity_id)

    with make.acting(make.user_of("head")):
        close_lead(lead_id, result_of("not_our_customer"))

    assert not is_open(activity_id)


def test_call_that_somebody_promised_is_done_by_a_colleague(
    waiting_lead: MakeLead, call: Call, call_result: ResultOf, clock: FrozenClock, make: Make
) -> None:
    lead_id, colleague = waiting_lead(), make.user("telemarketer")
    call(lead_id, "call_back", call_back_at=clock.now() + timedelta(hours=1))
    activity_id = promised(lead_id)
    change_lead(lead_id, {"owner_id": colleague})

    with make.acting(colleague):
        given = {"call_result_id": call_result("no_answer")}
        attempt_id = service.record_attempt(lead_id, given)
        done = not is_open(activity_id)
        service.undo_attempt(lead_id, attempt_id)

    assert done
    assert is_open(activity_id)


def test_call_back_is_promised_where_the_calendar_is_suspended(
    waiting_lead: MakeLead, call: Call, clock: FrozenClock
) -> None:
    switches.suspend("calendar")
    switches.follow_now()
    at = clock.now() + timedelta(hours=1)
    lead_id = waiting_lead()

    call(lead_id, "call_back", call_back_at=at)

    assert lead_of(lead_id).next_call_at == at


def test_lead_that_does_not_answer_is_closed_only_after_some_calls(
    waiting_lead: MakeLead, call: Call, result_of: ResultOf
) -> None:
    lead_id, closes_as_id = waiting_lead(), result_of("not_our_customer")
    for _number in range(3):
        call(lead_id, "no_answer")

    with pytest.raises(InvalidError) as error:
        call(lead_id, "no_answer", closes_as_id=closes_as_id)
    call(lead_id, "no_answer")
    call(lead_id, "no_answer", closes_as_id=closes_as_id)

    assert list(error.value.fields) == ["closes_as_id"]
    assert lead_of(lead_id).status == "closed"


def test_call_to_a_lead_that_is_kept_apart_is_refused(
    call: Call,
) -> None:
    lead_id = create_lead({"name": "Anna"}, suspicion="sent within a second")

    with pytest.raises(ConflictError, match="This lead is kept apart: bring it back first"):
        call(lead_id, "no_answer")
