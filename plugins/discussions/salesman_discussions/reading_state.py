"""How far people have read, and whom a thread waits for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    InvalidError,
    current_person,
    demand,
    now,
    visible,
    writing,
)
from salesman_discussions.models import (
    KIND,
    LEVELS,
    MAILS,
    NOTHING,
    Preference,
    Reader,
    Thread,
)
from salesman_discussions.permissions import VIEW
from salesman_discussions.texts import texts

_ = texts.lazy

LONGEST_DRAFT: Final = 20_000
LAST_HOUR: Final = 23


def reader_of(session: Session, thread_id: int, user_id: int) -> Reader:
    """Give how somebody reads a thread, for a change; made where nobody has noted it yet."""
    key = {"thread_id": thread_id, "user_id": user_id}
    found = session.get(Reader, key, with_for_update=True)
    if found is not None:
        return found
    reader = Reader(**key)
    try:
        with session.begin_nested():
            session.add(reader)
            session.flush()
    except IntegrityError:  # another window of theirs has made it just now
        return session.get_one(Reader, key, with_for_update=True, populate_existing=True)
    return reader


def let_follow(session: Session, thread_id: int, user_ids: Collection[int]) -> None:
    """Let what is said in a thread count as unread for some people."""
    for user_id in sorted(user_ids):
        reader_of(session, thread_id, user_id).follows = True


def let_letters_tell(session: Session, thread_id: int, user_ids: Collection[int]) -> None:
    """Let what was said in a thread be told by letter to people who have just been invited."""
    for user_id in sorted(user_ids):
        reader_of(session, thread_id, user_id).mail_due_at = now()


def ask(session: Session, thread_id: int, user_ids: Collection[int]) -> None:
    """Note that a thread waits for some people who see it.

    Rows are taken in the order of users, here and elsewhere, so that nobody waits in a circle.
    """
    for user_id in sorted(user_ids):
        reader = reader_of(session, thread_id, user_id)
        reader.follows = True
        reader.waiting_since = reader.waiting_since or now()


def note_said(session: Session, thread_id: int, number: int, user_id: int) -> None:
    """Note that somebody has said something: nothing waits for them, no draft is left."""
    reader = note_written(session, thread_id, number, user_id)
    reader.waiting_since, reader.draft = None, ""


def note_written(session: Session, thread_id: int, number: int, user_id: int) -> Reader:
    """Note that something stands in a thread in somebody's name, which they need not read.

    Whoever joins by it has read what was said before.
    """
    reader = reader_of(session, thread_id, user_id)
    joins = not reader.follows
    reader.follows = True
    if joins or reader.read_number >= number - 1:
        reader.read_number, reader.mail_due_at = number, None
    return reader


def note_named_anew(reader: Reader, number: int) -> None:
    """Let a message that names somebody only now be new to them, though they have read it."""
    reader.read_number = min(reader.read_number, number - 1)
    reader.mailed_number = min(reader.mailed_number, number - 1)


def note_answered(session: Session, thread_id: int) -> None:
    """Note that a thread waits for nobody any more."""
    waiting = sa.update(Reader).where(
        Reader.thread_id == thread_id, Reader.waiting_since.is_not(None)
    )
    session.execute(waiting.values(waiting_since=None))


def note_read(thread_id: int, number: int) -> None:
    """Note that whoever acts has read a thread up to a message."""
    with writing() as session:
        last = sa.select(Thread.last_number).where(Thread.id == thread_id).scalar_subquery()
        own = sa.update(Reader).where(
            Reader.thread_id == thread_id,
            Reader.user_id == current_person().id,
            Reader.read_number < number,
            number <= last,
            Reader.thread_id.in_(sa.select(Thread.id).where(visible(KIND))),
        )
        session.execute(own.values(read_number=number, mail_due_at=None))


def note_all_read() -> None:
    """Note that whoever acts has read all that they follow."""
    with writing() as session:
        last = sa.select(Thread.last_number).where(Thread.id == Reader.thread_id).scalar_subquery()
        own = sa.update(Reader).where(Reader.user_id == current_person().id, Reader.follows)
        session.execute(own.values(read_number=last, mail_due_at=None))


def need_no_longer_answer(thread_id: int) -> None:
    """Note that whoever acts has dealt with what they were asked for in a thread."""
    demand(KIND, thread_id, VIEW)
    with writing() as session:
        own = sa.update(Reader).where(
            Reader.thread_id == thread_id, Reader.user_id == current_person().id
        )
        session.execute(own.values(waiting_since=None))


def keep_draft(thread_id: int, text: str) -> None:
    """Keep what whoever acts has begun to write in a thread; an empty text forgets it.

    :raises InvalidError: for one that is too long to be said.
    """
    if len(text) > LONGEST_DRAFT:
        message = _("A message has at most %(most)s characters.", most=LONGEST_DRAFT)
        raise InvalidError(message, {"text": message})
    user_id = current_person().id
    if user_id is None:
        return
    with writing() as session:
        demand(KIND, thread_id, VIEW, session=session)
        reader_of(session, thread_id, user_id).draft = text.replace("\0", "")


def choose_notices(thread_id: int, level: str, mail: str) -> None:
    """Keep how whoever acts wants to hear of a thread.

    :param level: ``all``, ``mentions`` or ``none``.
    :param mail: ``at_once``, ``daily``, ``none``, or empty for as everywhere.
    """
    if level not in LEVELS or mail not in {"", *MAILS}:
        message = _("Choose one of these.")
        raise InvalidError(message, {"level": message})
    user_id = current_person().id
    if user_id is None:
        return
    with writing() as session:
        demand(KIND, thread_id, VIEW, session=session)
        reader = reader_of(session, thread_id, user_id)
        if level != NOTHING and not reader.follows:
            last = sa.select(Thread.last_number).where(Thread.id == thread_id)
            reader.read_number = session.scalars(last).one()
        reader.follows, reader.level, reader.mail = level != NOTHING, level, mail
        reader.mail_due_at = None if level == NOTHING else reader.mail_due_at


def choose_letters(values: dict[str, Any]) -> None:
    """Keep how whoever acts wants letters.

    :param values: ``mail``, ``digest_hour``, and ``quiet_from`` with ``quiet_until`` or neither.
    """
    if (values.get("quiet_from") is None) != (values.get("quiet_until") is None):
        message = _("Give both hours, or neither.")
        raise InvalidError(message, {"quiet_until": message})
    user_id = current_person().id
    if user_id is None:
        return
    with writing() as session:
        session.merge(Preference(user_id=user_id, **values))


def waiting_for_letters(session: Session, user_id: int) -> Sequence[Reader]:
    """Give how somebody reads the threads of which a letter is to tell, held until the commit."""
    waiting = sa.select(Reader).where(Reader.user_id == user_id, Reader.mail_due_at.is_not(None))
    held = waiting.order_by(Reader.thread_id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).all()


def note_mailed(session: Session, user_id: int, told: Mapping[int, int]) -> None:
    """Note that somebody was told by letter of some threads.

    What was said while the letter was made waits for the next one.

    :param told: up to which message, by thread.
    """
    last = sa.select(Thread.last_number).where(Thread.id == Reader.thread_id).scalar_subquery()
    for thread_id, number in told.items():
        mailed = sa.update(Reader).where(Reader.user_id == user_id, Reader.thread_id == thread_id)
        due = sa.case((last > number, Reader.mail_due_at), else_=None)
        session.execute(mailed.values(mailed_number=number, mail_due_at=due))
