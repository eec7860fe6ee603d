"""A group that follows a filter over two hundred thousand clients, beside the bare SQL of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups import queries, service

from bench.serve import SECRET
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.clients.models import Client, ClientEmail, Rung
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Databases, Kind

CLIENTS: Final = 200_000
AT_ONCE: Final = 10_000
TRIES: Final = 5
T = TypeVar("T")

RECORDS: Final = "SELECT count(*) FROM core_client WHERE kind = 'company' AND deleted_at IS NULL"
COUNTED: Final = """
SELECT (SELECT count(*) FROM core_client WHERE kind = 'company' AND deleted_at IS NULL),
       count(*), sum(CASE WHEN address NOT IN (
         SELECT address FROM core_contact_ban WHERE way = 'mailing' AND address IS NOT NULL
         UNION ALL SELECT normalised FROM core_client_email e JOIN core_contact_ban b
           ON b.client_id = e.client_id WHERE way = 'mailing' AND normalised IS NOT NULL)
         AND address NOT IN (SELECT address FROM mailing_consent WHERE state = 'refused')
         AND address NOT IN (SELECT address FROM mailing_leaver) THEN 1 ELSE 0 END)
FROM (SELECT DISTINCT e.normalised AS address FROM core_client c
      JOIN core_client_email e ON e.client_id = c.id
      WHERE c.kind = 'company' AND c.deleted_at IS NULL AND e.normalised IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM core_client_email o WHERE o.client_id = e.client_id
          AND o.normalised IS NOT NULL AND o.position < e.position)) found
"""
"""The same three numbers, as somebody would ask for them by hand."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Seconds that a group of half the clients took, the best of some tries.

    :param members: to count its members; ``members_bare`` by bare SQL.
    :param counted: to count members, addresses and who may be written to; ``counted_bare`` alike.
    :param added: to add its members to another group.
    :param inserts: how many statements wrote them.
    """

    members: float
    members_bare: float
    counted: float
    counted_bare: float
    added: float
    inserts: int


def measured_group(kind: Kind, databases: Databases, folder: Path) -> Followed:
    """Fill a database with clients, and measure a group that follows a filter."""
    with (
        databases.lent(kind, UPGRADED) as url,
        running(url, folder, secret_key=SECRET),
        acting_as(SYSTEM),
    ):
        _fill()
        with writing() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(sa.text("ANALYZE"))
            free = session.scalar(sa.select(Purpose.id).where(Purpose.needs_consent.is_(False)))
        group_id = service.create_group({"name": "Companies", "purpose_id": free})
        service.follow(group_id, "client", "kind=company")
        fixed = service.create_group({"name": "Fixed", "purpose_id": free})
        found = queries.records(reading(), group_id).subquery()
        asked = sa.select(sa.func.count()).select_from(found)
        members, members_time = _timed(lambda: reading().scalar(asked))
        bare, bare_time = _timed(lambda: reading().scalar(sa.text(RECORDS)))
        assert members == bare == CLIENTS // 2
        counted, counted_time = _timed(lambda: queries.counted(reading(), group_id))
        row, row_time = _timed(lambda: reading().execute(sa.text(COUNTED)).one())
        assert (counted.records, counted.addresses, counted.writable) == tuple(row)
        sent: list[str] = []
        listen = _listener(sent)
        sa.event.listen(sa.Engine, "before_cursor_execute", listen)
        began = time.perf_counter()
        assert service.add_members_of(fixed, group_id) == members
        added = time.perf_counter() - began
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    inserts = sum("INSERT INTO mailing_member" in one for one in sent)
    return Followed(members_time, bare_time, counted_time, row_time, added, inserts)


def _listener(sent: list[str]) -> Callable[..., None]:
    def listen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    return listen


def _timed(asked: Callable[[], T]) -> tuple[T, float]:
    times = []
    for _try in range(TRIES):
        began = time.perf_counter()
        answer = asked()
        times.append(time.perf_counter() - began)
    return answer, min(times)


def _fill() -> None:
    with writing() as session:
        rung_id = session.scalars(sa.select(Rung.id).order_by(Rung.position)).first()
        for first in range(1, CLIENTS + 1, AT_ONCE):
            ids = range(first, first + AT_ONCE)
            session.execute(sa.insert(Client), _clients(ids, rung_id))
            session.execute(sa.insert(ClientEmail), _emails(ids))


def _clients(ids: Sequence[int], rung_id: int | None) -> list[Mapping[str, Any]]:
    moment = now()
    return [
        {
            "id": id_,
            "kind": "company" if id_ % 2 else "person",
            "name": f"Client {id_}",
            "search_name": f"Client {id_}",
            "rung_id": rung_id,
            "custom": {},
            "imported": {},
            "created_at": moment,
            "updated_at": moment,
        }
        for id_ in ids
    ]


def _emails(ids: Sequence[int]) -> list[Mapping[str, Any]]:
    addresses = ((id_, f"client{id_}@example.com") for id_ in ids)
    return [{"client_id": id_, "typed": one, "normalised": one} for id_, one in addresses]
