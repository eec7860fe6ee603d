"""What a deal is in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.deals.steps import LOST, WON
from salesman_core.records.custom.schemas import CustomValues
from salesman_core.records.extensions.schemas import ExtensionValues
from salesman_core.records.schemas import RecordSchema, participants
from salesman_core.rest import (
    Choice,
    Date,
    ExternalIds,
    Integer,
    JsonObject,
    ListOf,
    Money,
    Reference,
    ScaledNumber,
    Schema,
    Text,
)

OUTCOMES = (WON, LOST)


class DealSchema(RecordSchema):
    """One possible or finished sale."""

    name = Text(300, blank=False, required=True)
    client_id = Reference(allow_none=True)
    pipeline_id = Reference()
    stage_id = Reference()
    progress = Integer(minimum=0, maximum=100, dump_only=True)
    outcome = Choice(OUTCOMES, allow_none=True, dump_only=True)
    reason_id = Reference(allow_none=True, dump_only=True)
    amount = Money(minimum=0)
    cost = Money()  # below zero where a supplier pays back more than was paid
    margin = Money(dump_only=True)
    currency = Text(3)
    amount_source = Text(100, dump_only=True, allow_none=True)  # null where people say it
    rate = ScaledNumber(8, dump_only=True, allow_none=True)  # null in the company's own currency
    company_amount = Money(dump_only=True, allow_none=True)  # null where the rate is missing
    company_currency = Text(3, dump_only=True)
    vat = Choice(("with", "without"), dump_only=True, allow_none=True)  # null where nobody said it
    owner_id = Reference(allow_none=True)
    participants = participants()
    contact_ids = ListOf(Reference())
    opened_on = Date()
    expected_on = Date(allow_none=True)
    closed_on = Date(allow_none=True, dump_only=True)
    frozen_until = Date(allow_none=True, dump_only=True)
    freeze_reason = Text(500, allow_none=True, dump_only=True)
    external_ids = ExternalIds()
    custom = CustomValues("deal")
    imported = JsonObject(dump_only=True)
    extensions = ExtensionValues("deal")


class ChangeDealSchema(DealSchema):
    """What may be changed of a deal: steps are acts of their own."""

    class Meta(DealSchema.Meta):
        exclude = ("pipeline_id", "stage_id")


class MoveSchema(Schema):
    """A move to another stage, with what the deal is to hold there."""

    stage_id = Reference(required=True)
    client_id = Reference()
    contact_ids = ListOf(Reference())
    owner_id = Reference()
    amount = Money(minimum=0)
    cost = Money(minimum=0)
    currency = Text(3)
    expected_on = Date()
    custom = CustomValues("deal", whole=False)
    extensions = ExtensionValues("deal")


class FreezeSchema(Schema):
    """How long a deal rests: until the day on which it goes on, and why."""

    frozen_until = Date(required=True)
    freeze_reason = Text(500, blank=False, required=True)


class CloseSchema(Schema):
    """The closing of a deal; a lost one has a reason."""

    outcome = Choice(OUTCOMES, required=True)
    reason_id = Reference(allow_none=True, load_default=None)


class StageSchema(Schema):
    """A stage of a pipeline."""

    id = Reference(dump_only=True)
    name = Text(200)
    percent = Integer(minimum=0, maximum=100)
    planned_days = Integer(minimum=0, maximum=3650, allow_none=True)
    required = ListOf(Text(100))


class PipelineSchema(Schema):
    """An ordered set of stages."""

    id = Reference(dump_only=True)
    name = Text(200)
    stages = fields.List(fields.Nested(StageSchema))


class ReasonSchema(Schema):
    """A reason for which deals are lost."""

    id = Reference(dump_only=True)
    name = Text(200)


class ReasonListSchema(Schema):
    """The company's list of reasons."""

    items = fields.List(fields.Nested(ReasonSchema))


class FunnelQuerySchema(Schema):
    """Which deals the funnel counts."""

    pipeline_id = Reference(load_default=None)
    currency = Text(3, load_default=None)
    since = Date(load_default=None)
    until = Date(load_default=None)
    owner_id = Reference(load_default=None)
    team_id = Reference(load_default=None)


class StageFiguresSchema(Schema):
    """The deals in work of a stage: the frozen ones stand apart."""

    stage_id = Reference()
    name = Text(200)
    percent = Integer()
    count = Integer()
    amount = Money()
    weighted = Money()


class OutcomeFiguresSchema(Schema):
    """Closed deals of one outcome."""

    count = Integer()
    amount = Money()


class FrozenFiguresSchema(Schema):
    """Frozen deals, and what they would add to the forecast."""

    count = Integer()
    amount = Money()
    weighted = Money()


class ReasonFiguresSchema(OutcomeFiguresSchema):
    """Lost deals of one reason."""

    reason_id = Reference()
    name = Text(200)


class PassedSchema(Schema):
    """Deals that took a step at a stage: each counts once."""

    count = Integer()
    amount = Money()


class StageFlowSchema(Schema):
    """What happened at a stage in the period.

    `entered` is what was opened there or moved there, `forward` what moved to a stage of more
    progress or was won there, `lost` what is closed as lost there. Half of the stays that ended
    took at most `median_days`. `conversion` is what left forward, in percent of that and what was
    lost.
    """

    stage_id = Reference()
    name = Text(200)
    percent = Integer()
    entered = fields.Nested(PassedSchema)
    forward = fields.Nested(PassedSchema)
    lost = fields.Nested(PassedSchema)
    median_days = Integer(allow_none=True)
    conversion = fields.String(allow_none=True)


class WorthSchema(OutcomeFiguresSchema):
    """Deals of all currencies, in the company's; those that have no rate count in `lacking`."""

    lacking = Integer()


class WeightedWorthSchema(WorthSchema):
    """The same with the forecast."""

    weighted = Money()


class FunnelWorthSchema(Schema):
    """What a pipeline is worth in the company's currency, each deal at the rate that it keeps."""

    currency = Text(3)
    in_work = fields.Nested(WeightedWorthSchema)
    frozen = fields.Nested(WeightedWorthSchema)
    won = fields.Nested(WorthSchema)
    lost = fields.Nested(WorthSchema)


class FunnelSchema(Schema):
    """A pipeline in one currency, as the person sees it; `worth` is over all currencies."""

    pipeline_id = Reference()
    currency = Text(3)
    currencies = fields.List(Text(3))
    count = Integer()
    amount = Money()
    weighted = Money()
    win_rate = fields.String(allow_none=True)
    stages = fields.List(fields.Nested(StageFiguresSchema))
    frozen = fields.Nested(FrozenFiguresSchema)
    won = fields.Nested(OutcomeFiguresSchema)
    lost = fields.Nested(OutcomeFiguresSchema)
    reasons = fields.List(fields.Nested(ReasonFiguresSchema))
    flow = fields.List(fields.Nested(StageFlowSchema))
    worth = fields.Nested(FunnelWorthSchema)
