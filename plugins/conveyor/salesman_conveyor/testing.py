"""How tests make handovers: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from salesman_conveyor.models import Handover, Station, StationPerson
from salesman_conveyor.service import hand_over
from salesman_core.toolkit import AnyRow, Client, create_client, now, reading, writing

PLANTED: Final = "Planted"


@dataclass(frozen=True, slots=True)
class Line:
    """Four stations, by what they do, and a person at each."""

    marketing: int
    sale: int
    paperwork: int
    service: int
    marketer: int
    seller: int
    assistant: int
    servant: int


def stay(handover_id: int) -> AnyRow:
    """Give what a handover holds, whoever may see it."""
    return next(row for row in stays() if row.id == handover_id)


def stays(deal_id: int | None = None) -> Sequence[AnyRow]:
    """Give what all handovers hold, or those of a deal, in their order."""
    columns = Handover.__table__.c
    every = sa.select(*columns).order_by(columns.given_at, columns.id)
    every = every if deal_id is None else every.where(columns.deal_id == deal_id)
    return reading().execute(every).all()


def staff(place: int, user_id: int) -> int:
    """Let somebody work at the station of a place, from 0; give its id."""
    with writing() as session:
        station = session.scalars(sa.select(Station).order_by(Station.position)).all()[place]
        if all(one.user_id != user_id for one in station.people):
            station.people.append(StationPerson(user_id=user_id))
        station.points = []
        return station.id


def make_handovers(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a handover of a deal that waits for its owner, and one of a client in their work.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and the client and deal that are handed over.
    """
    paper = _station_of_everybody(ids["owner_id"])
    told: dict[str, Any] = {"station_id": paper, "person_id": ids["owner_id"]}
    told |= {"note": text("note"), "open_points": [text("point")]}
    kinds = [kind for kind in ("deal", "client") if f"{kind}_id" in ids]
    if not kinds:
        return [_of_what_is_binned(told)]
    return [hand_over(kind, ids[f"{kind}_id"], told) for kind in kinds]


def _of_what_is_binned(told: Mapping[str, Any]) -> int:
    """Make a handover that nobody sees: whoever sees its client or deal sees every other one."""
    client_id = create_client({"name": "Acme"})
    handover_id = hand_over("client", client_id, told)
    with writing() as session:
        gone = sa.update(Client).where(Client.id == client_id).values(deleted_at=now())
        session.execute(gone)
    return handover_id


def _station_of_everybody(user_id: int) -> int:
    """Let somebody work at a station whose name, as that of each, everybody knows."""
    with writing() as session:
        station = session.scalar(sa.select(Station).where(Station.name == PLANTED))
        if station is None:
            station = Station(name=PLANTED, required=[], points=[], position=9)
            session.add(station)
        if all(one.user_id != user_id for one in station.people):
            station.people.append(StationPerson(user_id=user_id))
        session.flush()
        return station.id


FACTORIES: Final = {"conveyor.handover": make_handovers}
