"""The pipeline and the reasons that a company begins with."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.db import writing
from salesman_core.deals.models import CloseReason, Pipeline, Stage

PIPELINE: Final = {"en": "Sales", "ru": "Продажи"}
STAGES: Final = (
    (0, 3, {"en": "Request, interest", "ru": "Запрос, интерес"}),
    (10, 7, {"en": "Meeting, presentation", "ru": "Встреча, презентация"}),
    (20, 10, {"en": "Proposal under review", "ru": "Предложение на рассмотрении"}),
    (40, 10, {"en": "Negotiation", "ru": "Переговоры"}),
    (60, 10, {"en": "Contract being agreed", "ru": "Согласование договора"}),
    (70, 5, {"en": "Contract signed, invoice issued", "ru": "Договор подписан, счёт выставлен"}),
    (80, 10, {"en": "Payment or prepayment received", "ru": "Получена оплата или предоплата"}),
    (90, 14, {"en": "Fulfilment", "ru": "Исполнение обязательств"}),
    (100, 7, {"en": "Closing papers", "ru": "Закрывающие документы"}),
)
"""Percent, planned days and name (``product.md``, rule 1)."""

REASONS: Final = (
    {"en": "Price", "ru": "Цена"},
    {"en": "Chose a competitor", "ru": "Выбрали конкурента"},
    {"en": "No budget", "ru": "Нет бюджета"},
    {"en": "No longer needed", "ru": "Больше не нужно"},
    {"en": "No answer", "ru": "Нет ответа"},
    {"en": "Delivery terms", "ru": "Сроки поставки"},
)
NOT_STATED: Final = {"en": "Not stated (import)", "ru": "Не указана (импорт)"}
NOT_STATED_KEY: Final = "import"


def seed_pipeline(language: str) -> None:
    """Make the default pipeline and reasons where there are none."""
    with writing() as session:
        if session.scalar(sa.select(sa.exists().where(Pipeline.id.is_not(None)))):
            return
        stages = [
            Stage(name=names[language], percent=percent, planned_days=days)
            for percent, days, names in STAGES
        ]
        session.add(Pipeline(name=PIPELINE[language], position=0, stages=stages))
        for position, names in enumerate(REASONS):
            session.add(CloseReason(name=names[language], position=position))
        session.add(
            CloseReason(name=NOT_STATED[language], position=len(REASONS), system=NOT_STATED_KEY)
        )
