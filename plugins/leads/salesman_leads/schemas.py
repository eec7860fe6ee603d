"""What a lead is in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from salesman_core.toolkit import (
    Amount,
    Choice,
    CustomValues,
    ListOf,
    RecordSchema,
    Reference,
    Schema,
    Text,
)
from salesman_leads.models import CONVERTED, RESULTS, STATUSES


def _typed() -> fields.Field[Any]:
    """Give the field of phones or emails: what somebody typed, valid or not."""
    return ListOf(Text(254, blank=False), most=20)


class LeadSchema(RecordSchema):
    """An interest not yet checked; at least one of name, company, phone and email is there."""

    title = Text(300, dump_only=True)
    name = Text(300)
    company = Text(300)
    text = Text(20_000)
    source = Text(100)
    phones = _typed()
    emails = _typed()
    owner_id = Reference(allow_none=True)
    status = Choice(STATUSES, dump_only=True)
    result = Choice(RESULTS, allow_none=True, dump_only=True)
    comment = Text(1000, dump_only=True)
    client_id = Reference(allow_none=True, dump_only=True)
    contact_id = Reference(allow_none=True, dump_only=True)
    deal_id = Reference(allow_none=True, dump_only=True)


class CloseSchema(Schema):
    """The end of a lead that came to nothing."""

    result = Choice([one for one in RESULTS if one != CONVERTED], required=True)
    comment = Text(1000, load_default="")


class QualifySchema(Schema):
    """What a lead becomes: a known client or a new one, a contact, and a deal if there is one.

    Custom fields that the company requires are needed of each of the three that is new.
    """

    client_id = Reference(allow_none=True, load_default=None)
    client_name = Text(300, load_default="")
    contact_name = Text(300, load_default="")
    deal_name = Text(300, load_default="")
    client_custom = CustomValues("client", whole=False)
    contact_custom = CustomValues("contact", whole=False)
    deal_custom = CustomValues("deal", whole=False)
    amount = Amount(minimum=0, allow_none=True, load_default=None)


class QualifiedSchema(Schema):
    """What came of a lead."""

    client_id = Reference()
    contact_id = Reference(allow_none=True)
    deal_id = Reference(allow_none=True)
