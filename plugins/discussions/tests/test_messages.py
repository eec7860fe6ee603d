"""What is said: names, quotes, signs, changes, and what people have not read."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from salesman_discussions import messages, queries, reading_state, service
from salesman_discussions.models import KIND, Reader

from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    keep_file,
    reaches,
    reading,
)

Open = Callable[..., int]


def unread(make: Make, user_id: int) -> int:
    with make.acting(user_id):
        return queries.unread_count(reading())


def waits_for(thread: int) -> set[int]:
    waiting = sa.select(Reader.user_id).where(
        Reader.thread_id == thread, Reader.waiting_since.is_not(None)
    )
    return set(reading().scalars(waiting))


def test_named_colleague_is_invited_by_the_first_message(make: Make, discuss: Open) -> None:
    anna = make.user("lawyer", name="Anna Petrova")
    make.user("lawyer", name="Anna")
    thread = discuss(text="@Anna Petrova, may we?")
    assert reaches(KIND, thread, person=make.person(anna))
    assert waits_for(thread) == {anna}
    assert unread(make, anna) == 1


def test_mention_tells_nothing_to_whoever_does_not_see_the_thread_until_invited(
    make: Make, discuss: Open
) -> None:
    anna = make.user("lawyer", name="Anna")
    thread = discuss(deal_id=make.deal(name="Secret", owner_id=make.user_of("seller")))
    with make.acting(make.user_of("seller")):
        message = messages.post_message(thread, {"text": "@Anna knows"})
        assert queries.one_message(reading(), message).untold == [(anna, "Anna")]
    assert not reaches(KIND, thread, person=make.person(anna))
    assert (waits_for(thread), unread(make, anna)) == (set(), 0)
    with make.acting(make.user_of("seller")):
        service.invite(thread, [anna])
        assert queries.one_message(reading(), message).untold == []
    assert (waits_for(thread), unread(make, anna)) == ({anna}, 1)


def test_team_is_named_as_one(make: Make, discuss: Open) -> None:
    team = make.team("Legal")
    people = {make.user("lawyer", team_id=team), make.user("lawyer", team_id=team)}
    thread = discuss(make.user_of("head"), text="@Legal: please look")
    assert waits_for(thread) == people


def test_address_is_no_mention_and_an_ambiguous_name_is_refused(make: Make, discuss: Open) -> None:
    first, second = (make.user("lawyer", name="Anna") for _one in range(2))
    thread = discuss(text="Write to info@Anna.example")
    assert waits_for(thread) == set()
    with make.acting(make.user_of("seller")):
        with pytest.raises(InvalidError) as refused:
            messages.post_message(thread, {"text": "@Anna, please"})
        assert set(refused.value.fields) == {"text"}
        messages.post_message(thread, {"text": f"@Anna#{second}, please"})
        service.invite(thread, [first, second])
    assert waits_for(thread) == {second}


def test_answer_takes_the_waiting_away(make: Make, discuss: Open) -> None:
    anna = make.user("lawyer", name="Anna")
    thread = discuss(text="@Anna?")
    with make.acting(anna):
        messages.post_message(thread, {"text": "Yes"})
    assert waits_for(thread) == set()
    assert unread(make, make.user_of("seller")) == 1


def test_reading_counts_up_to_the_message_that_was_seen(make: Make, discuss: Open) -> None:
    lawyer = make.user("lawyer")
    thread = discuss(text="One", participant_ids=[lawyer])
    with make.acting(make.user_of("seller")):
        messages.post_message(thread, {"text": "Two"})
    with make.acting(lawyer):
        reading_state.note_read(thread, 1)
        assert queries.standing_to(reading(), [thread])[thread].unread == 1
        reading_state.note_read(thread, 99)  # there is no such message yet
        assert queries.standing_to(reading(), [thread])[thread].unread == 1
        reading_state.note_read(thread, 2)
        assert queries.unread_count(reading()) == 0


def test_page_that_knows_a_revision_gets_all_that_came_behind_it_and_nothing_twice(
    make: Make, discuss: Open
) -> None:
    thread = discuss(text="One")
    seller = make.user_of("seller")
    with make.acting(seller):
        known = queries.one_thread(reading(), thread).revision
        second = messages.post_message(thread, {"text": "Two"})
        first = queries.messages_before(reading(), thread)[0].row.id
        messages.react(first, "agree")
        messages.change_message(second, "Two and a half")
        news = queries.messages_changed(reading(), thread, known)
        told = [(one.row.number, one.row.text) for one in news]
        assert told == [(1, "One"), (2, "Two and a half")]
        last = max(one.row.revision for one in news)
        assert queries.messages_changed(reading(), thread, last) == []


def test_changed_message_keeps_what_stood_there_before(make: Make, discuss: Open) -> None:
    thread = discuss(text="We give 30 days")
    lawyer = make.user("lawyer")
    with make.acting(make.user_of("seller")):
        message = queries.messages_before(reading(), thread)[0].row.id
        messages.change_message(message, "We give 20 days")
        service.invite(thread, [lawyer])
    with make.acting(lawyer):
        shown = queries.one_message(reading(), message)
        assert (shown.row.text, shown.former) == ("We give 20 days", 1)
        assert [one.text for one in queries.former_texts(reading(), message)] == ["We give 30 days"]
        with pytest.raises(ForbiddenError):
            messages.change_message(message, "We give 10 days")


def test_message_is_taken_back_with_its_files_and_stands_again(make: Make, discuss: Open) -> None:
    thread = discuss()
    with make.acting(make.user_of("seller")):
        kept = keep_file("offer.txt", io.BytesIO(b"offer"))
        message = messages.post_message(thread, {"text": ""}, [kept])
        assert [one.row.name for one in queries.one_message(reading(), message).files] == [
            "offer.txt"
        ]
        messages.delete_message(message)
        gone = queries.one_message(reading(), message)
        assert (gone.html, list(gone.files)) == ("", [])
        with pytest.raises(MissingError):
            messages.react(message, "agree")
        messages.restore_message(message)
        assert len(queries.one_message(reading(), message).files) == 1


def test_sign_is_set_and_taken_away_again(make: Make, discuss: Open) -> None:
    thread = discuss(text="Agreed?")
    with make.acting(make.user_of("seller")):
        message = queries.messages_before(reading(), thread)[0].row.id
        messages.react(message, "agree")
        (sign,) = queries.one_message(reading(), message).reactions
        assert (sign.drawn, len(sign.names), sign.own) == ("👍", 1, True)
        messages.react(message, "agree")
        assert list(queries.one_message(reading(), message).reactions) == []
        with pytest.raises(InvalidError):
            messages.react(message, "rocket")


def test_answer_names_a_message_of_the_same_thread(make: Make, discuss: Open) -> None:
    thread, other = discuss(text="Price?"), discuss(text="Elsewhere")
    with make.acting(make.user_of("seller")):
        price = queries.messages_before(reading(), thread)[0].row.id
        elsewhere = queries.messages_before(reading(), other)[0].row.id
        with pytest.raises(InvalidError):
            messages.post_message(thread, {"text": "100", "quoted_id": elsewhere})
        answer = messages.post_message(thread, {"text": "100", "quoted_id": price})
        quoted = queries.one_message(reading(), answer).quoted
        assert quoted is not None
        assert quoted["excerpt"] == "Price?"


def test_decision_in_a_thread_is_not_changed(make: Make, discuss: Open) -> None:
    thread = discuss(text="Shall we?")
    with make.acting(make.user_of("seller")):
        service.close_thread(thread, "We shall")
        closing = queries.messages_before(reading(), thread)[-1].row.id
        with pytest.raises(ConflictError):
            messages.change_message(closing, "We shall not")


def test_draft_is_there_again_until_the_message_is_sent(make: Make, discuss: Open) -> None:
    thread = discuss()
    with make.acting(make.user_of("seller")):
        reading_state.keep_draft(thread, "Half a thou")
        assert queries.standing_to(reading(), [thread])[thread].draft == "Half a thou"
        messages.post_message(thread, {"text": "Half a thought"})
        assert queries.standing_to(reading(), [thread])[thread].draft == ""
    other = make.user("seller")
    with make.acting(other), pytest.raises(MissingError):
        reading_state.keep_draft(thread, "Who is here?")


def test_bounds_are_kept(make: Make, discuss: Open) -> None:
    thread = discuss()
    for number in range(21):
        make.user("lawyer", name=f"Lawyer number {number}")
    with make.acting(make.user_of("seller")):
        for text in ("", "x" * 20_001):
            with pytest.raises(InvalidError):
                messages.post_message(thread, {"text": text})
        with pytest.raises(InvalidError):
            messages.post_message(
                thread, {"text": " ".join(f"@Lawyer number {name}" for name in range(21))}
            )


def test_whoever_joins_by_writing_has_read_what_was_said_before(make: Make, discuss: Open) -> None:
    head = make.user_of("head")
    thread = discuss(text="One", deal_id=make.deal(owner_id=make.user_of("seller")))
    with make.acting(head):
        messages.post_message(thread, {"text": "Two"})
    assert unread(make, head) == 0
    with make.acting(make.user_of("seller")):
        messages.post_message(thread, {"text": "Three"})
    with make.acting(head):
        assert queries.standing_to(reading(), [thread])[thread].unread == 1


def test_whoever_chooses_to_hear_of_mentions_begins_with_nothing_unread(
    make: Make, discuss: Open
) -> None:
    head = make.user_of("head")
    thread = discuss(text="One", deal_id=make.deal(owner_id=make.user_of("seller")))
    with make.acting(head):
        reading_state.choose_notices(thread, "mentions", "")
    assert unread(make, head) == 0


def test_people_of_a_team_that_a_message_names_no_more_are_not_offered_an_invitation(
    make: Make, discuss: Open
) -> None:
    team = make.team("Legal")
    people = {make.user("lawyer", team_id=team) for _one in range(2)}
    head = make.user_of("head")
    thread = discuss(head)
    with make.acting(head):
        message = messages.post_message(thread, {"text": "@Legal look"})
        untold = {id_ for id_, _name in queries.one_message(reading(), message).untold}
        assert untold == people
        messages.change_message(message, "look")
        assert queries.one_message(reading(), message).untold == []


def test_message_that_was_taken_back_asks_nobody_who_is_invited_later(
    make: Make, discuss: Open
) -> None:
    anna = make.user("lawyer", name="Anna")
    thread = discuss()
    with make.acting(make.user_of("seller")):
        messages.delete_message(messages.post_message(thread, {"text": "@Anna?"}))
        service.invite(thread, [anna])
    assert waits_for(thread) == set()


def test_answer_to_a_message_with_files_alone_does_not_call_it_taken_back(
    make: Make, discuss: Open
) -> None:
    thread = discuss()
    with make.acting(make.user_of("seller")):
        kept = keep_file("offer.txt", io.BytesIO(b"offer"))
        first = messages.post_message(thread, {"text": ""}, [kept])
        answer = messages.post_message(thread, {"text": "Good", "quoted_id": first})
        quoted = queries.one_message(reading(), answer).quoted
        assert quoted is not None
        assert (quoted["excerpt"], quoted["gone"]) == ("", False)


def test_page_around_an_old_message_has_all_that_follows(
    make: Make, discuss: Open, say_much: Callable[[int, int, int], None]
) -> None:
    thread, seller = discuss(text="The beginning"), make.user_of("seller")
    say_much(thread, seller, 300)
    with make.acting(seller):
        shown = queries.messages_around(reading(), thread, 10)
    assert [one.row.number for one in shown] == list(range(1, 302))
