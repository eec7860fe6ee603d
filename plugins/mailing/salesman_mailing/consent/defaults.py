"""What a company writes to people for to begin with."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import writing
from salesman_mailing.consent.models import Purpose

PURPOSES: Final = (
    ({"en": "News and offers", "ru": "Новости и предложения"}, True),
    ({"en": "On orders and contracts", "ru": "По заказам и договорам"}, False),
)
"""Their names in both languages, and whether each needs consent: what advertises does."""


def make_purposes(language: str) -> None:
    """Make the usual purposes, where there are none."""
    with writing() as session:
        if not session.scalar(sa.select(sa.exists().where(Purpose.id.is_not(None)))):
            session.add_all(
                Purpose(name=names[language], needs_consent=needs, position=position)
                for position, (names, needs) in enumerate(PURPOSES)
            )
