from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.db import Base, Money, Norm, identity


class Memo(Base):
    __tablename__ = "memos_memo"

    id: Mapped[int] = identity()
    title: Mapped[str] = mapped_column(sa.String(100))
    search_title: Mapped[str] = mapped_column(Norm)
    amount: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    cost: Mapped[Decimal | None] = mapped_column(Money)
    due_on: Mapped[date | None]
    remind_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(sa.String(10), default="open")
    pinned: Mapped[bool] = mapped_column(default=False)
    pages: Mapped[int | None]
    owner_id: Mapped[int | None]
    external_ids: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    custom: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy's convention
