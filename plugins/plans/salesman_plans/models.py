"""The tables of plans: the goals, whose they are counted with, and by what they are counted."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, Thousandths, identity, refers

KIND: Final = "plans.plan"
BASIS_KIND: Final = "plans.basis"
PERSON_KIND: Final = "plans.person"

TURNOVER, MARGIN, UNITS, DEALS = "turnover", "margin", "units", "deals"
METRICS: Final = (TURNOVER, MARGIN, UNITS, DEALS)
MONEY: Final = frozenset({TURNOVER, MARGIN})

COMPANY: Final = "company"
EVERYTHING: Final = ""
"""The item of a plan that is about all goods; one about some names them, as ``category:5``."""


class Plan(Base):
    """The goal of a month: quarters and years add up.

    ``subject`` says whose it is: ``company``, or as ``team:3`` and ``person:5`` what ``team_id``
    and ``user_id`` refer to; a plan means nothing without them. ``value`` is money in the company's
    currency, a quantity, or a number of deals, as ``metric`` says. ``told`` is the highest
    percentage of which its people were told.
    """

    __tablename__ = "plans_plan"
    __table_args__ = (
        sa.UniqueConstraint("subject", "month", "metric", "item"),
        sa.CheckConstraint("metric IN ('turnover', 'margin', 'units', 'deals')", name="metric"),
        sa.CheckConstraint("value > 0", name="value"),
        sa.Index("ix_plans_plan_month", "month", "metric"),
    )

    id: Mapped[int] = identity()
    subject: Mapped[str] = mapped_column(sa.String(30))
    team_id: Mapped[int | None] = refers("core_team.id", ondelete="CASCADE")
    user_id: Mapped[int | None] = refers("core_user.id", ondelete="CASCADE")
    month: Mapped[date]
    metric: Mapped[str] = mapped_column(sa.String(10))
    item: Mapped[str] = mapped_column(sa.String(60), default=EVERYTHING)
    value: Mapped[Decimal] = mapped_column(Thousandths)
    told: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    updated_at: Mapped[datetime]


class LastSaving(Base):
    """What somebody set last in the grid, with what stood there before, to take it back.

    ``number`` counts on, so that an old notice takes back nothing that was saved after it.
    """

    __tablename__ = "plans_last_saving"

    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True, index=False)
    number: Mapped[int]
    goals: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    made_at: Mapped[datetime]


class PlannedPerson(Base):
    """Whether a person has a plan, and whether the results of their team count in it."""

    __tablename__ = "plans_person"

    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True, index=False)
    has_plan: Mapped[bool] = mapped_column(default=True)
    with_team: Mapped[bool] = mapped_column(default=False)


class Basis(Base):
    """By what the company counts, from a month on."""

    __tablename__ = "plans_basis"

    since: Mapped[date] = mapped_column(primary_key=True)
    basis: Mapped[str] = mapped_column(sa.String(60))
    set_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    set_at: Mapped[datetime]


class Limits(Base):
    """From how many percent of the pace on a plan is called on plan, and behind; below it is late.

    There is one row, or none where nobody has changed them.
    """

    __tablename__ = "plans_limits"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="one"),
        sa.CheckConstraint("behind BETWEEN 1 AND 200", name="behind"),
        sa.CheckConstraint("good BETWEEN behind AND 200", name="good"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    good: Mapped[int] = mapped_column(sa.SmallInteger)
    behind: Mapped[int] = mapped_column(sa.SmallInteger)
