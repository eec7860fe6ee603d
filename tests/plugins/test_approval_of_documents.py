"""Approval of documents beside other plugins: lines of the deal, and the discussion about it."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_catalogue.lines.service import replace_lines
from salesman_discussions import jobs as discussion_jobs
from salesman_discussions import queries as discussions
from salesman_discussions.models import Message, ThreadTie
from salesman_discussions.service import delete_thread, restore_thread
from salesman_documents import making
from salesman_documents.approval import facts, gate, jobs, queries, routes
from salesman_documents.approval import service as approval
from salesman_documents.queries import one_document
from salesman_documents.service import create_document
from salesman_documents.testing import docx_of, type_of
from salesman_requisites.testing import own_company

from salesman_core.plugins import switches
from salesman_core.services.models import KeptLetter, Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, browser_of
from salesman_core.toolkit import judge, now, reading, roles_of
from salesman_hookspecs import Event

Lines = list[dict[str, Any]]

RACK: Lines = [{"name": "Rack", "quantity": Decimal(2), "price": Decimal(100)}]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def lawyer(make: Make) -> int:
    return make.user("lawyer", name="Anna")


@pytest.fixture
def seller(make: Make) -> int:
    return make.user("head", name="Helen")


@pytest.fixture
def deal(make: Make, seller: int) -> int:
    deal = make.deal(owner_id=seller)
    sell(deal, RACK)
    return deal


@pytest.fixture
def document(make: Make, deal: int, lawyer: int, seller: int) -> int:
    """A contract of a deal with a line, which a lawyer must approve."""
    own_company(short_name="Ours")
    routes.set_route(type_of("Contract"), {"steps": [{"stage": 1, "user_id": lawyer, "days": 2}]})
    wanted = {"type_id": type_of("Contract"), "deal_id": deal, "owner_id": seller}
    document = create_document(wanted)
    upload(document, "The price is 100")
    return document


def upload(document: int, text: str) -> None:
    making.upload(document, "contract.docx", io.BytesIO(docx_of(text)))


def sell(deal: int, lines: Lines) -> None:
    from salesman_catalogue.lines.schemas import LinesSchema  # noqa: PLC0415  # of this alone

    said = [{name: str(value) for name, value in line.items()} for line in lines]
    replace_lines(deal, judge(LinesSchema(), {"lines": said})["lines"])


def begin(make: Make, by: int, document: int, note: str = "") -> None:
    with make.acting(by):
        approval.begin(document, {"note": note})


def decide(make: Make, by: int, document: int, verdict: str, comment: str = "") -> str:
    last = queries.last_approval(reading(), document)
    assert last is not None
    step = queries.steps(reading(), [last.id])[last.id][0]
    with make.acting(by):
        values = {"verdict": verdict, "comment": comment, "hash": last.hash}
        return approval.decide(document, step.id, values)


def stands(document: int) -> gate.Standing:
    reading().rollback()
    return gate.standing(reading(), one_document(reading(), document))


def thread_of(document: int) -> int:
    last = queries.last_approval(reading(), document)
    assert last is not None
    assert last.thread_id is not None
    return int(last.thread_id)


def said(thread: int) -> list[tuple[str, str]]:
    rows = sa.select(Message.author_name, Message.text).where(Message.thread_id == thread)
    return [(row.author_name, row.text) for row in reading().execute(rows.order_by(Message.number))]


def waits(make: Make, thread: int, user_id: int) -> bool:
    with make.acting(user_id):
        return discussions.standing_to(reading(), [thread])[thread].waiting


def test_a_changed_line_voids_the_approval_though_the_sum_is_the_same(
    make: Make, document: int, deal: int, lawyer: int, seller: int
) -> None:
    begin(make, seller, document)
    decide(make, lawyer, document, "approved")
    assert stands(document).state == "approved"

    sell(deal, [RACK[0] | {"quantity": Decimal(4), "price": Decimal(50)}])

    found = stands(document)
    assert found.state == "void"
    assert facts.told(found.changed, detailed=True) == [
        "Lines of the deal, “Rack”, Quantity: 2 → 4",
        "Lines of the deal, “Rack”, Price: 100 → 50",
    ]
    jobs.review(Event(1, "catalogue.lines.changed", "deal", deal, {}, None, now()))
    last = queries.last_approval(reading(), document)
    assert last is not None
    assert last.state == "void"


def test_lines_that_came_and_went_are_named(
    make: Make, document: int, deal: int, lawyer: int, seller: int
) -> None:
    begin(make, seller, document)
    sell(deal, [{"name": "Shelf", "quantity": Decimal(2), "price": Decimal(100)}, *RACK])
    came = facts.told(stands(document).changed, detailed=True)
    assert came[-1] == "Lines of the deal: “Shelf” came in"
    assert len(came) == 2  # and the amount

    begin(make, seller, document)
    sell(deal, [{"name": "Shelf", "quantity": Decimal(2), "price": Decimal(100)}])
    gone = facts.told(stands(document).changed, detailed=True)
    assert gone[-1] == "Lines of the deal: “Rack” went out"


def test_a_suspended_catalogue_voids_nothing(
    make: Make, document: int, lawyer: int, seller: int
) -> None:
    begin(make, seller, document)
    decide(make, lawyer, document, "approved")
    switches.suspend("catalogue")
    switches.follow_now()
    assert stands(document).state == "approved"


def test_an_approval_happens_inside_the_discussion_about_document_and_deal(
    make: Make, document: int, deal: int, lawyer: int, seller: int, clock: FrozenClock
) -> None:
    begin(make, seller, document, note="They *insist*")
    thread = thread_of(document)

    ties = sa.select(ThreadTie.deal_id, ThreadTie.about_kind, ThreadTie.about_id)
    found = {tuple(row) for row in reading().execute(ties.where(ThreadTie.record_id == thread))}
    assert found == {(deal, None, None), (None, "documents.document", document)}
    ((author, text),) = said(thread)
    assert author == "Helen"
    assert text.startswith("Please approve version 1 (Anna). Decide by Mar")
    assert text.endswith("They \\*insist\\*")
    assert waits(make, thread, lawyer)

    decide(make, lawyer, document, "remarks", "Mind the date")

    assert not waits(make, thread, lawyer)
    assert said(thread)[1] == ("Anna", "Approved with remarks.\n\nMind the date")
    assert said(thread)[2][1].startswith("Version 1 is approved by all (SHA-256 ")

    upload(document, "The price is 120")
    assert said(thread)[3][1] == "The approval of version 1 is void: version 2 was added."
    begin(make, seller, document)
    assert thread_of(document) == thread
    assert waits(make, thread, lawyer)


def test_a_void_approval_waits_for_nobody_in_the_discussion(
    make: Make, document: int, lawyer: int, seller: int
) -> None:
    begin(make, seller, document)
    upload(document, "The price is 120")
    assert not waits(make, thread_of(document), lawyer)


def test_an_approval_goes_on_though_its_discussion_lies_in_the_bin(
    make: Make, document: int, lawyer: int, seller: int
) -> None:
    begin(make, seller, document)
    with make.acting(seller):
        delete_thread(thread_of(document))

    assert decide(make, lawyer, document, "remarks", "Mind the date") == "approved"
    upload(document, "The price is 120")
    assert stands(document).state == "void"
    with make.acting(seller):
        restore_thread(thread_of(document))
    assert not waits(make, thread_of(document), lawyer)
    assert "Mind the date" in said(thread_of(document))[-1][1]


def test_who_decides_beside_a_discussion_stays_there_though_it_began_without(
    app: Flask, make: Make, document: int, lawyer: int, seller: int
) -> None:
    begin(make, seller, document)
    thread = thread_of(document)
    with make.acting(seller):
        approval.withdraw(document)
    switches.suspend("discussions")
    switches.follow_now()
    begin(make, seller, document)
    switches.activate("discussions")
    switches.follow_now()

    page = browser_of(app, lawyer).get(f"/discussions/{thread}").text
    assert f'name="next" value="/discussions/{thread}"' in page


def test_who_is_asked_in_the_discussion_is_told_once(
    make: Make, document: int, lawyer: int, seller: int, clock: FrozenClock
) -> None:
    begin(make, seller, document)
    for message_id in reading().scalars(sa.select(Message.id)).all():
        discussion_jobs.tell(message_id)
    clock.advance(minutes=3)
    discussion_jobs.send_letters()

    own = sa.select(Notice.text).where(Notice.user_id == lawyer)
    assert len(reading().scalars(own).all()) == 1
    letters = reading().scalars(sa.select(KeptLetter.to)).all()
    assert letters == [make.person(lawyer).email]


def test_whoever_was_asked_decides_beside_the_discussion(
    app: Flask, make: Make, document: int, lawyer: int, seller: int
) -> None:
    begin(make, seller, document)
    thread = thread_of(document)

    page = browser_of(app, lawyer).get(f"/discussions/{thread}").text
    others = browser_of(app, seller).get(f"/discussions/{thread}").text

    assert 'value="approved"' in page
    assert f'value="/discussions/{thread}"' in page
    assert 'value="approved"' not in others
    assert "is asked" in others


def test_whoever_gets_the_role_later_is_asked_by_the_same_question(
    make: Make, document: int, lawyer: int, seller: int
) -> None:
    (role,) = roles_of(lawyer)
    routes.set_route(type_of("Contract"), {"steps": [{"stage": 1, "role_id": role}]})
    begin(make, seller, document)
    thread = thread_of(document)
    asked = said(thread)
    newcomer = make.user("lawyer", name="Boris")

    assert (jobs.ask_newcomers(), jobs.ask_newcomers()) == (1, 0)

    assert said(thread) == asked
    assert waits(make, thread, newcomer)
    assert decide(make, newcomer, document, "approved") == "approved"
    assert not any(waits(make, thread, one) for one in (lawyer, newcomer))
    assert said(thread)[1] == ("Boris", "Approved.")
