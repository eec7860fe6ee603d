"""What other plugins do in discussions: open, write, ask for decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
import sqlalchemy as sa
from salesman_discussions import jobs, messages, queries, reading_state, service
from salesman_discussions.models import KIND, Message, Reader, Thread
from salesman_discussions.toolkit import Discussions

from salesman_core.services.models import KeptLetter, Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    SYSTEM,
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    acting_as,
    reaches,
    reading,
)
from salesman_core.toolkit import service as service_of

Open = Callable[..., int]
BrowserFor = Callable[[str], Any]


@pytest.fixture
def discussions(make: Make) -> Discussions:
    """The service, as other plugins get it."""
    return cast("Discussions", service_of("discussions"))


@pytest.fixture
def anna(make: Make) -> int:
    """A lawyer called Anna."""
    return make.user("lawyer", name="Anna")


def waits_for(make: Make, thread: int, user_id: int) -> bool:
    with make.acting(user_id):
        shown = queries.standing_to(reading(), [thread]).get(thread, queries.Standing())
        counted = sa.select(Thread.id).where(queries.is_waiting())
        listed = thread in set(reading().scalars(counted))
    assert shown.waiting == listed
    return listed


def said(thread: int) -> list[tuple[str, str, str]]:
    rows = sa.select(Message.act, Message.author_name, Message.text)
    of_thread = rows.where(Message.thread_id == thread).order_by(Message.number)
    return [(row.act, row.author_name, row.text) for row in reading().execute(of_thread)]


def notices(user_id: int) -> list[str]:
    own = sa.select(Notice.text).where(Notice.user_id == user_id).order_by(Notice.id)
    return list(reading().scalars(own))


def tell_all() -> None:
    for message_id in reading().scalars(sa.select(Message.id).order_by(Message.id)).all():
        jobs.tell(message_id)


def test_thread_is_opened_once_under_a_key_and_seen_with_its_records(
    make: Make, discussions: Discussions, anna: int
) -> None:
    seller = make.user_of("seller")
    deal = make.deal(owner_id=seller)
    values = {"subject": "Contract 5", "text": "Version 1", "records": [("deal", deal)]}
    with make.acting(seller):
        thread = discussions.open(values, key="visits:5")
        assert discussions.open(values, key="visits:5") == thread
        assert discussions.find("visits:5") == thread
        assert discussions.link(thread) == f"/discussions/{thread}"
    with make.acting(anna):
        assert (discussions.find("visits:5"), discussions.link(thread)) == (None, None)
        with pytest.raises(MissingError):
            discussions.open({"subject": "Another"}, key="visits:5")
    assert said(thread) == [("noted", make.person(seller).name, "Version 1")]
    assert reaches(KIND, thread, person=make.person(make.user_of("head")))


def test_key_of_a_thread_in_the_bin_opens_another_one(make: Make, discussions: Discussions) -> None:
    with make.acting(make.user_of("seller")):
        first = discussions.open({"subject": "One"}, key="visits:5")
        service.delete_thread(first)
        second = discussions.open({"subject": "Two"}, key="visits:5")
        service.restore_thread(first)
        assert second != first
        assert discussions.find("visits:5") == second


def test_nobody_opens_a_thread_about_what_they_do_not_see(
    make: Make, discussions: Discussions
) -> None:
    hidden = make.deal(owner_id=make.user("seller"))
    with make.acting(make.user_of("seller")), pytest.raises(InvalidError) as refused:
        discussions.open({"subject": "Terms", "records": [("deal", hidden)]})
    assert set(refused.value.fields) == {"records"}


def test_system_writes_in_somebodys_name_and_people_in_their_own_alone(
    make: Make, discussions: Discussions, anna: int
) -> None:
    seller = make.user_of("seller")
    with make.acting(seller), pytest.raises(ForbiddenError):
        discussions.open({"subject": "Contract"}, by=anna)
    with acting_as(SYSTEM):
        thread = discussions.open({"subject": "Contract", "participant_ids": [anna]}, by=seller)
        noted = discussions.note(thread, "Signed by @Anna", key="visits:5:signed", by=anna)
        assert discussions.note(thread, "Twice", key="visits:5:signed", by=anna) == noted
    assert said(thread) == [("noted", "Anna", "Signed by @Anna")]
    assert reaches(KIND, thread, person=make.person(seller))
    with make.acting(anna):
        with pytest.raises(ConflictError):
            messages.change_message(noted, "Not signed")
        with pytest.raises(ForbiddenError):
            discussions.say(thread, "I agree", by=seller)
        discussions.say(thread, "I agree")
    with make.acting(make.user("seller")), pytest.raises(MissingError):
        discussions.note(thread, "I see nothing of this")


def test_whoever_is_asked_for_a_decision_is_waited_for_until_they_have_answered(
    make: Make, discussions: Discussions, discuss: Open, clock: FrozenClock, anna: int
) -> None:
    seller, name = make.user_of("seller"), make.person(make.user_of("seller")).name
    boris = make.user("lawyer", name="Boris")
    thread = discuss(participant_ids=[anna, boris])
    with make.acting(anna):
        reading_state.choose_notices(thread, "none", "")
    with make.acting(seller):
        for _twice in range(2):
            discussions.ask(thread, [anna, boris], "Version 1", key="visits:5:1", page="/clients")
    tell_all()
    assert [waits_for(make, thread, one) for one in (anna, boris, seller)] == [True, True, False]
    assert notices(anna)[1:] == [f"{name} asks for your decision in “Terms”"]
    clock.advance(minutes=2)
    assert jobs.send_letters() == 2
    letter = reading().scalars(
        sa.select(KeptLetter.text).where(KeptLetter.to == make.person(anna).email)
    )
    assert f"{name}: Version 1" in letter.one()
    with make.acting(anna):
        reading_state.keep_draft(thread, "And by the way")
        messages.post_message(thread, {"text": "I am reading it"})
        assert waits_for(make, thread, anna)
        answered = discussions.answer("visits:5:1", "Approved")
        assert discussions.answer("visits:5:1", "Refused") is None
        shown = queries.one_message(reading(), answered or 0)
    assert shown.quoted is not None
    assert shown.quoted["excerpt"] == "Version 1"
    assert [waits_for(make, thread, one) for one in (anna, boris)] == [False, True]
    assert said(thread)[-1] == ("noted", "Anna", "Approved")


def test_decision_is_withdrawn_with_the_reason_and_only_once(
    make: Make, discussions: Discussions, discuss: Open, anna: int
) -> None:
    thread = discuss(participant_ids=[anna])
    with make.acting(make.user_of("seller")):
        discussions.ask(thread, [anna], "Version 1", key="visits:5:1")
        assert discussions.withdraw("visits:5:1", "Version 2 is there") == 1
        assert discussions.withdraw("visits:5:1", "Version 2 is there") == 0
        assert discussions.withdraw("visits:6:1") == 0
    assert not waits_for(make, thread, anna)
    assert [text for _act, _name, text in said(thread)] == ["Version 1", "Version 2 is there"]
    with make.acting(anna):
        assert discussions.answer("visits:5:1", "Approved") is None


def test_whoever_does_not_see_the_thread_is_invited_by_whoever_may_invite(
    make: Make, discussions: Discussions, discuss: Open, anna: int
) -> None:
    seller, other = make.user_of("seller"), make.user("seller")
    deal = make.deal(owner_id=other)
    thread = discuss(make.user_of("head"), deal_id=deal)
    with make.acting(other):  # sees it with the deal, and takes no part
        message = discussions.ask(thread, [anna], "Version 1", key="visits:5:1")
        assert queries.one_message(reading(), message).untold == [(anna, "Anna")]
    assert (reaches(KIND, thread, person=make.person(anna)), notices(anna)) == (False, [])
    with make.acting(make.user_of("head")):
        service.invite(thread, [anna])
        discussions.ask(thread, [anna, seller], "Version 1", key="visits:5:1")
    assert [waits_for(make, thread, one) for one in (anna, seller)] == [True, True]
    assert reaches(KIND, thread, person=make.person(seller))


def test_decision_takes_a_closed_thread_up_and_is_waited_for_again_when_it_is_reopened(
    make: Make, discussions: Discussions, discuss: Open, anna: int
) -> None:
    thread = discuss(participant_ids=[anna])
    with make.acting(make.user_of("seller")):
        service.close_thread(thread, "Later")
        discussions.ask(thread, [anna], "Version 1", key="visits:5:1")
        assert [act for act, _name, _text in said(thread)] == ["closed", "reopened", "noted"]
        assert waits_for(make, thread, anna)
        service.close_thread(thread, "Never")
        assert not waits_for(make, thread, anna)
        service.reopen_thread(thread)
    assert waits_for(make, thread, anna)


def test_only_active_people_are_asked(make: Make, discussions: Discussions, discuss: Open) -> None:
    thread = discuss()
    with make.acting(make.user_of("seller")), pytest.raises(InvalidError) as refused:
        discussions.ask(thread, [10_000], "Version 1", key="visits:5:1")
    assert set(refused.value.fields) == {"user_ids"}
    assert said(thread) == []


def test_page_of_the_thread_leads_to_where_it_is_decided(
    make: Make, discussions: Discussions, discuss: Open, browser_for: BrowserFor
) -> None:
    lawyer = make.user_of("lawyer")
    thread = discuss(participant_ids=[lawyer])
    with make.acting(make.user_of("seller")):
        discussions.ask(thread, [lawyer], "Version 1", key="visits:5:1", page="/visits/5")
    page = browser_for("lawyer").get(f"/discussions/{thread}").text
    assert ("Waits for a decision" in page, 'href="/visits/5"' in page) == (False, True)
    others = browser_for("seller").get(f"/discussions/{thread}").text
    assert ("Waits for a decision" in others, 'href="/visits/5"' in others) == (True, False)


def test_following_begins_for_whoever_is_asked(
    make: Make, discussions: Discussions, discuss: Open, anna: int
) -> None:
    thread = discuss(participant_ids=[anna])
    with make.acting(make.user_of("seller")):
        discussions.ask(thread, [anna], "Version 1", key="visits:5:1")
    follows = sa.select(Reader.follows).where(Reader.thread_id == thread, Reader.user_id == anna)
    assert reading().scalar(follows) is True
