"""Threads: who sees them, what they are about, and how they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_discussions import messages, queries, service, ties
from salesman_discussions.models import KIND, Message, Thread
from salesman_leads.intake import create_lead

from salesman_core.clients.merging import merge_clients
from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    change_deal,
    reaches,
    reading,
)

Open = Callable[..., int]


def sees(make: Make, thread: int, *people: int) -> list[bool]:
    return [reaches(KIND, thread, person=make.person(id_)) for id_ in people]


def test_whoever_sees_a_record_sees_its_discussion_and_nobody_else(
    make: Make, discuss: Open
) -> None:
    seller, other, lawyer = make.user_of("seller"), make.user("seller"), make.user("lawyer")
    deal = make.deal(owner_id=seller, participants=[{"user_id": lawyer}])
    thread = discuss(deal_id=deal)
    assert sees(make, thread, seller, lawyer, other) == [True, True, False]


def test_discussion_of_several_records_is_seen_along_with_each_of_them(
    make: Make, discuss: Open
) -> None:
    seller, other, third = make.user_of("seller"), make.user("seller"), make.user("seller")
    deal, client = make.deal(owner_id=seller), make.client(owner_id=seller)
    lead = create_lead({"name": "Anna", "owner_id": seller})
    thread = discuss(deal_id=deal, client_id=client, about_kind="leads.lead", about_id=lead)
    shown = ties.ties_of(reading(), [thread])[thread]
    assert {one.kind for one in shown} == {"deal", "client", "leads.lead"}
    assert sees(make, thread, other, third) == [False, False]
    change_deal(deal, {"participants": [{"user_id": other}]})
    assert sees(make, thread, other, third) == [True, False]


def test_whoever_loses_the_deal_loses_its_discussion(make: Make, discuss: Open) -> None:
    seller, other = make.user_of("seller"), make.user("seller")
    deal = make.deal(owner_id=other)
    thread = discuss(make.user_of("head"), deal_id=deal)
    assert sees(make, thread, other) == [True]
    change_deal(deal, {"owner_id": seller})
    assert sees(make, thread, other) == [False]


def test_private_discussion_is_seen_by_those_alone_who_take_part(make: Make, discuss: Open) -> None:
    seller, head, lawyer = make.user_of("seller"), make.user_of("head"), make.user("lawyer")
    administrator, other = make.user("administrator"), make.user("seller")
    deal = make.deal(owner_id=seller, participants=[{"user_id": other}])
    thread = discuss(deal_id=deal, private=True, participant_ids=[lawyer])
    people = (seller, lawyer, other, head, administrator)
    assert sees(make, thread, *people) == [True, True, False, False, False]


def test_only_whoever_opened_it_makes_a_discussion_private(make: Make, discuss: Open) -> None:
    lawyer = make.user("lawyer")
    thread = discuss(participant_ids=[lawyer])
    with make.acting(lawyer), pytest.raises(ForbiddenError):
        service.change_thread(thread, {"private": True})
    with make.acting(make.user_of("seller")):
        assert service.change_thread(thread, {"private": True})


@pytest.mark.parametrize(
    "about",
    [
        {"deal_id": 4711},
        {"client_id": 4711},
        {"about_kind": "leads.lead", "about_id": 4711},
        {"about_kind": "calendar.activity", "about_id": 1},
        {"about_kind": "client", "about_id": 1},
        {"about_kind": "of.nobody", "about_id": 1},
        {"about_kind": "leads.lead"},
    ],
)
def test_record_that_is_not_there_is_refused(
    make: Make, discuss: Open, about: Mapping[str, Any]
) -> None:
    make.client()
    with pytest.raises(InvalidError) as refused:
        discuss(make.user_of("head"), **about)
    assert set(refused.value.fields) <= {"deal_id", "client_id", "about_id"}


def test_hidden_record_is_refused_like_one_that_there_is_not(make: Make, discuss: Open) -> None:
    hidden = make.deal(owner_id=make.user("seller"))
    answers = []
    for deal_id in (hidden, 4711):
        with pytest.raises(InvalidError) as refused:
            discuss(deal_id=deal_id)
        answers.append(str(refused.value.fields["deal_id"]))
    assert answers[0] == answers[1]


def test_subject_is_the_beginning_of_the_message_where_nobody_gives_one(
    make: Make, discuss: Open
) -> None:
    thread = discuss(subject="", text="> quoted\nCan we give them 30 days?\nThey insist.")
    assert queries.one_thread(reading(), thread).subject == "Can we give them 30 days? They insist."
    with pytest.raises(InvalidError):
        discuss(subject=" ", text=" ")


def test_decision_is_written_down_and_stays_when_the_discussion_is_taken_up_again(
    make: Make, discuss: Open
) -> None:
    thread = discuss(text="Shall we?")
    with make.acting(make.user_of("seller")):
        with pytest.raises(InvalidError):
            service.close_thread(thread, " ")
        service.close_thread(thread, "We shall")
        with pytest.raises(ConflictError):
            messages.post_message(thread, {"text": "Wait"})
        with pytest.raises(ConflictError):
            service.close_thread(thread, "Again")
        assert queries.one_thread(reading(), thread).decision == "We shall"
        service.reopen_thread(thread)
        messages.post_message(thread, {"text": "One more thing"})
    said = reading().execute(
        sa.select(Message.number, Message.act, Message.text).order_by(Message.number)
    )
    assert [tuple(row) for row in said] == [
        (1, "said", "Shall we?"),
        (2, "closed", "We shall"),
        (3, "reopened", ""),
        (4, "said", "One more thing"),
    ]


def test_record_is_untied_and_tied_again(make: Make, discuss: Open) -> None:
    deal = make.deal(owner_id=make.user_of("seller"))
    thread = discuss(deal_id=deal)
    with make.acting(make.user_of("seller")):
        (tie,) = ties.ties_of(reading(), [thread])[thread]
        assert service.untie(thread, tie.id) == ("deal", deal)
        assert ties.ties_of(reading(), [thread]) == {}
        assert service.tie(thread, {"deal_id": deal})
        assert not service.tie(thread, {"deal_id": deal})


def test_tie_to_what_one_does_not_see_cannot_be_taken_away(make: Make, discuss: Open) -> None:
    deal = make.deal(owner_id=make.user_of("seller"))
    lawyer = make.user("lawyer")
    thread = discuss(deal_id=deal, participant_ids=[lawyer])
    (tie,) = ties.ties_of(reading(), [thread])[thread]
    with make.acting(lawyer):
        assert ties.ties_of(reading(), [thread]) == {}
        with pytest.raises(MissingError):
            service.untie(thread, tie.id)


def test_participant_may_leave_and_does_not_see_it_any_more(make: Make, discuss: Open) -> None:
    lawyer = make.user("lawyer")
    thread = discuss(participant_ids=[lawyer])
    with make.acting(lawyer):
        service.take_out(thread, lawyer)
    assert sees(make, thread, lawyer) == [False]


def test_participant_does_not_take_the_discussion_away(make: Make, discuss: Open) -> None:
    lawyer = make.user("lawyer")
    thread = discuss(participant_ids=[lawyer])
    with make.acting(lawyer), pytest.raises(ForbiddenError):
        service.delete_thread(thread)
    with make.acting(make.user_of("seller")):
        service.delete_thread(thread)
    assert sees(make, thread, lawyer, make.user_of("seller")) == [False, False]
    with make.acting(make.user_of("seller")):
        service.restore_thread(thread)
    assert sees(make, thread, lawyer) == [True]


def test_merged_clients_have_their_discussions_together(make: Make, discuss: Open) -> None:
    head = make.user_of("head")
    kept, merged = make.client(name="Boilers"), make.client(name="Boilers Ltd")
    both = discuss(head, subject="Both", client_id=kept)
    one = discuss(head, subject="One", client_id=merged)
    with make.acting(head):
        service.tie(both, {"client_id": merged})
    merge_clients(kept, [merged])
    with make.acting(head):
        found = queries.threads_about(reading(), "client", kept, 10)
        assert {row.id for row in found} == {both, one}
        assert len(ties.ties_of(reading(), [both])[both]) == 1


def test_card_of_a_client_shows_the_discussions_of_its_deals(make: Make, discuss: Open) -> None:
    seller = make.user_of("seller")
    client = make.client(owner_id=seller)
    thread = discuss(deal_id=make.deal(client_id=client, owner_id=seller))
    with make.acting(seller):
        assert [row.id for row in queries.threads_about(reading(), "client", client, 5)] == [thread]


def test_version_counts_changes_of_the_thread_and_not_what_is_said(
    make: Make, discuss: Open
) -> None:
    thread = discuss(text="First")
    before = reading().scalar(sa.select(Thread.version))
    with make.acting(make.user_of("seller")):
        messages.post_message(thread, {"text": "Second"})
        service.change_thread(thread, {"subject": "Other terms"}, before)
