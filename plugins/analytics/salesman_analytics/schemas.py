"""What reports answer in the JSON API."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Amount, Integer, ListOf, Reference, Schema, Text


class ClosedSchema(Schema):
    """What was closed in one pipeline and currency; the filter may choose another one.

    ``currencies`` are all those of the pipeline's closed deals that the filter finds;
    ``pipeline_id`` is null where it finds none. ``win_rate`` is in percent, of the number of deals.
    """

    pipeline_id = Reference(allow_none=True)
    currency = Text(3)
    currencies = ListOf(Text(3))
    won = Integer()
    won_amount = Amount()
    lost = Integer()
    lost_amount = Amount()
    win_rate = fields.String(allow_none=True)


class PassageSchema(Schema):
    """What came of the closed deals that got as far as a stage.

    ``reached`` were won, or lost at this stage or one of more progress; ``lost`` were lost here.
    ``went_on`` and ``winning`` are percent of those reached. Half of the stays here took at most
    ``median_days`` whole days.
    """

    stage_id = Reference()
    name = Text(200)
    progress = Integer()
    reached = Integer()
    reached_amount = Amount()
    lost = Integer()
    lost_amount = Amount()
    went_on = fields.String(allow_none=True)
    winning = fields.String(allow_none=True)
    median_days = Integer(allow_none=True)


class FunnelSchema(ClosedSchema):
    """How far the deals came that were closed."""

    stages = fields.List(fields.Nested(PassageSchema))


class LossSchema(Schema):
    """What was lost at a stage for a reason."""

    stage_id = Reference()
    reason_id = Reference()
    reason = Text(200)
    count = Integer()
    amount = Amount()


class LossesSchema(ClosedSchema):
    """Where and why deals were lost."""

    items = fields.List(fields.Nested(LossSchema))
