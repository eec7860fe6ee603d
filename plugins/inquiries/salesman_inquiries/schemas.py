"""What an inquiry is in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from salesman_core.toolkit import (
    Amount,
    Choice,
    CustomValues,
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
from salesman_inquiries.figures import BY
from salesman_inquiries.models import (
    BECOMES,
    DIRECTIONS,
    STATUSES,
)


def _typed() -> fields.Field[Any]:
    """Give the field of phones or emails: what somebody typed, valid or not."""
    return ListOf(Text(254, blank=False), most=20)


class ProductSchema(Schema):
    """A product that was asked about; the price is for one, in the company's currency."""

    name = Text(300, blank=False, required=True)
    quantity = ScaledNumber(3, minimum=0, allow_none=True, load_default=None)
    price = Amount(minimum=0, allow_none=True, load_default=None)


class InquirySchema(RecordSchema):
    """One contact from or to a client or a stranger.

    It says who it was: at least one of client, name, company, phone and email. ``happened_at`` is
    now where it is not said, ``day`` its date in the company's zone. ``taken_by_id`` is who took
    it, ``owner_id`` who works on it: oneself, where neither is said. ``late`` is what is new past
    its deadline. ``product_ids`` are the products of the catalogue that are called or numbered as
    those that were asked about.
    """

    title = Text(300, dump_only=True)
    direction = Choice(DIRECTIONS)
    channel_id = Reference(required=True)
    happened_at = Moment()
    day = Date(dump_only=True)
    subject = Text(300)
    text = Text(20_000)
    source = Text(100)
    taken_by_id = Reference(allow_none=True)
    owner_id = Reference(allow_none=True)
    client_id = Reference(allow_none=True)
    contact_id = Reference(allow_none=True)
    deal_id = Reference(allow_none=True)
    name = Text(300)
    company = Text(300)
    phones = _typed()
    emails = _typed()
    products = ListOf(fields.Nested(ProductSchema), most=50)
    product_ids = fields.List(Reference(), dump_only=True)
    result_id = Reference(allow_none=True)
    next_step = Text(300)
    deadline_at = Moment(allow_none=True)
    late = Flag(dump_only=True)
    status = Choice(STATUSES, dump_only=True)
    became_kind = Choice(BECOMES, allow_none=True, dump_only=True)
    became_id = Reference(allow_none=True, dump_only=True)
    activity_id = Reference(allow_none=True, dump_only=True)


class ChangedInquirySchema(InquirySchema):
    """What may change of an inquiry: who took it stays, as the figures count by it."""

    taken_by_id = Reference(allow_none=True, dump_only=True)


class ProcessSchema(Schema):
    """What came of an inquiry, where nobody has said so yet."""

    result_id = Reference(allow_none=True, load_default=None)


class ClientSchema(Schema):
    """The client that an inquiry becomes, and whom one talks to there.

    What is left out is taken from the inquiry. Custom fields that the company requires are needed
    of what is new. Without ``owner_id`` it belongs to the first who can work on it: who works on
    the inquiry, whose the client is, whoever asks, else who is next by the rules of leads or has
    the fewest open deals. A colleague's client that is recognised by phone or email, by those who
    may do so, gets it instead of a new one, unless ``new_client`` says otherwise.
    """

    new_client = Flag(load_default=False)
    owner_id = Reference(allow_none=True, load_default=None)
    client_name = Text(300, load_default="")
    contact_name = Text(300, load_default="")
    client_custom = CustomValues("client", whole=False)
    contact_custom = CustomValues("contact", whole=False)


class DealSchema(ClientSchema):
    """The deal that an inquiry becomes, with its client; the amount is that of its products."""

    deal_name = Text(300, load_default="")
    deal_custom = CustomValues("deal", whole=False)
    amount = Amount(minimum=0, allow_none=True, load_default=None)


class BecameSchema(Schema):
    """What came of an inquiry, as far as it did; ``owner_id`` is whose it is that is new.

    ``joined`` says that a colleague's client was recognised and got it.
    """

    client_id = Reference(allow_none=True)
    contact_id = Reference(allow_none=True)
    deal_id = Reference(allow_none=True)
    lead_id = Reference(allow_none=True)
    owner_id = Reference(allow_none=True)
    joined = Flag()


class ChannelSchema(Schema):
    """A way by which people get in touch; one that is not active is offered no more."""

    id = Reference()
    name = Text(60)
    call = Flag()
    active = Flag()


class ResultSchema(Schema):
    """What comes of inquiries: whether somebody was spoken to, and whether interest was found."""

    id = Reference()
    name = Text(60)
    reached = Flag()
    interest = Flag()
    active = Flag()


class ChoicesSchema(Schema):
    """The company's channels and results in their order."""

    channels = fields.List(fields.Nested(ChannelSchema))
    results = fields.List(fields.Nested(ResultSchema))


class FiguresAskedSchema(Schema):
    """Which figures: of the days from ``since`` to ``until``, and by what they are told apart."""

    since = Date()
    until = Date()
    source = Text(100)
    taken_by_id = Reference()
    by = Choice(BY)


class FiguresSchema(Schema):
    """What came of the calls of a day, a source, a person, or all of them.

    ``leads`` are those that became a lead, ``clients`` those of them that are clients by now; both
    are null where leads are not active.
    """

    day = Date(allow_none=True)
    source = Text(100, allow_none=True)
    taken_by_id = Reference(allow_none=True)
    calls = Integer(0)
    conversations = Integer(0)
    interests = Integer(0)
    leads = Integer(0, allow_none=True)
    deals = Integer(0)
    clients = Integer(0, allow_none=True)


class FigureListSchema(Schema):
    """The figures of a period: of all of it, and by day, source or person."""

    total = fields.Nested(FiguresSchema)
    items = fields.List(fields.Nested(FiguresSchema))
