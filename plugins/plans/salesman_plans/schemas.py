"""What plans and their figures are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Final

from marshmallow import fields

from salesman_core.toolkit import (
    Choice,
    Date,
    Flag,
    Integer,
    ListOf,
    Moment,
    Reference,
    ScaledNumber,
    Schema,
    Text,
)
from salesman_plans.models import EVERYTHING, METRICS, TURNOVER
from salesman_plans.sources import LONGEST_ITEM

LONGEST_KEY: Final = 30


class PlanSchema(Schema):
    """The plan of a month: of the company, or of the team or the person that is named.

    ``month`` is its first day; any day of it means it. ``value`` is money in the company's
    currency, a quantity or a number of deals, as ``metric`` says; null takes the plan away.
    ``item`` says of what units are planned, as ``category:5`` or ``product:7``; empty means all
    goods, and so it is of every other figure.
    """

    id = Reference(dump_only=True)
    whose = Text(LONGEST_KEY, dump_only=True)
    team_id = Reference(allow_none=True, load_default=None)
    user_id = Reference(allow_none=True, load_default=None)
    month = Date(required=True)
    metric = Choice(METRICS, required=True)
    item = Text(LONGEST_ITEM, load_default=EVERYTHING)
    value = ScaledNumber(3, minimum=0, allow_none=True, required=True)
    updated_at = Moment(dump_only=True)


class DoneSchema(Schema):
    """What came of setting a plan; ``id`` is null where there is none."""

    id = Reference(allow_none=True)
    action = Choice(("created", "updated", "unchanged", "deleted"))


class CopySchema(Schema):
    """Copy the plans ``whose`` of ``year`` to ``targets`` of ``to_year``, ``percent`` of each.

    People are named as ``person:5``, teams as ``team:3``, and ``company``.
    """

    whose = Text(LONGEST_KEY, required=True, blank=False)
    year = Integer(1000, 2999, required=True)
    targets = ListOf(Text(LONGEST_KEY, blank=False), most=400, required=True)
    to_year = Integer(1000, 2999, required=True)
    percent = ScaledNumber(2, minimum=1, maximum=1000, load_default=100)
    metrics = ListOf(Choice(METRICS), most=len(METRICS), load_default=list(METRICS))


class CopiedSchema(Schema):
    """How many plans are there now that were copied."""

    plans = Integer(0)


class _WhoseAsked(Schema):
    team_id = Reference(load_default=None)
    owner_id = Reference(load_default=None)


class FactAskedSchema(_WhoseAsked):
    """Which figure: of the company, or of the team or the owner that is named.

    Without ``basis`` each month is counted on the company's basis of that month. ``from`` and
    ``to`` are days in the company's time zone, both counted: this month without. ``item`` asks for
    the units of a category or a product alone.
    """

    first = Date(load_default=None, data_key="from")
    last = Date(load_default=None, data_key="to")
    basis = Text(60, load_default=None)
    metric = Choice(METRICS, load_default=TURNOVER)
    item = Text(LONGEST_ITEM, load_default=EVERYTHING)


class FactSchema(Schema):
    """A figure: ``fact`` is a decimal number as a text, of ``entries`` records.

    ``currency`` is that of money, else null. ``lacking`` of the records are in another currency
    and have no rate: they are not in it.
    """

    first = Date(data_key="from")
    last = Date(data_key="to")
    fact = Text(40)
    basis = Text(60)
    metric = Choice(METRICS)
    item = Text(LONGEST_ITEM)
    whose = Text(LONGEST_KEY)
    currency = Text(3, allow_none=True)
    entries = Integer(0)
    lacking = Integer(0)


class FulfilmentAskedSchema(_WhoseAsked):
    """Whose plan, and of which period: ``2026-03``, ``2026-Q1`` or ``2026``; this month without."""

    period = Text(7, load_default=None)
    basis = Text(60, load_default=None)


class StandingSchema(Schema):
    """A metric: ``fact``, ``plan`` (null where there is none), ``pace`` (what ought to be by now).

    ``percent`` is the share of the plan. ``state`` is ``good``, ``behind`` or ``late``; empty where
    nothing can be judged. ``run_rate`` is what comes of it at the speed so far, ``likely`` the fact
    with the deals in work, each weighted by its progress. ``item`` is the category or product whose
    units it is about, empty for everything; ``title`` is what people call it.
    """

    metric = Choice(METRICS)
    item = Text(LONGEST_ITEM)
    title = Text(300)
    fact = Text(40, allow_none=True)
    plan = Text(40, allow_none=True)
    pace = Text(40, allow_none=True)
    percent = Text(40, allow_none=True)
    state = Text(10)
    run_rate = Text(40, allow_none=True)
    likely = Text(40, allow_none=True)


class FulfilmentSchema(Schema):
    """How far a plan is; ``work_days`` of ``work_days_of`` working days have come."""

    whose = Text(LONGEST_KEY)
    period = Text(7)
    bases = ListOf(Text(60))
    currency = Text(3)
    work_days = Integer(0)
    work_days_of = Integer(0)
    lacking = Integer(0)
    as_of = Moment()
    items = fields.List(fields.Nested(StandingSchema))


class ItemsAskedSchema(Schema):
    """What is looked for among categories and products; the usual choice without."""

    q = Text(100, load_default="")


class ItemSchema(Schema):
    """What units may be planned of: ``key`` is the ``item`` of plans and figures."""

    key = Text(LONGEST_ITEM)
    title = Text(300)


class ItemsSchema(Schema):
    """Categories and products whose units may be planned."""

    items = fields.List(fields.Nested(ItemSchema))


class BasisSchema(Schema):
    """The accounting basis of the company from a month on; ``since`` is its first day."""

    since = Date(required=True)
    basis = Text(60, required=True, blank=False)
    set_at = Moment(dump_only=True)


class KnownBasisSchema(Schema):
    """A basis that can be chosen, and the metrics of which it has figures."""

    id = Text(60)
    title = Text(200)
    method = Text(2000)
    metrics = ListOf(Choice(METRICS))


class BasesSchema(Schema):
    """The bases that were set, the newest first; ``current`` holds now."""

    current = Text(60)
    items = fields.List(fields.Nested(BasisSchema))
    known = fields.List(fields.Nested(KnownBasisSchema))


class LimitsSchema(Schema):
    """From how many percent of the pace on a plan is on plan, and behind; below it is late."""

    good = Integer(1, 200, required=True)
    behind = Integer(1, 200, required=True)


class PersonSchema(Schema):
    """Whether somebody has a plan, and whether their team's results count in it."""

    user_id = Reference(required=True)
    has_plan = Flag(required=True)
    with_team = Flag(load_default=False)


class PeopleSchema(Schema):
    """All active people whose plans one may set."""

    items = fields.List(fields.Nested(PersonSchema))
