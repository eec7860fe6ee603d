"""Calls of the queue are inquiries, where there are any: there calls are counted (ADR 0043)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_inquiries import figures
from salesman_inquiries.models import Inquiry, Result
from salesman_inquiries.permissions import CREATE
from salesman_leads.qualifying import qualify_lead
from salesman_leads.queue import service
from salesman_leads.queue.models import Attempt

from salesman_core.plugins import switches
from salesman_core.testing.people import Make
from salesman_core.toolkit import AnyRow, acting_as, now, reading, writing

MakeLead = Callable[..., int]
ResultOf = Callable[[str], int]


@pytest.fixture
def caller(make: Make) -> int:
    return make.user_of("telemarketer")


def inquiries() -> list[AnyRow]:
    reading().rollback()
    columns = (Inquiry.name, Inquiry.direction, Inquiry.source, Inquiry.text, Inquiry.status)
    kept = sa.select(*columns, Inquiry.taken_by_id, Inquiry.became_id, Result.name.label("result"))
    kept = kept.outerjoin(Result, Result.id == Inquiry.result_id)
    return list(reading().execute(kept.where(Inquiry.deleted_at.is_(None)).order_by(Inquiry.id)))


def figures_of(make: Make, user_id: int) -> Mapping[str, Any]:
    reading().rollback()
    with make.acting(user_id):
        (total,) = figures.figures(reading(), {})
        return {name: int(getattr(total, name)) for name in ("calls", "conversations", "clients")}


def called(make: Make, user_id: int, lead_id: int, call_result_id: int, **values: Any) -> int:
    with make.acting(user_id):
        return service.record_attempt(lead_id, {"call_result_id": call_result_id, **values})


def test_call_is_noted_as_an_inquiry_of_whoever_called(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead(source="fair")

    called(make, caller, lead_id, call_result("no_answer"), comment="Busy")

    (noted,) = inquiries()
    assert (noted.name, noted.direction, noted.source) == ("Anna", "outgoing", "fair")
    assert (noted.taken_by_id, noted.result, noted.status) == (caller, "No answer", "processed")
    assert noted.text.splitlines()[0] == "Busy"
    assert noted.text.endswith(f"/leads/{lead_id}")


@pytest.mark.parametrize(
    ("base", "result", "conversations"),
    [
        ("no_answer", "No answer", 0),
        ("wrong_number", "Wrong number", 0),
        ("call_back", "Asked to call back", 1),
        ("no_interest", "No interest", 1),
        ("interest", "Interest", 1),
    ],
)
def test_call_counts_by_what_its_result_is_at_bottom(
    make: Make,
    caller: int,
    waiting_lead: MakeLead,
    call_result: ResultOf,
    base: str,
    result: str,
    conversations: int,
) -> None:
    values = {"call_back_at": now() + timedelta(hours=1)}
    called(make, caller, waiting_lead(), call_result(base), **values)

    assert [one.result for one in inquiries()] == [result]
    assert figures_of(make, caller) == {"calls": 1, "conversations": conversations, "clients": 0}


def test_interest_that_became_a_client_is_a_figure_of_whoever_called(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()
    called(make, caller, lead_id, call_result("no_answer"))
    called(make, caller, lead_id, call_result("interest"))
    qualify_lead(lead_id, {})

    assert [one.became_id for one in inquiries()] == [None, lead_id]
    assert figures_of(make, caller) == {"calls": 2, "conversations": 1, "clients": 1}


def test_calls_of_a_seller_are_nobodys_figure(
    make: Make, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    seller = make.user_of("seller")
    called(make, seller, waiting_lead(owner_id=seller), call_result("interest"))

    assert [one.taken_by_id for one in inquiries()] == [seller]
    assert figures_of(make, make.user("head"))["calls"] == 0


def test_call_that_is_undone_counts_no_more(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()
    attempt_id = called(make, caller, lead_id, call_result("no_answer"))
    with make.acting(caller):
        service.undo_attempt(lead_id, attempt_id)

    assert inquiries() == []
    assert figures_of(make, caller)["calls"] == 0


def test_call_is_undone_when_its_inquiry_is_gone_already(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()
    attempt_id = called(make, caller, lead_id, call_result("no_answer"))
    with writing() as session:
        session.execute(sa.delete(Inquiry))
    with make.acting(caller):
        service.undo_attempt(lead_id, attempt_id)

    assert reading().scalars(sa.select(Attempt.id)).all() == []


def test_whoever_may_note_no_inquiries_calls_all_the_same(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead()
    with make.acting(caller) as person:
        scopes = {name: scope for name, scope in person.scopes.items() if name != CREATE}
        with acting_as(replace(person, scopes=scopes)):
            service.record_attempt(lead_id, {"call_result_id": call_result("no_answer")})

    assert inquiries() == []


def test_call_is_kept_where_inquiries_are_suspended(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    switches.suspend("inquiries")
    switches.follow_now()
    lead_id = waiting_lead()
    attempt_id = called(make, caller, lead_id, call_result("no_answer"))
    with make.acting(caller):
        service.undo_attempt(lead_id, attempt_id)

    assert inquiries() == []
