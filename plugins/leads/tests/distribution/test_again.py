"""Leads that nobody touched in time, and those that somebody has dealt anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, jobs, service
from salesman_leads.distribution.again import AT_ONCE, distribute_lead
from salesman_leads.distribution.jobs import redeal
from salesman_leads.distribution.ledger import entries_of
from salesman_leads.distribution.queries import rules
from salesman_leads.distribution.service import (
    add_absence,
    change_rule,
    delete_absence,
    delete_rule,
)
from salesman_leads.models import Lead

from salesman_core.administration.holidays import Day, enter_holidays
from salesman_core.services.models import KeptLetter, Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import Client, ConflictError, reading

RuleOf = Callable[..., int]

NOBODYS = "/leads?nobodys=true&status=open"


def owner(lead_id: int) -> int | None:
    reading().rollback()
    reading().expire_all()
    return reading().get_one(Lead, lead_id).owner_id


def ledger(lead_id: int) -> list[str]:
    reading().rollback()
    return [one.told for one in reversed(entries_of(lead_id))]


def absent(user_id: int) -> int:
    """Note that somebody is absent today."""
    day = datetime(2026, 11, 30, tzinfo=UTC).date()
    return add_absence({"user_id": user_id, "first_day": day, "last_day": day})


def test_lead_that_nobody_touched_is_dealt_to_another_and_the_head_is_told(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    head = make.user("head")
    rule_of("in_turn", *sellers, minutes=30)
    lead_id = intake.create_lead({"name": "Dora"})

    clock.advance(minutes=29)
    assert redeal() == 0
    clock.advance(minutes=1)
    assert redeal() == 1
    assert redeal() == 0

    assert owner(lead_id) == sellers[1]
    assert entries_of(lead_id)[0].skipped == [("Anna", "had it and did not touch it")]
    told = reading().scalars(sa.select(Notice.text).where(Notice.user_id == head)).all()
    assert list(told) == ["1 lead was not touched in time"]
    (letter,) = reading().scalars(sa.select(KeptLetter))
    assert f"Dora\nhttp://127.0.0.1:8000/leads/{lead_id}" in letter.text


def notices(user_id: int) -> list[tuple[str, str]]:
    told = sa.select(Notice.text, Notice.address).where(Notice.user_id == user_id)
    return [(row.text, row.address) for row in reading().execute(told.order_by(Notice.id))]


def lead_of_a_client(make: Make, owner_id: int) -> int:
    """Take in a lead of somebody who is a client, and so goes to whoever is responsible there."""
    make.client(owner_id=owner_id, phones=["+7 916 123-45-67"])
    return intake.create_lead({"name": "Dora", "phones": ["8 916 123-45-67"]})


def test_lead_of_a_client_that_its_owner_did_not_touch_goes_on_by_the_rule(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    head = make.user("head")
    anna, boris, _clara = sellers
    rule_of("in_turn", *sellers, minutes=30)
    lead_id = lead_of_a_client(make, boris)
    assert owner(lead_id) == boris

    clock.advance(minutes=29)
    assert redeal() == 0
    clock.advance(minutes=1)
    assert redeal() == 1
    assert redeal() == 0

    assert owner(lead_id) == anna
    last = entries_of(lead_id)[0]
    assert (last.told, last.reason) == (
        "By the rule “in_turn” (in turn): to Anna.",
        "Nobody had touched it in time.",
    )
    missed = "is responsible for the client, and did not touch it in time"
    assert last.skipped == [("Boris", missed)]
    assert notices(head) == [("1 lead was not touched in time", f"/leads/{lead_id}")]
    assert notices(boris)[-1] == (
        "Not touched in time, so it went on: Dora",
        "/leads?owner_id=me&status=open",
    )
    assert reading().scalars(sa.select(Client.owner_id)).all() == [boris]


def test_lead_of_a_client_stays_with_its_owner_where_nobody_else_can_take_it(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    boris = sellers[1]
    rule_of("in_turn", boris, minutes=30)
    lead_id = lead_of_a_client(make, boris)
    clock.advance(minutes=30)

    assert redeal() == 1

    assert owner(lead_id) == boris
    assert ledger(lead_id)[-1] == (
        "By the rule “in_turn”: nobody else can take it, so it stays with Boris."
    )
    told = ("Not touched in time, and still yours: Dora", f"/leads/{lead_id}")
    assert notices(boris)[-1] == told


def test_lead_of_a_client_waits_where_no_rule_gives_a_time(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    rule_of("in_turn", *sellers)
    lead_id = lead_of_a_client(make, sellers[1])
    clock.advance(days=4)

    assert redeal() == 0
    assert owner(lead_id) == sellers[1]


def test_lead_of_a_client_stays_with_its_owner_where_nobody_may_take_it_first(
    sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    boris = sellers[1]
    lead_id = lead_of_a_client(make, boris)
    clock.advance(minutes=60)

    assert redeal() == 1

    assert owner(lead_id) == boris


def test_head_is_told_once_of_what_nobody_took_by_the_usual_rule(
    app: Flask, clock: FrozenClock, make: Make
) -> None:
    with make.acting(make.user("telemarketer")):
        lead_id = intake.create_lead({"name": "Dora"})
        taken = intake.create_lead({"name": "Emil"})
        service.take_lead(taken)
    head = make.user("head")

    clock.advance(minutes=59)
    assert redeal() == 0
    clock.advance(minutes=1)
    assert redeal() == 1
    clock.advance(days=3)
    assert redeal() == 0

    assert notices(head) == [("1 lead was taken by nobody in time", f"/leads/{lead_id}")]
    (letter,) = reading().scalars(sa.select(KeptLetter))
    assert f"Dora\nhttp://127.0.0.1:8000/leads/{lead_id}" in letter.text
    assert owner(lead_id) is None
    assert [(one.reason, one.told) for one in entries_of(lead_id)] == [
        ("Nobody had touched it in time.", "By the rule “All others”: whoever takes it first."),
        ("It came in.", "By the rule “All others”: whoever takes it first."),
    ]


def test_head_is_told_of_a_whole_list_that_nobody_took_in_one_notice(
    app: Flask, clock: FrozenClock, make: Make
) -> None:
    intake.create_leads([{"name": f"Lead {number}"} for number in range(AT_ONCE + 100)])
    head = make.user("head")
    clock.advance(minutes=60)

    assert redeal() == AT_ONCE + 100

    told = (f"{AT_ONCE + 100} leads were taken by nobody in time", NOBODYS)
    assert notices(head) == [told]
    assert len(list(reading().scalars(sa.select(KeptLetter)))) == 1


def test_what_nobody_took_goes_to_the_coordinator(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    head = make.user("head", name="Helen")
    rule_of("first_come", make.user("telemarketer"), minutes=30, coordinator_id=head)
    lead_id = intake.create_lead({"name": "Dora"})
    clock.advance(minutes=30)

    assert redeal() == 1
    clock.advance(days=1)
    assert redeal() == 0

    assert owner(lead_id) == head
    assert ledger(lead_id)[-1] == "By the rule “first_come” (to the coordinator): to Helen."


def test_what_neither_anybody_nor_the_coordinator_took_still_waits_for_whoever_takes_it(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    caller = make.user("telemarketer")
    rule_of("first_come", caller, minutes=30, coordinator_id=sellers[0])
    lead_id = intake.create_lead({"name": "Dora"})
    absent(sellers[0])
    clock.advance(minutes=30)

    assert redeal() == 1
    clock.advance(days=1)
    assert redeal() == 0

    assert owner(lead_id) is None
    last = entries_of(lead_id)[0]
    assert last.told == "By the rule “first_come”: whoever takes it first."
    assert last.skipped == [("Anna", "is absent")]


def test_what_nobody_took_is_dealt_in_turn_where_the_rule_says_so_by_now(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    rule = rule_of("first_come", minutes=30)
    lead_id = intake.create_lead({"name": "Dora"})
    members = [{"user_id": one, "weight": 1} for one in sellers]
    change_rule(rule, {"method": "in_turn", "members": members})
    clock.advance(minutes=30)

    assert redeal() == 1

    assert owner(lead_id) == sellers[0]


def test_lead_that_somebody_touched_stays(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    rule_of("in_turn", *sellers, minutes=30)
    taken, changed, gone = (intake.create_lead({"name": name}) for name in "ABC")
    clock.advance(minutes=1)
    with make.acting(sellers[0]):
        service.take_lead(taken)
    service.change_lead(changed, {"text": "called, nobody there"})
    service.delete_lead(gone)
    clock.advance(minutes=60)

    assert redeal() == 0
    assert [owner(taken), owner(changed)] == sellers[:2]


def test_only_working_time_counts(rule_of: RuleOf, sellers: list[int], clock: FrozenClock) -> None:
    enter_holidays([Day(datetime(2026, 12, 1, tzinfo=UTC).date(), "", works=False)])
    rule_of("in_turn", *sellers, minutes=60)
    clock.set(datetime(2026, 11, 30, 14, 30, tzinfo=UTC))  # 17:30 in Moscow, work ends at 18:00
    lead_id = intake.create_lead({"name": "Dora"})

    for moment in (
        datetime(2026, 11, 30, 17, tzinfo=UTC),
        datetime(2026, 12, 1, 12, tzinfo=UTC),  # the holiday
        datetime(2026, 12, 2, 6, 29, tzinfo=UTC),  # 9:29 in Moscow
    ):
        clock.set(moment)
        assert redeal() == 0
    clock.set(datetime(2026, 12, 2, 6, 30, tzinfo=UTC))
    assert redeal() == 1
    assert owner(lead_id) == sellers[1]


def test_after_so_many_rounds_it_stays_with_the_coordinator(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    head = make.user("head", name="Helen")
    rule_of("in_turn", *sellers, minutes=10, coordinator_id=head)
    lead_id = intake.create_lead({"name": "Dora"})

    for _round in range(6):
        clock.advance(minutes=10)
        redeal()

    assert owner(lead_id) == head
    assert ledger(lead_id) == [
        "By the rule “in_turn” (in turn): to Anna.",
        "By the rule “in_turn” (in turn): to Boris.",
        "By the rule “in_turn” (in turn): to Clara.",
        "By the rule “in_turn” (in turn): to Anna.",
        "By the rule “in_turn” (to the coordinator): to Helen.",
    ]


def test_lead_that_nobody_else_can_take_stays_where_it_is(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    rule_of("in_turn", sellers[0], minutes=10)
    lead_id = intake.create_lead({"name": "Dora"})
    clock.advance(minutes=10)

    assert redeal() == 1
    clock.advance(minutes=10)
    assert redeal() == 0
    assert owner(lead_id) == sellers[0]
    assert ledger(lead_id)[-1] == (
        "By the rule “in_turn”: nobody else can take it, so it stays with Anna."
    )


def test_lead_of_the_night_is_dealt_when_work_begins(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    rule_of("in_turn", *sellers, only_working=True)
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    lead_id = intake.create_lead({"name": "Dora"})
    assert owner(lead_id) is None

    clock.set(datetime(2026, 12, 1, 5, 59, tzinfo=UTC))
    redeal()
    assert owner(lead_id) is None
    clock.set(datetime(2026, 12, 1, 6, tzinfo=UTC))
    assert redeal() == 0  # nobody was late
    assert owner(lead_id) == sellers[0]
    assert ledger(lead_id)[0] == "By the rule “in_turn”: it waits until work begins."


def test_lead_of_the_night_that_somebody_changed_meanwhile_is_dealt_too(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, result_of: Callable[[str], int]
) -> None:
    rule_of("in_turn", *sellers, only_working=True)
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    changed, given, closed = (intake.create_lead({"name": name}) for name in "ABC")
    clock.advance(minutes=5)
    service.change_lead(changed, {"text": "wants a boiler"})
    service.change_lead(given, {"owner_id": sellers[2]})
    service.close_lead(closed, result_of("spam"))

    clock.set(datetime(2026, 12, 1, 6, tzinfo=UTC))
    redeal()

    assert [owner(changed), owner(given), owner(closed)] == [sellers[0], sellers[2], None]


def test_lead_whose_rule_is_gone_is_dealt_by_the_others_and_the_head_is_told(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    make.user("head")
    gone = rule_of("in_turn", sellers[0], minutes=10)
    lead_id = intake.create_lead({"name": "Dora"})
    rule_of("in_turn", *sellers, minutes=20, name="Others")
    delete_rule(gone)
    clock.advance(minutes=10)

    assert redeal() == 1

    assert owner(lead_id) == sellers[1]
    (last, _first) = entries_of(lead_id)
    assert last.skipped == [("Anna", "had it and did not touch it")]
    decision = last.decision
    assert (decision.reason, decision.round, decision.rule_name) == ("untouched", 1, "Others")
    assert decision.due_at == clock.now() + timedelta(minutes=20)


def test_lead_that_no_rule_is_left_for_is_whose_takes_it_first(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    gone = rule_of("in_turn", sellers[0], minutes=10)
    lead_id = intake.create_lead({"name": "Dora"})
    for rule in rules(reading()):
        delete_rule(rule.id)
    assert gone
    clock.advance(minutes=10)

    assert redeal() == 1

    assert owner(lead_id) is None
    decision = entries_of(lead_id)[0].decision
    assert (decision.method, decision.reason, decision.round) == ("first_come", "untouched", 1)


def test_lead_that_nobody_could_take_is_dealt_once_somebody_can(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    absence = absent(sellers[0])
    rule_of("in_turn", sellers[0])
    lead_id = intake.create_lead({"name": "Dora"})
    service.change_lead(lead_id, {"text": "wants a boiler"})

    clock.advance(minutes=30)
    assert redeal() == 0
    assert owner(lead_id) is None
    delete_absence(absence)
    clock.advance(minutes=30)
    assert redeal() == 0  # nobody was late

    assert owner(lead_id) == sellers[0]
    assert ledger(lead_id) == [
        "By the rule “in_turn” (in turn): nobody can take it now.",
        "By the rule “in_turn” (in turn): to Anna.",
    ]
    assert entries_of(lead_id)[0].decision.reason == "nobody"


def test_head_is_told_once_of_a_lead_that_nobody_could_take_in_time(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    absence = absent(sellers[0])
    rule_of("in_turn", sellers[0], minutes=60)
    lead_id = intake.create_lead({"name": "Dora"})

    told = []
    for _half_hour in range(4):
        clock.advance(minutes=30)
        told.append(redeal())
    delete_absence(absence)
    clock.advance(minutes=30)
    told.append(redeal())

    assert told == [0, 1, 0, 0, 0]
    assert owner(lead_id) == sellers[0]
    assert ledger(lead_id)[1:] == [
        "By the rule “in_turn”: nobody else can take it, so it stays with nobody.",
        "By the rule “in_turn” (in turn): to Anna.",
    ]


def test_reminder_leaves_those_alone_that_are_dealt_again(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    rule = rule_of("in_turn", sellers[0], minutes=60 * 24)
    intake.create_lead({"name": "Waits"})
    intake.create_lead({"name": "Reminded", "owner_id": sellers[0]})
    clock.advance(hours=25)

    assert rule
    assert jobs.remind_of_untouched() == 1


def test_lead_is_dealt_anew_because_somebody_wants_it(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock, make: Make
) -> None:
    lead_id = intake.create_lead({"name": "Dora", "owner_id": sellers[2]})
    rule_of("in_turn", *sellers)

    with make.acting(make.user("marketer")):
        kept = distribute_lead(lead_id)

    assert owner(lead_id) == sellers[0]
    assert kept is not None
    assert kept["values"] == {"owner_id": sellers[2]}
    assert [one.decision.reason for one in entries_of(lead_id)] == ["asked"]


def test_closed_lead_is_not_dealt(app: Flask, result_of: Callable[[str], int]) -> None:
    lead_id = intake.create_lead({"name": "Dora"})
    service.close_lead(lead_id, result_of("spam"))

    with pytest.raises(ConflictError):
        distribute_lead(lead_id)


def test_lead_that_was_brought_back_is_dealt_again_where_nobody_touches_it(
    app: Flask, rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    app.extensions["salesman_clock"] = lambda: clock.advance(milliseconds=1)
    rule_of("in_turn", *sellers, minutes=30)
    lead_id = intake.create_lead({"name": "Dora"}, suspicion="link in the name")
    service.bring_back(lead_id)
    clock.advance(minutes=30)

    assert redeal() == 1
    assert owner(lead_id) == sellers[1]


def test_undoing_of_bringing_back_leaves_nothing_to_be_dealt(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    rule_of("in_turn", *sellers, minutes=30)
    lead_id = intake.create_lead({"name": "Dora"}, suspicion="link in the name")
    service.keep_apart(lead_id, **service.bring_back(lead_id))
    clock.advance(minutes=20)
    service.bring_back(lead_id)
    clock.advance(minutes=20)

    assert redeal() == 0
    assert owner(lead_id) == sellers[1]
