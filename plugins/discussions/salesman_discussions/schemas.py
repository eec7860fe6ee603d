"""What discussions are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields

from salesman_core.toolkit import (
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
from salesman_discussions.messages import LONGEST
from salesman_discussions.models import LEVELS, LONGEST_PAGE, MAILS, SIGNS
from salesman_discussions.service import LONGEST_DECISION, LONGEST_SUBJECT, MOST_PARTICIPANTS
from salesman_discussions.ties import MOST as MOST_TIES

LONGEST_WITH_FILE: Final = 2000
"""Characters of what is said with a file, which stands in the address."""


class TieSchema(Schema):
    """A record that a discussion is about, as far as whoever asks may see it.

    ``kind`` is ``client``, ``deal``, or that of a plugin, as ``leads.lead``; ``id`` is the record's
    number, ``tie_id`` that of the tie.
    """

    tie_id = Reference(dump_only=True)
    kind = Text(60, dump_only=True)
    id = Reference(dump_only=True)
    name = Text(300, dump_only=True)


class PartSchema(Schema):
    """Somebody who was invited into a discussion."""

    user_id = Reference(dump_only=True)
    since = Moment(dump_only=True)


class QuestionSchema(Schema):
    """A decision that somebody is asked for; ``page`` is where it is given."""

    message_id = Reference(dump_only=True)
    user_id = Reference(dump_only=True)
    asked_at = Moment(dump_only=True)
    page = Text(LONGEST_PAGE, dump_only=True)


class AboutSchema(Schema):
    """The records that a discussion is to be about.

    ``about_kind`` and ``about_id`` together name a record of a plugin, as ``leads.lead`` and 12.
    """

    client_id = Reference(allow_none=True)
    deal_id = Reference(allow_none=True)
    about_kind = Text(60, allow_none=True)
    about_id = Reference(allow_none=True)


class ThreadSchema(RecordSchema):
    """A discussion. ``unread`` and ``waiting`` are about whoever asks."""

    subject = Text(LONGEST_SUBJECT)
    private = Flag()
    owner_id = Reference(allow_none=True, dump_only=True)
    participants = ListOf(fields.Nested(PartSchema), most=MOST_PARTICIPANTS, dump_only=True)
    records = ListOf(fields.Nested(TieSchema), most=MOST_TIES, dump_only=True)
    last_number = Integer(0, 2**31 - 1, dump_only=True)
    unread = Integer(0, 2**31 - 1, dump_only=True)
    waiting = Flag(dump_only=True)
    questions = ListOf(fields.Nested(QuestionSchema), most=10_000, dump_only=True)
    said_at = Moment(dump_only=True)
    closed_at = Moment(allow_none=True, dump_only=True)
    closed_by_id = Reference(allow_none=True, dump_only=True)
    decision = Text(LONGEST_DECISION, dump_only=True)


class NewThreadSchema(ThreadSchema):
    """A discussion that is to be opened, with its first message.

    Without a subject it is called by the beginning of the text. Whom the text names by ``@`` is
    invited, beside ``participant_ids``.
    """

    text = Text(LONGEST, load_only=True)
    participant_ids = ListOf(Reference(), most=MOST_PARTICIPANTS, load_only=True)
    client_id = Reference(allow_none=True, load_only=True)
    deal_id = Reference(allow_none=True, load_only=True)
    about_kind = Text(60, allow_none=True, load_only=True)
    about_id = Reference(allow_none=True, load_only=True)


class InviteSchema(Schema):
    """Who is to be invited."""

    user_ids = ListOf(Reference(), most=MOST_PARTICIPANTS, required=True)


class DecisionSchema(Schema):
    """What was decided."""

    decision = Text(LONGEST_DECISION, required=True)


class ReadSchema(Schema):
    """Up to which message somebody has read."""

    number = Integer(0, 2**31 - 1, required=True)


class FileSchema(Schema):
    """A file that came with a message."""

    id = Reference(dump_only=True)
    name = Text(200, dump_only=True)
    size = Integer(0, dump_only=True)


class SaidWithFilesSchema(Schema):
    """What is said with files."""

    text = Text(LONGEST_WITH_FILE)
    quoted_id = Reference()


class SentFileSchema(SaidWithFilesSchema):
    """What a file is called that is sent with a message, and what is said with it."""

    name = Text(200, required=True, blank=False)


class ReactSchema(Schema):
    """The sign that is to be set or taken away."""

    sign = Choice(SIGNS, required=True)


class ReactionSchema(Schema):
    """Who set a sign beside a message."""

    sign = Choice(SIGNS)
    user_ids = ListOf(Reference(), most=10_000, dump_only=True)


class MessageSchema(Schema):
    """A message: Markdown. ``number`` is its place in the discussion.

    One that was taken back has no text. ``act`` is ``said``; ``noted`` for what a plugin has
    written down, which nobody changes; ``closed`` for a decision, or ``reopened``.
    """

    id = Reference(dump_only=True)
    thread_id = Reference(dump_only=True)
    number = Integer(1, 2**31 - 1, dump_only=True)
    act = Choice(("said", "noted", "closed", "reopened"), dump_only=True)
    text = Text(LONGEST, required=True)
    quoted_id = Reference(allow_none=True)
    author_id = Reference(allow_none=True, dump_only=True)
    author_name = Text(200, dump_only=True)
    files = ListOf(fields.Nested(FileSchema), most=10, dump_only=True)
    reactions = ListOf(fields.Nested(ReactionSchema), most=len(SIGNS), dump_only=True)
    created_at = Moment(dump_only=True)
    edited_at = Moment(allow_none=True, dump_only=True)
    deleted_at = Moment(allow_none=True, dump_only=True)


class ChangedMessageSchema(Schema):
    """What a message is to say."""

    text = Text(LONGEST, required=True)


class MessagesSchema(Schema):
    """Messages in their order; ``next`` is the number behind which to go on, or null."""

    items: Any = ListOf(fields.Nested(MessageSchema), most=200)
    next = Integer(0, allow_none=True)


class AfterSchema(Schema):
    """Behind which message to go on, and how many to give."""

    after = Integer(0, 2**31 - 1, load_default=0)
    limit = Integer(1, 200, load_default=50)


class NoticesSchema(Schema):
    """How somebody wants to hear of a discussion.

    ``level`` is ``all``, ``mentions`` or ``none``: of what they are told. ``mail`` says when
    letters come: ``at_once``, ``daily``, ``none``, or empty for as in all discussions.
    """

    level = Choice(LEVELS, required=True)
    mail = Choice(("", *MAILS), required=True)


class LettersSchema(Schema):
    """How somebody wants letters about discussions; hours are those of the company's clock."""

    mail = Choice(MAILS, required=True)
    digest_hour = Integer(0, 23, required=True)
    quiet_from = Integer(0, 23, allow_none=True, load_default=None)
    quiet_until = Integer(0, 23, allow_none=True, load_default=None)
