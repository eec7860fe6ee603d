"""Whether the company uses the conveyor: a company that does not has nothing followed for it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_conveyor.models import Handover, Rule
from salesman_core.toolkit import WritingSession, bump, kept, reading

SUBJECT: Final = "conveyor.use"
_HANDED_OVER: Final = "handed over"


def has_rules() -> bool:
    """Tell whether a rule hands anything over."""
    return bool(reading().scalar(sa.select(sa.exists().where(Rule.active))))


def has_handovers() -> bool:
    """Tell whether anything was ever handed over."""
    held = kept(SUBJECT)
    if _HANDED_OVER not in held:
        held[_HANDED_OVER] = bool(reading().scalar(sa.select(sa.exists(sa.select(Handover.id)))))
    return bool(held[_HANDED_OVER])


def is_used() -> bool:
    """Tell whether there is anything to follow."""
    return has_rules() or has_handovers()


def note_handover(session: WritingSession) -> None:
    """Say, in the transaction of a handover, that there is one now."""
    if not has_handovers():
        bump(session, SUBJECT)
