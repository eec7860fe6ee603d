"""What the host keeps about plugins: switches, guards and faults."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.db import Base, BigId, identity


class KnownPlugin(Base):
    """A plugin that this database has seen.

    It stays when the distribution is gone, so that grants, guards and tables keep their name.
    """

    __tablename__ = "core_plugin"

    id: Mapped[str] = mapped_column(sa.String(31), primary_key=True)
    version: Mapped[str] = mapped_column(sa.String(60))
    suspended: Mapped[bool] = mapped_column(default=False)
    first_seen_at: Mapped[datetime]


class PluginGuard(Base):
    """A kind of record that a plugin guards: closed to people while the plugin is not active."""

    __tablename__ = "core_plugin_guard"

    plugin_id: Mapped[str] = mapped_column(
        sa.ForeignKey("core_plugin.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(sa.String(200), default="")


class PluginFault(Base):
    """A failure, of a plugin or of the core, kept for the administrator under a reference number.

    ``place`` is the hook or callable of a plugin, or the route that was asked for; ``actor_name``
    who asked. There are no values in it but those that an exception's own words name.
    """

    __tablename__ = "core_plugin_fault"

    id: Mapped[int] = identity()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    plugin_id: Mapped[str] = mapped_column(sa.String(31), index=True)
    place: Mapped[str] = mapped_column(sa.String(200))
    route: Mapped[str] = mapped_column(sa.String(200), default="")
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(sa.String(200), default="")
    error: Mapped[str] = mapped_column(sa.Text)
    traceback: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(index=True)
