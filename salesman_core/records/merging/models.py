"""The tables of likely doubles, and of mergings with their journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.db import Base, BigId, identity, refers


class LikelyDouble(Base):
    """Two records that are probably one, as the finder found them; the smaller id stands first.

    ``reasons`` names the keys that they share, as ``core.phone``, or ``name``. Somebody who said
    that they are two is asked no more: ``dismissed_at`` is when. It refers to nothing, so that
    merging has nothing to move here.
    """

    __tablename__ = "core_likely_double"
    __table_args__ = (sa.UniqueConstraint("kind", "first_id", "second_id"),)

    id: Mapped[int] = identity()
    kind: Mapped[str] = mapped_column(sa.String(60))
    first_id: Mapped[int] = mapped_column(BigId)
    second_id: Mapped[int] = mapped_column(BigId)
    score: Mapped[int] = mapped_column(sa.SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(sa.JSON)
    found_at: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]
    dismissed_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)


class Merging(Base):
    """An act by which records became one.

    ``lost`` names the records that went into the kept one: ``[{"id": 5, "name": "…"}]``. ``stayed``
    says, once it was undone, what did not go back, in words. It refers to no record and is as much
    a memory as the audit.
    """

    __tablename__ = "core_merging"
    __table_args__ = (sa.Index("ix_core_merging_record", "kind", "kept_id"),)

    id: Mapped[int] = identity()
    kind: Mapped[str] = mapped_column(sa.String(60))
    kept_id: Mapped[int] = mapped_column(BigId)
    kept_name: Mapped[str] = mapped_column(sa.String(300))
    lost: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    actor_name: Mapped[str] = mapped_column(sa.String(200), default="")
    undone_at: Mapped[datetime | None]
    stayed: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON(none_as_null=True))


class MergingStep(Base):
    """A row that a merging changed: what was removed has no ``after``, what came no ``before``.

    ``key`` finds it by its primary key as it is after the merging. Of a changed row only the
    changed columns are kept.
    """

    __tablename__ = "core_merging_step"

    id: Mapped[int] = identity()
    merging_id: Mapped[int] = refers("core_merging.id", ondelete="CASCADE")
    table_name: Mapped[str] = mapped_column(sa.String(120))
    key: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
