"""What acts are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import fields

from salesman_core.toolkit import (
    Amount,
    Choice,
    Date,
    Flag,
    ListOf,
    Moment,
    RecordSchema,
    Reference,
    ScaledNumber,
    Schema,
    Text,
)
from salesman_invoices.models import ACT_KINDS, LANGUAGES, STATES
from salesman_invoices.schemas import MOST_LINES, MOST_QUANTITY


class ActLineSchema(Schema):
    """A line of an act: so much of a line of its invoice."""

    id = Reference(dump_only=True)
    invoice_line_id = Reference(dump_only=True, allow_none=True)
    article = Text(100, dump_only=True)
    name = Text(300, dump_only=True)
    unit = Text(30, dump_only=True)
    quantity = ScaledNumber(3, dump_only=True)
    price = Amount(dump_only=True)
    discount_percent = ScaledNumber(2, dump_only=True, allow_none=True)
    discount_amount = Amount(dump_only=True, allow_none=True)
    vat_percent = ScaledNumber(2, dump_only=True, allow_none=True)
    vat_on_top = Flag(dump_only=True)
    net = Amount(dump_only=True)
    vat = Amount(dump_only=True)
    amount = Amount(dump_only=True)


class ActQuantitySchema(Schema):
    """How much of a line of the invoice an act confirms."""

    invoice_line_id = Reference(required=True)
    quantity = ScaledNumber(3, minimum=Decimal("0.001"), maximum=MOST_QUANTITY, required=True)


class ActSchema(RecordSchema):
    """An act: it confirms what was done or delivered of an issued invoice.

    With ``quantities`` it is about so much of some lines; without, about all that no other act
    confirms. Acts add up to their invoice to the hundredth.
    """

    number = Text(100, dump_only=True, allow_none=True)
    kind = Choice(ACT_KINDS)
    state = Choice(STATES, dump_only=True)
    day = Date()
    invoice_id = Reference(required=True)
    deal_id = Reference(dump_only=True, allow_none=True)
    client_id = Reference(dump_only=True, allow_none=True)
    owner_id = Reference(dump_only=True, allow_none=True)
    company_id = Reference(allow_none=True)
    signer_id = Reference(allow_none=True)
    currency = Text(3, dump_only=True)
    net = Amount(dump_only=True)
    vat = Amount(dump_only=True)
    amount = Amount(dump_only=True)
    language = Choice(LANGUAGES)
    comment = Text(5000)
    cancelled_at = Moment(dump_only=True, allow_none=True)
    cancel_reason = Text(500, dump_only=True)
    lines = fields.List(fields.Nested(ActLineSchema), dump_only=True)
    quantities = ListOf(fields.Nested(ActQuantitySchema), most=MOST_LINES, load_only=True)


class CancelActSchema(Schema):
    """Why an act is cancelled."""

    reason = Text(500)


class LineLeftSchema(Schema):
    """What of a line of an invoice no act confirms."""

    invoice_line_id = Reference()
    name = Text(300)
    unit = Text(30)
    quantity = ScaledNumber(3)
    net = Amount()
    vat = Amount()
    amount = Amount()


class LeftSchema(Schema):
    """What of an invoice is left to confirm, line by line."""

    items = fields.List(fields.Nested(LineLeftSchema))
