"""What clients and contacts are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields

from salesman_core.clients.addresses import LONGEST_ADDRESS, LONGEST_LABEL, MOST_ADDRESSES
from salesman_core.clients.bans import BansField
from salesman_core.records.custom.schemas import CustomValues
from salesman_core.records.extensions.schemas import ExtensionValues
from salesman_core.records.schemas import RecordSchema, participants
from salesman_core.rest import (
    Choice,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    Reference,
    Schema,
    Text,
)

KINDS = ("company", "person")
LONGEST_SOURCE: Final = 100
LONGEST_TAG: Final = 60


def _typed() -> fields.Field[Any]:
    """Give the field of phones or emails: what somebody typed, valid or not."""
    return ListOf(Text(254, blank=False), most=50)


def _normalised() -> fields.Field[Any]:
    """Give the field of what they mean, in the same order; null where one does not validate."""
    return fields.List(fields.String(allow_none=True), dump_only=True)


class AddressSchema(Schema):
    """Where a client is; ``label`` says in the company's words what for, as ``Delivery``."""

    label = Text(LONGEST_LABEL, load_default="")
    text = Text(LONGEST_ADDRESS, blank=False, required=True)


class ClientSchema(RecordSchema):
    """A company or a person that buys or may buy."""

    kind = Choice(KINDS)
    name = Text(300, blank=False, required=True)
    rung_id = Reference(dump_only=True)
    owner_id = Reference(allow_none=True)
    participants = participants()
    phones = _typed()
    normalised_phones = _normalised()
    emails = _typed()
    normalised_emails = _normalised()
    site = Text(300)
    addresses = ListOf(fields.Nested(AddressSchema), most=MOST_ADDRESSES)
    source = Text(LONGEST_SOURCE)
    tags = ListOf(Text(LONGEST_TAG, blank=False), most=50)
    bans = BansField()
    external_ids = ExternalIds()
    custom = CustomValues("client")
    imported = JsonObject(dump_only=True)
    extensions = ExtensionValues("client")


class SimilarSchema(Schema):
    """A client that may be the one that is meant; ``likeness`` is a percentage."""

    id = Reference(dump_only=True)
    name = Text(300)
    in_bin = Flag()
    in_bin_since = Moment(allow_none=True)
    may_restore = Flag(metadata={"description": "Whether whoever asks may take it out of the bin."})
    likeness = Integer()
    reasons = fields.List(fields.String(), dump_only=True)


class ContactSchema(RecordSchema):
    """A person at a client."""

    client_id = Reference(required=True)
    name = Text(300, blank=False, required=True)
    position = Text(200)
    primary = Flag()
    phones = _typed()
    normalised_phones = _normalised()
    emails = _typed()
    normalised_emails = _normalised()
    bans = BansField()
    external_ids = ExternalIds()
    custom = CustomValues("contact")
    imported = JsonObject(dump_only=True)
    extensions = ExtensionValues("contact")


class ChangeContactSchema(ContactSchema):
    """What may be changed of a contact: it stays with its client."""

    class Meta(ContactSchema.Meta):
        exclude = ("client_id",)


class RungMoveSchema(Schema):
    """A move on the ladder by hand."""

    rung_id = Reference(required=True)
    reason = Text(500, blank=False, required=True)


class RungSchema(Schema):
    """A rung of the ladder of relationship."""

    id = Reference(dump_only=True)
    name = Text(100)
    colour = Text(20)
    position = Integer()
    interests = Integer()
    sales = Integer()
