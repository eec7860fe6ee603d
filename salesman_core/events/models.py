"""The table of what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.db import Base, BigId, identity


class RecordedEvent(Base):
    """Something that happened to a record.

    The record and the person are plain numbers: what happened stays true when they are gone, and
    ``actor_name`` says who it was even then.
    """

    __tablename__ = "core_event"

    id: Mapped[int] = identity()
    type: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(60))
    record_id: Mapped[int] = mapped_column(BigId)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]

    __table_args__ = (
        sa.Index(None, "kind", "record_id", "id"),
        {"sqlite_autoincrement": True},  # browsers remember the id: never used again
    )


EVENTS: sa.Table = Base.metadata.tables[RecordedEvent.__tablename__]
