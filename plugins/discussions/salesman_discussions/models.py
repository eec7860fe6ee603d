"""The tables of discussions: threads, what is said in them, and who reads them how far."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import (
    TRIGRAMS,
    Base,
    KeptRecord,
    Norm,
    Participant,
    Tie,
    identity,
    refers,
)

KIND: Final = "discussions.thread"
MESSAGE: Final = "discussions.message"

SAID, NOTED, CLOSED, REOPENED = "said", "noted", "closed", "reopened"
"""What a message is: something said, what another plugin has written down in somebody's name, or
the word that the thread was closed or taken up again."""

LONGEST_KEY: Final = 120
LONGEST_PAGE: Final = 500

EVERYTHING, MENTIONS, NOTHING = "all", "mentions", "none"
LEVELS: Final = (EVERYTHING, MENTIONS, NOTHING)
"""Of what in a thread somebody wants to be told."""

AT_ONCE, DAILY, NO_MAIL = "at_once", "daily", "none"
MAILS: Final = (AT_ONCE, DAILY, NO_MAIL)
"""When somebody wants letters about what they have not read."""

DIGEST_HOUR: Final = 9

SIGNS: Final = {
    "agree": "👍",
    "disagree": "👎",
    "done": "✅",
    "thanks": "🙏",
    "glad": "🎉",
    "looking": "👀",
}
"""The reactions that there are: their names, and how they are drawn."""


class Thread(KeptRecord, Base):
    """A discussion of several colleagues.

    ``last_number`` counts its messages; ``revision`` rises with whatever becomes of one of them,
    and each message keeps the one that concerned it last: a page asks for what came behind the
    revision that it knows (ADR 74). Both are raised past ``version``, which counts changes of the
    thread. ``said_at`` is when the last message came. A ``private`` one is seen by those alone who
    take part in it. ``key`` is what another plugin calls it that has opened it (ADR 77).
    """

    __tablename__ = "discussions_thread"
    __table_args__ = (
        sa.Index("ix_discussions_thread_said_at", "said_at", "id"),
        sa.Index("ix_discussions_thread_owner_id", "owner_id", "said_at"),
    )

    id: Mapped[int] = identity()
    subject: Mapped[str] = mapped_column(sa.String(300))
    search_subject: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    private: Mapped[bool] = mapped_column(default=False)
    last_number: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    said_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    decision: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    key: Mapped[str | None] = mapped_column(sa.String(LONGEST_KEY), index=True, unique=True)
    version: Mapped[int] = mapped_column(default=1)


class ThreadTie(Tie, Base):
    """A record that a thread is about."""

    __tablename__ = "discussions_thread_tie"
    __table_args__ = Tie.to_one_record("discussions_thread_tie")

    id: Mapped[int] = identity()
    record_id: Mapped[int] = refers("discussions_thread.id", ondelete="CASCADE")


class ThreadParticipant(Participant, Base):
    """A person who was invited, and sees the thread whatever records it is about."""

    __tablename__ = "discussions_thread_participant"

    record_id: Mapped[int] = refers("discussions_thread.id", ondelete="CASCADE", primary_key=True)


class Reader(Base):
    """How far somebody has read a thread, and how they want to hear of it. It gives no access.

    ``follows``: whether what is said there counts as unread for them. ``waiting_since``: since when
    they were asked for something there and have said nothing. An empty ``mail`` is as they have it
    elsewhere. ``mail_due_at``: since when something waits to be told by letter; ``mailed_number``
    is the last message that was. ``draft`` is what they began to write.
    """

    __tablename__ = "discussions_reader"
    __table_args__ = (
        sa.CheckConstraint("level IN ('all', 'mentions', 'none')", name="level"),
        sa.CheckConstraint("mail IN ('', 'at_once', 'daily', 'none')", name="mail"),
        sa.Index("ix_discussions_reader_user_id", "user_id", "follows"),
        sa.Index("ix_discussions_reader_mail_due_at", "mail_due_at", "user_id"),
    )

    thread_id: Mapped[int] = refers(
        "discussions_thread.id", ondelete="CASCADE", primary_key=True, index=False
    )
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True, index=False)
    follows: Mapped[bool] = mapped_column(default=False)
    read_number: Mapped[int] = mapped_column(default=0)
    waiting_since: Mapped[datetime | None]
    level: Mapped[str] = mapped_column(sa.String(10), default=EVERYTHING)
    mail: Mapped[str] = mapped_column(sa.String(10), default="")
    mail_due_at: Mapped[datetime | None]
    mailed_number: Mapped[int] = mapped_column(default=0)
    draft: Mapped[str] = mapped_column(sa.Text, default="")


class Preference(Base):
    """How somebody wants letters; who has no row gets them at once.

    Hours are those of the company's clock. From ``quiet_from`` until ``quiet_until`` no letter
    goes out: what came meanwhile goes afterwards.
    """

    __tablename__ = "discussions_preference"
    __table_args__ = (sa.CheckConstraint("mail IN ('at_once', 'daily', 'none')", name="mail"),)

    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True, index=False)
    mail: Mapped[str] = mapped_column(sa.String(10), default=AT_ONCE)
    digest_hour: Mapped[int] = mapped_column(sa.SmallInteger, default=DIGEST_HOUR)
    quiet_from: Mapped[int | None] = mapped_column(sa.SmallInteger)
    quiet_until: Mapped[int | None] = mapped_column(sa.SmallInteger)


class Message(Base):
    """What somebody said in a thread; ``number`` is its place there, the same for everybody.

    ``key`` is what another plugin calls it that has written it (ADR 77).
    """

    __tablename__ = "discussions_message"
    __table_args__ = (
        sa.CheckConstraint("act IN ('said', 'noted', 'closed', 'reopened')", name="act"),
        sa.UniqueConstraint("thread_id", "number"),
        sa.Index("ix_discussions_message_revision", "thread_id", "revision"),
    )

    id: Mapped[int] = identity()
    thread_id: Mapped[int] = refers("discussions_thread.id", ondelete="CASCADE", index=False)
    number: Mapped[int]
    revision: Mapped[int]
    act: Mapped[str] = mapped_column(sa.String(10), default=SAID)
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    author_name: Mapped[str] = mapped_column(sa.String(200), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    search_text: Mapped[str] = mapped_column(Norm, info=TRIGRAMS)
    quoted_id: Mapped[int | None] = refers("discussions_message.id", ondelete="SET NULL")
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    key: Mapped[str | None] = mapped_column(sa.String(LONGEST_KEY), index=True, unique=True)


class Question(Base):
    """A decision that a message asks of somebody, for another plugin (ADR 77).

    It waits until that plugin says that it is answered or withdrawn: ``ended_at``. ``page`` is the
    path of the page where it is decided.
    """

    __tablename__ = "discussions_question"
    __table_args__ = (sa.Index("ix_discussions_question_user_id", "user_id", "ended_at"),)

    message_id: Mapped[int] = refers(
        "discussions_message.id", ondelete="CASCADE", primary_key=True, index=False
    )
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True, index=False)
    thread_id: Mapped[int] = refers("discussions_thread.id", ondelete="CASCADE")
    page: Mapped[str] = mapped_column(sa.String(LONGEST_PAGE), default="")
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FormerText(Base):
    """What stood in a message until it was changed."""

    __tablename__ = "discussions_former_text"

    id: Mapped[int] = identity()
    message_id: Mapped[int] = refers("discussions_message.id", ondelete="CASCADE")
    text: Mapped[str] = mapped_column(sa.Text)
    until: Mapped[datetime]


class MessageFile(Base):
    """A file that came with a message; it hangs on the thread as the files of any record do."""

    __tablename__ = "discussions_message_file"

    message_id: Mapped[int] = refers(
        "discussions_message.id", ondelete="CASCADE", primary_key=True, index=False
    )
    file_id: Mapped[int] = refers("core_attachment.id", ondelete="CASCADE", primary_key=True)


class Mention(Base):
    """Whom a message names: a person, or a team.

    ``typed`` is how it stands in the text behind the ``@``; it is empty for somebody of a team who
    does not see the thread. ``told`` is False for whoever did not see it: they know nothing of it.
    """

    __tablename__ = "discussions_mention"

    id: Mapped[int] = identity()
    message_id: Mapped[int] = refers("discussions_message.id", ondelete="CASCADE")
    typed: Mapped[str] = mapped_column(sa.String(250))
    user_id: Mapped[int | None] = refers("core_user.id", ondelete="CASCADE")
    team_id: Mapped[int | None] = refers("core_team.id", ondelete="SET NULL")
    told: Mapped[bool] = mapped_column(default=True)


class Reaction(Base):
    """What somebody thinks of a message, by a sign."""

    __tablename__ = "discussions_reaction"

    message_id: Mapped[int] = refers(
        "discussions_message.id", ondelete="CASCADE", primary_key=True, index=False
    )
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True)
    sign: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    at: Mapped[datetime]
