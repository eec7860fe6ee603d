"""What groups are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import (
    Choice,
    Flag,
    Integer,
    ListOf,
    RecordSchema,
    Reference,
    Schema,
    Text,
)
from salesman_mailing.groups.filters import LONGEST
from salesman_mailing.groups.models import ITSELF, WHOM
from salesman_mailing.groups.service import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_REASON,
    MOST_AT_ONCE,
    MOST_FILTERS,
)

_MANY = 2**31 - 1


class FilterSchema(Schema):
    """A filter that a group follows.

    ``kind`` is that of the list, as ``client`` or ``leads.lead``; ``filter`` are the parameters of
    its address, as ``rung_id=3&tag=fair``. Of clients, ``whom`` says whether they are meant
    ``themselves``, all ``contacts`` of theirs, or the ``primary`` one.
    """

    id = Reference(dump_only=True)
    kind = Text(60, load_default="client")
    filter = Text(LONGEST, load_default="")
    whom = Choice(WHOM, load_default=ITSELF)


class CountedSchema(Schema):
    """How many are in a group at the moment, as far as whoever asks sees them."""

    records = Integer(0, _MANY, dump_only=True)
    addresses = Integer(0, _MANY, dump_only=True)
    writable = Integer(0, _MANY, dump_only=True)


class GroupSchema(RecordSchema):
    """A group of those to write to. ``purpose_id`` is what they are written to for."""

    name = Text(LONGEST_NAME)
    description = Text(LONGEST_DESCRIPTION)
    purpose_id = Reference()
    owner_id = Reference(allow_none=True, dump_only=True)
    filters = ListOf(fields.Nested(FilterSchema), most=MOST_FILTERS, dump_only=True)


class NewGroupSchema(GroupSchema):
    """A group that is to be made; without a purpose it is for the company's first one."""

    name = Text(LONGEST_NAME, required=True)


class NameSchema(Schema):
    """Records that a group is to name: those that one does not see are left out.

    ``about_kind`` is ``client``, ``contact``, or that of a plugin, as ``leads.lead``.
    """

    about_kind = Text(60, required=True)
    about_ids = ListOf(Reference(), most=MOST_AT_ONCE, required=True)


class RecordNamedSchema(Schema):
    """A record, by its kind and number."""

    about_kind = Text(60, required=True)
    about_id = Reference(required=True)


class KeepOutSchema(RecordNamedSchema):
    """A record that is to be kept out of a group."""

    reason = Text(LONGEST_REASON, load_default="")


class OtherGroupSchema(Schema):
    """Another group, all of whose members at the moment are to be named."""

    group_id = Reference(required=True)


class AddedSchema(Schema):
    """How many records are new in a group."""

    added = Integer(0, _MANY, dump_only=True)


class ChangedSchema(Schema):
    """Whether anything changed."""

    changed = Flag(dump_only=True)


class MemberSchema(Schema):
    """An address of a group, with whom it is: one item for each address.

    ``allowed`` says whether it may be written to at the moment.
    """

    about_kind = Text(60, dump_only=True)
    about_id = Reference(dump_only=True)
    name = Text(300, dump_only=True)
    address = Text(254, dump_only=True)
    allowed = Flag(dump_only=True)


class MembersSchema(Schema):
    """Some addresses of a group; ``next`` is what the next page is asked for with."""

    items = ListOf(fields.Nested(MemberSchema), most=200, dump_only=True)
    next = Text(254, allow_none=True, dump_only=True)


class MembersArgumentsSchema(Schema):
    """Which addresses are asked for."""

    after = Text(254, load_default="")
    limit = Integer(1, 200, load_default=50)
