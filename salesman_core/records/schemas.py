"""Schemas of what every kind of record carries."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from salesman_core.records.participants import LONGEST_PART
from salesman_core.rest import Integer, ListOf, Moment, Reference, Schema, Text


class ParticipantSchema(Schema):
    """A person beside the owner who has a part in a record, and sees it."""

    user_id = Reference(required=True)
    part = Text(LONGEST_PART, load_default="")
    name = Text(200, dump_only=True)
    since = Moment(dump_only=True)


class RecordSchema(Schema):
    """What is in every record and never sent."""

    id = Reference(dump_only=True)
    created_at = Moment(dump_only=True)
    updated_at = Moment(dump_only=True)
    version = Integer(dump_only=True)


def participants() -> fields.Field[Any]:
    """Give the field of a record's participants."""
    return ListOf(fields.Nested(ParticipantSchema), most=100)
