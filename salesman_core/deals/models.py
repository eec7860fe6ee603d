"""Deals and their pipelines (``product.md``, rule 1)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.db import TOGETHER, Base, BigId, Money, MoneySum, Norm, Rate, identity, refers
from salesman_core.db.trigrams import TRIGRAMS
from salesman_core.records.models import CustomWord, ExternalId, KeptRecord, Participant


class Stage(Base):
    """A stage of a pipeline; its percentage is the deal's progress and the order of columns.

    One without a pipeline was deleted: it stays as long as steps of deals name it. ``required``
    names the fields that a deal must have filled in to enter it.
    """

    __tablename__ = "core_stage"
    __table_args__ = (sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),)

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int | None] = refers("core_pipeline.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(200))
    percent: Mapped[int] = mapped_column(sa.SmallInteger)
    planned_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    required: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")


class Pipeline(Base):
    """An ordered set of stages."""

    __tablename__ = "core_pipeline"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    stages: Mapped[list[Stage]] = relationship(
        order_by=(Stage.percent, Stage.id), cascade="all, delete-orphan"
    )


class CloseReason(Base):
    """Why a deal was lost: the company's own list.

    ``system`` names the reason that an import gives where a file states none.
    """

    __tablename__ = "core_close_reason"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    system: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class DealParticipant(Participant, Base):
    """A person who has a part in a deal."""

    __tablename__ = "core_deal_participant"

    record_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE", primary_key=True)


class DealExternalId(ExternalId, Base):
    """A deal's key in another system."""

    __tablename__ = "core_deal_external_id"

    record_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE")


class DealWord(CustomWord, Base):
    """What is looked for in a deal's custom fields."""

    __tablename__ = "core_deal_word"
    __table_args__ = CustomWord.index("core_deal_word")

    record_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE")


class DealContact(Base):
    """A contact who takes part in a deal."""

    __tablename__ = "core_deal_contact"

    deal_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE", primary_key=True, index=False)
    contact_id: Mapped[int] = refers("core_contact.id", ondelete="CASCADE", primary_key=True)


class Deal(KeptRecord, Base):
    """One possible or finished sale to a client.

    ``outcome`` is None while the deal is open, then ``won`` or ``lost``; its stage stays where
    it stood. ``stage_since`` is when it came to its stage; ``plan_since`` is set where it was
    frozen there: that much later, so that the days in between do not count against the plan.
    ``rate`` is what one unit of its currency was worth in ``rate_currency`` on its day.
    ``amount_source`` names the plugin's lines that own its amount.
    """

    __tablename__ = "core_deal"
    __table_args__ = (
        sa.CheckConstraint("outcome IN ('won', 'lost')", name="outcome"),
        sa.CheckConstraint("outcome IS NULL OR closed_on IS NOT NULL", name="closed_on"),
        sa.CheckConstraint("outcome <> 'lost' OR reason_id IS NOT NULL", name="reason"),
        sa.Index("ix_core_deal_created_at", "created_at", "id"),
        sa.Index("ix_core_deal_updated_at", "updated_at", "id"),
        # As lists sort by it: what has no date stands behind all others.
        sa.Index("ix_core_deal_expected_on", sa.text("coalesce(expected_on, '9999-12-31')"), "id"),
        sa.Index("ix_core_deal_amount", "amount", "id"),
        sa.Index("ix_core_deal_owner_id_created_at", "owner_id", "created_at", "id"),
        sa.Index("ix_core_deal_board", "pipeline_id", "outcome", "stage_id", "amount"),
        sa.Index("ix_core_deal_frozen_until", "frozen_until"),
        {
            "info": {
                TOGETHER: (
                    {"amount", "cost", "currency", "amount_source", "rate", "rate_currency"},
                    {"pipeline_id", "stage_id", "stage_since", "plan_since"},
                    {"outcome", "reason_id", "closed_on"},
                )
            }
        },
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(300))
    search_name: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL")
    pipeline_id: Mapped[int] = refers("core_pipeline.id", ondelete="RESTRICT", index=False)
    stage_id: Mapped[int] = refers("core_stage.id", ondelete="RESTRICT")
    stage_since: Mapped[datetime]
    plan_since: Mapped[datetime | None]
    frozen_until: Mapped[date | None]
    freeze_reason: Mapped[str | None] = mapped_column(sa.String(500))
    outcome: Mapped[str | None] = mapped_column(sa.String(4))
    reason_id: Mapped[int | None] = refers("core_close_reason.id", ondelete="RESTRICT")
    amount: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    cost: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_source: Mapped[str | None] = mapped_column(sa.String(100))
    rate: Mapped[Decimal | None] = mapped_column(Rate)
    rate_currency: Mapped[str | None] = mapped_column(sa.String(3))
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    opened_on: Mapped[date]
    expected_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    custom: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    imported: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    external_ids: Mapped[list[DealExternalId]] = relationship(cascade="all, delete-orphan")


class DealMove(Base):
    """A step of a deal: from stage to stage, a closing or a reopening, a freezing or a thawing.

    ``action`` is ``open``, ``move``, ``transfer`` (to a stage of another pipeline), ``close``,
    ``reopen``, ``freeze`` or ``thaw``; ``seconds`` is how long the deal had stood where it left, or
    for a thawing how long it was frozen. ``frozen_until`` and ``freeze_reason`` say how a freezing
    was meant. ``day`` is the company's day of ``at``, and ``forward`` tells a move to a stage of
    more progress: both as they were then.
    """

    __tablename__ = "core_deal_move"

    id: Mapped[int] = identity()
    deal_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE")
    action: Mapped[str] = mapped_column(sa.String(10))
    from_stage_id: Mapped[int | None] = refers("core_stage.id", ondelete="RESTRICT")
    to_stage_id: Mapped[int] = refers("core_stage.id", ondelete="RESTRICT")
    outcome: Mapped[str | None] = mapped_column(sa.String(4))
    reason_id: Mapped[int | None] = refers("core_close_reason.id", ondelete="RESTRICT", index=False)
    at: Mapped[datetime]
    day: Mapped[date]
    forward: Mapped[bool] = mapped_column(default=False)
    actor_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    actor_name: Mapped[str] = mapped_column(sa.String(200), default="")
    seconds: Mapped[int] = mapped_column(default=0)
    frozen_until: Mapped[date | None]
    freeze_reason: Mapped[str | None] = mapped_column(sa.String(500))


class FunnelKept(Base):
    """A figure of the funnel as it was counted last; see :mod:`salesman_core.deals.kept`.

    What is not asked of a figure holds the same in all rows of its kind: ``NO_DAY`` or 0.
    """

    __tablename__ = "core_funnel_kept"

    pipeline_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(sa.String(3), primary_key=True)
    stage_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    reason_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    previous: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(sa.BigInteger)
    amount: Mapped[Decimal] = mapped_column(MoneySum)


class DealKept(Base):
    """A deal that has changed since it was counted last, as it was then.

    ``there`` is false for one that was not there. The database itself writes it.
    """

    __tablename__ = "core_deal_kept"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    there: Mapped[bool]
    pipeline_id: Mapped[int | None] = mapped_column(BigId)
    stage_id: Mapped[int | None] = mapped_column(BigId)
    outcome: Mapped[str | None] = mapped_column(sa.String(4))
    reason_id: Mapped[int | None] = mapped_column(BigId)
    amount: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    frozen_until: Mapped[date | None]
    closed_on: Mapped[date | None]
    deleted_at: Mapped[datetime | None]


class DealMoveKept(Base):
    """A step that came, changed or went since its deal was counted last, as it was then."""

    __tablename__ = "core_deal_move_kept"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    there: Mapped[bool]
    deal_id: Mapped[int] = mapped_column(BigId, index=True)
    action: Mapped[str | None] = mapped_column(sa.String(10))
    from_stage_id: Mapped[int | None] = mapped_column(BigId)
    to_stage_id: Mapped[int | None] = mapped_column(BigId)
    day: Mapped[date | None]
    forward: Mapped[bool | None]
    seconds: Mapped[int | None]
