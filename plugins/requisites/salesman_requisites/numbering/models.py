"""The tables of counters."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, BigId, identity, refers

NEVER: Final = "never"
YEARLY: Final = "yearly"
MONTHLY: Final = "monthly"
STARTS: Final = (NEVER, YEARLY, MONTHLY)
"""When a counter begins again with 1."""


class Counter(Base):
    """How papers of a kind that an own company makes are numbered.

    :attr:`paper` is the kind as the plugin names it that makes such papers: ``invoices.invoice``.
    """

    __tablename__ = "requisites_counter"
    __table_args__ = (
        sa.CheckConstraint("starts IN ('never', 'yearly', 'monthly')", name="starts"),
        sa.UniqueConstraint("company_id", "paper"),
    )

    id: Mapped[int] = identity()
    company_id: Mapped[int] = refers("requisites_company.id", ondelete="CASCADE", index=False)
    paper: Mapped[str] = mapped_column(sa.String(80))
    pattern: Mapped[str] = mapped_column(sa.String(100))
    starts: Mapped[str] = mapped_column(sa.String(10), default=YEARLY)
    version: Mapped[int] = mapped_column(default=1)


class CounterPeriod(Base):
    """The number that comes next in a period: ``2026``, ``2026-03``, or an empty text for all."""

    __tablename__ = "requisites_counter_period"

    counter_id: Mapped[int] = refers(
        "requisites_counter.id", ondelete="CASCADE", index=False, primary_key=True
    )
    period: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    next: Mapped[int] = mapped_column(BigId, default=1)
