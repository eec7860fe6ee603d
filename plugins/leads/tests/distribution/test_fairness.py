"""Turns, loads and weights are fair: with holidays, absences and changes of the clock.

The biggest runs are for the soak; the usual run proves the same with fewer leads.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from salesman_leads import intake, service
from salesman_leads.distribution.models import IN_TURN, LEAST_LOADED, WEIGHTS
from salesman_leads.distribution.service import add_absence
from salesman_leads.distribution.turns import Hand, deal
from salesman_leads.models import Lead

from salesman_core.services.worktime import WorkTime
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

RuleOf = Callable[..., int]

PEOPLE = st.integers(2, 9)
SEEDS = st.integers(0, 2**32)
FEW = 400
MANY = 10_000
BATCH = 200


def dealt(method: str, hands: list[Hand], seed: int) -> list[tuple[int, set[int]]]:
    """Deal leads to people of whom the first two stay: give who got each, and who was there."""
    chance = random.Random(seed)  # a story, not a secret
    found = []
    for number in range(1, FEW + 1):
        there = [one for one in hands if one.user_id < 2 or chance.random() < 0.7]
        chosen = deal(method, there, number)
        found.append((chosen.user_id, {one.user_id for one in there}))
    return found


@given(PEOPLE, SEEDS)
def test_two_who_are_always_there_differ_by_at_most_one_in_turn(people: int, seed: int) -> None:
    counts: Counter[int] = Counter()
    for who, _there in dealt(IN_TURN, [Hand(id_) for id_ in range(people)], seed):
        counts[who] += 1
        assert abs(counts[0] - counts[1]) <= 1


@given(PEOPLE, SEEDS)
def test_who_comes_back_gets_one_lead_and_then_waits_for_the_others(people: int, seed: int) -> None:
    last: dict[int, int] = {}
    found = dealt(IN_TURN, [Hand(id_) for id_ in range(people)], seed)
    for place, (who, _there) in enumerate(found):
        between = found[last.get(who, place) + 1 : place]
        always = {0, 1} - {who}
        assert who not in last or always <= {one for one, _ in between}
        last[who] = place


@given(PEOPLE, SEEDS)
def test_least_loaded_is_never_above_the_least(people: int, seed: int) -> None:
    chance = random.Random(seed)  # a story, not a secret
    hands = [Hand(id_) for id_ in range(people)]
    for number in range(FEW):
        there = chance.sample(hands, chance.randint(1, people))
        least = min(one.load for one in there)
        chosen = deal(LEAST_LOADED, there, number)
        assert chosen.load == least
        chosen.load += 1
        finished = chance.choice(hands)
        finished.load = max(0, finished.load - chance.randint(0, 2))


@given(st.lists(st.integers(1, 100), min_size=2, max_size=9), SEEDS)
def test_weights_hold_for_what_each_could_get(weights: list[int], seed: int) -> None:
    hands = [Hand(id_, weight) for id_, weight in enumerate(weights)]
    promised: Counter[int] = Counter()
    got: Counter[int] = Counter()
    for who, there in dealt(WEIGHTS, hands, seed):
        got[who] += 1
        whole = sum(weights[id_] for id_ in there)
        for id_ in there:
            promised[id_] += weights[id_] / whole  # type: ignore[assignment]  # parts of a lead
    assert all(abs(got[id_] - promised[id_]) <= 0.02 * FEW for id_ in range(len(weights)))


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Europe/Moscow", "Asia/Tehran"])
CHANGES = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(ZONES, CHANGES, st.integers(1, 3000), st.sets(st.integers(0, 60), max_size=20))
def test_time_to_touch_a_lead_is_working_time_through_holidays_and_changes_of_the_clock(
    zone: str, came: datetime, minutes: int, holidays: set[int]
) -> None:
    days = {came.date() + timedelta(days=day): False for day in holidays}
    work = WorkTime(ZoneInfo(zone), {1, 2, 3, 4, 5}, time(0, 30), time(18), days)

    due = work.later(came, minutes)

    assert work.minutes_between(came, due) == minutes
    assert work.is_working(due - timedelta(seconds=1))


def simulated(
    rule_of: RuleOf, make: Make, clock: FrozenClock, method: str, leads: int
) -> Counter[int]:
    """Let leads come in at all hours of weeks with absences; count who got how many by day."""
    people = [make.user("seller") for _ in range(5)]
    rule_of(method, *((one, weight) for one, weight in zip(people, (1, 2, 3, 4, 10), strict=True)))
    day = date(2026, 11, 30)
    add_absence({"user_id": people[0], "first_day": day, "last_day": day + timedelta(days=3)})
    for number in range(leads // BATCH):
        clock.set(datetime(2026, 11, 30, tzinfo=UTC) + timedelta(hours=7 * number))
        intake.create_leads([{"name": f"Lead {place}"} for place in range(BATCH)])
    counted = sa.select(Lead.owner_id, sa.func.count()).group_by(Lead.owner_id)
    reading().rollback()
    found = dict(reading().execute(counted).all())
    return Counter({place: found.get(one, 0) for place, one in enumerate(people)})


def proven_in_turn(counts: Counter[int]) -> None:
    always = [counts[place] for place in range(1, 5)]
    assert all(abs(one - other) <= 1 for one, other in combinations(always, 2))
    assert counts[0] < min(always)


def test_leads_in_turn_differ_by_one_between_people(
    rule_of: RuleOf, make: Make, clock: FrozenClock
) -> None:
    proven_in_turn(simulated(rule_of, make, clock, IN_TURN, 4000))


@pytest.mark.parametrize("seed", range(3))
def test_least_loaded_is_never_above_the_least_in_lists_of_any_length(
    rule_of: RuleOf, make: Make, result_of: Callable[[str], int], seed: int
) -> None:
    chance = random.Random(seed)  # a story, not a secret
    people = [make.user("seller") for _ in range(4)]
    rule_of(IN_TURN, *people[:2], sources=["fair"])
    rule_of(LEAST_LOADED, *people)
    loads = Counter(dict.fromkeys(people, 0))
    spam, open_ = result_of("spam"), dict[int, int]()
    for size in (1, 7, 2, 40, 1, 13):
        asked = [
            {"name": "Dora"}
            | chance.choice([{}, {}, {"source": "fair"}, {"owner_id": chance.choice(people)}])
            for _ in range(size)
        ]
        got = dealt_to(intake.create_leads(asked))
        loads.update(one["owner_id"] for one in asked if "owner_id" in one)
        for values, (lead_id, owner_id) in zip(asked, got.items(), strict=True):
            assert values.keys() != {"name"} or loads[owner_id] == min(loads.values())
            loads[owner_id] += "owner_id" not in values
            open_[lead_id] = owner_id
        for lead_id in chance.sample(sorted(open_), len(open_) // 3):
            service.close_lead(lead_id, spam)
            loads[open_.pop(lead_id)] -= 1


def dealt_to(made: list[Any]) -> dict[int, int]:
    """Give whose leads are, by id."""
    reading().rollback()
    of_them = sa.select(Lead.id, Lead.owner_id).where(Lead.id.in_(made))
    return dict(reading().execute(of_them.order_by(Lead.id)).all())


@pytest.mark.soak
@pytest.mark.databases("sqlite", "postgresql")
def test_ten_thousand_leads_in_turn_differ_by_one_between_people(
    rule_of: RuleOf, make: Make, clock: FrozenClock
) -> None:
    proven_in_turn(simulated(rule_of, make, clock, IN_TURN, MANY))


@pytest.mark.soak
@pytest.mark.databases("sqlite", "postgresql")
def test_ten_thousand_leads_follow_the_weights_within_two_percent(
    rule_of: RuleOf, make: Make, clock: FrozenClock
) -> None:
    counts = simulated(rule_of, make, clock, WEIGHTS, MANY)
    there = counts.total() - counts[0]
    for place, weight in enumerate((2, 3, 4, 10), start=1):
        assert counts[place] / there == pytest.approx(weight / 19, abs=0.02)


@pytest.mark.soak
@pytest.mark.databases("sqlite", "postgresql")
def test_ten_thousand_leads_load_nobody_above_the_others(
    rule_of: RuleOf, make: Make, clock: FrozenClock
) -> None:
    counts = simulated(rule_of, make, clock, LEAST_LOADED, MANY)
    assert max(counts.values()) - min(counts.values()) <= 1
