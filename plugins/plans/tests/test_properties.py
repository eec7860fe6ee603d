"""Whatever was sold: people add up to teams, and teams to the company, on every basis."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from salesman_plans.facts import Days, facts, facts_by_owner
from salesman_plans.sources import bases
from salesman_plans.whose import PERSON, TEAM, THE_COMPANY, Whose

from salesman_core.deals.models import CloseReason, Pipeline, Stage
from salesman_core.testing.people import Make
from salesman_core.toolkit import Deal, now, reading, writing

YEAR = date(2026, 1, 1)

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
sold = st.lists(
    st.tuples(
        st.integers(0, 3),  # whose, 3 is nobody
        amounts,
        amounts,
        st.sampled_from(["won", "lost", None]),
        st.integers(0, 364),
        st.sampled_from([None, Decimal("91.12345678"), Decimal("0.00000001")]),
    ),
    max_size=12,
)


@pytest.mark.databases("sqlite", "postgresql")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deals=sold)
@pytest.mark.turns(3, among="long")
def test_people_are_teams_are_the_company(app: Flask, make: Make, deals: list[Any]) -> None:
    people = [Whose(PERSON, id_, "") for id_ in _people(make)]
    owners = [one.id for one in people] + [None]
    _rewrite(deals, owners)
    session = reading()
    session.rollback()

    for first, last in _months():
        for basis in bases().values():
            days = Days(first, last)
            of = {
                one.key: facts(session, basis, basis.metrics, days, one)
                for one in (*people, *_teams(session), THE_COMPANY)
            }
            by_owner = facts_by_owner(session, basis, basis.metrics, days)
            nobodys = by_owner.get(None, {})
            for metric in basis.metrics:
                whole = of["company"][metric].value
                rest = nobodys[metric].value if nobodys else 0
                assert sum(of[one.key][metric].value for one in people) + rest == whole
                assert sum(of[one.key][metric].value for one in _teams(session)) + rest == whole
                assert sum(one[metric].value for one in by_owner.values()) == whole


def _months() -> list[tuple[date, date]]:
    return [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 1, 1), date(2026, 12, 31))]


def _people(make: Make) -> list[int]:
    """Give three people in two teams, the same each time."""
    made = make.app.extensions.setdefault("people_of_this_test", [])
    if not made:
        teams = make.team(), make.team()
        made += [make.user(team_id=teams[number % 2]) for number in range(3)]
    return list(made)


def _teams(session: Any) -> list[Whose]:
    from salesman_core.toolkit import Team  # noqa: PLC0415

    return [Whose(TEAM, id_, "") for id_ in session.scalars(sa.select(Team.id))]


def _rewrite(deals: list[Any], owners: list[int | None]) -> None:
    """Let there be these deals and no others, past the services: thousands are tried."""
    with writing() as session:
        session.execute(sa.delete(Deal))
        reason = session.scalar(sa.select(sa.func.min(CloseReason.id)))
        pipeline = session.scalar(sa.select(sa.func.min(Pipeline.id)))
        stage = session.scalar(sa.select(sa.func.min(Stage.id)))
        for whose, amount, cost, outcome, day, rate in deals:
            closed_on = YEAR + timedelta(days=day)
            session.add(
                Deal(
                    name="Deal",
                    search_name="Deal",
                    pipeline_id=pipeline,
                    stage_id=stage,
                    stage_since=now(),
                    outcome=outcome,
                    reason_id=reason if outcome == "lost" else None,
                    amount=amount,
                    cost=cost,
                    currency="RUB" if rate is None else "USD",
                    rate=rate,
                    rate_currency=None if rate is None else "RUB",
                    owner_id=owners[whose],
                    opened_on=closed_on,
                    closed_on=None if outcome is None else closed_on,
                    created_at=now(),
                    updated_at=now(),
                )
            )
