"""The activities of the demo company: what people did lately, and what they have planned."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_calendar import choosing
from salesman_calendar.defaults import make_kinds
from salesman_calendar.service import create_activity, finish_activity
from salesman_core.toolkit import AnyRow, Client, Deal, company, reading
from salesman_hookspecs import Demo, Person

DEALS: Final = 60
"""So many deals of one's own does each person at most keep activities of."""
PAST_DAYS: Final = 14
AHEAD_DAYS: Final = 10
FORGOTTEN: Final = 0.2
"""The share of deals for which nothing is planned."""
LATE: Final = 0.12
TODAY: Final = 12
"""So many clients has the seller to call or to meet today."""
HOURS: Final = (9, 10, 11, 12, 14, 15, 16, 17)


@dataclass(frozen=True, slots=True)
class Words:
    """What activities are called in one language, and what people say of them.

    :param subjects: what is done for a deal, by the base of the kind.
    :param of_clients: what is done for a client of whom nothing is sold yet, likewise.
    """

    subjects: Mapping[str, tuple[str, ...]]
    of_clients: Mapping[str, tuple[str, ...]]
    said: tuple[str, ...]
    weekly: str


RUSSIAN: Final = Words(
    subjects={
        "call": (
            "Обсудить предложение",
            "Уточнить сроки поставки",
            "Узнать решение",
            "Напомнить об оплате",
        ),
        "meeting": ("Показать образцы", "Осмотр цеха", "Переговоры о цене"),
        "task": ("Посчитать смету", "Собрать документы", "Подготовить договор"),
        "letter": ("Отправить предложение", "Выслать договор на согласование"),
    },
    of_clients={
        "call": (
            "Узнать, как показала себя поставка",
            "Рассказать о новинках",
            "Договориться о встрече",
            "Поздравить и спросить о планах на квартал",
        ),
        "meeting": ("Познакомиться с новым закупщиком", "Показать каталог"),
    },
    said=(
        "Просят скидку три процента",
        "Решают на совещании в четверг",
        "Нужны образцы до конца недели",
        "Ждут подтверждения бюджета",
        "",
    ),
    weekly="Планёрка отдела",
)
ENGLISH: Final = Words(
    subjects={
        "call": ("Discuss the offer", "Ask about delivery", "Hear the decision", "Ask for payment"),
        "meeting": ("Show samples", "Visit the workshop", "Negotiate the price"),
        "task": ("Work out the estimate", "Gather the papers", "Prepare the contract"),
        "letter": ("Send the offer", "Send the contract to be agreed"),
    },
    of_clients={
        "call": (
            "Ask how the delivery turned out",
            "Tell what is new",
            "Arrange a meeting",
            "Ask about the plans for the quarter",
        ),
        "meeting": ("Meet the new buyer", "Show the catalogue"),
    },
    said=(
        "They ask for three percent off",
        "They decide on Thursday",
        "Samples are needed this week",
        "The budget is not confirmed yet",
        "",
    ),
    weekly="Weekly meeting of the team",
)


def tell(demo: Demo) -> None:
    """Write what the people of the demo company did and plan for their open deals."""
    make_kinds(demo.language)
    teller = _Teller(demo)
    for person in {one.id: one for one in demo.people.values()}.values():
        for deal in _open_deals(person):
            teller.tell_of(deal, person)
    if "seller" in demo.people:
        teller.tell_of_weekly(demo.people["seller"])
        teller.tell_of_today(demo.people["seller"])


def _clients(person: Person) -> Sequence[int]:
    """Give clients whose relationship somebody keeps up."""
    own = sa.select(Client.id).where(Client.owner_id == person.id)
    return reading().scalars(own.order_by(Client.id.desc()).limit(TODAY)).all()


def _open_deals(person: Person) -> Sequence[AnyRow]:
    return (
        reading()
        .execute(
            sa.select(Deal.id, Deal.created_at)
            .where(Deal.owner_id == person.id, Deal.outcome.is_(None))
            .order_by(Deal.id.desc())
            .limit(DEALS)
        )
        .all()
    )


class _Teller:
    """What it takes to tell of deals, one after the other."""

    def __init__(self, demo: Demo) -> None:
        session = reading()
        self._demo = demo
        self._words = RUSSIAN if demo.language == "ru" else ENGLISH
        self._chance = random.Random(f"calendar {demo.seed}")  # noqa: S311  # a story, not a secret
        self._kinds = {row.base: row.id for row in choosing.kinds(session, offered=True)}
        self._results = {
            id_: [row.id for row in choosing.results(session, id_)] for id_ in self._kinds.values()
        }

    def tell_of(self, deal: AnyRow, person: Person) -> None:
        """Tell what was done for a deal, and what is planned."""
        ago = self._chance.randrange(1, PAST_DAYS)
        planned_at = self._moment(-ago, 9) - timedelta(days=1)
        if planned_at > deal.created_at:
            with self._demo.at(planned_at, person):
                values = self._activity(deal, day=-ago)
                activity_id = create_activity(values)
            with self._demo.at(self._moment(-ago, 17), person):
                finish_activity(activity_id, self._outcome(values["kind_id"]))
        if self._chance.random() < FORGOTTEN:
            return
        ahead = -1 if self._chance.random() < LATE else self._chance.randrange(AHEAD_DAYS)
        with self._demo.at(max(self._moment(-1, 10), deal.created_at), person):
            create_activity(self._activity(deal, day=ahead))

    def tell_of_weekly(self, person: Person) -> None:
        """Plan what comes again each Monday morning."""
        monday = self._demo.today + timedelta(days=7 - self._demo.today.weekday())
        with self._demo.at(self._moment(-1, 11), person):
            create_activity(
                {
                    "kind_id": self._kinds["meeting"],
                    "subject": self._words.weekly,
                    "starts_at": datetime.combine(monday, time(9, 30), company().tz),
                    "minutes": 30,
                    "recurrence": "FREQ=WEEKLY",
                }
            )

    def tell_of_today(self, person: Person) -> None:
        """Fill the day of somebody with calls to clients: half of them in the morning."""
        with self._demo.at(self._moment(-1, 11), person):
            for place, client_id in enumerate(_clients(person)):
                base = "meeting" if place % 5 == 4 else "call"  # noqa: PLR2004  # one in five
                create_activity(
                    {
                        "kind_id": self._kinds[base],
                        "subject": self._chance.choice(self._words.of_clients[base]),
                        "client_id": client_id,
                        "starts_at": self._moment(0, HOURS[place * len(HOURS) // TODAY])
                        + timedelta(minutes=30 * (place % 2)),
                        "minutes": 60 if base == "meeting" else 15,
                    }
                )

    def _activity(self, deal: AnyRow, day: int) -> dict[str, Any]:
        base = self._chance.choice(("call", "call", "meeting", "task", "letter"))
        timed = base in {"call", "meeting"}
        moment = self._moment(day, self._chance.choice(HOURS))
        return {
            "kind_id": self._kinds[base],
            "subject": self._chance.choice(self._words.subjects[base]),
            "deal_id": deal.id,
            "priority": "high" if self._chance.random() < LATE else "normal",
            **({"starts_at": moment, "minutes": 30} if timed else {"day": moment.date()}),
        }

    def _outcome(self, kind_id: int) -> dict[str, Any]:
        result_id = self._chance.choice(self._results[kind_id])
        return {"result_id": result_id, "result_text": self._chance.choice(self._words.said)}

    def _moment(self, days: int, hour: int) -> datetime:
        """Give an hour of the company's clock, so many days from the demo's today; no Sunday."""
        day = self._demo.today + timedelta(days=days)
        day += timedelta(days=-1 if days < 0 else 1) * (day.isoweekday() == 7)  # noqa: PLR2004
        return datetime.combine(day, time(hour), company().tz).astimezone(UTC)
