"""What tests of analytics begin with: a clock that stands still, and deals that went their ways."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.deals.pipelines import create_pipeline
from salesman_core.deals.service import close_deal, move_deal, reopen_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import CloseReason, Pipeline, Stage, reading

Story = Callable[[int], None]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def stages() -> list[int]:
    """Give the stages of the usual pipeline in the order of progress."""
    return list(reading().scalars(sa.select(Stage.id).order_by(Stage.percent, Stage.id)))


@pytest.fixture
def service_pipeline() -> int:
    """Make a second pipeline, like the usual one."""
    return create_pipeline("Service", like_id=reading().scalar(sa.select(Pipeline.id)))


@pytest.fixture
def reasons() -> list[int]:
    """Give the reasons for which deals are lost."""
    return list(reading().scalars(sa.select(CloseReason.id).order_by(CloseReason.id).limit(3)))


@pytest.fixture
def story(make: Make, clock: FrozenClock, stages: list[int], reasons: list[int]) -> Story:
    """Give what lets some deals go their ways by chance: on, back, won, lost, opened again."""

    def tell(seed: int) -> None:
        chance = random.Random(seed)  # no secret
        owners = [make.user("seller", name=f"Seller {seed} {number}") for number in range(2)]
        for _number in range(12):
            amount = Decimal(chance.randrange(0, 1_000_000)) / 100
            currency = chance.choice(["RUB", "RUB", "RUB", "EUR"])
            deal = make.deal(amount=amount, currency=currency, owner_id=chance.choice(owners))
            for _step in range(chance.randrange(4)):
                clock.advance(days=chance.randrange(4), hours=chance.randrange(20))
                move_deal(deal, chance.choice(stages))
            outcome = chance.choice(["won", "lost", "lost", None])
            if outcome is not None:
                close_deal(deal, outcome, chance.choice(reasons) if outcome == "lost" else None)
            if outcome == "lost" and chance.random() < 0.2:  # of five
                reopen_deal(deal)

    return tell
