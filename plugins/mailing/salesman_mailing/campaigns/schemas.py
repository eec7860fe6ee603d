"""What a campaign is in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Final

from marshmallow import fields

from salesman_core.toolkit import (
    Amount,
    Choice,
    Flag,
    Integer,
    ListOf,
    Moment,
    RecordSchema,
    Reference,
    Schema,
    Text,
)
from salesman_mailing.campaigns.drawing import (
    LONGEST_PREHEADER,
    LONGEST_SUBJECT,
    LONGEST_TARGET,
    LONGEST_TEXT,
)
from salesman_mailing.campaigns.models import FATES, RETURNS, STATES

MOST_PER_HOUR: Final = 1_000_000


class CampaignSchema(RecordSchema):
    """One letter to a group.

    ``text`` is Markdown with places, as ``{{ name | or("colleague") }}``. ``per_hour`` and
    ``per_domain`` bound how many letters go out within an hour, in all and to one domain.
    ``follows_readers`` says whether openings and clicks are counted: as the company wanted it when
    the campaign began. From ``readers_forgotten_at`` on nobody knows who they were; the figures of
    the report stay.
    """

    name = Text(200, required=True, blank=False)
    group_id = Reference(allow_none=True)
    subject = Text(LONGEST_SUBJECT)
    preheader = Text(LONGEST_PREHEADER)
    text = Text(LONGEST_TEXT)
    sender_name = Text(100)
    reply_to = Text(254)
    per_hour = Integer(1, MOST_PER_HOUR, allow_none=True)
    per_domain = Integer(1, MOST_PER_HOUR, allow_none=True)
    state = Choice(STATES, dump_only=True)
    scheduled_at = Moment(allow_none=True, dump_only=True)
    started_at = Moment(allow_none=True, dump_only=True)
    ended_at = Moment(allow_none=True, dump_only=True)
    problem = Text(300, dump_only=True)
    follows_readers = Flag(dump_only=True)
    readers_forgotten_at = Moment(allow_none=True, dump_only=True)
    owner_id = Reference(allow_none=True, dump_only=True)


class ScheduleSchema(Schema):
    """When a campaign begins."""

    scheduled_at = Moment(required=True)


class FindingSchema(Schema):
    """Something that is wrong with a letter; with ``stops`` it cannot go out like that."""

    code = Text(30)
    field = Text(20)
    line = Integer(0)
    words = Text(500)
    stops = Flag()


class FindingsSchema(Schema):
    """What is wrong with a letter, the worst first."""

    items = fields.List(fields.Nested(FindingSchema))


class ReportSchema(Schema):
    """What came of a campaign, in letters."""

    waiting = Integer(0)
    in_hand = Integer(0)
    sent = Integer(0)
    refused = Integer(0)
    failed = Integer(0)
    interrupted = Integer(0)
    skipped = Integer(0)
    opened = Integer(0)
    clicked = Integer(0)
    bounced = Integer(0)
    complained = Integer(0)
    unsubscribed = Integer(0)
    answered = Integer(0)


class RecipientsArgumentsSchema(Schema):
    """Which recipients are asked for; ``after`` is the ``next`` of the page before.

    With ``link_id`` only those who followed a link are.
    """

    link_id = Reference()
    fate = Choice((*FATES, *RETURNS))
    after = Integer(0, load_default=0)
    limit = Integer(1, 200, load_default=50)


class RecipientSchema(Schema):
    """An address that a campaign goes to, and what became of its letter."""

    id = Reference()
    about_kind = Text(60, attribute="kind")
    about_id = Reference(attribute="record_id")
    name = Text(500)
    address = Text(254)
    fate = Choice(FATES)
    error = Text(500)
    sent_at = Moment(allow_none=True)
    bounced_at = Moment(allow_none=True)
    complained_at = Moment(allow_none=True)
    answered_at = Moment(allow_none=True)
    opened_at = Moment(allow_none=True)
    opens = Integer(0)
    clicked_at = Moment(allow_none=True)


class RecipientsSchema(Schema):
    """Some recipients; ``next`` is what the next page is asked for with."""

    items = ListOf(fields.Nested(RecipientSchema), most=200)
    next = Integer(0, allow_none=True)


class LetterLinkSchema(Schema):
    """A link of a letter: in how many letters it was followed, and how often."""

    id = Reference()
    target = Text(LONGEST_TARGET)
    clicked = Integer(0)
    clicks = Integer(0)


class LetterLinksSchema(Schema):
    """The links of a letter whose readers are followed, in its order."""

    items = fields.List(fields.Nested(LetterLinkSchema))


class FollowedRecordsSchema(Schema):
    """How many new records of a kind have an address that got a letter."""

    kind = Text(60)
    count = Integer(0)


class FollowedSchema(Schema):
    """What came after the letters of a campaign, as far as whoever asks may see it.

    ``until`` is when it counts no more. ``amount`` is that of the deals that were won, in the
    company's currency; ``lacking`` of them have no rate and are not in it. Where no letter has gone
    out, and in what is about deals for whoever may see none, it is null.
    """

    days = Integer(1)
    until = Moment(allow_none=True)
    records = fields.List(fields.Nested(FollowedRecordsSchema))
    deals = Integer(0, allow_none=True)
    won = Integer(0, allow_none=True)
    amount = Amount(allow_none=True)
    currency = Text(3)
    lacking = Integer(0, allow_none=True)
