"""What payments are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from marshmallow import fields

from salesman_core.toolkit import (
    Amount,
    Choice,
    Date,
    ExternalIds,
    JsonObject,
    ListOf,
    RecordSchema,
    Reference,
    Schema,
    Text,
)
from salesman_invoices.drafting import MOST_AMOUNT
from salesman_invoices.models import DIRECTIONS
from salesman_invoices.payments.advance import MOST_ADVANCES

MOST_ALLOTMENTS: Final = 200


class AllotmentSchema(Schema):
    """How much of a payment belongs to an invoice, without sign.

    ``margin`` is its share of the invoice's margin: null for those who may not see margins.
    """

    invoice_id = Reference(required=True)
    amount = Amount(minimum=Decimal("0.01"), maximum=MOST_AMOUNT, required=True)
    margin = Amount(dump_only=True, allow_none=True)


class AllotSchema(Schema):
    """To which invoices a payment belongs: exactly these."""

    allotments = ListOf(fields.Nested(AllotmentSchema), most=MOST_ALLOTMENTS, required=True)


class AdvanceSchema(Schema):
    """How much a return took of a payment that came in.

    Where ``amount`` is left out, it is as much as is left of it and went back.
    """

    payment_id = Reference(required=True)
    amount = Amount(minimum=Decimal("0.01"), maximum=MOST_AMOUNT)


class PaymentSchema(RecordSchema):
    """Money that came in from a client (``in``), or went back (``back``).

    What is not allotted is the client's advance; ``allotments`` say no more of what came in for an
    invoice than is left of it. ``invoice_id`` alone means as much as is left of that invoice, by
    the days of all that was entered so: what belongs to it is dealt out anew whenever something of
    that comes, goes or changes, until ``allotments`` or ``advances`` are said. ``advances`` say of
    which advances what went back was taken. Where a new return leaves them out, with ``invoice_id``
    it takes what was paid over that invoice, then off it; else it takes the newest.
    ``returned`` is what went back of a payment; of a return, what is known to be of advances.
    """

    direction = Choice(DIRECTIONS)
    client_id = Reference(allow_none=True)
    company_id = Reference(dump_only=True, allow_none=True)
    owner_id = Reference(dump_only=True, allow_none=True)
    day = Date()
    amount = Amount(minimum=Decimal("0.01"), maximum=MOST_AMOUNT, required=True)
    allotted = Amount(dump_only=True)
    returned = Amount(dump_only=True)
    currency = Text(3)
    reference = Text(100)
    comment = Text(5000)
    allotments = ListOf(fields.Nested(AllotmentSchema), most=MOST_ALLOTMENTS)
    advances = ListOf(fields.Nested(AdvanceSchema), most=MOST_ADVANCES)
    invoice_id = Reference(load_only=True)
    external_ids = ExternalIds()
    imported = JsonObject(dump_only=True)
