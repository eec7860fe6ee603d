"""What the JSON API keeps: answers that may be asked for again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.db import Base, refers


class KeptAnswer(Base):
    """The answer to a request that carried an ``Idempotency-Key``.

    It is written in the transaction of the effect, so that there is never one without the other.
    """

    __tablename__ = "core_idempotency"

    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True, index=False)
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    operation: Mapped[str] = mapped_column(sa.String(500))
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int] = mapped_column(sa.SmallInteger)
    headers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    body: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
