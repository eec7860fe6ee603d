"""What was set in the grid is taken back by whoever set it, as long as nobody else came after."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from salesman_plans import undoing
from salesman_plans.queries import plans_of_months
from salesman_plans.service import Copying, Goal, set_goals

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import ConflictError, reading

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


@pytest.fixture(autouse=True)
def _march(clock: FrozenClock) -> None:
    """It is 16 March 2026."""


@pytest.fixture
def head(make: Make) -> int:
    return make.user("head")


def goal(value: int | None, month: date = MARCH) -> Goal:
    return Goal("company", month, "turnover", None if value is None else Decimal(value))


def saved(*goals: Goal) -> int:
    """Give the number of a saving that changed something."""
    _done, number = undoing.save(goals)
    assert number is not None
    return number


def plans() -> dict[date, Decimal]:
    found = plans_of_months(reading(), "turnover", date(2026, 1, 1), date(2027, 12, 31))
    return {month: value for (_subject, month), value in found.items()}


def test_new_changed_and_removed_plans_are_as_they_were(make: Make, head: int) -> None:
    april = date(2026, 4, 1)
    set_goals([goal(10), goal(20, april)])

    with make.acting(head):
        number = saved(goal(11), goal(None, april), goal(30, MAY))
        assert plans() == {MARCH: 11, MAY: 30}
        taken = undoing.take_back(number)

    assert taken == 3
    assert plans() == {MARCH: 10, april: 20}


def test_what_was_copied_is_taken_back(make: Make, head: int) -> None:
    set_goals([goal(10)])

    with make.acting(head):
        _done, number = undoing.copy(Copying("company", 2026, ["company"], 2027))
        assert len(plans()) == 2
        assert number is not None
        undoing.take_back(number)

    assert plans() == {MARCH: 10}


def test_nothing_is_taken_back_where_somebody_else_set_a_plan_meanwhile(
    make: Make, head: int
) -> None:
    with make.acting(head):
        number = saved(goal(10), goal(30, MAY))
    set_goals([goal(12)])

    with make.acting(head), pytest.raises(ConflictError, match="meanwhile"):
        undoing.take_back(number)

    assert plans() == {MARCH: 12, MAY: 30}


def test_only_the_last_saving_is_taken_back_and_only_once(make: Make, head: int) -> None:
    with make.acting(head):
        first, last = saved(goal(10)), saved(goal(20))
        unchanged, nothing = undoing.save([goal(20)])
        assert (unchanged[0].action, nothing) == ("unchanged", None)
        with pytest.raises(ConflictError, match="nothing to take back"):
            undoing.take_back(first)
        undoing.take_back(last)
        with pytest.raises(ConflictError, match="nothing to take back"):
            undoing.take_back(last)

    assert plans() == {MARCH: 10}


def test_nobody_takes_back_what_another_saved(make: Make, head: int) -> None:
    with make.acting(head):
        number = saved(goal(10))

    with make.acting(make.user("head")), pytest.raises(ConflictError):
        undoing.take_back(number)

    assert plans() == {MARCH: 10}
