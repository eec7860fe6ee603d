"""What rules, absences and decisions are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Any, Final

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
from salesman_leads.distribution.models import (
    HOURS,
    KNOWN,
    METHODS,
    REASONS,
    RESTING,
    SKIPPED,
    STAYS,
    WITHHELD,
)

MOST_MEMBERS: Final = 200
MOST_WEIGHT: Final = 100
MOST_MINUTES: Final = 60 * 24 * 30


def _words() -> fields.Field[Any]:
    """Give the field of a condition: any of some words, empty for all."""
    return ListOf(Text(100, blank=False), most=100)


class MemberSchema(Schema):
    """Somebody to whom a rule may give leads; a weight of two gets twice as many as one."""

    user_id = Reference(required=True)
    weight = Integer(1, MOST_WEIGHT, load_default=1)


class RuleSchema(Schema):
    """A rule of distribution; the first active one that fits a lead decides.

    ``minutes`` of working time may pass until the lead must have been touched, 0 for no limit.
    """

    id = Reference(dump_only=True)
    name = Text(100, required=True, blank=False)
    position = Integer(0, dump_only=True)
    active = Flag()
    sources = _words()
    products = _words()
    regions = _words()
    languages = _words()
    hours = Choice(HOURS)
    method = Choice(METHODS, required=True)
    coordinator_id = Reference(allow_none=True)
    members = ListOf(fields.Nested(MemberSchema), most=MOST_MEMBERS)
    only_working = Flag()
    minutes = Integer(0, MOST_MINUTES)
    version = Integer(1, dump_only=True)


class MoveSchema(Schema):
    """The way of a rule in the order: ``up`` towards the first one."""

    up = Flag(required=True)


class ExampleSchema(Schema):
    """A lead that is not there: what is said of one, to see who would get it."""

    source = Text(100, load_default="")
    products = ListOf(Text(300, blank=False), most=50, load_default=list)
    region = Text(100, load_default="")
    language = Text(10, load_default="")
    phones = ListOf(Text(254, blank=False), most=20, load_default=list)
    emails = ListOf(Text(254, blank=False), most=20, load_default=list)


class SkippedSchema(Schema):
    """Somebody who might have got a lead, and why they did not."""

    user_id = Reference()
    why = Choice(SKIPPED)


class DecisionSchema(Schema):
    """An entry of the ledger; ``told`` says it in words. What was only tried has no id.

    ``method`` is ``withheld`` where it would tell whose client has a phone, an email or another key
    to somebody who may not learn that.
    """

    id = Reference(allow_none=True, dump_only=True)
    at = Moment(dump_only=True)
    reason = Choice(REASONS, dump_only=True)
    rule_id = Reference(allow_none=True, dump_only=True)
    rule_name = Text(100, dump_only=True)
    method = Choice((*METHODS, KNOWN, STAYS, RESTING, WITHHELD), dump_only=True)
    owner_id = Reference(allow_none=True, dump_only=True)
    client_id = Reference(allow_none=True, dump_only=True)
    skipped = ListOf(fields.Nested(SkippedSchema), dump_only=True)
    round = Integer(0, dump_only=True)
    due_at = Moment(allow_none=True, dump_only=True)
    told = Text(1000, dump_only=True)


class AbsenceSchema(Schema):
    """Days on which somebody gets no leads, the first and the last one included."""

    id = Reference(dump_only=True)
    user_id = Reference(required=True)
    first_day = Date(required=True)
    last_day = Date(required=True)
    note = Text(200)
