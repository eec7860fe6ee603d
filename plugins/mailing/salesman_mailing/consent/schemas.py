"""What consents are in the JSON API."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Choice, Flag, ListOf, Reference, Schema, Text
from salesman_mailing.consent.models import LONGEST_ADDRESS, STATES
from salesman_mailing.consent.noting import LONGEST_REASON


class PurposeSchema(Schema):
    """What people are written to for."""

    id = Reference(dump_only=True)
    name = Text(100, dump_only=True)
    needs_consent = Flag(dump_only=True)
    by_forms = Flag(dump_only=True)
    active = Flag(dump_only=True)


class PurposesSchema(Schema):
    """All purposes in their order."""

    items = ListOf(fields.Nested(PurposeSchema), most=50, dump_only=True)


class NoteSchema(Schema):
    """What the owner of an address said; without a purpose it is about all mailing.

    ``reason`` says how that is known. ``form`` and ``form_version`` name the form in which it was
    said, ``ip`` from where.
    """

    email = Text(LONGEST_ADDRESS, required=True)
    purpose_id = Reference(allow_none=True, load_default=None)
    state = Choice(STATES, required=True)
    reason = Text(LONGEST_REASON, required=True)
    form = Text(100, load_default="")
    form_version = Text(40, load_default="")
    ip = Text(45, load_default="")
