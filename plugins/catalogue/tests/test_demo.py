"""What the demo company sells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_catalogue.defaults import make_choices
from salesman_catalogue.demo import tell
from salesman_catalogue.models import Level, Line, Product, VatRate

from salesman_core.testing.people import Make
from salesman_core.toolkit import Deal, acting_as, current_person, reading
from salesman_hookspecs import Demo, Person


def test_company_begins_with_levels_and_rates_once(app: Flask) -> None:
    make_choices("ru")  # there are some already

    counted = [
        reading().scalar(sa.select(sa.func.count()).select_from(one)) for one in (Level, VatRate)
    ]
    assert counted == [5, 4]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_demo_company_sells_by_the_line(app: Flask, make: Make, language: str) -> None:
    deal = make.deal()
    head = make.user("head")

    @contextmanager
    def at(_moment: datetime, person: Person) -> Iterator[None]:
        with acting_as(person):
            yield

    with make.acting(head):
        person = current_person()
    demo = Demo(language, date(2026, 3, 10), 1, {"head": person}, [], [deal], at)

    tell(demo)

    session = reading()
    assert session.scalar(sa.select(sa.func.count(Product.id))) == 10
    lines = session.scalars(sa.select(Line.amount).where(Line.deal_id == deal)).all()
    assert len(lines) >= 2
    amount = session.scalar(sa.select(Deal.amount).where(Deal.id == deal))
    assert amount == sum(lines, Decimal(0))
