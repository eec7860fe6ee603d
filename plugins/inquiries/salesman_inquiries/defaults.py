"""The channels and results that a company begins with."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import writing
from salesman_inquiries.models import Channel, Result

CHANNELS: Final = (
    ({"en": "Phone", "ru": "Телефон"}, True),
    ({"en": "Site", "ru": "Сайт"}, False),
    ({"en": "Messenger", "ru": "Мессенджер"}, False),
    ({"en": "Email", "ru": "Почта"}, False),
    ({"en": "Walk-in", "ru": "Визит"}, False),
)
"""Their names in both languages, and whether each counts as a call."""

RESULTS: Final = (
    ({"en": "Interest", "ru": "Есть интерес"}, True, True),
    ({"en": "Answered, nothing left", "ru": "Вопрос решён"}, True, False),
    ({"en": "Asked to call back", "ru": "Просили перезвонить"}, True, False),
    ({"en": "No interest", "ru": "Нет интереса"}, True, False),
    ({"en": "No answer", "ru": "Не ответили"}, False, False),
    ({"en": "Wrong number", "ru": "Неверный номер"}, False, False),
)
"""Their names, whether somebody was spoken to, and whether an interest was found."""


def make_choices(language: str) -> None:
    """Make the usual channels and results, each where there are none."""
    with writing() as session:
        if not session.scalar(sa.select(sa.exists().where(Channel.id.is_not(None)))):
            session.add_all(
                Channel(name=names[language], call=call, position=position)
                for position, (names, call) in enumerate(CHANNELS)
            )
        if not session.scalar(sa.select(sa.exists().where(Result.id.is_not(None)))):
            session.add_all(
                Result(name=names[language], reached=reached, interest=interest, position=position)
                for position, (names, reached, interest) in enumerate(RESULTS)
            )
