"""What approvals are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import (
    Choice,
    Date,
    Flag,
    Integer,
    ListOf,
    Moment,
    Reference,
    Schema,
    Text,
)
from salesman_documents.approval.models import STATES, STEP_STATES, VERDICTS
from salesman_documents.approval.routes import MOST_DAYS, MOST_STEPS
from salesman_documents.approval.service import LONGEST_COMMENT, LONGEST_NOTE


class RouteStepSchema(Schema):
    """A step of a route: ``role_id``, anybody of whom decides, or ``user_id``.

    Those of one ``stage`` are asked together, the lowest first; ``days`` are days of work.
    """

    stage = Integer(required=True, minimum=1, maximum=1000)
    role_id = Reference(allow_none=True)
    user_id = Reference(allow_none=True)
    name = Text(200, dump_only=True)
    days = Integer(allow_none=True, minimum=1, maximum=MOST_DAYS)


class RouteSchema(Schema):
    """How documents of a type are approved.

    ``required`` says that only approved versions of them are sent and signed.
    """

    required = Flag()
    steps = ListOf(fields.Nested(RouteStepSchema), most=MOST_STEPS)


class BeginSchema(Schema):
    """The beginning of an approval; ``steps`` where another route is wanted than the type's."""

    note = Text(LONGEST_NOTE)
    steps = ListOf(fields.Nested(RouteStepSchema), most=MOST_STEPS, allow_none=True)


class DecideSchema(Schema):
    """A decision: about the version with this ``hash``, as whoever decides has read it."""

    verdict = Choice(VERDICTS, required=True)
    comment = Text(LONGEST_COMMENT)
    hash = Text(64, blank=False, required=True)


class StepSchema(Schema):
    """A step of an approval, and what was decided in it, by whom and about which hash."""

    id = Reference(dump_only=True)
    stage = Integer(dump_only=True)
    role_id = Reference(dump_only=True, allow_none=True)
    user_id = Reference(dump_only=True, allow_none=True)
    name = Text(200, dump_only=True)
    state = Choice(STEP_STATES, dump_only=True)
    due_on = Date(dump_only=True, allow_none=True)
    decided_by_id = Reference(dump_only=True, allow_none=True)
    decided_by_name = Text(200, dump_only=True)
    decided_at = Moment(dump_only=True, allow_none=True)
    comment = Text(LONGEST_COMMENT, dump_only=True)
    hash = Text(64, dump_only=True)


class ApprovalSchema(Schema):
    """An approval of a version; ``changed`` says in words what made it void."""

    id = Reference(dump_only=True)
    number = Integer(dump_only=True)
    hash = Text(64, dump_only=True)
    state = Choice(STATES, dump_only=True)
    note = Text(LONGEST_NOTE, dump_only=True)
    author_id = Reference(dump_only=True, allow_none=True)
    author_name = Text(200, dump_only=True)
    created_at = Moment(dump_only=True)
    ended_at = Moment(dump_only=True, allow_none=True)
    changed = ListOf(Text(1000), dump_only=True, most=100)
    steps = fields.List(fields.Nested(StepSchema), dump_only=True)


class StandingSchema(Schema):
    """How a document stands: ``state`` is that of the newest approval, as it is now."""

    required = Flag(dump_only=True)
    state = Choice(STATES, dump_only=True, allow_none=True)
    may_leave = Flag(dump_only=True)
    approvals = fields.List(fields.Nested(ApprovalSchema), dump_only=True)
