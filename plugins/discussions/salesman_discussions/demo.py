"""The discussions of the demo company: what its people agree about their open deals."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import AnyRow, Deal, company, reading
from salesman_discussions.messages import post_message
from salesman_discussions.reading_state import note_read
from salesman_discussions.service import close_thread, open_thread
from salesman_hookspecs import Demo, Person

DEALS: Final = 6
"""So many deals of each person at most are discussed."""
PAST_DAYS: Final = 10
CLOSED: Final = 0.35


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said in one discussion.

    :param asks: with ``{name}`` for the colleague who is named.
    :param with_role: the preset role of that colleague.
    """

    subject: str
    asks: str
    with_role: str
    answer: str
    decision: str


RUSSIAN: Final = (
    Talk(
        "Отсрочка платежа",
        "@{name}, клиент просит отсрочку **30 дней**. В договоре у нас 10. Согласуем?",
        "lawyer",
        "Согласую 20 дней с пунктом о пенях:\n\n> 0,1 % за каждый день просрочки",
        "Отсрочка 20 дней, пени 0,1 % в день",
    ),
    Talk(
        "Документы к отгрузке",
        "@{name}, подготовьте, пожалуйста:\n\n- счёт\n- накладную\n- доверенность",
        "assistant",
        "Счёт готов, остальное завтра до обеда.",
        "Документы переданы клиенту",
    ),
    Talk(
        "Скидка за объём",
        "@{name}, просят 7 % при заказе от десяти штук. Наша маржа это выдержит.",
        "head",
        "Не больше 5 %, и предоплата половины.",
        "Скидка 5 % при предоплате 50 %",
    ),
)
ENGLISH: Final = (
    Talk(
        "Terms of payment",
        "@{name}, the client asks for **30 days**. Our contract says 10. Shall we agree?",
        "lawyer",
        "I agree to 20 days, with this clause:\n\n> 0.1 % for each day of delay",
        "20 days, and 0.1 % for each day of delay",
    ),
    Talk(
        "Papers for the delivery",
        "@{name}, please prepare:\n\n- the invoice\n- the delivery note\n- the power of attorney",
        "assistant",
        "The invoice is ready, the rest comes tomorrow before noon.",
        "The client has the papers",
    ),
    Talk(
        "Discount for the quantity",
        "@{name}, they ask for 7 % from ten pieces on. Our margin bears it.",
        "head",
        "Not more than 5 %, and half of it paid in advance.",
        "5 %, with half paid in advance",
    ),
)


def tell(demo: Demo) -> None:
    """Write what the people of the demo company discuss about their open deals."""
    chance = random.Random(f"discussions {demo.seed}")  # noqa: S311  # a story, not a secret
    talks = RUSSIAN if demo.language == "ru" else ENGLISH
    for person in {one.id: one for one in demo.people.values()}.values():
        for number, deal in enumerate(_open_deals(person)):
            talk = talks[number % len(talks)]
            colleague = demo.people.get(talk.with_role)
            if colleague is not None and colleague.id != person.id:
                _tell(demo, chance, deal, person, colleague, talk)


def _open_deals(person: Person) -> Sequence[AnyRow]:
    own = sa.select(Deal.id, Deal.created_at).where(
        Deal.owner_id == person.id, Deal.outcome.is_(None)
    )
    return reading().execute(own.order_by(Deal.id.desc()).limit(DEALS)).all()


def _tell(  # noqa: PLR0917  # who says what to whom about which deal
    demo: Demo,
    chance: random.Random,
    deal: AnyRow,
    person: Person,
    colleague: Person,
    talk: Talk,
) -> None:
    ago = chance.randrange(1, PAST_DAYS)
    begins = _moment(demo, ago, 10)
    if begins <= deal.created_at:
        return
    with demo.at(begins, person):
        text = talk.asks.format(name=colleague.name)
        values = {"subject": talk.subject, "text": text, "deal_id": deal.id}
        thread_id = open_thread({**values, "participant_ids": [colleague.id]})
    with demo.at(_moment(demo, ago, 15), colleague):
        note_read(thread_id, 1)
        post_message(thread_id, {"text": talk.answer})
    if chance.random() < CLOSED:
        with demo.at(_moment(demo, ago, 17), person):
            close_thread(thread_id, talk.decision)


def _moment(demo: Demo, days_ago: int, hour: int) -> datetime:
    day = demo.today - timedelta(days=days_ago)
    return datetime.combine(day, time(hour), company().tz).astimezone(UTC)
