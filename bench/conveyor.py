"""The line of the conveyor beside the bare SQL that its figures take."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from salesman_conveyor import figures

from bench.bare.drivers import Driver, driver_for
from bench.company import Company
from bench.figures import Cost, measured_beside
from bench.serve import SECRET
from salesman_core.access.person import acting_as, load_person
from salesman_core.db import make_engine, reading
from salesman_core.testing.application import running

_ROUNDS: Final = 9
_YEAR: Final = figures.Period(date(2025, 1, 1), date(2025, 12, 31))
"""The longest period that the page offers, in days on which the company has handovers."""
_WAITING: Final = 1_000
"""One of so many handovers still waits, and one is in work: two hundred of each, as many as a
department of thirty can have before it."""

_HANDOVERS: Final = """
INSERT INTO conveyor_handover (
    title, search_title, deal_id, station_id, from_station_id, state, owner_id, giver_id,
    taken_by_id, reason, note, points, given_at, day, due_at, taken_at, ended_at, ended_on,
    began_at, waited_minutes, worked_minutes, created_at, updated_at, version
)
SELECT d.name, d.search_name, d.id, s.id, NULL,
    CASE WHEN d.id % {waiting} = 0 THEN 'waiting' WHEN d.id % {waiting} = 1 THEN 'taken'
         WHEN d.id % 10 = 2 THEN 'returned' ELSE 'passed' END,
    d.owner_id, d.owner_id, CASE WHEN d.id % {waiting} = 0 THEN NULL ELSE d.owner_id END,
    '', '', '[]', d.created_at, d.opened_on, d.created_at,
    CASE WHEN d.id % {waiting} = 0 THEN NULL ELSE d.created_at END,
    CASE WHEN d.id % {waiting} < 2 THEN NULL ELSE d.created_at END,
    CASE WHEN d.id % {waiting} < 2 THEN NULL ELSE d.opened_on END,
    d.created_at, CASE WHEN d.id % {waiting} = 0 THEN NULL ELSE d.id % 500 END,
    CASE WHEN d.id % {waiting} < 2 THEN NULL ELSE d.id % 900 END,
    d.created_at, d.updated_at, 1
FROM core_deal d
JOIN (SELECT id, row_number() OVER (ORDER BY position, id) - 1 AS place FROM conveyor_station) s
    ON s.place = d.id % 4
"""
_ARRIVED: Final = (
    "SELECT {by}, count(*),"
    " count(CASE WHEN taken_at IS NOT NULL OR ended_at IS NOT NULL THEN 1 END),"
    " coalesce(sum(waited_minutes), 0) FROM conveyor_handover WHERE deleted_at IS NULL"
    " AND station_id IS NOT NULL AND state <> 'withdrawn' AND day BETWEEN ? AND ? GROUP BY {by}"
)
_ENDED: Final = (
    "SELECT {by}, count(CASE WHEN taken_at IS NOT NULL THEN worked_minutes END),"
    " coalesce(sum(CASE WHEN taken_at IS NOT NULL THEN worked_minutes END), 0),"
    " count(CASE WHEN state IN ('passed', 'done') THEN 1 END),"
    " count(CASE WHEN state = 'returned' THEN 1 END) FROM conveyor_handover"
    " WHERE deleted_at IS NULL AND station_id IS NOT NULL AND state <> 'withdrawn'"
    " AND ended_on BETWEEN ? AND ? GROUP BY {by}"
)
_CURRENT: Final = (
    "SELECT {by}, state, began_at, due_at, given_at, taken_at, ended_at FROM conveyor_handover"
    " WHERE deleted_at IS NULL AND state IN ('waiting', 'taken') AND station_id IS NOT NULL"
)
_RETURNS: Final = (
    "SELECT station_id, reason_id, count(*) FROM conveyor_handover WHERE deleted_at IS NULL"
    " AND station_id IS NOT NULL AND state = 'returned' AND ended_on BETWEEN ? AND ?"
    " GROUP BY station_id, reason_id"
)


def hand_over_all(url: str) -> int:
    """Let every deal have come to a station; give how many handovers there are."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(_HANDOVERS.format(waiting=_WAITING)))
        number = connection.scalar(sa.text("SELECT count(*) FROM conveyor_handover"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE conveyor_handover"))
    engine.dispose()
    return int(number or 0)


def measured_line(url: str, folder: Path, company: Company) -> Cost:
    """Count the line as its page does for whoever sees all, and by bare statements, in turn."""
    driver = driver_for(url)
    try:
        with running(url, folder, secret_key=SECRET):
            person = load_person(reading(), company.head_id)
            assert person is not None

            def ours() -> None:
                with acting_as(person):
                    session = reading()
                    figures.picture(session, _YEAR)
                    figures.by_person(session, _YEAR)
                    figures.returns_by_reason(session, _YEAR)

            def bare() -> None:
                _ask(driver, _YEAR.first, _YEAR.last)

            return measured_beside(ours, bare, _ROUNDS)
    finally:
        driver.close()


def _ask(driver: Driver, first: date, last: date) -> None:
    days = [first.isoformat(), last.isoformat()]
    for arrived_by, now_by in (("station_id", "station_id"), ("taken_by_id", "owner_id")):
        driver.rows(_ARRIVED.format(by=arrived_by), days)
        driver.rows(_ENDED.format(by=arrived_by), days)
        driver.rows(_CURRENT.format(by=now_by), [])
    driver.rows(_RETURNS, days)
