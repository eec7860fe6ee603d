"""What a schedule of payments is in the JSON API."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import (
    Amount,
    Date,
    Flag,
    Integer,
    ListOf,
    Reference,
    ScaledNumber,
    Schema,
    Text,
)
from salesman_invoices.schedule.service import MOST_STEPS


class StepSchema(Schema):
    """A step: ``percent`` of the deal's amount or an ``amount``, one of them, by ``due_on``.

    ``worth`` is what it comes to, ``billed`` what its invoices do, as amounts of deals are meant;
    ``paid`` is what was paid on them.
    """

    id = Reference(allow_none=True)
    title = Text(200, blank=False, required=True)
    percent = ScaledNumber(2, minimum=0, maximum=100, allow_none=True)
    amount = Amount(minimum=0, maximum=10**13, allow_none=True)
    due_on = Date(allow_none=True)
    worth = Amount(dump_only=True)
    billed = Amount(dump_only=True)
    paid = Amount(dump_only=True)
    open = Flag(dump_only=True)
    overdue = Flag(dump_only=True)


class ScheduleSchema(Schema):
    """The schedule of a deal as a whole: what is sent takes the place of what was there."""

    steps = ListOf(fields.Nested(StepSchema), most=MOST_STEPS, required=True)
    version = Integer(dump_only=True)
