"""What an activity is in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from salesman_calendar.models import ANSWERS, BASES, MOST_MINUTES, MOST_REMIND_MINUTES, PRIORITIES
from salesman_calendar.series.service import SCOPES
from salesman_core.toolkit import (
    Choice,
    Date,
    Flag,
    Integer,
    ListOf,
    Moment,
    RecordSchema,
    Reference,
    Schema,
    Text,
)


class Recurrence(Text):
    """A rule by which something comes again; a service judges it."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema, with a rule that there is."""
        return super().described() | {"examples": ["FREQ=DAILY;COUNT=2"]}


class ActivitySchema(RecordSchema):
    """Something to be done on a day, or that was done.

    ``day`` is a date of the company's zone. Without ``starts_at`` it may be done at any time of
    that day; with it, ``day`` need not be said. ``overdue`` is what is open past its time.
    ``about_kind`` and ``about_id`` together name a record of another plugin, as ``leads.lead`` and
    12; both are null for whoever may not see that. ``recurrence`` is a rule as iCalendar has them
    (RFC 5545, RRULE), as ``FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20271231``: by the day, week, month or
    year. With one, an activity is the first of a series. ``occurs_on`` is the day that the rule
    gives it, ``apart`` says that it was changed alone.
    """

    kind_id = Reference(required=True)
    subject = Text(300)
    text = Text(20_000)
    owner_id = Reference(allow_none=True)
    client_id = Reference(allow_none=True)
    deal_id = Reference(allow_none=True)
    contact_ids = ListOf(Reference(), most=50)
    about_kind = Text(60, allow_none=True)
    about_id = Reference(allow_none=True)
    day = Date()
    starts_at = Moment(allow_none=True)
    minutes = Integer(1, MOST_MINUTES, allow_none=True)
    priority = Choice(PRIORITIES)
    remind_minutes = Integer(0, MOST_REMIND_MINUTES, allow_none=True)
    recurrence = Recurrence(300, allow_none=True)
    series_id = Reference(allow_none=True, dump_only=True)
    occurs_on = Date(allow_none=True, dump_only=True)
    apart = Flag(dump_only=True)
    overdue = Flag(dump_only=True)
    done_at = Moment(allow_none=True, dump_only=True)
    done_by_id = Reference(allow_none=True, dump_only=True)
    result_id = Reference(allow_none=True, dump_only=True)
    result_text = Text(20_000, dump_only=True)
    created_by_id = Reference(allow_none=True, dump_only=True)


class SeriesChangeSchema(ActivitySchema):
    """A change of an activity of a series and of others of it.

    ``scope`` says of which: of those behind it (``following``), or of ``all`` that are open.
    """

    class Meta:
        """What of an activity cannot be changed so."""

        exclude = ("id", "version")

    scope = Choice(SCOPES, required=True, load_only=True)


class ScopeSchema(Schema):
    """What is meant: an activity and those behind it, or all that are open."""

    scope = Choice(SCOPES, required=True)


class GuestSchema(Schema):
    """Somebody who is invited to an activity by a letter.

    ``whole``: to all of its series. ``activity_id`` is the one by which a whole series was invited
    to.
    """

    id = Reference(dump_only=True)
    activity_id = Reference(dump_only=True)
    email = Text(254, required=True)
    name = Text(300, load_default="")
    contact_id = Reference(allow_none=True, load_default=None, load_only=True)
    whole = Flag(load_default=False)
    answer = Choice(ANSWERS, dump_only=True)
    answered_at = Moment(allow_none=True, dump_only=True)


class GuestsSchema(Schema):
    """All guests of an activity."""

    items = fields.List(fields.Nested(GuestSchema))


class FeedSchema(Schema):
    """The address of one's own activities for other programs; null where there is none.

    ``created_at`` is when it was made. ``address`` is told by the answer that makes it alone.
    """

    created_at = Moment(allow_none=True)
    address = Text(500, allow_none=True)


class HowManySchema(Schema):
    """Of how many activities it was done."""

    count = Integer(0)


class DoneSchema(Schema):
    """What came of an activity, and what is next, where something is."""

    result_id = Reference(allow_none=True, load_default=None)
    result_text = Text(20_000, load_default="")
    next = fields.Nested(ActivitySchema, load_default=None, allow_none=True)


class FinishedSchema(Schema):
    """An activity that is done, and the id of the one that is next, or null."""

    id = Reference()
    next_id = Reference(allow_none=True)


class ResultSchema(Schema):
    """What usually comes of activities of a kind; ``reached``: somebody was spoken to."""

    id = Reference()
    name = Text(100)
    reached = Flag()
    active = Flag()


class KindSchema(Schema):
    """A kind of activity; one that is not active is offered no more."""

    id = Reference()
    name = Text(60)
    base = Choice(BASES)
    active = Flag()
    results = fields.List(fields.Nested(ResultSchema))


class KindsSchema(Schema):
    """All kinds in their order."""

    items = fields.List(fields.Nested(KindSchema))
