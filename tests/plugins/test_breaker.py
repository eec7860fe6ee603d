"""A function that keeps people waiting is left out, and one caller at a time tries it again."""

from __future__ import annotations

import pytest

from salesman_core.plugins.faults import Breaker


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=2, window=10, rest=60, longest_rest=200, slow=5, clock=clock)


def test_while_a_call_hangs_nobody_else_calls(breaker: Breaker, clock: Clock) -> None:
    with breaker.watching("p", "panel"):
        clock.seconds = 4
        assert breaker.allows("p", "panel")
        clock.seconds = 6
        assert not breaker.allows("p", "panel")
        assert breaker.allows("p", "other")

    assert breaker.allows("p", "panel")


def test_slow_call_takes_its_place_out_at_once(breaker: Breaker, clock: Clock) -> None:
    breaker.was_slow("p", "panel")

    assert not breaker.allows("p", "panel")
    clock.seconds = 61
    assert breaker.allows("p", "panel")


def test_after_a_rest_one_caller_alone_may_try(breaker: Breaker, clock: Clock) -> None:
    breaker.was_slow("p", "panel")
    clock.seconds = 61

    assert [breaker.allows("p", "panel") for _caller in range(3)] == [True, False, False]


def test_each_further_rest_is_twice_as_long_up_to_a_limit(breaker: Breaker, clock: Clock) -> None:
    rests = []
    breaker.was_slow("p", "panel")
    for _attempt in range(4):
        began = clock.seconds
        while not breaker.allows("p", "panel"):
            clock.seconds += 1
        rests.append(clock.seconds - began)
        breaker.failed("p", "panel")

    assert rests == [60, 120, 200, 200]


def test_success_forgets_the_long_rests(breaker: Breaker, clock: Clock) -> None:
    breaker.was_slow("p", "panel")
    clock.seconds = 61
    assert breaker.allows("p", "panel")
    breaker.failed("p", "panel")
    clock.seconds = 300
    assert breaker.allows("p", "panel")

    breaker.worked("p", "panel")
    breaker.was_slow("p", "panel")

    clock.seconds = 361
    assert breaker.allows("p", "panel")


def test_seconds_of_a_call_are_told(breaker: Breaker, clock: Clock) -> None:
    with breaker.watching("p", "panel") as seconds:
        clock.seconds = 3

    assert seconds() == 3
