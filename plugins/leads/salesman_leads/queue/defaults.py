"""The results of a call with which a company begins."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import writing
from salesman_leads.models import Result
from salesman_leads.queue.models import (
    CALL_BACK,
    INTEREST,
    NO_ANSWER,
    NO_INTEREST,
    WRONG_NUMBER,
    CallResult,
)

RESULTS: Final = (
    (NO_ANSWER, {"en": "No answer", "ru": "Не ответили"}),
    (CALL_BACK, {"en": "Call back", "ru": "Перезвонить"}),
    (WRONG_NUMBER, {"en": "Wrong number", "ru": "Неверный номер"}),
    (NO_INTEREST, {"en": "No interest", "ru": "Нет интереса"}),
    (INTEREST, {"en": "Interest", "ru": "Есть интерес"}),
)
"""What each is at bottom, and its name in both languages."""


def make_call_results(language: str) -> None:
    """Make the usual results of a call where there are none."""
    with writing() as session:
        if session.scalar(sa.select(sa.exists().where(CallResult.id.is_not(None)))):
            return
        closes_as = _no_interest(session)
        session.add_all(
            CallResult(
                base=base,
                name=names[language],
                position=position,
                closes_as_id=closes_as if base == NO_INTEREST else None,
            )
            for position, (base, names) in enumerate(RESULTS)
        )


def _no_interest(session: Session) -> int | None:
    """Give the first result of leads that says least and asks for no word more."""
    plain = sa.and_(Result.active, Result.base == "other", sa.not_(Result.needs_comment))
    first = sa.select(Result.id).where(plain).order_by(Result.position, Result.id)
    return session.scalar(first.limit(1))
