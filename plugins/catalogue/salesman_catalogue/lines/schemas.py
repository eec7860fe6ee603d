"""What the lines of a deal are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from marshmallow import fields

from salesman_catalogue.schemas import MOST_PRICE
from salesman_core.toolkit import (
    Amount,
    Flag,
    Integer,
    ListOf,
    Reference,
    ScaledNumber,
    Schema,
    Text,
)

MOST_LINES: Final = 500
LEAST_QUANTITY: Final = Decimal("0.001")
MOST_QUANTITY: Final = 10**9


class LineSchema(Schema):
    """A line: a product, or something in free text.

    With a ``product_id`` all that is left out comes from the product as it is now: name, article,
    unit, VAT, cost, and the price at ``level_id``, or at the usual level without one. What the
    line then holds stays, whatever becomes of the price list. ``price`` and ``cost`` are for one
    unit. A discount is ``discount_percent`` or ``discount_amount``, on the whole line.
    ``vat_percent`` is null without VAT; ``vat_on_top`` says that it comes on top of the price, else
    it is inside. ``id`` names a line that there is, which keeps what is left out. ``cost`` is null
    for those who may not see costs.
    """

    id = Reference()
    product_id = Reference(allow_none=True)
    level_id = Reference(allow_none=True)
    article = Text(100)
    name = Text(300)
    unit = Text(30)
    quantity = ScaledNumber(3, minimum=LEAST_QUANTITY, maximum=MOST_QUANTITY, required=True)
    price = Amount(minimum=0, maximum=MOST_PRICE)
    discount_percent = ScaledNumber(2, minimum=0, maximum=100, allow_none=True)
    discount_amount = Amount(minimum=0, allow_none=True)
    vat_percent = ScaledNumber(2, minimum=0, maximum=100, allow_none=True)
    vat_on_top = Flag()
    cost = Amount(minimum=0, maximum=MOST_PRICE, allow_none=True)
    discount = Amount(dump_only=True)
    net = Amount(dump_only=True)
    vat = Amount(dump_only=True)
    amount = Amount(dump_only=True)
    cost_amount = Amount(dump_only=True, allow_none=True)


class LinesSchema(Schema):
    """The lines of a deal in their order, and what they come to together.

    ``currency`` is the deal's; who names another one is refused. ``amount`` includes VAT. ``cost``
    and ``margin`` are null for those who may not see costs.
    """

    lines = ListOf(fields.Nested(LineSchema), most=MOST_LINES, required=True)
    currency = Text(3)
    net = Amount(dump_only=True)
    vat = Amount(dump_only=True)
    amount = Amount(dump_only=True)
    cost = Amount(dump_only=True, allow_none=True)
    margin = Amount(dump_only=True, allow_none=True)
    version = Integer(0, dump_only=True)
