"""The conveyor of the demo company: four stations, deals on their way, and one that came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_conveyor import service, stations
from salesman_conveyor.defaults import make_stations
from salesman_conveyor.models import Station, StationPerson
from salesman_core.toolkit import Deal, InvalidError, company, reading, worktime, writing
from salesman_hookspecs import Demo, Person

AT_STATIONS: Final = (
    ("marketer", "telemarketer"),
    ("seller",),
    ("assistant", "lawyer"),
    ("service",),
)
"""The roles whose first person works at each station."""
DEALS: Final = 24
DAYS: Final = 20


@dataclass(frozen=True, slots=True)
class Words:
    """What is said on the conveyor in one language."""

    notes: tuple[str, ...]
    points: tuple[str, ...]
    reason: str


WORDS: Final = {
    "ru": Words(
        ("Ждут предложение до пятницы", "Договорились о встрече", "Просят скидку три процента", ""),
        ("Уточнить реквизиты", "Подписать спецификацию", "Согласовать срок поставки"),
        "Нет реквизитов и подписанта",
    ),
    "en": Words(
        (
            "They wait for an offer by Friday",
            "A meeting is arranged",
            "They ask for three percent",
            "",
        ),
        ("Ask for their bank details", "Have the specification signed", "Agree the delivery date"),
        "No bank details, nobody to sign",
    ),
}


def tell(demo: Demo) -> None:
    """Let people work at the stations, and deals go from one to the next."""
    make_stations(demo.language)
    people = [[demo.people[role] for role in roles if role in demo.people] for roles in AT_STATIONS]
    places = _staff(people)
    if len(places) < len(AT_STATIONS) or not all(people):
        return
    for number, deal_id in enumerate(_deals(demo, people[1][0])):
        _tell_deal(demo, deal_id, number, places, [one[0] for one in people])


def _staff(people: Sequence[Sequence[Person]]) -> list[int]:
    with writing() as session:
        rows = session.scalars(sa.select(Station).order_by(Station.position)).all()
        for station, there in zip(rows, people, strict=False):
            station.people = [StationPerson(user_id=one.id) for one in there]
        return [one.id for one in rows[: len(people)]]


def _deals(demo: Demo, seller: Person) -> list[int]:
    open_ones = sa.select(Deal.id).where(
        Deal.id.in_(demo.deal_ids), Deal.owner_id == seller.id, Deal.outcome.is_(None)
    )
    return list(reading().scalars(open_ones.order_by(Deal.id).limit(DEALS)))


def _tell_deal(
    demo: Demo, deal_id: int, number: int, places: Sequence[int], people: Sequence[Person]
) -> None:
    """Let a deal go as far as its number says; every fifth came back from paperwork."""
    words = WORDS[demo.language]
    day = demo.today - timedelta(days=DAYS - number % DAYS)
    moment = datetime.combine(day, time(9, 10 * (number % 5)), company().tz).astimezone(UTC)
    end = datetime.combine(demo.today, time(9), company().tz).astimezone(UTC)
    seller, ticked = people[1], {one.row.id: one.row.points for one in stations.stations(reading())}
    for step, place in enumerate((2, 3)[: 1 + number % 2]):
        values: dict[str, Any] = {
            "station_id": places[place],
            "note": words.notes[number % len(words.notes)],
            "open_points": [words.points[number % len(words.points)]],
            "points": ticked[places[place]],
        }
        giver = seller if step == 0 else people[2]
        moment = worktime().later(moment, 60 + 35 * (number % 4))
        if moment >= end:
            return
        handover_id = _given(demo, moment, giver, deal_id, values)
        moment = worktime().later(moment, 30 * (number % 7) + 40 * place)
        if handover_id is None or number % 4 == 0 or moment >= end:
            return
        with demo.at(moment, people[place]):
            service.take(handover_id)
        moment = worktime().later(moment, 90 + 50 * (number % 6))
        if number % 5 == 1 and step == 0 and moment < end:
            with demo.at(moment, people[place]):
                service.return_handover(handover_id, None, words.reason)
            return


def _given(
    demo: Demo, moment: datetime, giver: Person, deal_id: int, values: dict[str, Any]
) -> int | None:
    try:
        with demo.at(moment, giver):
            return service.hand_over("deal", deal_id, values)
    except InvalidError:
        return None
