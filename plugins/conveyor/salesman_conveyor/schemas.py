"""What a handover is in the JSON API."""

from __future__ import annotations

from marshmallow import fields

from salesman_conveyor.models import LONGEST_REASON, MOST_POINTS, STATES
from salesman_conveyor.service import LONGEST_NOTE, MOST_OPEN
from salesman_core.toolkit import (
    Choice,
    Date,
    Flag,
    Integer,
    ListOf,
    Moment,
    RecordSchema,
    Reference,
    ScaledNumber,
    Schema,
    Text,
)


class PointSchema(Schema):
    """Something that was still open, and whether it is done by now."""

    text = Text(300)
    done = Flag()


class HandoverSchema(RecordSchema):
    """A stay of a client or deal at a station.

    ``owner_id`` is with whom it is now, null in the queue of the station. ``waited_minutes`` and
    ``worked_minutes`` are working time until now, or until it went on. ``due_at`` is until when it
    should be taken up, ``late`` whether it waits longer.
    """

    title = Text(300, dump_only=True)
    client_id = Reference(allow_none=True)
    deal_id = Reference(allow_none=True)
    station_id = Reference(allow_none=True, dump_only=True)
    from_station_id = Reference(allow_none=True, dump_only=True)
    state = Choice(STATES, dump_only=True)
    owner_id = Reference(allow_none=True, dump_only=True)
    giver_id = Reference(allow_none=True, dump_only=True)
    taken_by_id = Reference(allow_none=True, dump_only=True)
    rule_id = Reference(allow_none=True, dump_only=True)
    previous_id = Reference(allow_none=True, dump_only=True)
    return_of_id = Reference(allow_none=True, dump_only=True)
    reason_id = Reference(allow_none=True, dump_only=True)
    reason = Text(LONGEST_REASON, dump_only=True)
    note = Text(LONGEST_NOTE, dump_only=True)
    points = fields.List(fields.Nested(PointSchema), dump_only=True)
    began_at = Moment(dump_only=True)
    given_at = Moment(dump_only=True)
    day = Date(dump_only=True)
    due_at = Moment(dump_only=True)
    taken_at = Moment(allow_none=True, dump_only=True)
    ended_at = Moment(allow_none=True, dump_only=True)
    ended_on = Date(allow_none=True, dump_only=True)
    late = Flag(dump_only=True)
    waited_minutes = Integer(0, dump_only=True)
    worked_minutes = Integer(0, dump_only=True)


class GiveSchema(Schema):
    """Where a client or a deal goes: one of both is named.

    ``person_id`` is one of the people of the station, null for its queue; ``points`` are those of
    the station that are there, word for word; ``open_points`` what is left to do.
    """

    client_id = Reference(allow_none=True, load_default=None)
    deal_id = Reference(allow_none=True, load_default=None)
    station_id = Reference(required=True)
    person_id = Reference(allow_none=True, load_default=None)
    note = Text(LONGEST_NOTE, load_default="")
    points = ListOf(Text(200), most=MOST_POINTS, load_default=list)
    open_points = ListOf(Text(300), most=MOST_OPEN, load_default=list)


class ReturnSchema(Schema):
    """Why something goes back: a reason of the company's list, words, or both."""

    reason_id = Reference(allow_none=True, load_default=None)
    reason = Text(LONGEST_REASON, load_default="")


class AssignSchema(Schema):
    """Who is to take up what waits in a queue."""

    person_id = Reference(required=True)


class TickSchema(Schema):
    """Whether an open point is done."""

    done = Flag(required=True)


class NextSchema(Schema):
    """What was taken up, or null where nothing waited."""

    id = Reference(allow_none=True)


class StationSchema(Schema):
    """A station with its people and what must be there to hand over."""

    id = Reference()
    name = Text(60)
    take_up_minutes = Integer(1)
    takes_over = Flag()
    required = fields.List(Text(100))
    points = fields.List(Text(200))
    person_ids = fields.List(Reference())
    active = Flag()


class ReasonSchema(Schema):
    """A reason for returning."""

    id = Reference()
    name = Text(60)
    active = Flag()


class StationsSchema(Schema):
    """The company's stations in the order in which work goes, and its reasons for returning."""

    stations = fields.List(fields.Nested(StationSchema))
    reasons = fields.List(fields.Nested(ReasonSchema))


class AskedSchema(Schema):
    """Of which days the figures are, both ends included: of the last four weeks if nobody says."""

    since = Date()
    until = Date()


class LineSchema(Schema):
    """What is counted of a station or a person; minutes are working time."""

    station_id = Reference(allow_none=True)
    user_id = Reference(allow_none=True)
    arrived = Integer(0)
    taken = Integer(0)
    waited_minutes = Integer(0)
    ended = Integer(0)
    worked_minutes = Integer(0)
    gone_on = Integer(0)
    per_week = ScaledNumber(1)
    returned = Integer(0)
    waiting = Integer(0)
    waiting_minutes = Integer(0)
    late = Integer(0)
    in_work = Integer(0)


class FiguresSchema(Schema):
    """The figures of the line by station and by person, and where work waits longest."""

    stations = fields.List(fields.Nested(LineSchema))
    people = fields.List(fields.Nested(LineSchema))
    bottleneck_id = Reference(allow_none=True)
