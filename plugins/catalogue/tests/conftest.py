"""What tests of the catalogue begin with."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from salesman_catalogue import choosing, service

from salesman_core.testing.pytest_plugin import lacking
from salesman_core.toolkit import reading

Sell = Callable[..., int]

DATA: Final = Path(__file__).resolve().parents[3] / "../shared/data/salesman"


@pytest.fixture
def real_files() -> Path:
    """The folder of files that none of us wrote: no test that reads them passes by in CI."""
    if not DATA.is_dir():
        lacking("the folder ../shared/data with real files is missing")
    return DATA


@pytest.fixture
def levels(app: Flask) -> dict[str, int]:
    """Give the price levels that a company begins with: ids by name."""
    return {row.name: row.id for row in choosing.levels(reading())}


@pytest.fixture
def rates(app: Flask) -> dict[str, int]:
    """Give the VAT rates that a company begins with: ids by name."""
    return {row.name: row.id for row in choosing.vat_rates(reading())}


@pytest.fixture
def sell(levels: dict[str, int], rates: dict[str, int]) -> Sell:
    """Give what enters a product: usually a rack for 100.00, with VAT of 20 %."""

    def sell(price: str | None = "100.00", **values: Any) -> int:
        prices = [{"level_id": levels["Retail"], "price": Decimal(price)}] if price else []
        usual = {"name": "Rack", "article": "R-1", "unit": "pc", "prices": prices}
        usual |= {"vat_rate_id": rates["VAT 20%"], "cost": Decimal(60)}
        return service.create_product({**usual, **values})

    return sell
