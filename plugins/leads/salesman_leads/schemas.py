"""What a lead is in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from salesman_core.toolkit import (
    Amount,
    Choice,
    CustomValues,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    RecordSchema,
    Reference,
    Schema,
    Text,
)
from salesman_leads.models import REJECTIONS, RESULTS, STATUSES


def _typed() -> fields.Field[Any]:
    """Give the field of phones or emails: what somebody typed, valid or not."""
    return ListOf(Text(254, blank=False), most=20)


class LeadSchema(RecordSchema):
    """An interest not yet checked.

    At least one of name, company, phone, email and external id is there. ``product_ids`` are the
    products of the catalogue that are called or numbered as one of ``products``.
    """

    title = Text(300, dump_only=True)
    name = Text(300)
    company = Text(300)
    text = Text(20_000)
    source = Text(100)
    channel = Text(100)
    utm_source = Text(200)
    utm_medium = Text(200)
    utm_campaign = Text(200)
    utm_content = Text(200)
    utm_term = Text(200)
    referrer = Text(1000)
    page = Text(1000)
    ip = Text(45)
    region = Text(100)
    language = Text(10)
    products = ListOf(Text(300, blank=False), most=50)
    product_ids = fields.List(Reference(), dump_only=True)
    no_mailing = Flag()
    no_calls = Flag()
    external_ids = ExternalIds()
    phones = _typed()
    emails = _typed()
    owner_id = Reference(allow_none=True)
    status = Choice(STATUSES, dump_only=True)
    result = Choice(RESULTS, allow_none=True, dump_only=True)
    result_id = Reference(allow_none=True, dump_only=True)
    comment = Text(1000, dump_only=True)
    closed_at = Moment(allow_none=True, dump_only=True)
    closed_by_id = Reference(allow_none=True, dump_only=True)
    suspicion = Text(300, dump_only=True)
    client_id = Reference(allow_none=True, dump_only=True)
    contact_id = Reference(allow_none=True, dump_only=True)
    deal_id = Reference(allow_none=True, dump_only=True)
    imported = JsonObject(dump_only=True)
    attempts = Integer(0, dump_only=True)
    next_call_at = Moment(allow_none=True, dump_only=True)


class ResultSchema(Schema):
    """Why a lead comes to nothing; one that is not active is offered no more."""

    id = Reference(dump_only=True)
    name = Text(100)
    base = Choice(REJECTIONS)
    needs_comment = Flag()
    active = Flag()


class ResultsSchema(Schema):
    """All results in their order."""

    items = fields.List(fields.Nested(ResultSchema), dump_only=True)


class CloseSchema(Schema):
    """The end of a lead that came to nothing."""

    result_id = Reference(required=True)
    comment = Text(1000, load_default="")


class QualifySchema(Schema):
    """What a lead becomes: a client, a contact and a deal, each a new one or one that is there.

    Custom fields that the company requires are needed of each of the three that is new. Without
    ``owner_id`` a new client and a new deal belong to the first who can work on them: the lead's
    owner, the client's, whoever asks, else who has the fewest open deals. Without ``client_id`` a
    colleague's client that is recognised by phone or email, by those who may do so, is the client,
    unless ``new_client`` says otherwise.
    """

    new_client = Flag(load_default=False)
    client_id = Reference(allow_none=True, load_default=None)
    client_name = Text(300, load_default="")
    contact_id = Reference(allow_none=True, load_default=None)
    deal_id = Reference(allow_none=True, load_default=None)
    contact_name = Text(300, load_default="")
    deal_name = Text(300, load_default="")
    client_custom = CustomValues("client", whole=False)
    contact_custom = CustomValues("contact", whole=False)
    deal_custom = CustomValues("deal", whole=False)
    amount = Amount(minimum=0, allow_none=True, load_default=None)
    owner_id = Reference(allow_none=True, load_default=None)


class QualifiedSchema(Schema):
    """What came of a lead, and whose it is that is new.

    ``joined`` says that a colleague's client was recognised and got it.
    """

    client_id = Reference()
    contact_id = Reference(allow_none=True)
    deal_id = Reference(allow_none=True)
    owner_id = Reference(allow_none=True)
    joined = Flag()
