"""The price levels and VAT rates with which a company begins."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from salesman_catalogue.models import Level, VatRate
from salesman_catalogue.pricing import forget_levels
from salesman_core.toolkit import writing

LEVELS: Final = {
    "en": ("Retail", "Level 1", "Level 2", "Level 3", "Level 4"),
    "ru": ("Розница", "Уровень 1", "Уровень 2", "Уровень 3", "Уровень 4"),
}
RATES: Final[dict[str, tuple[tuple[str, str | None], ...]]] = {
    "en": (("Without VAT", None), ("VAT 20%", "20"), ("VAT 10%", "10"), ("VAT 0%", "0")),
    "ru": (("Без НДС", None), ("НДС 22 %", "22"), ("НДС 10 %", "10"), ("НДС 0 %", "0")),
}
"""Names with percentages, by language."""


def make_choices(language: str) -> None:
    """Make the usual levels and rates, each where there are none."""
    with writing() as session:
        if not session.scalar(sa.select(sa.exists().where(Level.id.is_not(None)))):
            names = enumerate(LEVELS[language])
            session.add_all(Level(name=name, position=place) for place, name in names)
        if not session.scalar(sa.select(sa.exists().where(VatRate.id.is_not(None)))):
            session.add_all(
                VatRate(name=name, percent=percent and Decimal(percent), position=place)
                for place, (name, percent) in enumerate(RATES[language])
            )
    forget_levels()
