"""What other plugins do in threads: they open them, write in them, and ask for decisions (ADR 77).

A key of theirs names a thread or a message, so that what is asked twice is done once. Whoever acts
is judged as on a page; the system writes in the name of whom the other plugin has judged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Bin,
    InvalidError,
    WritingSession,
    announce,
    demand,
    demand_permission,
    enqueue,
    locked,
    now,
    person_of,
    reaches,
    visible,
    writing,
)
from salesman_discussions import messages, reading_state, service, ties
from salesman_discussions.messages import Author, author_of
from salesman_discussions.models import (
    KIND,
    LONGEST_KEY,
    LONGEST_PAGE,
    NOTED,
    SAID,
    Mention,
    Message,
    Question,
    Thread,
)
from salesman_discussions.permissions import CREATE, EDIT, VIEW, WRITE
from salesman_discussions.texts import texts

_ = texts.lazy


def open_thread(values: Mapping[str, Any], key: str = "", by: int | None = None) -> int:
    """Open a thread, or give the one that was opened under a key and does not lie in the bin.

    :param values: ``subject``; ``text``, ``private``, ``participant_ids`` and ``records``, pairs
        of kind and id, each if there is any.
    :raises InvalidError: by field.
    :raises MissingError: where there is one under the key that whoever acts does not see.
    """
    demand_permission(CREATE)
    author = author_of(by)
    with writing() as session:
        held = _under_key(session, key)
        if held is None:
            try:
                with session.begin_nested():
                    return _opened(session, values, judged_key(key), author)
            except IntegrityError:  # somebody else has opened it just now
                held = _under_key(session, key)
                if held is None:
                    raise
        demand(KIND, held, VIEW, session=session)
        return held


def _under_key(session: Session, key: str) -> int | None:
    """Give the thread under a key; one that lies in the bin gives the key away."""
    if not key:
        return None
    binned = sa.update(Thread).where(Thread.key == key, Thread.deleted_at.is_not(None))
    session.execute(binned.values(key=None).execution_options(synchronize_session=False))
    return session.scalar(sa.select(Thread.id).where(Thread.key == key))


def _opened(
    session: WritingSession, values: Mapping[str, Any], key: str | None, author: Author
) -> int:
    text = messages.judged_text(values.get("text"), needed=False)
    thread, new = service.begin(
        session,
        {
            "subject": service.judged_subject(values.get("subject"), text),
            "private": values.get("private"),
            "key": key,
        },
        ties.judged_records(session, values.get("records") or ()),
        values.get("participant_ids") or (),
        owner_id=author.id,
    )
    if text:
        messages.say(session, thread.id, text, act=NOTED, author=author)
    else:
        service.tell_invited(session, thread, new, author.name)
    return thread.id


def judged_key(key: str) -> str | None:
    """Give a key as it is kept; an empty one names nothing.

    :raises ValueError: for one that is too long.
    """
    if len(key) > LONGEST_KEY:
        message = f"a key has at most {LONGEST_KEY} characters: {key!r}"
        raise ValueError(message)
    return key or None


def say(thread_id: int, text: str, key: str = "", by: int | None = None) -> int:
    """Say something in a thread as people do, who may change it and take it back; give its id."""
    return _written(thread_id, text, key, by, SAID)


def note(thread_id: int, text: str, key: str = "", by: int | None = None) -> int:
    """Write down in somebody's name what happened, also in a closed thread; give its id."""
    return _written(thread_id, text, key, by, NOTED)


def _written(thread_id: int, text: str, key: str, by: int | None, act: str) -> int:
    judged = messages.judged_text(text)
    with writing() as session:
        thread, author = _judged(session, thread_id, by)
        held = _message_under(session, key)
        if held is not None:
            return held.id
        kept = judged_key(key)
        return messages.say(session, thread.id, judged, act=act, author=author, key=kept)


def _judged(session: Session, thread_id: int, by: int | None) -> tuple[Thread, Author]:
    """Hold a thread in which whoever acts may write.

    :raises MissingError: where there is none that they see.
    """
    demand_permission(WRITE)
    author = author_of(by)
    demand(KIND, thread_id, VIEW, session=session)
    return locked(session, Thread, thread_id), author


def _message_under(session: Session, key: str) -> Message | None:
    return session.scalar(sa.select(Message).where(Message.key == key)) if key else None


def ask(
    thread_id: int,
    user_ids: Collection[int],
    text: str,
    *,
    key: str,
    page: str = "",
    by: int | None = None,
) -> int:
    """Ask people for a decision; give the id of the message that does.

    A closed thread is taken up again. Whoever does not see it is invited by whom may invite;
    otherwise they are asked as soon as somebody does.

    :param page: the path of the page where it is decided.
    :raises InvalidError: for the field ``user_ids``, for whoever is no longer active.
    """
    judged = messages.judged_text(text)
    wanted = _active(user_ids)
    with writing() as session:
        thread, author = _judged(session, thread_id, by)
        held = _message_under(session, key)
        message = held or _asking(session, thread, judged, key, author)
        asked = _questions(session, message.id)
        new = [user_id for user_id in wanted if user_id not in asked]
        if new:
            _ask(session, thread, message, new, judged_page(page))
            if held is not None:  # of a new message everybody is told anyway
                enqueue(session, "discussions.tell", {"message_id": message.id, "only": new})
        return message.id


def _active(user_ids: Collection[int]) -> list[int]:
    wanted = sorted({*user_ids})
    for user_id in wanted:
        if person_of(user_id) is None:
            message = _("There is no active user %(id)s.", id=user_id)
            raise InvalidError(message, {"user_ids": message})
    return wanted


def judged_page(page: str) -> str:
    """Give the path of a page of this application.

    :raises ValueError: for what is none.
    """
    if page and (not page.startswith("/") or page.startswith("//") or len(page) > LONGEST_PAGE):
        message = f"the path of a page begins with a slash: {page!r}"
        raise ValueError(message)
    return page


def _asking(
    session: WritingSession, thread: Thread, text: str, key: str, author: Author
) -> Message:
    if thread.closed_at is not None:
        service.take_up(session, thread, author)
    kept = judged_key(key)
    message_id = messages.say(session, thread.id, text, act=NOTED, author=author, key=kept)
    return session.get_one(Message, message_id)


def _questions(session: Session, message_id: int) -> dict[int, Question]:
    held = sa.select(Question).where(Question.message_id == message_id)
    return {question.user_id: question for question in session.scalars(held)}


def _ask(
    session: WritingSession, thread: Thread, message: Message, user_ids: Sequence[int], page: str
) -> None:
    blind = [user_id for user_id in user_ids if not messages.sees(session, thread.id, user_id)]
    if blind and reaches(KIND, thread.id, EDIT, session=session):
        service.admit(session, thread, blind)
    reading_state.let_follow(session, thread.id, user_ids)
    moment = now()
    for user_id in user_ids:
        told = messages.sees(session, thread.id, user_id)
        session.add_all(
            [
                Question(
                    message_id=message.id,
                    user_id=user_id,
                    thread_id=thread.id,
                    page=page,
                    asked_at=moment,
                ),
                Mention(message_id=message.id, typed="", user_id=user_id, told=told),
            ]
        )
    _announce(session, message, "asked", user_ids)


def _announce(
    session: WritingSession, message: Message, action: str, user_ids: Sequence[int]
) -> None:
    """Tell the open pages of a thread, and whoever listens, for whom it waits now."""
    messages.show_again(session, message)
    payload = {"message_id": message.id, "user_ids": list(user_ids)}
    announce(session, f"discussions.decision.{action}", KIND, message.thread_id, payload)


def answer(key: str, text: str, by: int | None = None) -> int | None:
    """Note what somebody has decided; give the id of the message that says so.

    None where they are not asked under this key, or have answered already.
    """
    judged = messages.judged_text(text)
    author = author_of(by)
    with writing() as session:
        message = _held(session, key)
        if message is None or author.id is None:
            return None
        question = _questions(session, message.id).get(author.id)
        if question is None or question.ended_at is not None:
            return None
        question.ended_at = now()
        return _note_end(session, message, [author.id], judged, author)


def withdraw(
    key: str, text: str = "", user_ids: Collection[int] | None = None, by: int | None = None
) -> int:
    """Let nobody decide any more what was asked under a key; give how many were to.

    :param text: why, which stands in the thread then; empty for nothing.
    :param user_ids: of whom it is asked no more; of everybody where nothing else is said.
    """
    judged = messages.judged_text(text, needed=False)
    author = author_of(by)
    with writing() as session:
        message = _held(session, key)
        if message is None:
            return 0
        open_ = [
            one
            for one in _questions(session, message.id).values()
            if one.ended_at is None and (user_ids is None or one.user_id in user_ids)
        ]
        for question in open_:
            question.ended_at = now()
        if open_:
            _note_end(session, message, [one.user_id for one in open_], judged, author)
        return len(open_)


def _held(session: Session, key: str) -> Message | None:
    """Give the message under a key in a thread that whoever acts sees, its thread held.

    One in the bin counts, too: what has come back from there waits for nothing that is decided.
    """
    seen = sa.select(Thread.id).where(visible(KIND, bin=Bin.INCLUDED))
    of_key = sa.select(Message).where(Message.key == key, Message.thread_id.in_(seen))
    message = session.scalar(of_key)
    if message is not None:
        locked(session, Thread, message.thread_id)
    return message


def _note_end(
    session: WritingSession, message: Message, user_ids: Sequence[int], text: str, author: Author
) -> int | None:
    _announce(session, message, "ended", user_ids)
    if not text:
        return None
    thread_id, quoted_id = message.thread_id, message.id
    return messages.say(session, thread_id, text, act=NOTED, quoted_id=quoted_id, author=author)


def find(session: Session, key: str) -> int | None:
    """Give the thread that was opened under a key, if whoever acts sees it."""
    return session.scalar(sa.select(Thread.id).where(Thread.key == key, visible(KIND)))


def link(thread_id: int, message_id: int | None = None) -> str | None:
    """Give the path of the page of a thread that whoever acts sees; None where they do not.

    :param message_id: of the message that the page is to show first.
    """
    if not reaches(KIND, thread_id):
        return None
    if message_id is None:
        return f"/discussions/{thread_id}"
    return f"/discussions/messages/{message_id}"
