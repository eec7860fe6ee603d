"""What is said of channels and tagged links, and what the report answers."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Amount, Date, Flag, Integer, Reference, Schema, Text


class ChannelSchema(Schema):
    """A way by which people come; in the tags ``*`` stands for anything."""

    id = Reference(dump_only=True)
    name = Text(100, required=True, blank=False)
    utm_source = Text(200, load_default="")
    utm_medium = Text(200, load_default="")
    utm_campaign = Text(200, load_default="")
    utm_content = Text(200, load_default="")
    utm_term = Text(200, load_default="")
    monthly_cost = Amount(minimum=0, allow_none=True, load_default=None)
    active = Flag(load_default=True)


class LinkSchema(Schema):
    """A link to be tagged."""

    title = Text(200, load_default="")
    address = Text(1000, required=True, blank=False)
    utm_source = Text(200, required=True, blank=False)
    utm_medium = Text(200, load_default="")
    utm_campaign = Text(200, load_default="")
    utm_content = Text(200, load_default="")
    utm_term = Text(200, load_default="")


class ChannelFiguresSchema(Schema):
    """What a channel brought, in the company's currency.

    ``channel`` is empty for leads that came by none; ``margin`` is missing for whoever may not
    see it; ``lacking`` deals have no rate and are not in the sums.
    """

    channel = Text(100)
    leads = Integer()
    clients = Integer()
    deals = Integer()
    won = Integer()
    lacking = Integer()
    turnover = Amount()
    margin = Amount()
    cost = Amount(allow_none=True)


class ChannelsAskedSchema(Schema):
    """Leads that came in on these days, in the company's time zone; all of them without."""

    since = Date(allow_none=True, load_default=None)
    until = Date(allow_none=True, load_default=None)
    source = Text(100, load_default="")


class ChannelReportSchema(Schema):
    """What each channel brought, that with the most leads first."""

    currency = Text(3)
    items = fields.List(fields.Nested(ChannelFiguresSchema))
