"""What the demo company bills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from salesman_invoices.demo import tell
from salesman_invoices.models import Act, Invoice, Step

from salesman_core.deals.service import close_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.toolkit import Deal, Stage, acting_as, current_person, reading
from salesman_hookspecs import Demo, Person

from .conftest import Bill


@pytest.mark.parametrize("language", ["ru", "en"])
def test_demo_company_bills_its_deals(bill: Bill, clock: FrozenClock, language: str) -> None:
    won, early = bill.deal("500.00"), bill.deal("900.00")
    close_deal(won, "won")
    late = sa.select(Stage.id).where(Stage.percent == 70)
    nearly = bill.deal("900.00", stage_id=reading().scalar(late))

    @contextmanager
    def at(_moment: datetime, person: Person) -> Iterator[None]:
        with acting_as(person):
            yield

    with bill.make.acting(bill.make.user("head")):
        person = current_person()
    deals = [won, early, nearly]
    today = clock.now().date()
    assert today == date(2026, 3, 2)

    tell(Demo(language, today, 1, {"head": person}, [bill.client_id], deals, at))

    rows = reading().execute(sa.select(Invoice.deal_id, Invoice.amount).order_by(Invoice.id))
    assert [tuple(row) for row in rows] == [(won, Decimal(500)), (nearly, Decimal(270))]
    assert reading().scalar(sa.select(sa.func.count(Step.id))) == 2
    acts = reading().execute(sa.select(Act.deal_id, Act.state)).all()
    assert [tuple(row) for row in acts] == [(won, "issued")]
    assert reading().scalar(sa.select(Deal.outcome).where(Deal.id == won)) == "won"
