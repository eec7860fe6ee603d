"""People are told of 50, 90 and 100 % of a plan, once each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_plans.jobs import tell
from salesman_plans.levels import level_of
from salesman_plans.service import Goal, set_goals, set_person

from salesman_core.deals.service import close_deal
from salesman_core.people.handing_over import STAYS
from salesman_core.people.service import deactivate
from salesman_core.services.models import Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

Sell = Callable[..., int]
MARCH = date(2026, 3, 1)


def told(user_id: int) -> list[str]:
    session = reading()
    session.rollback()
    asked = sa.select(Notice.text).where(Notice.user_id == user_id).order_by(Notice.id)
    return list(session.scalars(asked))


@pytest.mark.parametrize(
    ("fact", "level"), [("49.99", 0), ("50", 50), ("89.99", 50), ("90", 90), ("250", 100)]
)
def test_level_is_the_highest_that_is_reached(fact: str, level: int) -> None:
    assert level_of(Decimal(fact), Decimal(100)) == level


def test_each_level_is_told_once_to_whose_plan_it_is(app: Flask, make: Make, sell: Sell) -> None:
    anna, boris = make.user(), make.user()
    set_goals([Goal(f"person:{anna}", MARCH, "turnover", Decimal(100))])

    numbers = [tell()]
    for amount in ("50", "1", "45", "4", "100"):
        sell(anna, amount, "2026-03-03")
        numbers.append(tell())
    numbers.append(tell())

    assert numbers == [0, 1, 0, 1, 1, 0, 0]
    assert ["50" in told(anna)[0], "90" in told(anna)[1], "fulfilled" in told(anna)[2]] == [
        True
    ] * 3
    assert len(told(anna)) == 3
    assert told(boris) == []


def test_what_is_closed_in_the_last_minute_of_a_month_is_told_in_the_next(
    app: Flask, make: Make, clock: FrozenClock
) -> None:
    anna = make.user()
    for month in (MARCH, date(2026, 4, 1)):
        set_goals([Goal(f"person:{anna}", month, "turnover", Decimal(100))])
    clock.set(datetime(2026, 3, 31, 20, 59, 59, tzinfo=UTC))  # in Moscow a second before April
    close_deal(make.deal(owner_id=anna, amount=Decimal(100)), "won")
    clock.set(datetime(2026, 3, 31, 21, 0, 30, tzinfo=UTC))

    assert [tell(), tell()] == [1, 0]
    assert "March" in told(anna)[0]
    clock.set(datetime(2026, 4, 2, 9, tzinfo=UTC))
    assert tell() == 0


def test_plan_that_is_raised_is_told_anew_as_far_as_it_is_not_reached(
    app: Flask, make: Make, sell: Sell
) -> None:
    anna = make.user()
    march = f"person:{anna}", MARCH, "turnover"
    set_goals([Goal(*march, Decimal(100))])
    sell(anna, "95", "2026-03-03")
    numbers = [tell()]

    for plan in (Decimal("100.01"), Decimal(300), Decimal(150), Decimal(95)):
        set_goals([Goal(*march, plan)])
        numbers.append(tell())

    # 95 of 100.01 is not yet told of as 90 % of it; of 300 nothing is reached, of 150 a half.
    assert numbers == [1, 1, 0, 1, 1]
    assert [text[:2] for text in told(anna)] == ["90", "90", "50", "Yo"]


def test_plans_of_company_and_teams_are_told_to_those_who_set_them(
    app: Flask, make: Make, sell: Sell
) -> None:
    team = make.team("North")
    anna, head = make.user(team_id=make.team(parent_id=team)), make.user("head")
    set_goals(
        [
            Goal("company", MARCH, "turnover", Decimal(100)),
            Goal(f"team:{team}", MARCH, "turnover", Decimal(200)),
        ]
    )
    sell(anna, "100", "2026-03-03")

    assert tell() == 2
    assert sorted(one.split(":")[0] for one in told(head)) == ["North", "The company"]
    assert told(anna) == []


def test_results_of_the_team_count_and_who_left_is_not_told(
    app: Flask, make: Make, sell: Sell
) -> None:
    team = make.team()
    chief, anna = make.user(team_id=team), make.user(team_id=team)
    set_person(chief, has_plan=True, with_team=True)
    for one in (chief, anna):
        set_goals([Goal(f"person:{one}", MARCH, "turnover", Decimal(100))])
    sell(anna, "100", "2026-03-03")
    deactivate(anna, STAYS)

    assert tell() == 2
    assert len(told(chief)) == 1
    assert told(anna) == []


def test_number_of_statements_does_not_grow_with_plans(
    app: Flask, make: Make, sell: Sell, statements: Callable[[], object]
) -> None:
    def counted() -> int:
        with statements() as sent:
            assert tell() == 0
        return len(sent)

    first = (f"person:{make.user()}", f"team:{make.team()}")
    set_goals([Goal(one, MARCH, "turnover", Decimal(100)) for one in first])
    counted()  # what is kept in memory is there from now on
    set_goals([Goal("company", MARCH, "turnover", Decimal(100))])
    few = counted()
    set_goals(
        [Goal(f"person:{make.user()}", MARCH, "turnover", Decimal(100)) for _ in range(5)]
        + [Goal(f"team:{make.team()}", MARCH, "turnover", Decimal(100)) for _ in range(5)]
    )

    assert counted() == few
