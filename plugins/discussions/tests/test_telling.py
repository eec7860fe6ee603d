"""Who is told of what is said: in the application, by letter, and not in quiet hours."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_discussions import jobs, messages, reading_state, service
from salesman_discussions.models import Message
from salesman_discussions.queries import Letters

from salesman_core.jobs.models import QueuedJob
from salesman_core.services.models import KeptLetter, Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import change_deal, reading, writing

Open = Callable[..., int]
SayMuch = Callable[[int, int, int], None]


def tell_all() -> None:
    for message_id in reading().scalars(sa.select(Message.id).order_by(Message.id)).all():
        jobs.tell(message_id)


def notices(user_id: int) -> list[str]:
    own = sa.select(Notice.text).where(Notice.user_id == user_id).order_by(Notice.id)
    return list(reading().scalars(own))


def letters(make: Make, user_id: int) -> list[KeptLetter]:
    to = make.person(user_id).email
    own = sa.select(KeptLetter).where(KeptLetter.to == to).order_by(KeptLetter.id)
    return list(reading().scalars(own))


@pytest.fixture
def lawyer(make: Make) -> int:
    """A lawyer called Anna."""
    return make.user("lawyer", name="Anna")


def test_first_unread_message_gives_a_notice_and_further_ones_none(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    thread = discuss(text="One", participant_ids=[lawyer])
    with make.acting(make.user_of("seller")):
        messages.post_message(thread, {"text": "Two"})
        messages.post_message(thread, {"text": "@Anna three"})
    tell_all()
    seller = make.person(make.user_of("seller")).name
    assert notices(lawyer) == [f"{seller} wrote in “Terms”", f"{seller} asks you in “Terms”"]
    assert notices(make.user_of("seller")) == []


def test_letter_comes_within_a_minute_or_two_unless_it_was_read(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    other = make.user("lawyer")
    thread = discuss(subject="Terms", text="We *agree*", participant_ids=[lawyer, other])
    tell_all()
    with make.acting(other):
        reading_state.note_read(thread, 1)
    assert jobs.send_letters() == 0
    clock.advance(minutes=2)
    assert (jobs.send_letters(), jobs.send_letters()) == (1, 0)
    (letter,) = letters(make, lawyer)
    assert letter.subject == "Discussion “Terms”"
    assert "We *agree*" in letter.text
    assert f"/discussions/{thread}#message-" in letter.text
    assert letters(make, other) == []


def test_one_letter_tells_of_all_that_waits(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    for subject in ("First", "Second"):
        discuss(subject=subject, text=f"About the {subject}", participant_ids=[lawyer])
    tell_all()
    clock.advance(minutes=2)
    assert jobs.send_letters() == 1
    (letter,) = letters(make, lawyer)
    assert letter.subject == "News in 2 discussions"
    assert "About the First" in letter.text
    assert "About the Second" in letter.text


def test_letter_tells_what_names_its_reader_however_much_was_said_since(
    make: Make, discuss: Open, say_much: SayMuch, clock: FrozenClock, lawyer: int
) -> None:
    thread = discuss(text="The beginning", participant_ids=[lawyer])
    with make.acting(make.user_of("seller")):
        messages.post_message(thread, {"text": "@Anna, please decide"})
    say_much(thread, make.user_of("seller"), 25)
    tell_all()
    clock.advance(minutes=2)
    assert jobs.send_letters() == 1
    (letter,) = letters(make, lawyer)
    told = [part.partition(": ")[2] for part in letter.text.split("\n\n")[1:21]]
    assert told == ["@Anna, please decide", *(f"Said {number}" for number in range(6, 25))]


def test_discussions_that_one_letter_cannot_hold_stand_in_the_next_one(
    make: Make,
    discuss: Open,
    clock: FrozenClock,
    lawyer: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "MOST_THREADS", 2)
    for subject in ("First", "Second", "Third"):
        discuss(subject=subject, text=f"About the {subject}", participant_ids=[lawyer])
        clock.advance(seconds=1)
    tell_all()
    clock.advance(minutes=2)
    assert [jobs.send_letters() for _minute in range(3)] == [1, 1, 0]
    assert [one.subject for one in letters(make, lawyer)] == [
        "News in 2 discussions",
        "Discussion “Third”",
    ]


def test_what_is_said_while_a_letter_is_made_stands_in_the_next_one(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    thread = discuss(text="One", participant_ids=[lawyer])
    with make.acting(make.user_of("seller")):
        messages.post_message(thread, {"text": "Two"})
    tell_all()
    with writing() as session:
        reading_state.note_mailed(session, lawyer, {thread: 1})
    clock.advance(minutes=2)
    assert [jobs.send_letters() for _minute in range(2)] == [1, 0]
    (letter,) = letters(make, lawyer)
    assert ("One" in letter.text, "Two" in letter.text) == (False, True)


def test_daily_letter_waits_for_its_hour(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    with make.acting(lawyer):
        reading_state.choose_letters(
            {"mail": "daily", "digest_hour": 9, "quiet_from": None, "quiet_until": None}
        )
    discuss(text="One", participant_ids=[lawyer])  # at noon in Moscow
    tell_all()
    clock.advance(hours=20)
    assert jobs.send_letters() == 0
    clock.advance(hours=1, minutes=1)
    assert jobs.send_letters() == 1


def test_no_letter_comes_in_quiet_hours_and_nothing_is_lost(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    with make.acting(lawyer):
        reading_state.choose_letters(
            {"mail": "at_once", "digest_hour": 9, "quiet_from": 11, "quiet_until": 14}
        )
    discuss(text="One", participant_ids=[lawyer])
    tell_all()
    clock.advance(minutes=30)
    assert jobs.send_letters() == 0
    clock.advance(hours=2)
    assert jobs.send_letters() == 1


def test_one_thread_may_be_quieter_than_the_others(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    quiet, mentioned, usual = (
        discuss(subject=name, participant_ids=[lawyer]) for name in ("Quiet", "Named", "Usual")
    )
    with make.acting(lawyer):
        reading_state.choose_notices(quiet, "none", "")
        reading_state.choose_notices(mentioned, "mentions", "none")
    with make.acting(make.user_of("seller")):
        for thread in (quiet, mentioned, usual):
            messages.post_message(thread, {"text": f"Said in {thread}"})
        messages.post_message(mentioned, {"text": "@Anna, please"})
    tell_all()
    clock.advance(minutes=2)
    jobs.send_letters()
    seller = make.person(make.user_of("seller")).name
    said = {one for one in notices(lawyer) if "invites" not in one}
    assert said == {f"{seller} wrote in “Usual”", f"{seller} asks you in “Named”"}
    (letter,) = letters(make, lawyer)
    assert letter.subject == "Discussion “Usual”"


def test_whoever_is_invited_is_told_and_reads_by_letter_what_was_said(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    thread = discuss(text="We agree to 30 days")
    silent = discuss(subject="Nothing yet", participant_ids=[lawyer])
    assert silent > thread
    with make.acting(make.user_of("seller")):
        service.invite(thread, [lawyer])
    seller = make.person(make.user_of("seller")).name
    assert notices(lawyer) == [
        f"{seller} invites you to the discussion “Nothing yet”",
        f"{seller} invites you to the discussion “Terms”",
    ]
    clock.advance(minutes=2)
    jobs.send_letters()
    (letter,) = letters(make, lawyer)
    assert "We agree to 30 days" in letter.text


def test_nobody_gets_a_letter_who_has_chosen_none_meanwhile(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    thread = discuss(text="One", participant_ids=[lawyer])
    tell_all()
    with make.acting(lawyer):
        reading_state.choose_notices(thread, "all", "none")
    clock.advance(minutes=2)
    assert jobs.send_letters() == 0
    assert letters(make, lawyer) == []


def test_whoever_does_not_see_it_any_more_hears_nothing(
    make: Make, discuss: Open, clock: FrozenClock
) -> None:
    other = make.user("seller")
    deal = make.deal(owner_id=other)
    thread = discuss(make.user_of("head"), text="One", deal_id=deal)
    with make.acting(other):
        messages.post_message(thread, {"text": "I follow it now"})
    with make.acting(make.user_of("head")):
        messages.post_message(thread, {"text": "A secret"})
    tell_all()
    change_deal(deal, {"owner_id": make.user_of("seller")})
    before = notices(other)
    with make.acting(make.user_of("head")):
        jobs_message = messages.post_message(thread, {"text": "@Seller 1, another secret"})
    jobs.tell(jobs_message)
    clock.advance(minutes=2)
    jobs.send_letters()
    assert notices(other) == before
    assert letters(make, other) == []


@pytest.mark.parametrize(
    ("first", "last", "hour", "quiet"),
    [
        (22, 7, 23, True),
        (22, 7, 3, True),
        (22, 7, 7, False),
        (12, 14, 12, True),
        (12, 14, 14, False),
        (None, None, 3, False),
        (9, 9, 9, False),
    ],
)
def test_quiet_hours_may_pass_midnight(
    app: Flask, first: int | None, last: int | None, *, hour: int, quiet: bool
) -> None:
    moscow_is_three_hours_ahead = datetime(2026, 3, 2, (hour - 3) % 24, 30, tzinfo=UTC)
    wishes = Letters(quiet_from=first, quiet_until=last)
    assert jobs.is_quiet(wishes, moscow_is_three_hours_ahead) is quiet


def test_whoever_is_named_by_a_change_is_told_by_it(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    boris = make.user("lawyer", name="Boris")
    thread = discuss(text="@Boris, look", participant_ids=[lawyer])
    tell_all()
    for reader in (lawyer, boris):
        with make.acting(reader):
            reading_state.note_read(thread, 1)
    before = len(notices(boris))
    first = reading().scalars(sa.select(Message.id)).one()
    with make.acting(make.user_of("seller")):
        messages.change_message(first, "@Boris, @Anna, look")
    (job,) = reading().execute(
        sa.select(QueuedJob.arguments).where(
            QueuedJob.name == "discussions.tell",
            QueuedJob.arguments["only"].as_string().is_not(None),
        )
    )
    assert job.arguments == {"message_id": first, "only": [lawyer]}
    jobs.tell(**job.arguments)
    seller = make.person(make.user_of("seller")).name
    assert notices(lawyer)[-1] == f"{seller} asks you in “Terms”"
    assert len(notices(boris)) == before
    clock.advance(minutes=2)
    assert jobs.send_letters() == 1
    assert "@Boris, @Anna, look" in letters(make, lawyer)[0].text


def test_log_of_letters_tells_nothing_of_private_discussions(
    make: Make, discuss: Open, clock: FrozenClock, lawyer: int
) -> None:
    thread = discuss(subject="Dismissal", text="In June", private=True, participant_ids=[lawyer])
    tell_all()
    clock.advance(minutes=2)
    assert jobs.send_letters() == 1
    discuss(subject="Terms", text="30 days", participant_ids=[lawyer])
    with make.acting(make.user_of("seller")):
        messages.post_message(thread, {"text": "Or in July"})
    tell_all()
    clock.advance(minutes=2)
    assert jobs.send_letters() == 1
    first, second = letters(make, lawyer)
    assert first.subject == "News in 1 discussion"
    assert "30 days" in second.text
    for letter in (first, second):
        assert not {"Dismissal", "June", "July"} & set(re.findall(r"\w+", letter.text))
        assert f"[private discussion {thread}]" in letter.text
