"""The stations, reasons and rules that a company begins with."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from salesman_conveyor.models import PROGRESS, WON, Reason, Rule, Station
from salesman_core.toolkit import writing

STATIONS: Final = (
    ({"en": "Marketing", "ru": "Маркетинг"}, 480, True, ()),
    (
        {"en": "Sale", "ru": "Продажа"},
        120,
        True,
        ({"en": "It is clear what they want", "ru": "Понятно, чего хочет клиент"},),
    ),
    (
        {"en": "Paperwork", "ru": "Оформление"},
        240,
        False,
        ({"en": "Terms and price are agreed", "ru": "Условия и цена согласованы"},),
    ),
    (
        {"en": "Service", "ru": "Сервис"},
        480,
        False,
        ({"en": "The papers are signed", "ru": "Документы подписаны"},),
    ),
)
"""Names, working minutes until it should be taken up, whether the owner changes, and points."""

REASONS: Final = (
    {"en": "Something is missing", "ru": "Не хватает данных"},
    {"en": "Not agreed with the client", "ru": "Не согласовано с клиентом"},
    {"en": "Not for this station", "ru": "Не наш участок"},
    {"en": "Mistakes in it", "ru": "Есть ошибки"},
)

RULES: Final[tuple[tuple[int, dict[str, Any]], ...]] = (
    (2, {"on_what": PROGRESS, "percent": 60}),
    (3, {"on_what": WON}),
)
"""To paperwork at 60 %, to service when won: there to be switched on once people work there."""


def make_stations(language: str) -> None:
    """Make the usual stations with their rules, and reasons, each where there are none."""
    with writing() as session:
        if not session.scalar(sa.select(sa.exists().where(Station.id.is_not(None)))):
            made = [
                Station(
                    name=names[language],
                    take_up_minutes=minutes,
                    takes_over=takes_over,
                    required=[],
                    points=[one[language] for one in points],
                    position=position,
                )
                for position, (names, minutes, takes_over, points) in enumerate(STATIONS)
            ]
            session.add_all(made)
            session.flush()
            session.add_all(
                Rule(station_id=made[place].id, active=False, **values) for place, values in RULES
            )
        if not session.scalar(sa.select(sa.exists().where(Reason.id.is_not(None)))):
            session.add_all(
                Reason(name=names[language], position=position)
                for position, names in enumerate(REASONS)
            )
