"""The database as the engine of jobs sees it: two engines, one clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from salesman_core.db import UtcDateTime

Executor = sa.Connection | Session


@dataclass(frozen=True, slots=True)
class Store:
    """Where jobs are kept.

    :param engine: its transactions write.
    :param reader: its transactions only read.
    :param clock: seconds since 1970, asked only where the database has no clock for all machines.
    :param lease: seconds for which a worker owns a job after it last said so.
    """

    engine: sa.Engine
    reader: sa.Engine
    clock: Callable[[], float]
    lease: float

    @property
    def shared(self) -> bool:
        """Whether workers on several machines may share it."""
        return self.engine.dialect.name == "postgresql"

    def moment(self, later: float = 0) -> sa.ColumnElement[datetime]:
        """Give the expression of the moment *later* seconds from now.

        The clock is the database's, so that machines whose clocks differ agree on leases. SQLite
        is on one machine and takes the process's.
        """
        if self.shared:
            now = sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))
            return sa.type_coerce(now + timedelta(seconds=later), UtcDateTime())
        return sa.literal(datetime.fromtimestamp(self.clock() + later, UTC), UtcDateTime())

    def now(self, connection: Executor) -> datetime:
        """Give the moment that it is now."""
        moment: datetime = connection.execute(sa.select(self.moment())).scalar_one()
        return moment

    def insert(self, table: sa.Table) -> Any:
        """Give an INSERT that knows ON CONFLICT; the dialects share its form, not its class."""
        return postgresql.insert(table) if self.shared else sqlite.insert(table)
