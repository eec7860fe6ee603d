"""What letters with papers are in the JSON API."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Choice, Integer, ListOf, Moment, Reference, Schema, Text
from salesman_invoices.models import ACT, KIND
from salesman_invoices.sending.wording import LONGEST_SUBJECT, LONGEST_TEXT

STATES = ("waiting", "sent", "refused", "failed", "kept", "forgotten")


class AlongSchema(Schema):
    """Another paper that goes along in the letter."""

    kind = Choice((KIND, ACT), required=True)
    id = Reference(required=True)


class SendSchema(Schema):
    """A letter with a paper.

    What is left out of ``subject`` and ``text`` is what the page would propose.
    """

    to = Text(254, blank=False, required=True)
    subject = Text(LONGEST_SUBJECT)
    text = Text(LONGEST_TEXT)
    along = ListOf(fields.Nested(AlongSchema), most=9)


class SentSchema(Schema):
    """A letter with a paper that went, or is to go.

    ``reminder`` is null for what a person sent; of a reminder it holds the days after the due day
    for which it was planned. ``state`` is ``forgotten`` where the letter is in the log no more.
    """

    id = Reference()
    to = Text(254)
    at = Moment()
    by = Text(200)
    reminder = Integer(allow_none=True)
    state = Choice(STATES)
    error = Text(5000)
