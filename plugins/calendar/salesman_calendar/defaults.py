"""The kinds of activities and the results that a company begins with."""

from __future__ import annotations

from typing import Final, NamedTuple

import sqlalchemy as sa

from salesman_calendar.models import Kind, Result
from salesman_core.toolkit import writing


class _Usual(NamedTuple):
    """A kind in both languages; of its results those with True are conversations."""

    base: str
    icon: str
    names: dict[str, str]
    results: tuple[tuple[dict[str, str], bool], ...]


KINDS: Final = (
    _Usual(
        "call",
        "phone",
        {"en": "Call", "ru": "Звонок"},
        (
            ({"en": "Agreed", "ru": "Договорились"}, True),
            ({"en": "Asked to call back", "ru": "Просили перезвонить"}, True),
            ({"en": "Refused", "ru": "Отказались"}, True),
            ({"en": "No answer", "ru": "Не ответили"}, False),
            ({"en": "Wrong number", "ru": "Неверный номер"}, False),
        ),
    ),
    _Usual(
        "meeting",
        "users",
        {"en": "Meeting", "ru": "Встреча"},
        (
            ({"en": "Took place", "ru": "Состоялась"}, False),
            ({"en": "Was put off", "ru": "Перенесена"}, False),
            ({"en": "Was called off", "ru": "Отменена"}, False),
        ),
    ),
    _Usual(
        "task",
        "checkbox",
        {"en": "Task", "ru": "Задача"},
        (
            ({"en": "Done", "ru": "Сделано"}, False),
            ({"en": "No longer needed", "ru": "Больше не нужно"}, False),
        ),
    ),
    _Usual(
        "letter",
        "mail",
        {"en": "Letter", "ru": "Письмо"},
        (
            ({"en": "Sent", "ru": "Отправлено"}, False),
            ({"en": "Answered", "ru": "Получен ответ"}, False),
        ),
    ),
)


def make_kinds(language: str) -> None:
    """Make the usual kinds with their results where there are none."""
    with writing() as session:
        if session.scalar(sa.select(sa.exists().where(Kind.id.is_not(None)))):
            return
        for position, usual in enumerate(KINDS):
            session.add(_kind(usual, position, language))


def _kind(usual: _Usual, position: int, language: str) -> Kind:
    results = [
        Result(name=names[language], reached=reached, position=place)
        for place, (names, reached) in enumerate(usual.results)
    ]
    name = usual.names[language]
    return Kind(name=name, icon=usual.icon, base=usual.base, position=position, results=results)
