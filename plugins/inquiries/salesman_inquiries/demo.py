"""The inquiries of the demo company: calls of the last weeks, some still to be processed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from salesman_core.toolkit import reading
from salesman_hookspecs import Demo
from salesman_inquiries import choosing
from salesman_inquiries.becoming import make_deal
from salesman_inquiries.service import create_inquiry

INQUIRIES: Final = 60
DAYS: Final = 30
WAITING: Final = 8
"""So many of the last have no result yet."""
FOR_THE_SELLER: Final = 2
"""Each second of those is passed on to the seller."""
DEALS: Final = 12
"""One of so many becomes a deal."""


@dataclass(frozen=True, slots=True)
class Words:
    """What people say in one language. Nobody is called like this on purpose.

    :param subjects: each with a product, how many and its price.
    :param phone: a pattern with a place for seven digits, of numbers that nobody has.
    """

    people: tuple[str, ...]
    companies: tuple[str, ...]
    subjects: tuple[tuple[str, str, int, int], ...]
    sources: tuple[str, ...]
    steps: tuple[str, ...]
    phone: str


RUSSIAN: Final = Words(
    people=("Галина Крылова", "Павел Ефимов", "Зоя Маркова", "Леонид Шубин", "Рита Оганян"),
    companies=("ООО «Речной порт»", "ИП Панова", "АО «Севермаш»", "ООО «Пекарь»", ""),
    subjects=(
        ("Цена на гофрокороб", "Гофрокороб 400×300", 2000, 38),
        ("Сроки поставки компрессора", "Компрессор винтовой", 1, 412_000),
        ("Нужна упаковочная лента", "Лента 48 мм", 360, 95),
        ("Ремонт пресса", "Выезд мастера", 1, 18_500),
        ("Стеллажи на склад", "Стеллаж 2,5 м", 24, 9_800),
    ),
    sources=("Сайт", "Выставка", "Рекомендация", "Холодный обзвон"),
    steps=("Отправить прайс", "Перезвонить", "Уточнить наличие"),
    phone="8 (976) {:03}-{:02}-{:02}",
)
ENGLISH: Final = Words(
    people=("Gwen Crane", "Paul Evans", "Zoe Marsh", "Leo Shore", "Rita Hogan"),
    companies=("River Port Ltd", "Pan & Daughters", "Northern Works", "The Baker", ""),
    subjects=(
        ("Price of corrugated boxes", "Box 400×300", 2000, 1),
        ("When a compressor can be there", "Screw compressor", 1, 5200),
        ("Packing tape", "Tape 48 mm", 360, 2),
        ("Repair of a press", "Visit of a fitter", 1, 240),
        ("Racks for a warehouse", "Rack 2.5 m", 24, 130),
    ),
    sources=("Site", "Exhibition", "Recommendation", "Cold calls"),
    steps=("Send the price list", "Call back", "Ask what is in stock"),
    phone="+1 202 555 01{2:02}",
)


def tell(demo: Demo) -> None:
    """Note who got in touch in the last weeks, and what came of it."""
    chance = random.Random(f"inquiries {demo.seed}")  # noqa: S311  # a story, not a secret
    words = RUSSIAN if demo.language == "ru" else ENGLISH
    noon = datetime.combine(demo.today, time(9), UTC)
    for number in range(INQUIRIES):
        age = DAYS * (INQUIRIES - number) / INQUIRIES
        moment = noon - timedelta(days=age, minutes=chance.randrange(240))
        waits = number >= INQUIRIES - WAITING
        values = _inquiry(words, chance, waits=waits)
        if waits and number % FOR_THE_SELLER and "seller" in demo.people:
            values["owner_id"] = demo.people["seller"].id
        with demo.at(moment, demo.people["telemarketer"]):
            inquiry_id = create_inquiry(values)
            if number % DEALS == DEALS - 1 and not waits:
                make_deal(inquiry_id, {})


def _inquiry(words: Words, chance: random.Random, *, waits: bool) -> dict[str, Any]:
    subject, product, quantity, price = chance.choice(words.subjects)
    digits = (chance.randrange(1000), chance.randrange(100), chance.randrange(100))
    channels = choosing.channels(reading(), offered=True)
    inquiry: dict[str, Any] = {
        "direction": chance.choice(("incoming", "incoming", "outgoing")),
        "channel_id": chance.choice((channels[0], channels[0], *channels)).id,
        "name": chance.choice(words.people),
        "company": chance.choice(words.companies),
        "phones": [words.phone.format(*digits)],
        "source": chance.choice(words.sources),
        "subject": subject,
        "products": [{"name": product, "quantity": quantity, "price": price}],
    }
    if waits:
        return {**inquiry, "next_step": chance.choice(words.steps)}
    results = choosing.results(reading(), offered=True)
    return {**inquiry, "result_id": chance.choice(results).id}
