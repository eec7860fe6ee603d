"""Letters to those whose leads lie untouched."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa
from salesman_leads import intake, jobs, service
from salesman_leads.models import Lead

from salesman_core.access.models import User
from salesman_core.services.models import KeptLetter
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, writing

ResultOf = Callable[[str], int]

Statements = Callable[[], AbstractContextManager[list[str]]]


def leads_of(owner: int, *names: str) -> list[int]:
    return [intake.create_lead({"name": name, "owner_id": owner}) for name in names]


def letters() -> list[KeptLetter]:
    reading().rollback()
    return list(reading().scalars(sa.select(KeptLetter).order_by(KeptLetter.to)))


def test_owner_is_reminded_once_of_leads_that_nobody_touched(
    make: Make, clock: FrozenClock, result_of: ResultOf
) -> None:
    _waits, taken, closed = leads_of(make.user("seller"), "Waits", "Taken", "Closed")
    service.take_lead(taken)
    service.close_lead(closed, result_of("spam"))
    intake.create_lead({"name": "Nobody's"})

    assert jobs.remind_of_untouched() == 0
    clock.advance(hours=25)
    assert jobs.remind_of_untouched() == 1
    assert jobs.remind_of_untouched() == 0


def test_night_and_weekend_count_for_nothing(make: Make, clock: FrozenClock) -> None:
    clock.advance(days=4, hours=5)  # Friday, 17:00 in Moscow
    leads_of(make.user("seller"), "Anna")

    clock.advance(days=2, hours=22)  # Monday, 15:00: seven hours of work later
    assert jobs.remind_of_untouched() == 0
    clock.advance(hours=1, minutes=1)

    assert jobs.remind_of_untouched() == 1


def test_each_owner_gets_one_letter_with_all_of_their_leads(make: Make, clock: FrozenClock) -> None:
    first, second = make.user("seller"), make.user("seller")
    mine = leads_of(first, "Anna", "Boris")
    leads_of(second, "Clara")
    clock.advance(hours=25)

    assert jobs.remind_of_untouched() == 3

    to_first, to_second = letters()
    assert to_first.subject == "2 leads are waiting for you"
    assert all(f"/leads/{lead}" in to_first.text for lead in mine)
    assert ("Anna" in to_first.text, "Clara" in to_first.text) == (True, False)
    assert to_second.subject == "1 lead is waiting for you"


def test_long_letter_names_the_oldest_leads_and_leads_to_all(
    make: Make, clock: FrozenClock
) -> None:
    owner = make.user("seller")
    leads_of(owner, *(f"Lead {number:03}" for number in range(jobs.MOST_NAMED + 2)))
    clock.advance(hours=25)

    jobs.remind_of_untouched()

    (letter,) = letters()
    assert "Lead 000" in letter.text
    assert f"Lead {jobs.MOST_NAMED:03}" not in letter.text
    assert letter.text.endswith("And 2 more:\nhttp://127.0.0.1:8000/leads?status=open&owner_id=me")


def test_letter_is_written_in_its_readers_language(make: Make, clock: FrozenClock) -> None:
    owner = make.user("seller")
    with writing() as session:
        session.get_one(User, owner).locale = "ru"
    leads_of(owner, "Анна", "Борис")
    clock.advance(hours=25)

    jobs.remind_of_untouched()

    assert [letter.subject for letter in letters()] == ["Вас ждут 2 лида"]


def test_reminder_is_no_change_of_the_lead(make: Make, clock: FrozenClock) -> None:
    (lead,) = leads_of(make.user("seller"), "Anna")
    seen = reading().get_one(Lead, lead)
    version, changed = seen.version, seen.updated_at
    clock.advance(hours=25)

    jobs.remind_of_untouched()

    reading().rollback()
    lead_now = reading().get_one(Lead, lead)
    assert (lead_now.version, lead_now.updated_at) == (version, changed)
    service.change_lead(lead, {"text": "typed before the reminder"}, version)


def test_owner_without_an_address_is_reminded_once_they_have_one(
    make: Make, clock: FrozenClock
) -> None:
    owner = make.user("seller")
    leads_of(owner, "Anna")
    with writing() as session:
        session.get_one(User, owner).email = None
    clock.advance(hours=25)

    assert jobs.remind_of_untouched() == 0
    with writing() as session:
        session.get_one(User, owner).email = "seller@example.com"

    assert jobs.remind_of_untouched() == 1


def test_lead_that_came_to_another_owner_is_reminded_of_anew(
    make: Make, clock: FrozenClock
) -> None:
    (lead,) = leads_of(make.user("seller"), "Anna")
    clock.advance(hours=25)
    jobs.remind_of_untouched()
    service.change_lead(lead, {"owner_id": make.user("seller")})

    assert jobs.remind_of_untouched() == 0
    clock.advance(hours=25)
    assert jobs.remind_of_untouched() == 1


def test_statements_of_the_reminder_do_not_grow_with_the_leads(
    make: Make, clock: FrozenClock, statements: Statements
) -> None:
    owner = make.user("seller")
    jobs.remind_of_untouched()  # the holidays are known from now on
    counts = []
    for names in (["Anna"], ["Boris", "Clara", "Dora"]):
        leads_of(owner, *names)
        clock.advance(hours=25)
        with statements() as sent:
            assert jobs.remind_of_untouched() == len(names)
        counts.append(len(sent))

    assert counts[0] == counts[1]
