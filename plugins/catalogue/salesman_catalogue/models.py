"""The tables of the catalogue: products with their prices, and the lines of deals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import (
    TRIGRAMS,
    Base,
    ExternalId,
    KeptRecord,
    Money,
    Norm,
    Percent,
    Thousandths,
    identity,
    refers,
)

KIND: Final = "catalogue.product"

GOODS: Final = "goods"
SERVICE: Final = "service"
KINDS: Final = (GOODS, SERVICE)
"""What is sold: a thing, or work."""


class Category(Base):
    """A place in the tree of products; ``position`` is its place among those beside it."""

    __tablename__ = "catalogue_category"

    id: Mapped[int] = identity()
    parent_id: Mapped[int | None] = refers("catalogue_category.id", ondelete="RESTRICT")
    name: Mapped[str] = mapped_column(sa.String(200))
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    version: Mapped[int] = mapped_column(default=1)


class Level(Base):
    """A price level, as “Retail”; the first one that is offered counts where nobody says which."""

    __tablename__ = "catalogue_level"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(60))
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class VatRate(Base):
    """A rate of VAT that the company sells at; ``percent`` is None for “without VAT”."""

    __tablename__ = "catalogue_vat_rate"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(60))
    percent: Mapped[Decimal | None] = mapped_column(Percent)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class Price(Base):
    """What one unit of a product costs at a level; without a row it has no price there."""

    __tablename__ = "catalogue_price"
    __table_args__ = (sa.CheckConstraint("price > 0", name="price"),)

    product_id: Mapped[int] = refers(
        "catalogue_product.id", ondelete="CASCADE", primary_key=True, index=False
    )
    level_id: Mapped[int] = refers("catalogue_level.id", ondelete="RESTRICT", primary_key=True)
    price: Mapped[Decimal] = mapped_column(Money)


class ProductExternalId(ExternalId, Base):
    """A product's key in another system, as in accounting."""

    __tablename__ = "catalogue_external_id"

    record_id: Mapped[int] = refers("catalogue_product.id", ondelete="CASCADE")


class Product(KeptRecord, Base):
    """What the company sells.

    ``search_name`` holds the name and the article, by both of which people look for it.
    ``name_key`` and ``article_key`` are what imports compare. ``cost`` and the prices are for one
    ``unit``, in ``currency``. One that is not ``active`` is offered no more.
    """

    __tablename__ = "catalogue_product"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('goods', 'service')", name="kind"),
        sa.CheckConstraint("cost >= 0", name="cost"),
        sa.Index("ix_catalogue_product_created_at", "created_at", "id"),
    )

    id: Mapped[int] = identity()
    kind: Mapped[str] = mapped_column(sa.String(10), default=GOODS)
    name: Mapped[str] = mapped_column(sa.String(300))
    search_name: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    name_key: Mapped[str] = mapped_column(Norm, index=True)
    article: Mapped[str] = mapped_column(sa.String(100), default="")
    article_key: Mapped[str] = mapped_column(Norm, index=True)
    unit: Mapped[str] = mapped_column(sa.String(30), default="")
    category_id: Mapped[int | None] = refers("catalogue_category.id", ondelete="RESTRICT")
    vat_rate_id: Mapped[int | None] = refers("catalogue_vat_rate.id", ondelete="RESTRICT")
    cost: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    currency: Mapped[str] = mapped_column(sa.String(3))
    active: Mapped[bool] = mapped_column(default=True)
    description: Mapped[str] = mapped_column(sa.Text, default="")
    imported: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    prices: Mapped[list[Price]] = relationship(
        order_by=Price.level_id, cascade="all, delete-orphan"
    )
    external_ids: Mapped[list[ProductExternalId]] = relationship(cascade="all, delete-orphan")


class DealSheet(Base):
    """The lines of a deal as a whole: ``version`` counts their changes.

    ``currency`` is that of their prices. Where the deal has another one by now, because it was
    changed while the plugin was away, the deal has no lines that count.

    ``before`` holds the lines as they stood before the last change, to undo it; where there were
    none, ``amount_before`` and ``cost_before`` are what the deal was worth by hand.
    """

    __tablename__ = "catalogue_deal_sheet"

    deal_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE", primary_key=True, index=False)
    version: Mapped[int] = mapped_column(default=1)
    currency: Mapped[str] = mapped_column(sa.String(3))
    before: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    amount_before: Mapped[Decimal | None] = mapped_column(Money)
    cost_before: Mapped[Decimal | None] = mapped_column(Money)
    updated_at: Mapped[datetime]


class Line(Base):
    """A line of a deal: what is sold, how much of it, and for how much.

    It keeps what it was sold as, name, unit, price, VAT and cost: a change of the price list
    touches no line. ``price`` and ``cost`` are for one unit in the deal's currency. At most one of
    ``discount_percent`` and ``discount_amount`` is not None. ``vat_percent`` is None without VAT.
    ``net``, ``vat``, ``amount`` and ``cost_amount`` are what :mod:`salesman_catalogue.sums` makes
    of it.
    """

    __tablename__ = "catalogue_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("price >= 0 AND cost >= 0", name="price"),
        sa.CheckConstraint("discount_percent IS NULL OR discount_amount IS NULL", name="discount"),
        sa.Index("ix_catalogue_line_deal_id", "deal_id", "position"),
    )

    id: Mapped[int] = identity()
    deal_id: Mapped[int] = refers("core_deal.id", ondelete="CASCADE", index=False)
    position: Mapped[int] = mapped_column(sa.Integer)
    product_id: Mapped[int | None] = refers("catalogue_product.id", ondelete="SET NULL")
    level_id: Mapped[int | None] = refers("catalogue_level.id", ondelete="SET NULL")
    article: Mapped[str] = mapped_column(sa.String(100), default="")
    name: Mapped[str] = mapped_column(sa.String(300))
    unit: Mapped[str] = mapped_column(sa.String(30), default="")
    quantity: Mapped[Decimal] = mapped_column(Thousandths)
    price: Mapped[Decimal] = mapped_column(Money)
    discount_percent: Mapped[Decimal | None] = mapped_column(Percent)
    discount_amount: Mapped[Decimal | None] = mapped_column(Money)
    vat_percent: Mapped[Decimal | None] = mapped_column(Percent)
    vat_on_top: Mapped[bool] = mapped_column(default=False)
    cost: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    net: Mapped[Decimal] = mapped_column(Money)
    vat: Mapped[Decimal] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money)
    cost_amount: Mapped[Decimal] = mapped_column(Money)
