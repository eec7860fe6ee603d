"""What the report of a day is asked, and what it answers, in the JSON API."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Amount, Date, Integer, ListOf, Reference, Schema, Text


class AsOfAskedSchema(Schema):
    """The day, the last of the month before where it is not said; then pipeline and currency.

    Without them they are those with the most deals. Where no deal was opened before this month, the
    day that is not said is today. The team is that of the owner of the day, the source that of the
    client.
    """

    day = Date(load_default=None)
    pipeline_id = Reference(load_default=None)
    currency = Text(3, load_default=None)
    team_id = Reference(load_default=None)
    source = Text(100, load_default=None)


class StandingSchema(Schema):
    """Open deals as they stood: ``forecast`` is amount × progress of those in work."""

    in_work = Integer()
    in_work_amount = Amount()
    forecast = Amount()
    frozen = Integer()
    frozen_amount = Amount()


class StageStandingSchema(StandingSchema):
    """Those that stood at a stage, with the progress that it stood for then."""

    stage_id = Reference()
    name = Text(200)
    progress = Integer()


class MonthStandingSchema(StandingSchema):
    """Those expected in a month, as ``2026-04``; null for those that nobody expected in any."""

    month = Text(7, allow_none=True)


class OwnerStandingSchema(StandingSchema):
    """Those of an owner; null for those of nobody."""

    owner_id = Reference(allow_none=True)
    owner = Text(200)


class AsOfSchema(StandingSchema):
    """How the open deals of one pipeline and currency stood at the end of a day."""

    day = Date()
    pipeline_id = Reference(allow_none=True)
    currency = Text(3)
    currencies = ListOf(Text(3))
    stages = fields.List(fields.Nested(StageStandingSchema))
    months = fields.List(fields.Nested(MonthStandingSchema))
    owners = fields.List(fields.Nested(OwnerStandingSchema))
