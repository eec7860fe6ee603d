"""The leads of the demo company: some wait, some are worked on, some came to something."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from salesman_hookspecs import Demo
from salesman_leads.service import close_lead, create_lead, qualify_lead, take_lead

LEADS: Final = 40
DAYS: Final = 30
CONVERTED: Final = 0.4
STRANGERS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Words:
    """What leads say in one language. Nobody is called like this on purpose.

    :param phone: a pattern with a place for seven digits, of numbers that nobody has.
    """

    people: tuple[str, ...]
    companies: tuple[str, ...]
    wishes: tuple[str, ...]
    sources: tuple[str, ...]
    phone: str
    duplicate: str


RUSSIAN: Final = Words(
    people=(
        "Алексей Гордеев",
        "Марина Соболева",
        "Игорь Латышев",
        "Вера Пахомова",
        "Тимур Асланов",
        "Дарья Кузьмина",
        "Роман Щербаков",
        "Ольга Ветрова",
    ),
    companies=("ООО «Северный цех»", "ИП Рябов", "АО «Станкомаш-Юг»", "ООО «Волга Пак»", ""),
    wishes=(
        "Нужна цена на гофрокороб, тираж от тысячи.",
        "Перезвоните по поводу компрессора, пожалуйста.",
        "Есть ли сервисный договор на гидравлический пресс?",
        "Ищем поставщика упаковочной ленты на сезон.",
        "Хотим приехать посмотреть токарный станок.",
    ),
    sources=("Сайт", "Выставка", "Холодный обзвон", "Рекомендация"),
    phone="8 (976) {:03}-{:02}-{:02}",
    duplicate="Уже писали на прошлой неделе.",
)
ENGLISH: Final = Words(
    people=(
        "Alice Gordon",
        "Martin Sobel",
        "Irene Latch",
        "Victor Pike",
        "Theo Aslan",
        "Doris Cooper",
        "Ronan Shore",
        "Olive Winter",
    ),
    companies=("North Works Ltd", "Ryan & Sons", "Southern Machines Inc", "Volga Pack Ltd", ""),
    wishes=(
        "Please quote for corrugated boxes, a thousand or more.",
        "Call me back about the compressor, please.",
        "Do you service hydraulic presses?",
        "We look for somebody who delivers packing tape all season.",
        "We would like to come and see the lathe.",
    ),
    sources=("Site", "Exhibition", "Cold calls", "Recommendation"),
    phone="+1 202 555 01{2:02}",
    duplicate="They wrote last week already.",
)


def tell(demo: Demo) -> None:
    """Write the leads of the last weeks."""
    chance = random.Random(f"leads {demo.seed}")  # noqa: S311  # a story, not a secret
    words = RUSSIAN if demo.language == "ru" else ENGLISH
    for number in range(LEADS):
        _tell_one(demo, words, chance, age=DAYS * (LEADS - number) / LEADS)


def _tell_one(demo: Demo, words: Words, chance: random.Random, age: float) -> None:
    """Tell of one lead; the older it is, the likelier something came of it."""
    noon = datetime.combine(demo.today, time(9), UTC)
    came = noon - timedelta(days=age, minutes=chance.randrange(240))
    caller = demo.people["telemarketer"]
    with demo.at(came, demo.people["marketer"]):
        lead_id = create_lead(_said(words, chance))
    if age < chance.uniform(0, 6):
        return
    with demo.at(came + timedelta(hours=chance.uniform(1, 20)), caller):
        take_lead(lead_id)
    if age < chance.uniform(2, 12):
        return
    with demo.at(came + timedelta(hours=21), caller):
        _finish(lead_id, words, chance)


def _finish(lead_id: int, words: Words, chance: random.Random) -> None:
    if chance.random() < CONVERTED:
        qualify_lead(lead_id, {"deal_name": chance.choice(words.wishes).rstrip(".?")})
    elif chance.random() < STRANGERS:
        close_lead(lead_id, "not_our_customer")
    else:
        close_lead(lead_id, "duplicate", words.duplicate)


def _said(words: Words, chance: random.Random) -> dict[str, object]:
    digits = (chance.randrange(1000), chance.randrange(100), chance.randrange(100))
    return {
        "name": chance.choice(words.people),
        "company": chance.choice(words.companies),
        "text": chance.choice(words.wishes),
        "source": chance.choice(words.sources),
        "phones": [words.phone.format(*digits)],
    }
