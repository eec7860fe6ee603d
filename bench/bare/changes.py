"""Changes of deals as the bare function makes them: in one transaction, with the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from bench.bare.drivers import Driver
from bench.bare.reading import Asker, Refused, card

_ZONE: Final = ZoneInfo("Europe/Moscow")
_ADDRESS: Final = "127.0.0.1"
_OWN: Final = (
    " AND (c.owner_id = ? OR c.id IN"
    " (SELECT p.record_id FROM core_client_participant p WHERE p.user_id = ?))"
)
_INSERT: Final = {
    table: f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(columns.split(', ')))})"
    for table, columns in {
        "core_deal": "name, search_name, client_id, pipeline_id, stage_id, stage_since, amount,"
        " cost, currency, owner_id, opened_on, custom, imported, version, created_at, updated_at",
        "core_deal_move": "deal_id, action, from_stage_id, to_stage_id, at, actor_id, actor_name,"
        " seconds, day, forward",
        "core_audit": "at, actor_id, actor_name, kind, record_id, label, action, changes, address",
        "core_client_evidence": "client_id, owner, weight, sale, at, text, record_kind, record_id",
        "core_event": "type, kind, record_id, payload, actor_id, actor_name, at",
    }.items()
}


def create(driver: Driver, asker: Asker, sent: Mapping[str, Any]) -> bytes:
    """Open a deal at the first stage; it is the asker's."""
    name, moment = " ".join(sent["name"].split()), datetime.now(UTC)
    if not name:
        raise Refused("422 UNPROCESSABLE ENTITY")
    with driver.writing():
        _demand_client(driver, asker, sent["client_id"])
        stage_id, pipeline_id = driver.rows(
            "SELECT s.id, s.pipeline_id FROM core_stage s JOIN core_pipeline p"
            " ON p.id = s.pipeline_id ORDER BY p.position, p.id, s.percent, s.id LIMIT 1",
            (),
        )[0]
        at, day = driver.moment(moment), driver.day(moment.astimezone(_ZONE))
        amount = int(Decimal(sent["amount"]).scaleb(2))
        deal_id = driver.rows(
            f"{_INSERT['core_deal']} RETURNING id",
            (
                *(name, name.casefold(), sent["client_id"], pipeline_id, stage_id, at, amount, 0),
                *("RUB", asker.user_id, day, "{}", "{}", 1, at, at),
            ),
        )[0][0]
        changes = {key: [None, value] for key, value in sent.items()}
        payload = {"name": name}
        _note(driver, asker, at, (deal_id, name), "created", changes=changes, payload=payload)
        step = (deal_id, "open", None, stage_id, at, asker.user_id, asker.name, 0)
        driver.run(_INSERT["core_deal_move"], (*step, day, False))
        _review(driver, sent["client_id"], deal_id, at)
    return card(driver, asker, deal_id)


def _demand_client(driver: Driver, asker: Asker, client_id: int) -> None:
    statement = "SELECT 1 FROM core_client c WHERE c.id = ? AND c.deleted_at IS NULL"
    if not asker.sees_all:
        statement += _OWN
    if not driver.rows(statement, (client_id, *asker.values)):
        raise Refused("422 UNPROCESSABLE ENTITY")


def _note(
    driver: Driver,
    asker: Asker,
    at: Any,
    deal: tuple[int, str],
    action: str,
    *,
    changes: Mapping[str, Any],
    payload: Mapping[str, Any],
) -> None:
    """Write the audit and the event of a change.

    :param deal: its id and name.
    """
    deal_id, name = deal
    audit = (at, asker.user_id, asker.name, "deal", deal_id, name, action, _json(changes), _ADDRESS)
    driver.run(_INSERT["core_audit"], audit)
    driver.announce()
    event = (f"core.deal.{action}", "deal", deal_id, _json(payload), asker.user_id, asker.name, at)
    driver.run(_INSERT["core_event"], event)


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _review(driver: Driver, client_id: int, deal_id: int, at: Any) -> None:
    """Keep the evidence that a deal gives, and see whether its client climbs by it."""
    what = ("interest", f"deal:{deal_id}", at, "a deal was opened", "deal", deal_id)
    evidence = (client_id, "core", *what)
    driver.run(_INSERT["core_client_evidence"], evidence)
    ladder = driver.rows("SELECT id, interests, sales FROM core_rung ORDER BY position, id", ())
    stands = driver.rows(
        f"SELECT rung_id FROM core_client WHERE id = ?{driver.locking}", (client_id,)
    )[0][0]
    interests, sales = driver.rows(
        "SELECT count(DISTINCT sale), count(DISTINCT CASE WHEN weight = 'sale' THEN sale END)"
        " FROM core_client_evidence WHERE client_id = ?",
        (client_id,),
    )[0]
    if _earned(ladder, interests, sales) != stands:
        raise Refused("501 NOT IMPLEMENTED")  # nobody climbs in the company that is measured


def _earned(ladder: Sequence[Sequence[int]], interests: int, sales: int) -> int:
    return [id_ for id_, least, sold in ladder if least <= interests and sold <= sales][-1]


def move(driver: Driver, asker: Asker, deal_id: int, sent: Mapping[str, Any]) -> bytes:
    """Put an open deal into another stage of its pipeline."""
    stage_id, moment = sent["stage_id"], datetime.now(UTC)
    with driver.writing():
        found = driver.rows(
            "SELECT d.name, d.pipeline_id, d.stage_id, d.stage_since, d.outcome, d.version"
            f" FROM core_deal d WHERE d.deleted_at IS NULL{asker.seen} AND d.id = ?"
            f"{driver.locking}",
            (*asker.values, deal_id),
        )
        if not found:
            raise Refused("404 NOT FOUND")
        name, pipeline_id, before, since, outcome, version = found[0]
        ((of_pipeline, forward),) = driver.rows(
            "SELECT a.pipeline_id, a.percent > b.percent FROM core_stage a, core_stage b"
            " WHERE a.id = ? AND b.id = ?",
            (stage_id, before),
        )
        if outcome is not None or of_pipeline != pipeline_id:
            raise Refused("409 CONFLICT")
        at = driver.moment(moment)
        driver.run(
            "UPDATE core_deal SET stage_id = ?, stage_since = ?, version = ?, updated_at = ?"
            " WHERE id = ? AND version = ?",
            (stage_id, at, version + 1, at, deal_id, version),
        )
        stood = int((moment - driver.read_moment(since)).total_seconds())
        step = (deal_id, "move", before, stage_id, at, asker.user_id, asker.name, stood)
        day = driver.day(moment.astimezone(_ZONE))
        driver.run(_INSERT["core_deal_move"], (*step, day, forward))
        changes, payload = {"stage_id": [before, stage_id]}, {"stage_id": stage_id}
        _note(driver, asker, at, (deal_id, name), "moved", changes=changes, payload=payload)
    return card(driver, asker, deal_id)
