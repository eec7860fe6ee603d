"""No path leads to "approved" for bytes that were not approved: a machine tries them all."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from salesman_documents import making, publishing, queries, service
from salesman_documents.approval import gate, jobs, routes
from salesman_documents.approval import queries as approvals
from salesman_documents.approval import service as approval
from salesman_documents.docx.checking import RefusedFileError
from salesman_documents.testing import docx_of, type_of
from salesman_requisites.testing import own_company

from salesman_core.testing.people import Make
from salesman_core.toolkit import SalesmanError, change_deal, now, reading
from salesman_hookspecs import Event

PEOPLE = 3


class Paper(RuleBasedStateMachine):
    """A contract of a deal, its versions, and three people who approve it in two stages.

    What the machine believes is kept apart from what is tested: who said yes to which bytes, while
    the deal came to what, since something of both last changed.
    """

    make: ClassVar[Make]
    people: ClassVar[list[int]]

    def __init__(self) -> None:
        super().__init__()
        make = self.make
        self.deal = make.deal(amount=Decimal(100))
        wanted = {"type_id": type_of("Contract"), "deal_id": self.deal}
        self.document = service.create_document(wanted)
        self.texts: dict[int, str] = {}
        self.amount = 100
        self.agreed = 0
        self.yes: set[int] = set()
        self.asked = False
        self.number = 0

    def _change(self) -> None:
        """Note that something changed of which people had said yes."""
        self.yes, self.asked = set(), False

    @initialize(far=st.sampled_from(["approved", "asked", "made"]))
    def begin_with_a_file(self, far: str) -> None:
        """Most of what can go wrong goes wrong behind an approval."""
        self.add_version("30 days")
        if far == "approved":
            self.ask_everybody_who_agrees()
        elif far == "asked":
            self.begin()

    @rule(text=st.sampled_from(["30 days", "20 days"]))
    def add_version(self, text: str) -> None:
        """The same words may come again: they are another version, and other bytes."""
        self.number = _uploaded(self.document, text)
        self.texts[self.number] = text
        self._change()

    @rule(amount=st.sampled_from([100, 200]))
    def change_the_deal(self, amount: int) -> None:
        """What was agreed is what the deal comes to again, unless somebody has noted the change."""
        change_deal(self.deal, {"amount": Decimal(amount)})
        self.amount = amount

    @rule()
    def note_the_change(self) -> None:
        moment = now()
        jobs.review(Event(1, "core.deal.changed", "deal", self.deal, {}, None, moment))
        self._note_amount()

    def _note_amount(self) -> None:
        if self.amount != self.agreed:
            self._change()

    @rule()
    def begin(self) -> None:
        if _done(lambda: approval.begin(self.document, {})):
            assert self.number, "nothing to approve"
            self.yes, self.asked, self.agreed = set(), True, self.amount

    @rule()
    def withdraw(self) -> None:
        if _done(lambda: approval.withdraw(self.document)):
            self._change()

    @rule()
    def ask_everybody_who_agrees(self) -> None:
        self.begin()
        for who in range(PEOPLE):
            self.decide(who, 0, "approved", 0)

    @rule(
        who=st.integers(0, PEOPLE - 1),
        beside=st.sampled_from([0, 0, 0, 1, 2]),
        verdict=st.sampled_from(["approved", "approved", "remarks", "refused"]),
        round_=st.sampled_from([0, 0, 1]),
    )
    def decide(self, who: int, beside: int, verdict: str, round_: int) -> None:
        """Somebody decides in their own step or another's, of this round or one before."""
        step = (who + beside) % PEOPLE
        rounds = approvals.approvals(reading(), self.document)
        if not rounds:
            return
        row = rounds[min(round_, len(rounds) - 1)]
        steps = approvals.steps(reading(), [row.id])[row.id]
        values = {"verdict": verdict, "comment": "because", "hash": row.hash}
        with self.make.acting(self.people[who]):
            counted = _done(lambda: approval.decide(self.document, steps[step].id, values))
        if not counted:
            self._note_amount()
            return
        assert (who, row.id) == (step, rounds[0].id), "somebody decided for another"
        assert self.asked, "a decision was taken though something had changed"
        if verdict == "refused":
            self._change()
        else:
            self.yes.add(who)

    @rule()
    def sign(self) -> None:
        scan = ("scan.pdf", io.BytesIO(b"%PDF-1.7 scan"))
        before = len(queries.versions(reading(), self.document))
        if _done(lambda: making.sign(self.document, date(2026, 3, 2), "", scan)):
            assert self._all_agreed(), "signed without approval"
        else:
            assert len(queries.versions(reading(), self.document)) == before

    @rule()
    def put_into_the_bin_and_take_out(self) -> None:
        service.delete_document(self.document)
        service.restore_document(self.document)

    def _all_agreed(self) -> bool:
        same = self.amount == self.agreed
        return self.asked and same and self.yes == set(range(PEOPLE))

    @invariant()
    def only_what_all_have_agreed_to_is_approved_and_leaves(self) -> None:
        row = queries.one_document(reading(), self.document)
        agreed = self._all_agreed()
        assert (gate.standing(reading(), row).state == "approved") == agreed
        for version in queries.versions(reading(), self.document)[:2]:
            leaves = _done(lambda n=version.number: publishing.make_link(self.document, n))
            assert leaves == (agreed and version.number == self.number)


def _uploaded(document: int, text: str) -> int:
    return making.upload(document, "contract.docx", io.BytesIO(docx_of(text)))


def _done(act: Any) -> bool:
    """Try something; tell whether it was not refused."""
    try:
        act()
    except RefusedFileError:
        raise
    except SalesmanError:
        return False
    return True


def _prepare(make: Make) -> None:
    own_company(short_name="Ours")
    Paper.make, Paper.people = make, [make.user("head") for _number in range(PEOPLE)]
    steps = [
        {"stage": 1 + place // 2, "user_id": user_id, "days": None}
        for place, user_id in enumerate(Paper.people)
    ]
    routes.set_route(type_of("Contract"), {"steps": steps, "required": True})


def _run(make: Make, examples: int, steps: int) -> None:
    _prepare(make)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Paper,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate,),  # each path is played on a database that goes on
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.databases("sqlite")
def test_no_path_leads_to_approved_for_bytes_that_were_not_approved(app: Flask, make: Make) -> None:
    _run(make, examples=12, steps=10)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_paths_lead_to_approved_for_no_other_bytes(app: Flask, make: Make) -> None:
    _run(make, examples=200, steps=40)
