"""What people mistype is found: two hundred queries against thousands of near neighbours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.clients.models import Client, ClientPhone, Contact, ContactPhone
from salesman_core.db import db, normalised
from salesman_core.deals.models import Deal
from salesman_core.testing.people import Make
from salesman_core.testing.statements import counted_statements
from salesman_core.web.layouts import other_layout
from salesman_core.web.search import search
from tests.records.names import Named, base, phone_as_typed, with_a_typo

pytestmark = pytest.mark.databases("sqlite", "postgresql")

OF_EACH = 2000
SEED = 20260302
FIRST = 5
MODELS: dict[str, Any] = {"client": Client, "contact": Contact, "deal": Deal}
PHONES: dict[str, Any] = {"client": ClientPhone, "contact": ContactPhone}


@pytest.fixture
def names(app: Flask, make: Make) -> Iterator[list[Named]]:
    """The names of a base of clients, contacts and deals."""
    known = base(OF_EACH, random.Random(SEED))
    client = make.client(name="Pattern")
    patterns = {"client": client, "contact": make.contact(client), "deal": make.deal(name="P")}
    with db.engine.begin() as connection:
        for kind, model in MODELS.items():
            _insert(
                connection, model.__table__, patterns[kind], [n for n in known if n.kind == kind]
            )
        for kind, model in PHONES.items():
            refers = f"{kind}_id"
            rows = [
                {refers: 1000 + one.number, "typed": one.phone, "normalised": one.phone}
                for one in known
                if one.kind == kind
            ]
            connection.execute(sa.insert(model), rows)
        connection.exec_driver_sql("ANALYZE")
    with app.test_request_context():
        yield known


def _insert(connection: sa.Connection, table: sa.Table, pattern: int, named: list[Named]) -> None:
    row = dict(connection.execute(sa.select(table).where(table.c.id == pattern)).mappings().one())
    connection.execute(
        sa.insert(table),
        [
            row | {"id": 1000 + one.number, "name": one.name, "search_name": normalised(one.name)}
            for one in named
        ],
    )


def _queries(names: list[Named], chance: random.Random) -> Iterator[tuple[str, Named]]:
    """Give fifty with a typo of each letter, layouts, ё and notations of a phone."""
    yo = [one for one in names if "ё" in one.known_as]
    reached = [one for one in names if one.kind in PHONES]
    for _ in range(80):
        one = chance.choice(names)
        yield with_a_typo(one.known_as, chance).lower(), one
    for _ in range(40):
        one = chance.choice(names)
        yield other_layout(one.known_as.lower()), one
    for _ in range(40):
        one = chance.choice(yo)
        yield one.known_as.replace("ё", "е").replace("Ё", "Е").upper(), one
    for _ in range(40):
        one = chance.choice(reached)
        yield phone_as_typed(one.phone, chance), one


def _address(one: Named) -> str:
    if one.kind == "contact":
        return f"#contact-{1000 + one.number}"
    return f"/{one.kind}s/{1000 + one.number}"


def _first(typed: str) -> list[str]:
    found = search(typed, FIRST)
    hits = [hit.url for group in (*found.groups, *found.near) for hit in group.hits]
    return hits[:FIRST]


@pytest.mark.turns(2)
def test_nineteen_of_twenty_mistyped_queries_find_their_record_in_the_first_five(
    names: list[Named],
) -> None:
    asked = list(_queries(names, random.Random(SEED)))
    missed = [
        (typed, one.name)
        for typed, one in asked
        if not any(url.endswith(_address(one)) for url in _first(typed))
    ]
    assert len(asked) == 200
    assert len(missed) <= 10, missed


def _statements(typed: str) -> int:
    with counted_statements(db.reader) as sent:
        search(typed, FIRST)
    return len([one for one in sent if one.startswith("SELECT") and " core_" in one])


@pytest.mark.usefixtures("names")
def test_search_makes_no_more_statements_the_more_it_finds() -> None:
    search("warm", FIRST)
    nothing, near, much = map(_statements, ("щшьтцй", "ивонов", "поставка"))
    assert (nothing <= 16, near <= 16, much <= 5) == (True, True, True)
