"""What tests of documents begin with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from salesman_documents.docx.process import Filler
from salesman_documents.docx.values import Amount, Picture

from salesman_core.testing.clock import FrozenClock


@pytest.fixture(scope="module")
def filler() -> Iterator[Filler]:
    """A process that fills in, with a second of the processor for each request."""
    filler = Filler(seconds=1)
    yield filler
    filler.close()


@pytest.fixture
def values() -> dict[str, Any]:
    """Plain values as those of a deal: two lines, an amount of 123 456.78 rubles."""
    line = {"name": "Стеллаж & <полка>", "quantity": Decimal("2.000"), "unit": "шт."}
    prices = {"price": Amount("50.00", "RUB"), "amount": Amount("100.00", "RUB")}
    return {
        "document": {"number": "7", "date": date(2026, 11, 30), "currency": "RUB"},
        "client": {"name": "ООО «Ромашка»", "inn": ""},
        "deal": {"amount": Amount("123456.78", "RUB")},
        "lines": [line | prices, line | prices],
        "own": {"stamp": Picture(b"")},
    }


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock
