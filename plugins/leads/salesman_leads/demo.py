"""The leads of the demo company: some wait, some are worked on, some came to something."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from salesman_core.toolkit import reading
from salesman_hookspecs import Demo
from salesman_leads.channels.demo import tags_of_a_lead, tell_channels
from salesman_leads.distribution.service import add_rule
from salesman_leads.intake import create_lead
from salesman_leads.qualifying import qualify_lead
from salesman_leads.queries import offered_results
from salesman_leads.queue.models import INTEREST, NO_ANSWER
from salesman_leads.queue.queries import call_results
from salesman_leads.queue.service import record_attempt
from salesman_leads.service import change_lead, close_lead

LEADS: Final = 40
DAYS: Final = 30
CONVERTED: Final = 0.4
STRANGERS: Final = 0.5
UNREACHED: Final = 0.4
"""The share of first calls that nobody answers."""
PRIVATE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Words:
    """What leads say in one language. Nobody is called like this on purpose.

    :param people: given names, each with the surnames that agree with them.
    :param wishes: what a deal about it is called, and what they write.
    :param phone: a pattern with a place for seven digits, of numbers that nobody has.
    """

    people: tuple[tuple[str, str], ...]
    companies: str
    wishes: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    phone: str
    duplicate: str


RUSSIAN: Final = Words(
    people=(
        (
            "Алексей Игорь Тимур Роман Виктор Степан Глеб Артём",
            "Гордеев Латышев Асланов Щербаков Зорин Куликов Рыжов Титов Фролов Чесноков",
        ),
        (
            "Марина Вера Дарья Ольга Нина Лариса Инна Юлия",
            "Соболева Пахомова Кузьмина Ветрова Зорина Куликова Рыжова Титова Фролова Чеснокова",
        ),
    ),
    companies="""
        ООО «Северный цех»
        ИП Рябов
        АО «Станкомаш-Юг»
        ООО «Волга Пак»
        ООО «Тепловик»
        ИП Гусева
        ООО «Лесной двор»
        АО «Приборист»
        ООО «Мельница на Оке»
        ООО «Каскад-Монтаж»
        ИП Ахметов
        ООО «Белый парус»
    """,
    wishes=(
        ("Гофрокороб, тираж от тысячи", "Нужна цена на гофрокороб, тираж от тысячи."),
        ("Компрессор", "Перезвоните по поводу компрессора, пожалуйста."),
        ("Сервис пресса", "Есть ли сервисный договор на гидравлический пресс?"),
        ("Упаковочная лента на сезон", "Ищем поставщика упаковочной ленты на сезон."),
        ("Токарный станок", "Хотим приехать посмотреть токарный станок."),
        ("Стеллажи для склада", "Сколько стоят стеллажи на склад в 400 метров?"),
        ("Кран-балка", "Нужна кран-балка на три тонны, есть ли в наличии?"),
        ("Обучение мастеров", "Проводите ли обучение мастеров у нас в цеху?"),
    ),
    sources=("Сайт", "Выставка", "Холодный обзвон", "Рекомендация"),
    phone="8 (976) {:03}-{:02}-{:02}",
    duplicate="Уже писали на прошлой неделе.",
)
ENGLISH: Final = Words(
    people=(
        (
            "Alice Martin Irene Victor Theo Doris Ronan Olive Grace Hugo Nora Simon",
            "Gordon Sobel Latch Pike Aslan Cooper Shore Winter Fields Harper Marsh Quill",
        ),
    ),
    companies="""
        North Works Ltd
        Ryan & Sons
        Southern Machines Inc
        Volga Pack Ltd
        Warm House Ltd
        Goose Lane Bakery
        Forest Yard Ltd
        Gauge & Meter Inc
        Mill on the River Ltd
        Cascade Fitters
        Ahmed Trading
        White Sail Ltd
    """,
    wishes=(
        ("Corrugated boxes", "Please quote for corrugated boxes, a thousand or more."),
        ("Compressor", "Call me back about the compressor, please."),
        ("Service of a press", "Do you service hydraulic presses?"),
        ("Packing tape for a season", "We look for somebody who delivers packing tape all season."),
        ("Lathe", "We would like to come and see the lathe."),
        ("Racks for a warehouse", "What do racks for 400 square metres cost?"),
        ("Bridge crane", "Do you have a bridge crane for three tons in stock?"),
        ("Training of foremen", "Do you train foremen at our place?"),
    ),
    sources=("Site", "Exhibition", "Cold calls", "Recommendation"),
    phone="+1 202 555 01{2:02}",
    duplicate="They wrote last week already.",
)


def tell(demo: Demo) -> None:
    """Write the leads of the last weeks, and the rule by which some of them were dealt."""
    chance = random.Random(f"leads {demo.seed}")  # noqa: S311  # a story, not a secret
    words = RUSSIAN if demo.language == "ru" else ENGLISH
    _make_rule(demo, words)
    tell_channels(demo)
    ways = random.Random(f"channels {demo.seed}")  # noqa: S311  # as above
    for number in range(LEADS):
        tags = tags_of_a_lead(demo, ways)
        _tell_one(demo, words, chance, age=DAYS * (LEADS - number) / LEADS, tags=tags)


def _make_rule(demo: Demo, words: Words) -> None:
    """Let what comes from the first source go to those who call, in turn."""
    source, head = words.sources[0], demo.people["head"]
    people = [{"user_id": demo.people[role].id} for role in ("telemarketer", "marketer")]
    began = datetime.combine(demo.today, time(9), UTC) - timedelta(days=DAYS + 2)
    with demo.at(began, head):
        add_rule(
            {
                "name": source,
                "sources": [source],
                "method": "in_turn",
                "members": people,
                "coordinator_id": head.id,
            }
        )


def _tell_one(
    demo: Demo, words: Words, chance: random.Random, age: float, tags: Mapping[str, str]
) -> None:
    """Tell of one lead; the older it is, the likelier something came of it."""
    noon = datetime.combine(demo.today, time(9), UTC) - timedelta(days=1)  # so all is over today
    came = noon - timedelta(days=age, minutes=chance.randrange(240))
    caller = demo.people["telemarketer"]
    with demo.at(came, demo.people["marketer"]):
        wish, text = chance.choice(words.wishes)
        lead_id = create_lead({**_who(words, chance), **tags, "text": text})
    if age < chance.uniform(0, 6):
        return
    with demo.at(came + timedelta(hours=chance.uniform(1, 20)), caller):
        reached = _call(lead_id, NO_ANSWER if chance.random() < UNREACHED else INTEREST)
        if reached:
            change_lead(lead_id, {"owner_id": demo.people["seller"].id})
    if age < chance.uniform(2, 12):
        return
    with demo.at(came + timedelta(hours=21), caller):
        _finish(lead_id, wish, words, chance)


def _call(lead_id: int, base: str) -> bool:
    """Say what came of a call, what counts as *base*; tell whether somebody answered."""
    result_id = next(one.id for one in call_results(reading(), offered=True) if one.base == base)
    record_attempt(lead_id, {"call_result_id": result_id})
    return base != NO_ANSWER


def _finish(lead_id: int, wish: str, words: Words, chance: random.Random) -> None:
    if chance.random() < CONVERTED:
        qualify_lead(lead_id, {"deal_name": wish})
    elif chance.random() < STRANGERS:
        close_lead(lead_id, _result("not_our_customer"))
    else:
        close_lead(lead_id, _result("duplicate"), words.duplicate)


def _result(base: str) -> int:
    """Give a result that counts as *base*."""
    return next(int(one.id) for one in offered_results(reading()) if one.base == base)


def _who(words: Words, chance: random.Random) -> dict[str, object]:
    digits = (chance.randrange(1000), chance.randrange(100), chance.randrange(100))
    given, surnames = (names.split() for names in chance.choice(words.people))
    companies = [*filter(None, map(str.strip, words.companies.splitlines()))]
    private = chance.random() < PRIVATE
    return {
        "name": f"{chance.choice(given)} {chance.choice(surnames)}",
        "company": "" if private else chance.choice(companies),
        "source": chance.choice(words.sources),
        "phones": [words.phone.format(*digits)],
    }
