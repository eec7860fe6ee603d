"""The rule with which a company begins: nobody gets what comes in, whoever is first takes it.

All who may take it are told, and the head of sales of what nobody took within the hour.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import writing
from salesman_leads.distribution.models import ANY, FIRST_COME, Rule

MINUTES: Final = 60
_NAMES: Final = {"en": "All others", "ru": "Все остальные"}


def make_rule(language: str) -> None:
    """Make the usual rule where there is none."""
    with writing() as session:
        if session.scalar(sa.select(sa.exists().where(Rule.id.is_not(None)))):
            return
        session.add(Rule(name=_NAMES[language], hours=ANY, method=FIRST_COME, minutes=MINUTES))
