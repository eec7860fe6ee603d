"""What tests of plans begin with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.deals.models import CloseReason
from salesman_core.deals.service import close_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make
from salesman_core.toolkit import reading

Sell = Callable[..., int]
NOON = datetime(2026, 3, 16, 9, tzinfo=UTC)
ApiFor = Callable[[str], Api]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, 16 March 2026, noon in Moscow."""
    clock = FrozenClock(NOON)
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def sell(make: Make, clock: FrozenClock) -> Sell:
    """Give what closes a deal of somebody on a day: won where nothing else is said."""
    reason = reading().scalar(sa.select(sa.func.min(CloseReason.id)))

    def sell(owner_id: int | None, amount: str, day: str, **values: Any) -> int:
        outcome = values.pop("outcome", "won")
        clock.set(datetime.fromisoformat(f"{day}T09:00:00Z"))
        deal_id = make.deal(owner_id=owner_id, amount=amount, **values)
        close_deal(deal_id, outcome, reason if outcome == "lost" else None)
        clock.set(NOON)
        return deal_id

    return sell
