"""Deals as the bare function reads them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

from bench.bare.drivers import Driver

LIMIT: Final = 50

DEAL: Final = (
    "SELECT d.id, d.name, d.client_id, d.pipeline_id, d.stage_id, s.percent, d.outcome,"
    " d.reason_id, d.amount, d.cost, d.currency, d.owner_id, d.opened_on, d.expected_on,"
    " d.closed_on, d.created_at, d.updated_at, d.version, d.custom, d.imported,"
    " d.frozen_until, d.freeze_reason"
    " FROM core_deal d JOIN core_stage s ON s.id = d.stage_id"
    " WHERE d.deleted_at IS NULL"
)
_CREATED_AT: Final = 15
_OWN: Final = (
    " AND (d.owner_id = ? OR d.id IN"
    " (SELECT p.record_id FROM core_deal_participant p WHERE p.user_id = ?))"
)
_HANGING: Final = (
    "SELECT 0, p.record_id, p.since, p.user_id, p.part, u.name"
    " FROM core_deal_participant p JOIN core_user u ON u.id = p.user_id"
    " WHERE p.record_id IN ({ids})"
    " UNION ALL SELECT 1, k.record_id, NULL, NULL, k.source, k.key"
    " FROM core_deal_external_id k WHERE k.record_id IN ({ids})"
    " UNION ALL SELECT 2, c.deal_id, NULL, c.contact_id, NULL, NULL"
    " FROM core_deal_contact c WHERE c.deal_id IN ({ids})"
    " ORDER BY 1, 2, 3, 4, 5, 6"
)
_NAMES: Final = (
    *("id", "name", "client_id", "pipeline_id", "stage_id", "progress", "outcome", "reason_id"),
    *("amount", "cost", "margin", "currency", "owner_id", "participants", "contact_ids"),
    *("opened_on", "expected_on", "closed_on", "external_ids", "custom", "imported", "extensions"),
    *("frozen_until", "freeze_reason"),
    *("created_at", "updated_at", "version"),
    *("rate", "company_amount", "company_currency", "amount_source", "vat"),
)


class Refused(Exception):  # noqa: N818  # an answer, no mistake
    """A request that gets another answer than the one it hopes for.

    :param status: as HTTP writes it.
    """

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks.

    :param sees_all: whether for all deals; else for those that they own or take part in.
    """

    user_id: int
    name: str
    sees_all: bool

    @property
    def seen(self) -> str:
        """The condition of the deals that they see, to follow another one."""
        return "" if self.sees_all else _OWN

    @property
    def values(self) -> tuple[int, ...]:
        """What stands for the question marks in :attr:`seen`."""
        return () if self.sees_all else (self.user_id, self.user_id)


def page(driver: Driver, asker: Asker, query: str) -> bytes:
    """Give a page of the list of deals, the newest first."""
    condition, values = asker.seen, asker.values
    cursor = parse_qs(query).get("cursor")
    if cursor:
        condition += " AND (d.created_at, d.id) < (?, ?)"
        values = (*values, *_place(driver, cursor[0]))
    order = f" ORDER BY d.created_at DESC, d.id DESC LIMIT {LIMIT + 1}"
    rows = driver.rows(f"{DEAL}{condition}{order}", values)
    following = None
    if len(rows) > LIMIT:
        rows = rows[:LIMIT]
        following = _cursor(driver, rows[-1])
    return written({"items": deals(driver, rows), "next": following})


def _place(driver: Driver, cursor: str) -> tuple[Any, int]:
    padded = cursor + "=" * (-len(cursor) % 4)
    _list, created_at, deal_id = orjson.loads(base64.urlsafe_b64decode(padded))
    return driver.moment(datetime.fromisoformat(created_at)), int(deal_id)


def _cursor(driver: Driver, row: Sequence[Any]) -> str:
    created_at = driver.read_moment(row[_CREATED_AT]).isoformat().replace("+00:00", "Z")
    content = orjson.dumps(["deal:-created_at", created_at, str(row[0])])
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def card(driver: Driver, asker: Asker, deal_id: int) -> bytes:
    """Give one deal."""
    rows = driver.rows(f"{DEAL}{asker.seen} AND d.id = ?", (*asker.values, deal_id))
    if not rows:
        raise Refused("404 NOT FOUND")
    return written(deals(driver, rows)[0])


def deals(driver: Driver, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Give deals with what hangs on them."""
    if not rows:
        return []
    ids = tuple(row[0] for row in rows)
    people, keys, contacts = _hanging(driver, ids)
    return [
        _deal(driver, row, people.get(row[0], []), contacts.get(row[0], []), keys.get(row[0], {}))
        for row in rows
    ]


def _deal(
    driver: Driver,
    row: Sequence[Any],
    people: list[dict[str, Any]],
    contacts: list[int],
    keys: dict[str, str],
) -> dict[str, Any]:
    amount, cost = row[8], row[9]
    values = (
        *row[:8],
        *(money(amount), money(cost), money(amount - cost), row[10], row[11]),
        *(people, contacts, row[12], row[13], row[14], keys),
        *(driver.json(row[18]), driver.json(row[19]), {}, row[20], row[21]),
        *(driver.written_moment(row[15]), driver.written_moment(row[16]), row[17]),
        *(
            None,
            money(amount),
            row[10],
            None,
            None,
        ),  # of one currency, and nobody said whether VAT is in them
    )
    return dict(zip(_NAMES, values, strict=True))


def _hanging(
    driver: Driver, ids: tuple[int, ...]
) -> tuple[dict[int, list[Any]], dict[int, dict[str, str]], dict[int, list[int]]]:
    """Give participants, keys in other systems and contacts, each by deal."""
    people: dict[int, list[Any]] = {}
    keys: dict[int, dict[str, str]] = {}
    contacts: dict[int, list[int]] = {}
    statement = _HANGING.format(ids=",".join("?" * len(ids)))
    for what, deal_id, moment, number, text, more in driver.rows(statement, ids * 3):
        if what == 0:
            since = driver.written_moment(moment)
            person = {"user_id": number, "name": more, "part": text, "since": since}
            people.setdefault(deal_id, []).append(person)
        elif what == 1:
            keys.setdefault(deal_id, {})[text] = more
        else:
            contacts.setdefault(deal_id, []).append(number)
    return people, keys, contacts


def money(hundredths: int) -> str:
    """Give an amount as the API writes it."""
    sign, whole = ("-", -hundredths) if hundredths < 0 else ("", hundredths)
    return f"{sign}{whole // 100}.{whole % 100:02}"


def written(answer: Any) -> bytes:
    """Give an answer as JSON."""
    return orjson.dumps(answer, option=orjson.OPT_UTC_Z)


def rows_of(driver: Driver, statements: Sequence[tuple[str, Any]]) -> bytes:
    """Give the rows of some statements, as they are."""
    found = [[tuple(row) for row in driver.again(*one)] for one in statements]
    return orjson.dumps(found, default=str)
