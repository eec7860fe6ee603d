"""The tables of channels and of tagged links."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, Money, identity, refers


class Channel(Base):
    """A way by which people come. A lead whose tags match all its patterns came by it.

    In a pattern ``*`` stands for anything; an empty one asks for nothing. ``monthly_cost`` is in
    the company's currency. One that is not active takes no more leads; those it has keep its name.
    """

    __tablename__ = "leads_channel"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    utm_source: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_medium: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_campaign: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_content: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_term: Mapped[str] = mapped_column(sa.String(200), default="")
    monthly_cost: Mapped[Decimal | None] = mapped_column(Money)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class TaggedLink(Base):
    """A link with tags that was made to be put somewhere: leads with just these came by it."""

    __tablename__ = "leads_tagged_link"

    id: Mapped[int] = identity()
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    address: Mapped[str] = mapped_column(sa.String(1000))
    utm_source: Mapped[str] = mapped_column(sa.String(200))
    utm_medium: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_campaign: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_content: Mapped[str] = mapped_column(sa.String(200), default="")
    utm_term: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
