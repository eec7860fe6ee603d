"""What reports answer in the JSON API."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from salesman_analytics.asked import FILTERS
from salesman_analytics.declared import GROUPS, KINDS
from salesman_analytics.kept_views import MAILED
from salesman_analytics.models import LONGEST_NAME
from salesman_core.toolkit import (
    Amount,
    Choice,
    Date,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    Reference,
    Schema,
    Text,
)


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


class ColumnSchema(Schema):
    """A column of a report; the first one names the rows."""

    name = Text(100)
    title = Text(200)
    kind = Choice(KINDS)
    method = Text(2000)


class ListedReportSchema(Schema):
    """A report that one may see.

    Where ``counted`` is false, it has a page of its own and cannot be asked for here.
    """

    id = Text(100)
    title = Text(200)
    question = Text(500)
    group = Choice(GROUPS)
    pinned = Flag()
    counted = Flag()
    filters = fields.List(Choice(FILTERS))


class ReportsSchema(Schema):
    """The reports that one may see."""

    items = fields.List(fields.Nested(ListedReportSchema))


class RowSchema(Schema):
    """A row of a report.

    ``values`` are by the names of the columns: money and percent are decimal strings. ``former``
    are those of the period before, null where nothing is compared.
    """

    values = JsonObject()
    former = JsonObject(allow_none=True)


class CountedSchema(Schema):
    """A report: at most a thousand of its ``number`` of rows.

    ``apart`` are rows that are not in the ``total``. Days are null where the period is open, or
    the report takes none.
    """

    id = Text(100)
    title = Text(200)
    currency = Text(3)
    since = Date(allow_none=True)
    until = Date(allow_none=True)
    former_since = Date(allow_none=True)
    former_until = Date(allow_none=True)
    columns = fields.List(fields.Nested(ColumnSchema))
    number = Integer()
    rows = fields.List(fields.Nested(RowSchema))
    total = fields.Nested(RowSchema, allow_none=True)
    apart = fields.List(fields.Nested(RowSchema))


class ReportId(Text):
    """The id of a report, as the list of reports gives it."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema, with an example of ours."""
        return super().described() | {"examples": ["analytics.sellers"]}


class KeptViewSchema(Schema):
    """What one asks a report for, under a name.

    ``asked`` are the parameters of the address of its page, as texts: a period is kept as its word.
    On ``mail_on``, a day of the company, the next letter goes to whoever keeps it.
    """

    id = Reference(dump_only=True)
    report = ReportId(100, required=True, blank=False)
    name = Text(LONGEST_NAME, required=True, blank=False)
    asked = JsonObject()
    mailed = Choice(MAILED)
    mail_on = Date(dump_only=True, allow_none=True)
    created_at = Moment(dump_only=True)


class KeptViewsSchema(Schema):
    """The views that one keeps oneself, fifty at most."""

    items = fields.List(fields.Nested(KeptViewSchema))
