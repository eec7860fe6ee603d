"""The ladder that a company begins with."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.clients.models import Rung
from salesman_core.db import writing

LADDER: Final = (
    ({"en": "Cold", "ru": "Холодный"}, "azure", 0, 0),
    ({"en": "Potential", "ru": "Потенциальный"}, "yellow", 1, 0),
    ({"en": "Current", "ru": "Текущий"}, "lime", 0, 1),
    ({"en": "Regular", "ru": "Постоянный"}, "green", 0, 2),
)
"""Name, colour, interests and sales that it takes (``product.md``, rule 2)."""


def seed_ladder(language: str) -> None:
    """Make the default rungs where there are none."""
    with writing() as session:
        if session.scalar(sa.select(sa.exists().where(Rung.id.is_not(None)))):
            return
        for position, (names, colour, interests, sales) in enumerate(LADDER):
            session.add(
                Rung(
                    name=names[language],
                    position=position,
                    colour=colour,
                    interests=interests,
                    sales=sales,
                )
            )
