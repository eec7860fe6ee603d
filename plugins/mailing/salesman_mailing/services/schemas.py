"""What links with mailing services are in the JSON API."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Choice, Flag, Integer, ListOf, Moment, Reference, Schema, Text
from salesman_mailing.services.contract import LONGEST_FIELD
from salesman_mailing.services.further import MOST
from salesman_mailing.services.models import (
    COMING_IN,
    GOING_OUT,
    LONGEST_LIST_ID,
    LONGEST_TITLE,
    LONGEST_WORDS,
    STATES,
)

_MANY = 2**31 - 1
_KINDS = (*COMING_IN, *GOING_OUT)


class ServiceSchema(Schema):
    """A mailing service to which groups can be linked."""

    id = Text(40, dump_only=True)
    title = Text(100, dump_only=True)


class ServicesSchema(Schema):
    """All mailing services that plugins bring."""

    items = ListOf(fields.Nested(ServiceSchema), most=100, dump_only=True)


class CountSchema(Schema):
    """How many changes of a kind there are; of these, how many are done, and how many refused."""

    what = Choice(_KINDS, dump_only=True)
    whole = Integer(0, _MANY, dump_only=True)
    done = Integer(0, _MANY, dump_only=True)
    refused = Integer(0, _MANY, dump_only=True)


class FurtherFieldSchema(Schema):
    """A field of ours, of records of a kind, and the field of the service to which it goes.

    ``+`` makes a field of the service.
    """

    kind = Text(40, required=True, blank=False)
    name = Text(100, required=True, blank=False)
    field = Text(LONGEST_FIELD, required=True, blank=False)


class FurtherFieldsSchema(Schema):
    """All fields that go to a list beside name, first name, client and tags."""

    items = ListOf(fields.Nested(FurtherFieldSchema), most=MOST, required=True)


class OfferedFieldSchema(Schema):
    """A field of ours that can go to a list."""

    kind = Text(40, dump_only=True)
    name = Text(100, dump_only=True)
    title = Text(200, dump_only=True)


class OfferedFieldsSchema(Schema):
    """Fields of ours that can go to a list, and those of the service to which they can go."""

    ours = ListOf(fields.Nested(OfferedFieldSchema), most=1000, dump_only=True)
    theirs = ListOf(Text(LONGEST_FIELD), most=1000, dump_only=True)


class LinkSchema(Schema):
    """A group and the list of a service that has its members.

    ``same`` are those of whom nothing changes, ``others`` those whom only the list knows: they
    stay as they are.
    """

    id = Reference(dump_only=True)
    group_id = Reference(dump_only=True)
    service = Text(40, required=True, blank=False)
    list_id = Text(LONGEST_LIST_ID, load_default="")
    list_title = Text(LONGEST_TITLE, load_default="")
    automatic = Flag(dump_only=True)
    state = Choice(STATES, dump_only=True)
    problem = Text(LONGEST_WORDS, dump_only=True)
    same = Integer(0, _MANY, dump_only=True)
    others = Integer(0, _MANY, dump_only=True)
    compared_at = Moment(allow_none=True, dump_only=True)
    carried_at = Moment(allow_none=True, dump_only=True)
    further = ListOf(fields.Nested(FurtherFieldSchema), most=MOST, dump_only=True)
    changes = ListOf(fields.Nested(CountSchema), most=len(_KINDS), dump_only=True)


class LinksSchema(Schema):
    """The links of a group."""

    items = ListOf(fields.Nested(LinkSchema), most=100, dump_only=True)


class AutomaticSchema(Schema):
    """Whether what is to change goes out by the clock."""

    automatic = Flag(required=True)


class ChangeSchema(Schema):
    """Something that is to change for an address. ``refused`` are the words of the service."""

    id = Reference(dump_only=True)
    what = Choice(_KINDS, dump_only=True)
    address = Text(254, dump_only=True)
    done_at = Moment(allow_none=True, dump_only=True)
    refused = Text(LONGEST_WORDS, dump_only=True)


class ChangesArgumentsSchema(Schema):
    """Which changes are wanted; ``after`` is the ``next`` of the page before."""

    what = Choice(("", *_KINDS), load_default="")
    after = Integer(0, 2**53, load_default=0)
    limit = Integer(1, 200, load_default=50)


class ChangesSchema(Schema):
    """Some changes, in their order."""

    items = ListOf(fields.Nested(ChangeSchema), most=200, dump_only=True)
    next = Reference(allow_none=True, dump_only=True)
