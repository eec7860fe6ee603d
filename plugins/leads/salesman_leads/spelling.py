"""Sources and channels that differ by case alone, as Google and google, are one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import normalised
from salesman_leads.models import Lead

SPELT: Final = ("source", "channel")
"""The columns whose words have one spelling."""

_MOST_LOOKED_UP: Final = 50
"""Words that are looked for each by itself, from the newest lead back; else all are read."""


class Spellings:
    """Gives words that differ by case alone one spelling: the first that was there.

    :param remembered: what is known of the words of earlier batches.
    """

    def __init__(self, session: Session, column: str, remembered: dict[str, Any]) -> None:
        if column not in remembered:
            of = getattr(Lead, column)
            counted = sa.select(of).where(of != "").group_by(of).order_by(sa.func.min(Lead.id))
            remembered[column] = {}
            for spelt in session.scalars(counted):
                remembered[column].setdefault(normalised(spelt), spelt)
        self._known: dict[str, str] = remembered[column]

    def of(self, word: str) -> str:
        """Give how a word is spelt."""
        return self._known.setdefault(normalised(word), word)


def spell_as_known(session: Session, leads: Sequence[Lead]) -> None:
    """Let new leads spell their sources and channels as leads before them did.

    Nearly all come with words that are there to the letter: only where one is not, all are read.
    """
    for column in SPELT:
        told = {getattr(lead, column) for lead in leads} - {""}
        if told <= _there(session, column, told):
            continue
        spellings = Spellings(session, column, {})
        for lead in leads:
            setattr(lead, column, spellings.of(getattr(lead, column)))


def _there(session: Session, column: str, words: Collection[str]) -> set[str]:
    """Give those of some words that a lead has to the letter, as far as they are looked up."""
    if not words or len(words) > _MOST_LOOKED_UP:
        return set()
    of = getattr(Lead, column)
    newest = [sa.select(of).where(of == word).order_by(Lead.id.desc()).limit(1) for word in words]
    found = session.execute(sa.select(*(one.scalar_subquery() for one in newest))).one()
    return {word for word in found if word is not None}
