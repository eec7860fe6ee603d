"""What is read of discussions, through access."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Session, aliased

from salesman_core.toolkit import (
    AnyRow,
    Download,
    FileLine,
    MissingError,
    User,
    attached_file,
    current_person,
    one_of,
    people_names,
    shown_files,
    visible,
)
from salesman_discussions.markdown import as_html, excerpt
from salesman_discussions.models import (
    AT_ONCE,
    DIGEST_HOUR,
    KIND,
    NOTHING,
    SIGNS,
    FormerText,
    Mention,
    Message,
    MessageFile,
    Preference,
    Question,
    Reaction,
    Reader,
    Thread,
    ThreadParticipant,
    ThreadTie,
)
from salesman_discussions.permissions import DELETE, EDIT
from salesman_discussions.texts import texts
from salesman_discussions.ties import shown_with
from salesman_hookspecs import Scope

_ = texts.lazy

PAGE: Final = 50
"""So many messages are shown at a time."""
CAUGHT_UP: Final = 200
"""So many changes are given at a time to a page that catches up."""

THREAD: Final = (
    Thread.id,
    Thread.subject,
    Thread.owner_id,
    Thread.private,
    Thread.last_number,
    Thread.said_at,
    Thread.closed_at,
    Thread.closed_by_id,
    Thread.decision,
    Thread.created_at,
    Thread.updated_at,
    Thread.version,
)
"""What a thread is, in the JSON API."""

NAMED: Final = (*THREAD, Thread.revision, User.name.label("owner_name"))

_SAID: Final = (
    Message.id,
    Message.thread_id,
    Message.number,
    Message.revision,
    Message.act,
    Message.author_id,
    Message.author_name,
    Message.text,
    Message.quoted_id,
    Message.created_at,
    Message.edited_at,
    Message.deleted_at,
)


@functools.lru_cache(maxsize=1024)
def not_private_to_others(user_id: int | None) -> sa.ColumnElement[bool]:
    """Give the SQL of the threads that are not private, or in which somebody takes part.

    Whoever may do everything in the company does not read what is private to others.
    """
    taking_part = sa.select(ThreadParticipant.record_id).where(ThreadParticipant.user_id == user_id)
    return sa.or_(Thread.private.is_(False), Thread.owner_id == user_id, Thread.id.in_(taking_part))


def is_unread() -> sa.ColumnElement[bool]:
    """Give the SQL of the threads in which something is new to whoever acts, who follows them."""
    return sa.exists().where(
        Reader.thread_id == Thread.id,
        Reader.user_id == current_person().id,
        Reader.follows,
        Reader.level != NOTHING,
        Reader.read_number < Thread.last_number,
    )


def is_waiting() -> sa.ColumnElement[bool]:
    """Give the SQL of the threads that wait for whoever acts."""
    named = sa.exists().where(
        Reader.thread_id == Thread.id,
        Reader.user_id == current_person().id,
        Reader.waiting_since.is_not(None),
    )
    asked = sa.exists().where(
        Question.thread_id == Thread.id, Question.user_id == current_person().id, _is_open()
    )
    return sa.or_(named, asked)


def _is_open() -> sa.ColumnElement[bool]:
    """Give the SQL of the decisions that are waited for; a closed thread waits for none."""
    return sa.and_(Question.ended_at.is_(None), Thread.closed_at.is_(None))


def is_ones_own() -> sa.ColumnElement[bool]:
    """Give the SQL of the threads which whoever acts has opened or follows, or takes part in."""
    own = current_person().id
    part = sa.exists().where(
        ThreadParticipant.record_id == Thread.id, ThreadParticipant.user_id == own
    )
    follows = sa.exists().where(
        Reader.thread_id == Thread.id, Reader.user_id == own, Reader.follows
    )
    return sa.or_(Thread.owner_id == own, part, follows)


def unread_count(session: Session) -> int:
    """Count the threads in which something is new to whoever acts."""
    return int(session.scalar(sa.select(sa.func.count(Thread.id)).where(_new_to_one())) or 0)


def _new_to_one() -> sa.ColumnElement[bool]:
    # Whoever is to read something has a row of their own: the few that they have are looked at.
    own = sa.select(Reader.thread_id).where(Reader.user_id == current_person().id)
    return sa.and_(Thread.id.in_(own), visible(KIND), sa.or_(is_unread(), is_waiting()))


def one_thread(session: Session, thread_id: int) -> AnyRow:
    """Give a thread, and what whoever acts may do with it.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(
        sa.select(
            *NAMED,
            visible(KIND, EDIT).label("may_edit"),
            sa.and_(visible(KIND, DELETE), may_take_away()).label("may_delete"),
        )
        .outerjoin(User, User.id == Thread.owner_id)
        .where(visible(KIND), Thread.id == thread_id)
    ).one_or_none()
    if row is None:
        raise MissingError(_("There is no such discussion, or you may not see it."))
    return row


def may_take_away() -> sa.ColumnElement[bool]:
    """Give the SQL of the threads that whoever acts may put into the bin, if they may at all.

    A participant, who may do all else, does not take the whole discussion away.
    """
    person = current_person()
    return sa.true() if person.scope(DELETE) > Scope.OWN else Thread.owner_id == person.id


@dataclass(frozen=True, slots=True)
class Standing:
    """How whoever acts stands to a thread.

    :param unread: how many messages are new to them, if they follow it.
    :param named: whether they were named there, and have said nothing since.
    :param asked: whether they are asked for a decision there.
    """

    unread: int = 0
    named: bool = False
    asked: bool = False
    follows: bool = False
    read_number: int = 0
    level: str = ""
    mail: str = ""
    draft: str = ""

    @property
    def waiting(self) -> bool:
        """Whether the thread waits for them."""
        return self.named or self.asked


def standing_to(session: Session, thread_ids: Collection[int]) -> dict[int, Standing]:
    """Give how whoever acts stands to some threads, by thread."""
    asked = sa.exists().where(
        Question.thread_id == Thread.id, Question.user_id == current_person().id, _is_open()
    )
    rows = session.execute(
        sa.select(Reader, Thread.last_number, asked)
        .join(Thread, Thread.id == Reader.thread_id)
        .where(Reader.user_id == current_person().id, one_of(Reader.thread_id, sorted(thread_ids)))
    )
    return {reader.thread_id: _standing(reader, last, asked) for reader, last, asked in rows}


def _standing(reader: Reader, last_number: int, asked: bool) -> Standing:  # noqa: FBT001  # a column
    counts = reader.follows and reader.level != NOTHING
    return Standing(
        unread=max(0, last_number - reader.read_number) if counts else 0,
        named=reader.waiting_since is not None,
        asked=asked,
        follows=reader.follows,
        read_number=reader.read_number,
        level=reader.level if reader.follows else NOTHING,
        mail=reader.mail,
        draft=reader.draft,
    )


def last_numbers(session: Session, thread_ids: Collection[int]) -> dict[int, int]:
    """Give how many messages some threads have, by thread, whoever sees them."""
    last = sa.select(Thread.id, Thread.last_number)
    rows = session.execute(last.where(one_of(Thread.id, sorted(thread_ids))))
    return {row.id: row.last_number for row in rows}


def participants_of(session: Session, thread_ids: Collection[int]) -> dict[int, list[AnyRow]]:
    """Give who was invited into some threads, by thread."""
    rows = session.execute(
        sa.select(
            ThreadParticipant.record_id,
            ThreadParticipant.user_id,
            ThreadParticipant.since,
            User.name,
        )
        .join(User, User.id == ThreadParticipant.user_id)
        .where(one_of(ThreadParticipant.record_id, sorted(thread_ids)))
        .order_by(ThreadParticipant.since, ThreadParticipant.user_id)
    )
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[row.record_id].append(row)
    return found


def questions_of(session: Session, thread_ids: Collection[int]) -> dict[int, list[AnyRow]]:
    """Give the decisions that some threads wait for, by thread, the first asked first."""
    rows = session.execute(
        sa.select(
            Question.thread_id,
            Question.message_id,
            Question.user_id,
            Question.page,
            Question.asked_at,
            Message.text,
        )
        .join(Message, Message.id == Question.message_id)
        .join(Thread, Thread.id == Question.thread_id)
        .where(one_of(Question.thread_id, sorted(thread_ids)), _is_open())
        .order_by(Question.message_id, Question.user_id)
    )
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[row.thread_id].append(row)
    return found


def threads_about(session: Session, kind: str, record_id: int, most: int) -> Sequence[AnyRow]:
    """Give the threads about a record that the person sees, open ones first, then the latest."""
    about = sa.select(ThreadTie.record_id).where(shown_with(kind, record_id))
    threads = sa.select(*NAMED).outerjoin(User, User.id == Thread.owner_id)
    threads = threads.where(visible(KIND), Thread.id.in_(about))
    closed = sa.case((Thread.closed_at.is_(None), 0), else_=1)
    return session.execute(
        threads.order_by(closed, Thread.said_at.desc(), Thread.id.desc()).limit(most)
    ).all()


def new_to_one(session: Session, most: int) -> Sequence[AnyRow]:
    """Give the threads in which something is new to whoever acts, those that wait first."""
    waiting = sa.case((is_waiting(), 0), else_=1)
    threads = sa.select(*NAMED).outerjoin(User, User.id == Thread.owner_id).where(_new_to_one())
    return session.execute(
        threads.order_by(waiting, Thread.said_at.desc(), Thread.id.desc()).limit(most)
    ).all()


@dataclass(frozen=True, slots=True)
class ShownReaction:
    """A sign beside a message, with who set it."""

    sign: str
    drawn: str
    names: Sequence[str]
    own: bool


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as a page shows it.

    :param quoted: the message that it answers, with its ``excerpt`` and whether it is
        ``gone``; None for none.
    :param untold: people whom it names and who do not see the thread: ids and names.
    :param former: how often it was changed.
    """

    row: AnyRow
    html: Markup
    own: bool
    quoted: Mapping[str, Any] | None
    files: Sequence[FileLine]
    reactions: Sequence[ShownReaction]
    untold: Sequence[tuple[int, str]]
    former: int


def messages_before(
    session: Session, thread_id: int, before: int | None = None, most: int = PAGE
) -> list[ShownMessage]:
    """Give the last messages of a thread that the person sees, in their order.

    :param before: the number of a message; those before it are given.
    """
    query = _of_thread(thread_id).order_by(Message.number.desc()).limit(most)
    query = query if before is None else query.where(Message.number < before)
    return _shown(session, list(reversed(session.execute(query).all())))


def messages_around(session: Session, thread_id: int, number: int) -> list[ShownMessage]:
    """Give all messages of a thread from some before a number on: a page has no gaps."""
    since = max(0, number - PAGE // 2)
    query = _of_thread(thread_id).where(Message.number >= since).order_by(Message.number)
    return _shown(session, session.execute(query).all())


def messages_changed(session: Session, thread_id: int, revision: int) -> list[ShownMessage]:
    """Give what became of messages behind a revision that a page knows, in its order."""
    query = _of_thread(thread_id).where(Message.revision > revision).order_by(Message.revision)
    return _shown(session, session.execute(query.limit(CAUGHT_UP)).all())


def messages_after(session: Session, thread_id: int, number: int, most: int) -> Sequence[AnyRow]:
    """Give the messages of a thread behind a number, for the JSON API."""
    query = _of_thread(thread_id).where(Message.number > number).order_by(Message.number)
    return session.execute(query.limit(most)).all()


def one_message(session: Session, message_id: int) -> ShownMessage:
    """Give a message.

    :raises MissingError: where there is none that the person may see.
    """
    return _shown(session, [message_row(session, message_id)])[0]


def message_row(session: Session, message_id: int) -> AnyRow:
    """Give the columns of a message.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(_messages().where(Message.id == message_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such message, or you may not see it."))
    return row


def _messages() -> sa.Select[*tuple[Any, ...]]:
    seen = sa.select(Thread.id).where(visible(KIND))
    return sa.select(*_SAID).where(Message.thread_id.in_(seen))


def _of_thread(thread_id: int) -> sa.Select[*tuple[Any, ...]]:
    return _messages().where(Message.thread_id == thread_id)


def former_texts(session: Session, message_id: int) -> Sequence[AnyRow]:
    """Give what stood in a message before, the latest first.

    :raises MissingError: where the person does not see it, or it was taken back.
    """
    if message_row(session, message_id).deleted_at is not None:
        raise MissingError(_("There is no such message, or you may not see it."))
    texts_ = sa.select(FormerText.id, FormerText.text, FormerText.until)
    return session.execute(
        texts_.where(FormerText.message_id == message_id).order_by(FormerText.id.desc()).limit(50)
    ).all()


def _shown(session: Session, rows: Sequence[AnyRow]) -> list[ShownMessage]:
    """Give messages with all that hangs on them, in a fixed number of statements."""
    ids = [row.id for row in rows if row.deleted_at is None]
    files, reactions = files_by_message(session, ids), _reactions(session, ids)
    mentions, quoted = _mentions(session, ids), _quoted(session, rows)
    former = _former(session, ids)
    own, names = current_person().id, people_names()
    shown = []
    for row in rows:
        named = mentions.get(row.id, [])
        gone = row.deleted_at is not None
        untold = {one.user_id: names.get(one.user_id, "") for one in named if not one.told}
        shown.append(
            ShownMessage(
                row=row,
                html=Markup() if gone else as_html(row.text, {one.typed for one in named} - {""}),
                own=own is not None and row.author_id == own,
                quoted=None if gone else quoted.get(row.quoted_id),
                files=files.get(row.id, []),
                reactions=reactions.get(row.id, []),
                untold=list(untold.items()),
                former=former.get(row.id, 0),
            )
        )
    return shown


def files_by_message(session: Session, ids: Sequence[int]) -> dict[int, list[FileLine]]:
    """Give the files that came with some messages, by message."""
    pairs = session.execute(
        sa.select(MessageFile.message_id, MessageFile.file_id)
        .where(one_of(MessageFile.message_id, ids))
        .order_by(MessageFile.file_id)
    ).all()
    lines = shown_files([pair.file_id for pair in pairs])
    found: dict[int, list[FileLine]] = defaultdict(list)
    for message_id, file_id in pairs:
        if file_id in lines:
            found[message_id].append(lines[file_id])
    return found


def file_of_message(session: Session, message_id: int, file_id: int) -> Download:
    """Give a file that came with a message, to hand it out.

    :raises MissingError: where there is none with that message, or the person may not see it.
    """
    message_row(session, message_id)
    came = sa.exists().where(MessageFile.message_id == message_id, MessageFile.file_id == file_id)
    if not session.scalar(sa.select(came)):
        raise MissingError(_("This file is no longer there, or you may not see it."))
    return attached_file(file_id)


def reactions_by_message(session: Session, ids: Sequence[int]) -> dict[int, dict[str, list[int]]]:
    """Give who set which sign beside some messages: users by sign, by message."""
    rows = session.execute(
        sa.select(Reaction.message_id, Reaction.sign, Reaction.user_id)
        .where(one_of(Reaction.message_id, ids))
        .order_by(Reaction.at, Reaction.user_id)
    )
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for message_id, sign, user_id in rows:
        found[message_id][sign].append(user_id)
    return found


def _reactions(session: Session, ids: Sequence[int]) -> dict[int, list[ShownReaction]]:
    own, names = current_person().id, people_names()
    return {
        message_id: [
            ShownReaction(
                sign,
                drawn,
                [names.get(id_, "") for id_ in by_sign[sign]],
                own in by_sign[sign],
            )
            for sign, drawn in SIGNS.items()
            if sign in by_sign
        ]
        for message_id, by_sign in reactions_by_message(session, ids).items()
    }


def _mentions(session: Session, ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    rows = session.execute(
        sa.select(Mention.message_id, Mention.typed, Mention.user_id, Mention.told)
        .where(one_of(Mention.message_id, ids))
        .order_by(Mention.id)
    )
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[row.message_id].append(row)
    return found


def _quoted(session: Session, rows: Sequence[AnyRow]) -> dict[int | None, Mapping[str, Any]]:
    ids = sorted({row.quoted_id for row in rows if row.quoted_id is not None})
    said = aliased(Message)
    found = session.execute(
        sa.select(said.id, said.number, said.author_name, said.text, said.deleted_at).where(
            one_of(said.id, ids)
        )
    )
    return {
        row.id: {
            "id": row.id,
            "number": row.number,
            "author": row.author_name,
            "gone": row.deleted_at is not None,
            "excerpt": "" if row.deleted_at else excerpt(row.text),
        }
        for row in found
    }


def _former(session: Session, ids: Sequence[int]) -> dict[int, int]:
    counted = sa.select(FormerText.message_id, sa.func.count(FormerText.id))
    counted = counted.where(one_of(FormerText.message_id, ids)).group_by(FormerText.message_id)
    return {row[0]: row[1] for row in session.execute(counted)}


@dataclass(frozen=True, slots=True)
class Letters:
    """How somebody wants letters; hours by the company's clock."""

    mail: str = AT_ONCE
    digest_hour: int = DIGEST_HOUR
    quiet_from: int | None = None
    quiet_until: int | None = None


def letters_of(session: Session, user_ids: Collection[int]) -> dict[int, Letters]:
    """Give how some people want letters, by user."""
    rows = session.scalars(
        sa.select(Preference).where(one_of(Preference.user_id, sorted(user_ids)))
    )
    found = dict.fromkeys(user_ids, Letters())
    for row in rows:
        found[row.user_id] = Letters(row.mail, row.digest_hour, row.quiet_from, row.quiet_until)
    return found


def own_letters(session: Session) -> Letters:
    """Give how whoever acts wants letters."""
    own = current_person().id
    return Letters() if own is None else letters_of(session, [own])[own]
