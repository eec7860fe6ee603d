"""What invoices are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from marshmallow import fields

from salesman_core.toolkit import (
    Amount,
    Choice,
    Date,
    ExternalIds,
    Flag,
    JsonObject,
    ListOf,
    Moment,
    RecordSchema,
    Reference,
    ScaledNumber,
    Schema,
    Text,
)
from salesman_invoices.models import LANGUAGES, STATES
from salesman_invoices.standing import TITLES

MOST_LINES: Final = 500
MOST_PRICE: Final = 10**12
MOST_QUANTITY: Final = 10**9


class InvoiceLineSchema(Schema):
    """A line of an invoice.

    ``product_id`` says of which product of the catalogue its units are; name and article stay as
    they are said. At most one of ``discount_percent`` and ``discount_amount`` (on the whole line).
    ``vat_percent`` is null without VAT; ``vat_on_top`` says that it is added to the price. ``cost``
    is for one unit. ``cost_amount`` is null for those who may not see costs, and where nobody knows
    it.
    """

    id = Reference(dump_only=True)
    deal_line_id = Reference(dump_only=True, allow_none=True)
    product_id = Reference(allow_none=True)
    article = Text(100)
    name = Text(300, blank=False, required=True)
    unit = Text(30)
    quantity = ScaledNumber(3, minimum=Decimal("0.001"), maximum=MOST_QUANTITY, required=True)
    price = Amount(minimum=0, maximum=MOST_PRICE, required=True)
    discount_percent = ScaledNumber(2, minimum=0, maximum=100, allow_none=True)
    discount_amount = Amount(minimum=0, maximum=MOST_PRICE, allow_none=True)
    vat_percent = ScaledNumber(2, minimum=0, maximum=100, allow_none=True)
    vat_on_top = Flag()
    cost = Amount(minimum=0, maximum=MOST_PRICE, allow_none=True, load_only=True)
    net = Amount(dump_only=True)
    vat = Amount(dump_only=True)
    amount = Amount(dump_only=True)
    cost_amount = Amount(dump_only=True, allow_none=True)


class QuantitySchema(Schema):
    """How much of a line of the deal is billed."""

    deal_line_id = Reference(required=True)
    quantity = ScaledNumber(3, minimum=Decimal("0.001"), maximum=MOST_QUANTITY, required=True)


class InvoiceSchema(RecordSchema):
    """An invoice.

    What it bills is said once: ``lines``; or ``quantities`` of the deal's lines; or a ``share`` of
    the deal's amount; or a ``step_id`` of its schedule; or a ``deal_id`` alone, for all that is
    left of it. ``vat_percent`` is the rate where a deal without lines is billed, null for “without
    VAT”. ``standing`` follows from ``state``, ``paid``, ``amount`` and ``due_on``. ``cost`` and
    ``margin`` are null for those who may not see them, and where nobody knows them.
    """

    number = Text(100, dump_only=True, allow_none=True)
    state = Choice(STATES, dump_only=True)
    standing = Choice(TITLES, dump_only=True)
    deal_id = Reference(allow_none=True)
    step_id = Reference(allow_none=True)
    client_id = Reference(allow_none=True)
    owner_id = Reference(allow_none=True)
    company_id = Reference(allow_none=True)
    account_id = Reference(allow_none=True)
    signer_id = Reference(allow_none=True)
    currency = Text(3)
    issued_on = Date(dump_only=True, allow_none=True)
    due_on = Date(allow_none=True)
    net = Amount(dump_only=True)
    vat = Amount(dump_only=True)
    amount = Amount(dump_only=True)
    cost = Amount(dump_only=True, allow_none=True)
    margin = Amount(dump_only=True, allow_none=True)
    paid = Amount(dump_only=True)
    paid_on = Date(dump_only=True, allow_none=True)
    purpose = Text(300)
    language = Choice(LANGUAGES)
    comment = Text(5000)
    cancelled_at = Moment(dump_only=True, allow_none=True)
    cancel_reason = Text(500, dump_only=True)
    lines = ListOf(fields.Nested(InvoiceLineSchema), most=MOST_LINES)
    quantities = ListOf(fields.Nested(QuantitySchema), most=MOST_LINES, load_only=True)
    share = Amount(minimum=Decimal("0.01"), maximum=10**13, load_only=True)
    vat_percent = ScaledNumber(2, minimum=0, maximum=100, allow_none=True, load_only=True)
    external_ids = ExternalIds()
    imported = JsonObject(dump_only=True)


class IssueSchema(Schema):
    """On which day an invoice is issued; today where that is not said."""

    issued_on = Date()


class CancelSchema(Schema):
    """Why an invoice is cancelled."""

    reason = Text(500)
