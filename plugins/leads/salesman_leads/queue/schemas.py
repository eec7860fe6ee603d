"""What the queue and calls are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Choice, Flag, Integer, Moment, Reference, Schema, Text
from salesman_leads.queue.models import BASES
from salesman_leads.schemas import LeadSchema


class AttemptSchema(Schema):
    """A call to a lead and what came of it.

    ``base`` is what the result is at bottom. Who is to be called back needs ``call_back_at``.
    ``phone`` is the number that was wrong; where it is not said, the first. ``closes_as_id`` closes
    the lead with that result of leads; without interest it is the company's usual one.
    """

    id = Reference(dump_only=True)
    lead_id = Reference(dump_only=True)
    person_id = Reference(allow_none=True, dump_only=True)
    at = Moment(dump_only=True)
    call_result_id = Reference(required=True)
    base = Choice(BASES, dump_only=True)
    comment = Text(1000, load_default="")
    call_back_at = Moment(allow_none=True, load_default=None)
    phone = Text(254, load_default="")
    closes_as_id = Reference(allow_none=True, load_default=None, load_only=True)


class AttemptsSchema(Schema):
    """The last calls to a lead, the latest first."""

    items = fields.List(fields.Nested(AttemptSchema))


class NextSchema(Schema):
    """The lead that is to be called now, or null, until when it is kept, and how many wait."""

    lead = fields.Nested(LeadSchema, allow_none=True)
    until = Moment(allow_none=True)
    left = Integer(0)


class CallResultSchema(Schema):
    """What may come of a call; one that is not active is offered no more."""

    id = Reference()
    name = Text(100)
    base = Choice(BASES)
    closes_as_id = Reference(allow_none=True)
    active = Flag()


class CallResultsSchema(Schema):
    """All results of calls in the company's order."""

    items = fields.List(fields.Nested(CallResultSchema))
