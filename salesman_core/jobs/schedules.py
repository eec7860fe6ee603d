"""Jobs that begin by the clock."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from cronsim import CronSim, CronSimError

from salesman_core.jobs.models import SCHEDULES
from salesman_core.jobs.store import Executor, Store
from salesman_hookspecs import Schedule

log = logging.getLogger(__name__)


def next_firing(cron: str, after: datetime, zone: ZoneInfo) -> datetime:
    """Give the first moment after *after* at which *cron* fires in *zone*, in UTC.

    A time of day that a change of the clock skips fires right after the gap; one that it repeats
    fires the first time only. What recurs by the hour or minute goes on through both.

    :raises ValueError: where *cron* is no schedule, or one that never fires.
    """
    try:
        for moment in CronSim(cron, after.astimezone(zone)):
            firing = moment.astimezone(UTC)
            if firing > after:  # in the second pass of an hour CronSim begins in the first
                return firing
    except CronSimError as error:
        raise ValueError(f"{cron!r} is no schedule: {error}") from error
    raise ValueError(f"{cron!r} never fires")


class Scheduler:
    """Keeps in the table when each schedule fires next, and fires those that are due."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, tuple[str, str]] = {}

    def prepare(self, schedules: Mapping[str, Schedule], zone: ZoneInfo) -> None:
        """Reckon the next firing of schedules that are new, or whose time or zone has changed."""
        wanted = {name: (schedule.cron, zone.key) for name, schedule in schedules.items()}
        changed = sorted(name for name in wanted if self._kept.get(name) != wanted[name])
        if not changed:
            return
        with self._store.engine.begin() as connection:
            now = self._store.now(connection)
            for name in changed:
                self._keep(connection, schedules[name], now, zone)
        self._kept = wanted

    def _keep(
        self, connection: sa.Connection, schedule: Schedule, now: datetime, zone: ZoneInfo
    ) -> None:
        try:
            moment = next_firing(schedule.cron, now, zone)
        except ValueError:
            log.exception("the schedule %s cannot be kept", schedule.name)
            return
        row = {"cron": schedule.cron, "zone": zone.key, "next_at": moment}
        insert = self._store.insert(SCHEDULES).values(name=schedule.name, **row)
        other = sa.or_(SCHEDULES.c.cron != schedule.cron, SCHEDULES.c.zone != zone.key)
        connection.execute(
            insert.on_conflict_do_update(index_elements=["name"], set_=row, where=other)
        )

    def due(self, connection: Executor, now: datetime) -> list[sa.Row[Any]]:
        """Give the rows of schedules that are due."""
        return list(connection.execute(sa.select(SCHEDULES).where(SCHEDULES.c.next_at <= now)))

    def move(self, session: Executor, row: sa.Row[Any], now: datetime) -> bool:
        """Set the next firing of *row*, and say whether this caller was the one who did.

        Of several processes one moves it; what is done in the same transaction is done once. The
        next firing is reckoned from now, so that firings that were missed are made up for by one.
        """
        moment = next_firing(row.cron, now, ZoneInfo(row.zone))
        unmoved = (SCHEDULES.c.name == row.name, SCHEDULES.c.next_at == row.next_at)
        statement = SCHEDULES.update().where(*unmoved).values(next_at=moment, fired_at=now)
        moved: Any = session.execute(statement)
        return bool(moved.rowcount == 1)
