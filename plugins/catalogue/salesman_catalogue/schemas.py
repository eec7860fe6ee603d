"""What a product is in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Final

from marshmallow import fields

from salesman_catalogue.models import KINDS
from salesman_core.toolkit import (
    Amount,
    Choice,
    ExternalIds,
    Flag,
    JsonObject,
    ListOf,
    RecordSchema,
    Reference,
    ScaledNumber,
    Schema,
    Text,
)

MOST_PRICE: Final = 10**12
"""No unit of anything costs more."""


class PriceSchema(Schema):
    """What one unit costs at a price level."""

    level_id = Reference(required=True)
    price = Amount(minimum=0, maximum=MOST_PRICE, required=True)


class ProductSchema(RecordSchema):
    """Goods or a service.

    ``prices`` are for one unit, in ``currency``; a level without one has no price, and a price of
    nought is none. ``cost`` is null for those who may not see costs.
    """

    kind = Choice(KINDS)
    name = Text(300, blank=False, required=True)
    article = Text(100)
    unit = Text(30)
    category_id = Reference(allow_none=True)
    vat_rate_id = Reference(allow_none=True)
    prices = ListOf(fields.Nested(PriceSchema), most=50)
    cost = Amount(minimum=0, maximum=MOST_PRICE, allow_none=True)
    currency = Text(3)
    active = Flag()
    description = Text(20_000)
    external_ids = ExternalIds()
    imported = JsonObject(dump_only=True)


class CategorySchema(Schema):
    """A category; ``path`` holds the names from the top down to it."""

    id = Reference(dump_only=True)
    name = Text(200, blank=False, required=True)
    parent_id = Reference(allow_none=True)
    path = Text(2000, dump_only=True)


class CategoriesSchema(Schema):
    """All categories, each behind the one that it is in."""

    items = fields.List(fields.Nested(CategorySchema))


class LevelSchema(Schema):
    """A price level; one that is not active is offered no more."""

    id = Reference()
    name = Text(60)
    active = Flag()


class LevelsSchema(Schema):
    """All price levels in their order; the first one that is active counts as the usual one."""

    items = fields.List(fields.Nested(LevelSchema))


class VatRateSchema(Schema):
    """A rate of VAT; ``percent`` is null for “without VAT”."""

    id = Reference()
    name = Text(60)
    percent = ScaledNumber(2, minimum=0, maximum=100, allow_none=True)
    active = Flag()


class VatRatesSchema(Schema):
    """All VAT rates in their order."""

    items = fields.List(fields.Nested(VatRateSchema))
