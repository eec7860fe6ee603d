"""The funnel and the board as the bare function counts them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from statistics import median_low
from typing import Any, Final
from zoneinfo import ZoneInfo

from bench.bare.drivers import Driver
from bench.bare.reading import Asker, money, written

CARDS: Final = 50
_ZONE: Final = ZoneInfo("Europe/Moscow")

_FROM: Final = " FROM core_deal d WHERE d.deleted_at IS NULL AND d.pipeline_id = ?"
_OPEN: Final = " AND d.outcome IS NULL"
_RESTS: Final = "d.frozen_until IS NOT NULL AND d.frozen_until > ?"
_PAIRS: Final = {
    "entered": "SELECT DISTINCT to_stage_id AS stage_id, deal_id FROM core_deal_move"
    " WHERE action IN ('open', 'move')",
    "forward": "SELECT from_stage_id AS stage_id, deal_id FROM core_deal_move WHERE forward"
    " UNION SELECT stage_id, id FROM core_deal WHERE outcome = 'won'",
    "lost": "SELECT stage_id, id AS deal_id FROM core_deal WHERE outcome = 'lost'",
}
_SUMS: Final = "count(*), CAST(coalesce(sum(d.amount), 0) AS BIGINT)"


def funnel(driver: Driver, asker: Asker) -> bytes:
    """Count a pipeline: open deals by stage, closed ones by outcome and reason."""
    pipeline_id = _first_pipeline(driver)
    seen = (pipeline_id, *asker.values)
    currencies = _currencies(driver, f"{_FROM}{asker.seen}", seen)
    among = f"{_FROM}{asker.seen} AND d.currency = ?"
    values = (*seen, currencies[0])
    closed = f"SELECT d.outcome, {_SUMS}{among} AND d.outcome IS NOT NULL GROUP BY d.outcome"
    outcomes = {row[0]: row[1:] for row in driver.rows(closed, values)}
    stages = _stages(driver, pipeline_id, among, values)
    frozen = _together([stage["frozen"] for stage in stages])
    won, lost = outcomes.get("won", (0, 0)), outcomes.get("lost", (0, 0))
    return written(
        {
            "pipeline_id": pipeline_id,
            "currency": currencies[0],
            "currencies": currencies,
            "count": sum(stage["count"] for stage in stages),
            "amount": money(sum(stage["amount"] for stage in stages)),
            "weighted": money(sum(stage["weighted"] for stage in stages)),
            "frozen": _in_money(frozen),
            "win_rate": _share(won[0], won[0] + lost[0]),
            "stages": [
                {name: value for name, value in _in_money(stage).items() if name != "frozen"}
                for stage in stages
            ],
            "won": {"count": won[0], "amount": money(won[1])},
            "lost": {"count": lost[0], "amount": money(lost[1])},
            "reasons": _reasons(driver, asker, values),
            "flow": _flow(driver, pipeline_id, asker, values),
            "worth": {
                "currency": currencies[0],  # all of them are in the company's own
                "in_work": _worth(
                    sum(stage["count"] for stage in stages),
                    sum(stage["amount"] for stage in stages),
                )
                | {"weighted": money(sum(stage["weighted"] for stage in stages))},
                "frozen": _worth(frozen["count"], frozen["amount"])
                | {"weighted": money(frozen["weighted"])},
                "won": _worth(*won),
                "lost": _worth(*lost),
            },
        }
    )


def _worth(count: int, amount: int) -> dict[str, Any]:
    return {"count": count, "amount": money(amount), "lacking": 0}


def _first_pipeline(driver: Driver) -> int:
    found = driver.rows("SELECT id FROM core_pipeline ORDER BY position, id LIMIT 1", ())
    return int(found[0][0])


def _currencies(driver: Driver, among: str, values: Sequence[Any]) -> list[str]:
    order = " GROUP BY d.currency ORDER BY count(*) DESC, d.currency"
    return [row[0] for row in driver.rows(f"SELECT d.currency{among}{order}", values)]


def _stages(
    driver: Driver, pipeline_id: int, among: str, values: Sequence[Any]
) -> list[dict[str, Any]]:
    open_ = f"SELECT d.stage_id, {_RESTS}, {_SUMS}{among}{_OPEN} GROUP BY 1, 2"
    today = driver.day(datetime.now(_ZONE))
    counted = {(row[0], bool(row[1])): row[2:] for row in driver.rows(open_, (today, *values))}
    stages = driver.rows(
        "SELECT id, name, percent FROM core_stage WHERE pipeline_id = ? ORDER BY percent, id",
        (pipeline_id,),
    )
    return [
        {"stage_id": id_, "name": name, "percent": percent}
        | _sums(percent, *counted.get((id_, False), (0, 0)))
        | {"frozen": _sums(percent, *counted.get((id_, True), (0, 0)))}
        for id_, name, percent in stages
    ]


def _sums(percent: int, count: int, amount: int) -> dict[str, Any]:
    return {"count": count, "amount": amount, "weighted": _rounded(amount * percent)}


def _together(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: sum(part[name] for part in parts) for name in ("count", "amount", "weighted")}


def _rounded(hundredfold: int) -> int:
    """Give a hundredth part, halves rounded up."""
    return (hundredfold + 50) // 100


def _in_money(stage: dict[str, Any]) -> dict[str, Any]:
    return stage | {"amount": money(stage["amount"]), "weighted": money(stage["weighted"])}


def _share(part: int, whole: int) -> str | None:
    return str(round(Decimal(100 * part) / whole, 1)) if whole else None


def _reasons(driver: Driver, asker: Asker, values: Sequence[Any]) -> list[dict[str, Any]]:
    rows = driver.rows(
        f"SELECT r.id, r.name, {_SUMS} FROM core_deal d JOIN core_close_reason r"
        " ON r.id = d.reason_id WHERE d.deleted_at IS NULL AND d.pipeline_id = ?"
        f"{asker.seen} AND d.currency = ? AND d.outcome = 'lost'"
        " GROUP BY r.id, r.name ORDER BY count(*) DESC, r.name",
        values,
    )
    return [
        {"reason_id": id_, "name": name, "count": count, "amount": money(amount)}
        for id_, name, count, amount in rows
    ]


def _flow(
    driver: Driver, pipeline_id: int, asker: Asker, values: Sequence[Any]
) -> list[dict[str, Any]]:
    """Tell what happened at each stage: each deal counts once for a stage."""
    counted = {name: _passed(driver, pairs, asker, values) for name, pairs in _PAIRS.items()}
    medians = _medians(driver, asker, values)
    stages = driver.rows(
        "SELECT id, name, percent FROM core_stage WHERE pipeline_id = ? ORDER BY percent, id",
        (pipeline_id,),
    )
    flow = []
    for id_, name, percent in stages:
        passed = {step: counted[step].get(id_, (0, 0)) for step in _PAIRS}
        decided = passed["forward"][0] + passed["lost"][0]
        flow.append(
            {"stage_id": id_, "name": name, "percent": percent}
            | {step: {"count": one[0], "amount": money(one[1])} for step, one in passed.items()}
            | {"median_days": medians.get(id_)}
            | {"conversion": _share(passed["forward"][0], decided)}
        )
    return flow


def _passed(
    driver: Driver, pairs: str, asker: Asker, values: Sequence[Any]
) -> dict[int, tuple[int, int]]:
    rows = driver.rows(
        f"SELECT p.stage_id, {_SUMS} FROM ({pairs}) p JOIN core_deal d ON d.id = p.deal_id"
        " WHERE d.deleted_at IS NULL AND d.pipeline_id = ?"
        f"{asker.seen} AND d.currency = ? GROUP BY p.stage_id",
        values,
    )
    return {stage_id: (count, amount) for stage_id, count, amount in rows}


def _medians(driver: Driver, asker: Asker, values: Sequence[Any]) -> dict[int, int]:
    rows = driver.rows(
        "SELECT m.from_stage_id, m.seconds / 86400, count(*)"
        " FROM core_deal_move m JOIN core_deal d ON d.id = m.deal_id"
        " WHERE d.deleted_at IS NULL AND d.pipeline_id = ?"
        f"{asker.seen} AND d.currency = ?"
        " AND m.action IN ('move', 'close') AND m.seconds > 0 GROUP BY 1, 2 ORDER BY 1, 2",
        values,
    )
    stays: dict[int, list[int]] = {}
    for stage_id, length, number in rows:
        stays.setdefault(stage_id, []).extend([length] * number)
    return {stage_id: median_low(lengths) for stage_id, lengths in stays.items()}


def board(driver: Driver, asker: Asker) -> bytes:
    """Give the columns of the board with their first cards, as JSON: the page draws the same."""
    pipeline_id = _first_pipeline(driver)
    seen = (pipeline_id, *asker.values)
    open_ = f"{_FROM}{asker.seen}{_OPEN}"
    currencies = _currencies(driver, open_, seen)
    among, values = f"{_FROM}{asker.seen} AND d.currency = ?", (*seen, currencies[0])
    cards = _cards(driver, open_, seen)
    columns = [
        _in_money(stage) | {"cards": cards.get(stage["stage_id"], [])}
        for stage in _stages(driver, pipeline_id, among, values)
    ]
    return written({"currency": currencies[0], "columns": columns})


def _cards(driver: Driver, open_: str, values: Sequence[Any]) -> dict[int, list[dict[str, Any]]]:
    place = "row_number() OVER (PARTITION BY d.stage_id ORDER BY d.stage_since DESC, d.id DESC)"
    rows = driver.rows(
        "SELECT d.stage_id, d.id, d.name, c.name, u.name, d.amount, d.currency, d.stage_since,"
        " d.expected_on, d.version FROM core_deal d"
        f" JOIN (SELECT d.id AS id, {place} AS place{open_}) r ON r.id = d.id"
        " LEFT JOIN core_client c ON c.id = d.client_id LEFT JOIN core_user u ON u.id = d.owner_id"
        f" WHERE r.place <= {CARDS} ORDER BY r.place",
        values,
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for stage_id, id_, name, client, owner, amount, currency, since, expected_on, version in rows:
        found.setdefault(stage_id, []).append(
            {
                "id": id_,
                "name": name,
                "client": client,
                "owner": owner,
                "amount": money(amount),
                "currency": currency,
                "stage_since": driver.written_moment(since),
                "expected_on": expected_on,
                "version": version,
            }
        )
    return found
