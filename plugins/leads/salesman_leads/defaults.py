"""The results with which a company begins to close leads that come to nothing."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import writing
from salesman_leads.models import Result

RESULTS: Final = (
    ("spam", False, {"en": "Spam", "ru": "Спам"}),
    ("duplicate", False, {"en": "Duplicate", "ru": "Дубль"}),
    ("not_our_customer", False, {"en": "Not our customer", "ru": "Не наш клиент"}),
    ("other", False, {"en": "No interest", "ru": "Нет интереса"}),
    ("other", False, {"en": "Cannot be reached", "ru": "Не удалось связаться"}),
    ("other", True, {"en": "Other", "ru": "Другое"}),
)
"""What each counts as, whether it needs a comment, and its name in both languages."""


def make_results(language: str) -> None:
    """Make the usual results where there are none."""
    with writing() as session:
        if session.scalar(sa.select(sa.exists().where(Result.id.is_not(None)))):
            return
        session.add_all(
            Result(base=base, needs_comment=needs, name=names[language], position=position)
            for position, (base, needs, names) in enumerate(RESULTS)
        )
