"""Approval: who is asked, what they decide, and what makes it void; without discussions."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_documents import making, publishing, queries, service
from salesman_documents.approval import facts, gate, jobs, routes
from salesman_documents.approval import queries as approval_queries
from salesman_documents.approval import service as approval
from salesman_documents.approval.gate import NotApprovedError
from salesman_documents.testing import docx_of, type_of
from salesman_requisites.testing import own_company

from salesman_core.access.models import Role
from salesman_core.deals.models import DealParticipant
from salesman_core.people.service import change_user
from salesman_core.plugins import switches
from salesman_core.services.models import KeptLetter, Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    change_deal,
    reading,
    writing,
)
from salesman_hookspecs import Event

Steps = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def _no_discussions(app: object) -> None:
    switches.suspend("discussions")
    switches.follow_now()


@pytest.fixture
def lawyer(make: Make) -> int:
    """A lawyer called Anna."""
    return make.user("lawyer", name="Anna")


@pytest.fixture
def deal(make: Make) -> int:
    """A deal of the seller."""
    owner = make.user_of("seller")
    return make.deal(owner_id=owner, client_id=make.client(), amount=Decimal("1234.50"))


@pytest.fixture
def document(make: Make, deal: int) -> int:
    """A contract of the seller with one version."""
    own_company(short_name="Ours")
    wanted = {"type_id": type_of("Contract"), "deal_id": deal, "owner_id": make.user_of("seller")}
    document_id = service.create_document(wanted)
    upload(document_id, "The price is 100")
    return document_id


def upload(document_id: int, *paragraphs: str) -> None:
    making.upload(document_id, "contract.docx", io.BytesIO(docx_of(*paragraphs)))


def begin(make: Make, document: int, steps: Steps, note: str = "") -> int:
    """Set the route of the type, and let the seller ask."""
    routes.set_route(type_of("Contract"), {"steps": steps})
    with make.acting(make.user_of("seller")):
        return approval.begin(document, {"note": note})


def decide(make: Make, user_id: int, document: int, verdict: str, comment: str = "") -> str:
    """Let somebody decide in the step in which they are asked, about what is the last version."""
    with make.acting(user_id):
        last = approval_queries.last_approval(reading(), document)
        assert last is not None
        asked = approval_queries.asked_of(reading(), last.id)
        steps = approval_queries.steps(reading(), [last.id])[last.id]
        step = next(one for one in steps if user_id in asked.get(one.id, []))
        values = {"verdict": verdict, "comment": comment, "hash": last.hash}
        return approval.decide(document, step.id, values)


def state(document_id: int) -> str:
    reading().rollback()
    row = queries.one_document(reading(), document_id)
    return gate.standing(reading(), row).state


def kept(document_id: int) -> str:
    """Give the state that is written down."""
    reading().rollback()
    last = approval_queries.last_approval(reading(), document_id)
    assert last is not None
    return str(last.state)


def told(user_id: int) -> list[str]:
    own = sa.select(Notice.text).where(Notice.user_id == user_id).order_by(Notice.id)
    return list(reading().scalars(own))


def role_of(preset: str) -> int:
    return reading().scalars(sa.select(Role.id).where(Role.preset == preset)).one()


def of(user_id: int, stage: int = 1, days: int | None = None) -> dict[str, Any]:
    return {"stage": stage, "user_id": user_id, "days": days}


def test_who_must_decide_is_asked_by_notice_and_letter_and_takes_part_in_the_deal(
    make: Make, document: int, deal: int, lawyer: int, clock: FrozenClock
) -> None:
    begin(make, document, [of(lawyer, days=2)], note="The client is in a hurry")

    seller = make.person(make.user_of("seller")).name
    assert told(lawyer) == [f"{seller} asks you to approve “Contract № 1”"]
    letter = reading().scalars(sa.select(KeptLetter)).one()
    assert letter.to == make.person(lawyer).email
    assert "The client is in a hurry" in letter.text
    assert "Decide by" in letter.text
    assert f"/documents/{document}/approval" in letter.text
    parts = sa.select(DealParticipant.user_id, DealParticipant.part, DealParticipant.by_id)
    assert reading().execute(parts.where(DealParticipant.record_id == deal)).all() == [
        (lawyer, "approves documents", make.user_of("seller"))
    ]
    (step,) = approval_queries.steps(reading(), [1])[1]
    assert step.due_on == date(2026, 3, 4)
    with make.acting(lawyer):
        assert approval_queries.waiting_count(reading()) == 1


def test_stages_are_asked_one_after_another_and_those_of_one_together(
    make: Make, document: int, lawyer: int
) -> None:
    first, second, head = lawyer, make.user("lawyer"), make.user("head", name="Helen")
    begin(make, document, [of(first), of(second), of(head, stage=2)])
    assert (len(told(first)), len(told(second)), told(head)) == (1, 1, [])

    assert decide(make, second, document, "approved") == "running"
    assert told(head) == []
    assert decide(make, first, document, "remarks", "Mind the date") == "running"
    assert len(told(head)) == 1
    assert decide(make, head, document, "approved") == "approved"

    assert state(document) == "approved"
    seller = make.user_of("seller")
    assert told(seller)[-1] == "“Contract № 1” is approved: Helen agreed last"
    steps = approval_queries.steps(reading(), [1])[1]
    assert [(one.state, one.decided_by_name, one.comment) for one in steps] == [
        ("remarks", "Anna", "Mind the date"),
        ("approved", steps[1].name, ""),
        ("approved", "Helen", ""),
    ]
    (version,) = queries.versions(reading(), document)
    assert {one.hash for one in steps} == {version.hash}


def test_a_refusal_needs_a_reason_and_ends_the_approval(
    make: Make, document: int, lawyer: int
) -> None:
    head = make.user("head")
    begin(make, document, [of(lawyer), of(head, stage=2)])
    with pytest.raises(InvalidError, match="Say what is wrong"):
        decide(make, lawyer, document, "refused")

    assert decide(make, lawyer, document, "refused", "No penalty is named") == "refused"

    assert told(head) == []
    assert told(make.user_of("seller"))[-1] == "Anna refused “Contract № 1”"
    letter = reading().scalars(sa.select(KeptLetter).order_by(KeptLetter.id.desc())).first()
    assert letter is not None
    assert "No penalty is named" in letter.text


def test_anybody_of_a_role_decides_but_who_has_left_it_does_not(
    make: Make, document: int, lawyer: int
) -> None:
    other = make.user("lawyer")
    begin(make, document, [{"stage": 1, "role_id": role_of("lawyer")}])
    assert len(told(lawyer)) == len(told(other)) == 1
    change_user(other, {"role_ids": [role_of("seller")]})
    with pytest.raises(ForbiddenError):
        decide(make, other, document, "approved")
    assert decide(make, lawyer, document, "approved") == "approved"


def test_only_who_was_asked_decides(make: Make, document: int, lawyer: int) -> None:
    begin(make, document, [of(lawyer)])
    (step,) = approval_queries.steps(reading(), [1])[1]
    (version,) = queries.versions(reading(), document)
    for user_id in (make.user_of("seller"), make.user("head")):
        with make.acting(user_id), pytest.raises(ForbiddenError):
            approval.decide(document, step.id, {"verdict": "approved", "hash": version.hash})


def test_a_new_version_voids_what_was_approved_and_says_so(
    make: Make, document: int, lawyer: int
) -> None:
    begin(make, document, [of(lawyer)])
    decide(make, lawyer, document, "approved")

    with make.acting(make.user_of("seller")):
        upload(document, "The price is 120")

    assert kept(document) == "void"
    last = approval_queries.last_approval(reading(), document)
    assert last is not None
    assert facts.told(last.changed, detailed=True) == ["version 2 was added"]
    assert told(lawyer)[-1] == "The approval of “Contract № 1” is void"


def test_a_new_version_ends_what_is_under_way(make: Make, document: int, lawyer: int) -> None:
    begin(make, document, [of(lawyer)])
    upload(document, "The price is 120")

    assert kept(document) == "void"
    with pytest.raises(ConflictError, match="Nothing is to be decided"):
        decide(make, lawyer, document, "approved")
    with make.acting(lawyer):
        assert approval_queries.waiting_count(reading()) == 0


def test_a_changed_sum_of_the_deal_voids_before_anybody_has_noted_it(
    make: Make, document: int, deal: int, lawyer: int
) -> None:
    begin(make, document, [of(lawyer)])
    decide(make, lawyer, document, "approved")
    change_deal(deal, {"amount": Decimal(2000)})

    assert (state(document), kept(document)) == ("void", "approved")
    jobs.review(_changed(deal))

    assert kept(document) == "void"
    last = approval_queries.last_approval(reading(), document)
    assert last is not None
    (said,) = facts.told(last.changed, detailed=True)
    assert said.replace("\u202f", " ").replace("\xa0", " ").startswith("amount of the deal: ")
    assert "1,234.50" in said
    assert facts.told(last.changed, detailed=False) == ["the deal was changed"]


def _changed(deal_id: int) -> Event:
    moment = reading().scalar(sa.select(KeptLetter.created_at).limit(1))
    assert moment is not None
    return Event(1, "core.deal.changed", "deal", deal_id, {}, None, moment)


def test_a_change_that_says_nothing_of_sums_voids_nothing(
    make: Make, document: int, deal: int, lawyer: int
) -> None:
    begin(make, document, [of(lawyer)])
    decide(make, lawyer, document, "approved")
    change_deal(deal, {"name": "Renamed"})
    jobs.review(_changed(deal))
    assert kept(document) == state(document) == "approved"


def test_who_decides_after_a_change_decides_nothing(
    make: Make, document: int, deal: int, lawyer: int
) -> None:
    begin(make, document, [of(lawyer)])
    change_deal(deal, {"amount": Decimal(2000)})

    with pytest.raises(ConflictError, match="has changed meanwhile"):
        decide(make, lawyer, document, "approved")

    assert kept(document) == "void"


def test_a_decision_is_about_the_version_that_was_read(
    make: Make, document: int, lawyer: int
) -> None:
    begin(make, document, [of(lawyer)])
    (step,) = approval_queries.steps(reading(), [1])[1]
    with make.acting(lawyer), pytest.raises(ConflictError, match="another version"):
        approval.decide(document, step.id, {"verdict": "approved", "hash": "0" * 64})
    assert kept(document) == "running"


def test_only_the_approved_version_is_sent_linked_and_signed_where_the_type_demands_it(
    make: Make, document: int, lawyer: int
) -> None:
    letter = {"to": "client@example.com", "subject": "Contract", "text": ""}
    begin(make, document, [of(lawyer)])
    routes.set_route(type_of("Contract"), {"required": True})
    ways: tuple[Callable[[], object], ...] = (
        lambda: publishing.send(document, 1, letter | {"way": "link"}),
        lambda: publishing.send(document, 1, letter),
        lambda: publishing.make_link(document, 1),
        lambda: making.sign(document, date(2026, 3, 2), "P. Smith"),
    )
    for leave in ways:
        with pytest.raises(NotApprovedError, match="is being approved"):
            leave()
    decide(make, lawyer, document, "approved")
    for leave in ways:
        leave()
    upload(document, "The price is 120")
    for leave in ways:
        with pytest.raises(NotApprovedError, match="approved anew"):
            leave()


def test_the_scan_of_a_signed_document_voids_nothing_and_is_not_approved_itself(
    make: Make, document: int, lawyer: int
) -> None:
    begin(make, document, [of(lawyer)])
    routes.set_route(type_of("Contract"), {"required": True})
    decide(make, lawyer, document, "approved")
    scan = ("scan.pdf", io.BytesIO(b"%PDF-1.7 scan"))
    making.sign(document, date(2026, 3, 2), "P. Smith", scan)

    assert state(document) == "approved"
    publishing.make_link(document, 1)
    with pytest.raises(NotApprovedError, match="Only version 1"):
        publishing.make_link(document, 2)


def test_another_route_is_for_those_who_may_choose_one(
    make: Make, document: int, lawyer: int
) -> None:
    routes.set_route(type_of("Contract"), {"steps": [of(lawyer)]})
    friend = make.user("seller")
    with make.acting(make.user_of("seller")), pytest.raises(ForbiddenError):
        approval.begin(document, {"steps": [of(friend)]})
    with make.acting(make.user("head")):
        approval.begin(document, {"steps": [of(friend), of(lawyer)]})
    assert len(told(friend)) == len(told(lawyer)) == 1


def test_a_route_that_leads_to_nobody_is_refused(make: Make, document: int) -> None:
    marketer = make.user("marketer")  # may not see documents
    for steps in ([], [of(marketer)], [{"stage": 1, "role_id": role_of("lawyer")}]):
        with pytest.raises(InvalidError):
            begin(make, document, steps)
    for steps in ([of(999)], [of(marketer), of(marketer)], [{"stage": 1}], [of(marketer, days=91)]):
        with pytest.raises(InvalidError):
            routes.set_route(type_of("Contract"), {"steps": steps})
    with pytest.raises(InvalidError, match="demand no approval"):
        routes.set_route(type_of("Contract"), {"steps": [], "required": True})


def test_whoever_gets_the_role_later_is_asked_and_decides(
    make: Make, document: int, deal: int, lawyer: int
) -> None:
    newcomer = make.user("seller", name="Boris")
    begin(make, document, [{"stage": 1, "role_id": role_of("lawyer")}])
    before = told(lawyer)
    assert jobs.ask_newcomers() == 0

    change_user(newcomer, {"role_ids": [role_of("lawyer")]})
    arrived = make.user("lawyer", name="Vera")
    assert (jobs.ask_newcomers(), jobs.ask_newcomers()) == (2, 0)

    taking_part = sa.select(DealParticipant.user_id).where(DealParticipant.record_id == deal)
    assert {lawyer, newcomer, arrived} <= set(reading().scalars(taking_part))
    assert told(newcomer) == told(arrived) == before
    assert told(lawyer) == before
    assert decide(make, newcomer, document, "approved") == "approved"
    assert jobs.ask_newcomers() == 0


def test_a_newcomer_is_not_asked_of_what_is_void_or_decided(
    make: Make, document: int, lawyer: int
) -> None:
    make.user("head")
    role = {"role_id": role_of("lawyer")}
    begin(make, document, [{"stage": 1, **role}, {"stage": 2, "role_id": role_of("head")}])
    decide(make, lawyer, document, "approved")
    late = make.user("lawyer")
    assert jobs.ask_newcomers() == 0
    upload(document, "The price is 101")
    make.user("head")
    assert jobs.ask_newcomers() == 0
    assert told(late) == []


def test_a_step_whose_role_is_gone_is_not_passed_over(
    make: Make, document: int, lawyer: int
) -> None:
    routes.set_route(
        type_of("Contract"), {"steps": [of(lawyer), {"stage": 1, "role_id": role_of("head")}]}
    )
    make.user("head")
    approval.begin(document, {})
    with make.acting(lawyer):
        decide(make, lawyer, document, "approved")
    with writing() as session:
        session.execute(sa.text("UPDATE documents_approval_step SET role_id = NULL"))
    assert state(document) == "running"


def test_nobody_decides_in_a_step_whose_role_is_gone(
    make: Make, document: int, lawyer: int
) -> None:
    begin(make, document, [{"stage": 1, "role_id": role_of("lawyer")}])
    with writing() as session:
        session.execute(sa.text("UPDATE documents_approval_step SET role_id = NULL"))
    with pytest.raises(ForbiddenError):
        decide(make, lawyer, document, "approved")


def test_what_waits_for_somebody_is_what_they_may_decide(
    make: Make, document: int, lawyer: int
) -> None:
    role = role_of("lawyer")
    begin(make, document, [of(lawyer, days=9), {"stage": 1, "role_id": role, "days": 3}])
    by_name, by_role = approval_queries.steps(reading(), [1])[1]
    with make.acting(lawyer):
        (row,) = approval_queries.waiting(reading(), 9)
    assert row.due_on == by_role.due_on < by_name.due_on

    decide(make, lawyer, document, "approved")
    change_user(lawyer, {"role_ids": [role_of("head")]})

    with make.acting(lawyer):
        assert approval_queries.waiting(reading(), 9) == []
        assert approval_queries.waiting_count(reading()) == 0


def test_withdrawing_lets_nobody_decide_and_begins_anew(
    make: Make, document: int, lawyer: int
) -> None:
    begin(make, document, [of(lawyer)])
    with make.acting(make.user_of("seller")):
        with pytest.raises(ConflictError, match="already"):
            approval.begin(document, {})
        approval.withdraw(document)
        with pytest.raises(ConflictError, match="Nothing is being"):
            approval.withdraw(document)
    assert told(lawyer)[-1] == "“Contract № 1” need not be approved any more"
    begin(make, document, [of(lawyer)])
    assert decide(make, lawyer, document, "approved") == "approved"


def test_deadlines_are_reminded_of_once_before_and_once_after(
    make: Make, document: int, lawyer: int, clock: FrozenClock
) -> None:
    begin(make, document, [of(lawyer, days=3)])
    counts = []
    for _day in range(6):
        counts.append(jobs.remind())
        clock.advance(days=1)

    assert counts == [0, 0, 1, 0, 1, 0]
    assert [one.split("”")[1].split(" by")[0] for one in told(lawyer)[1:]] == [
        " waits for a decision",
        " was to be decided on",
    ]
    assert told(make.user_of("seller"))[-1].endswith(": Anna")
    decide(make, lawyer, document, "approved")
    assert jobs.remind() == 0
