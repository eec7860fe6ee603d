"""The company that is measured: written by bulk SQL, from a seeded generator.

The same number of deals gives the same company in every run and on every database. Nobody's deals
are special: each seller has as many as the others, each client about twenty.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.clients.models import Client, ClientEvidence, Contact, Rung
from salesman_core.db import db, insert_rows, reading, table_of
from salesman_core.deals.kept import count_deals
from salesman_core.deals.models import (
    CloseReason,
    Deal,
    DealContact,
    DealExternalId,
    DealMove,
    DealParticipant,
    Stage,
)
from salesman_core.testing.people import Make

SELLERS: Final = 30
DEALS_OF_A_CLIENT: Final = 20
_SEED: Final = 8800
_ROWS_AT_ONCE: Final = 5_000
_BEGINNING: Final = datetime(2024, 1, 1, 6, tzinfo=UTC)
_SECONDS: Final = 2 * 365 * 86_400
_ZONE: Final = ZoneInfo("Europe/Moscow")
_GOODS: Final = ("Pumps", "Valves", "Насосы", "Клапаны", "Фильтры", "Service contract")
_SELLER: Final = "Seller"
_HEAD: Final = "Head of sales"
_PLACES: Final = ("north plant", "depot", "Тверь", "Самара", "second line", "Казань")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Company:
    """A database with deals in it.

    :param deals: so many are there.
    :param seller_id: somebody who sees their own deals only.
    :param head_id: somebody who sees all.
    """

    deals: int
    seller_id: int
    head_id: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rows refer to."""

    sellers: tuple[int, ...]
    stages: tuple[int, ...]
    pipeline_id: int
    reasons: tuple[int, ...]
    rungs: tuple[int, ...]


def found_company(app: Flask, deals: int) -> Company:
    """Fill the database of *app*, which ``salesman init`` has made, with a company."""
    make = Make(app)
    sellers = tuple(make.user("seller", name=f"{_SELLER} {number}") for number in range(SELLERS))
    make.user("head", name=_HEAD)
    setting = _setting(sellers)
    with db.engine.begin() as connection:
        for model, rows in tables(setting, deals):
            _write(connection, model, rows)
    _settle()
    count_deals()  # as the job does
    _settle()
    db.session.rollback()  # what it has read so far is of before
    return known_company()


def known_company() -> Company:
    """Give the company of which the database of the application is full."""
    ids = dict(reading().execute(sa.select(User.name, User.id)).all())
    deals = reading().scalar(sa.select(sa.func.count(Deal.id))) or 0
    return Company(deals, seller_id=ids[f"{_SELLER} 0"], head_id=ids[_HEAD])


def _setting(sellers: tuple[int, ...]) -> Setting:
    session = reading()
    stages = session.execute(sa.select(Stage.id, Stage.pipeline_id).order_by(Stage.percent)).all()
    return Setting(
        sellers=sellers,
        stages=tuple(stage.id for stage in stages),
        pipeline_id=stages[0].pipeline_id,
        reasons=tuple(session.scalars(sa.select(CloseReason.id).order_by(CloseReason.id))),
        rungs=tuple(session.scalars(sa.select(Rung.id).order_by(Rung.position))),
    )


def _write(connection: sa.Connection, model: type[Any], rows: Iterator[Row]) -> None:
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        insert_rows(connection, table_of(model), some)


def _settle() -> None:
    """Bring PostgreSQL to where a running server is: counters set, tables vacuumed."""
    if db.engine.dialect.name != "postgresql":
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for model in (Client, Contact, Deal):
            table = model.__tablename__
            highest = f"SELECT max(id) FROM {table}"
            set_ = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), ({highest}))"
            connection.execute(sa.text(set_))
        connection.execute(sa.text("VACUUM ANALYZE"))


def tables(setting: Setting, deals: int) -> Iterator[tuple[type[Any], Iterator[Row]]]:
    """Give the rows of every table, in the order in which they can be written."""
    clients = max(1, deals // DEALS_OF_A_CLIENT)
    yield Client, (_client(setting, number) for number in range(1, clients + 1))
    yield Contact, (_contact(number) for number in range(1, clients + 1))
    yield Deal, _deals(setting, deals)
    yield DealMove, (row for deal in _deals(setting, deals) for row in _moves(setting, deal))
    yield ClientEvidence, (row for deal in _deals(setting, deals) for row in _evidence(deal))
    yield DealParticipant, (_participant(setting, id_) for id_ in range(1, deals + 1, 25))
    yield (
        DealExternalId,
        (
            {"record_id": id_, "source": "accounting", "key": f"A-{id_}"}
            for id_ in range(1, deals + 1, 3)
        ),
    )
    yield (
        DealContact,
        (
            {"deal_id": deal["id"], "contact_id": deal["client_id"]}
            for deal in _deals(setting, deals)
            if deal["id"] % 5 == 0
        ),
    )


def _client(setting: Setting, number: int) -> Row:
    moment = _BEGINNING - timedelta(days=1)
    return {
        "id": number,
        "kind": "company",
        "name": f"Client {number}",
        "search_name": f"Client {number}",
        "owner_id": setting.sellers[number % SELLERS],
        "rung_id": setting.rungs[-1],
        "created_at": moment,
        "updated_at": moment,
    }


def _contact(number: int) -> Row:
    moment = _BEGINNING - timedelta(days=1)
    return {
        "id": number,
        "client_id": number,
        "name": f"Contact {number}",
        "search_name": f"Contact {number}",
        "primary": True,
        "created_at": moment,
        "updated_at": moment,
    }


def _deals(setting: Setting, deals: int) -> Iterator[Row]:
    chance = random.Random(_SEED)  # noqa: S311  # the same company each time is the point
    clients = max(1, deals // DEALS_OF_A_CLIENT)
    for id_ in range(1, deals + 1):
        created = _BEGINNING + timedelta(seconds=_SECONDS * id_ // deals)
        name = f"{chance.choice(_GOODS)}, {chance.choice(_PLACES)} {id_}"
        amount = Decimal(chance.randrange(1_000, 90_000_000)).scaleb(-2)
        yield {
            "id": id_,
            "name": name,
            "search_name": name,
            "client_id": id_ % clients + 1,
            "pipeline_id": setting.pipeline_id,
            "stage_id": chance.choice(setting.stages),
            "stage_since": created,
            "amount": amount,
            "cost": (amount * chance.randrange(40, 95) / 100).quantize(Decimal("0.01")),
            "currency": "RUB",
            "owner_id": setting.sellers[id_ // 7 % SELLERS],
            "opened_on": created.date(),
            "expected_on": created.date() + timedelta(days=chance.randrange(10, 120)),
            "imported": {"row": id_} if id_ % 4 == 0 else {},
            "created_at": created,
            "updated_at": created,
            **_outcome(setting, chance, created.date()),
        }


def _outcome(setting: Setting, chance: random.Random, opened: date) -> Row:
    """Give how a deal ended; one in four is still open."""
    drawn = chance.random()
    if drawn < 0.25:  # see above
        return {"outcome": None, "reason_id": None, "closed_on": None}
    day = opened + timedelta(days=chance.randrange(1, 90))
    if drawn < 0.6:  # of those that are closed, nearly half were won
        return {"outcome": "won", "reason_id": None, "closed_on": day}
    return {"outcome": "lost", "reason_id": chance.choice(setting.reasons), "closed_on": day}


def _moves(setting: Setting, deal: Row) -> Iterator[Row]:
    """Give the way of a deal: up to two moves to the stage where it stands, and its closing."""
    last = setting.stages.index(deal["stage_id"])
    at, stood, before = deal["created_at"], timedelta(0), None
    for place in range(max(0, last - deal["id"] % 3), last + 1):
        action = "open" if before is None else "move"
        yield _step(deal, action, (before, setting.stages[place]), at, stood)
        before = setting.stages[place]
        stood = timedelta(days=deal["id"] * 7 % 40 + 1, hours=place)
        at += stood
    if deal["outcome"] is not None:
        closing = {name: deal[name] for name in ("outcome", "reason_id")}
        yield _step(deal, "close", (before, deal["stage_id"]), at, stood) | closing


def _step(
    deal: Row, action: str, way: tuple[int | None, int], at: datetime, stood: timedelta
) -> Row:
    return {
        "deal_id": deal["id"],
        "action": action,
        "from_stage_id": way[0],
        "to_stage_id": way[1],
        "outcome": None,
        "reason_id": None,
        "at": at,
        "day": at.astimezone(_ZONE).date(),
        "forward": action == "move",
        "actor_id": deal["owner_id"],
        "actor_name": "Seller",
        "seconds": int(stood.total_seconds()),
    }


def _evidence(deal: Row) -> Iterator[Row]:
    row = {
        "client_id": deal["client_id"],
        "owner": "core",
        "sale": f"deal:{deal['id']}",
        "at": deal["created_at"],
        "record_kind": "deal",
        "record_id": deal["id"],
    }
    yield {**row, "weight": "interest", "text": "a deal was opened"}
    if deal["outcome"] == "won":
        yield {**row, "weight": "sale", "text": "a deal was won"}


def _participant(setting: Setting, deal_id: int) -> Row:
    return {
        "record_id": deal_id,
        "user_id": setting.sellers[deal_id % SELLERS],
        "part": "lawyer",
        "since": _BEGINNING + timedelta(hours=deal_id),
        "by_id": None,
    }
