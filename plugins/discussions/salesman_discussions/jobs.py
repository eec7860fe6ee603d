"""Who is told of what is said: in the application, and by letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Letter,
    User,
    WritingSession,
    acting_as,
    company,
    current_person,
    link_to,
    notify,
    now,
    person_of,
    reaches,
    reading,
    send_letter,
    speaking,
    visible,
    writing,
)
from salesman_discussions import queries, reading_state
from salesman_discussions.markdown import excerpt
from salesman_discussions.models import (
    AT_ONCE,
    CLOSED,
    DAILY,
    EVERYTHING,
    KIND,
    NO_MAIL,
    NOTHING,
    REOPENED,
    Mention,
    Message,
    Reader,
    Thread,
)
from salesman_discussions.queries import Letters
from salesman_discussions.texts import texts

GRACE: Final = timedelta(minutes=1)
"""Whoever reads a message so soon gets no letter about it."""
MOST_OF_THREAD: Final = 20
LONGEST_TOLD: Final = 1_000
MOST_THREADS: Final = 50
MOST_TOLD: Final = 500


def tell(message_id: int) -> int:
    """Tell those who follow a thread of a new message; give how many were told.

    Whoever has more unread there was told of the first, and hears of this one only if it names
    them. Everybody is judged now: who does not see the thread any more hears nothing.
    """
    with writing() as session:
        message = session.get(Message, message_id)
        if message is None or message.deleted_at is not None:
            return 0
        thread = session.get_one(Thread, message.thread_id)
        named = _named(session, message_id)
        followers = [
            reader
            for reader in _followers(session, message)
            if reader.level == EVERYTHING or reader.user_id in named
        ]
        wishes = queries.letters_of(session, [reader.user_id for reader in followers])
        told = 0
        for reader in followers:
            if (reader.mail or wishes[reader.user_id].mail) != NO_MAIL:
                reader.mail_due_at = reader.mail_due_at or message.created_at
            told += _tell(session, reader, thread, message, named=reader.user_id in named)
        return told


def _named(session: Session, message_id: int) -> set[int | None]:
    """Give whom a message waits for: people, and those of teams, who see it."""
    people = sa.select(Mention.user_id).where(Mention.message_id == message_id, Mention.told)
    teams = sa.select(Mention.team_id).where(Mention.message_id == message_id)
    of_teams = sa.select(User.id).where(User.team_id.in_(teams))
    return {*session.scalars(people), *session.scalars(of_teams)}


def _followers(session: Session, message: Message) -> Sequence[Reader]:
    following = sa.select(Reader).where(
        Reader.thread_id == message.thread_id,
        Reader.follows,
        Reader.level != NOTHING,
        Reader.read_number < message.number,
        Reader.user_id.is_distinct_from(message.author_id),
    )
    return session.scalars(following.order_by(Reader.user_id)).all()


def _tell(
    session: WritingSession, reader: Reader, thread: Thread, message: Message, *, named: bool
) -> bool:
    person = person_of(reader.user_id)
    if person is None or not reaches(KIND, thread.id, person=person, session=session):
        return False
    if not named and _said_by_others(session, reader, message):
        return False
    with speaking(person.locale or company().language):
        text = _notice(thread, message, named=named)
    notify(session, reader.user_id, text, f"/discussions/{thread.id}#message-{message.id}")
    return True


def _said_by_others(session: Session, reader: Reader, message: Message) -> bool:
    """Tell whether something else that others said waits for a reader before a message."""
    others = sa.exists().where(
        Message.thread_id == message.thread_id,
        Message.number > reader.read_number,
        Message.number < message.number,
        Message.author_id.is_distinct_from(reader.user_id),
        Message.deleted_at.is_(None),
    )
    return bool(session.scalar(sa.select(others)))


def _notice(thread: Thread, message: Message, *, named: bool) -> str:
    told = {"name": message.author_name or "SalesMan", "subject": thread.subject}
    if message.act == CLOSED:
        return texts.gettext("%(name)s closed the discussion “%(subject)s”", **told)
    if named:
        return texts.gettext("%(name)s asks you in “%(subject)s”", **told)
    return texts.gettext("%(name)s wrote in “%(subject)s”", **told)


def send_letters() -> int:
    """Send letters about what people have not read; give how many went out.

    A person gets one letter for all that waits, at once or at their hour of the day, and none in
    their quiet hours: it goes out afterwards.
    """
    sent = 0
    with writing() as session:
        moment = now()
        due = session.scalars(
            sa.select(Reader.user_id)
            .where(Reader.mail_due_at <= moment - GRACE)
            .distinct()
            .order_by(Reader.user_id)
        ).all()
        wishes = queries.letters_of(session, due)
        for user_id in due:
            if not is_quiet(wishes[user_id], moment):
                sent += _write_to(session, user_id, wishes[user_id], moment)
    return sent


def is_quiet(wishes: Letters, moment: datetime) -> bool:
    """Tell whether somebody wants no letter now."""
    first, last = wishes.quiet_from, wishes.quiet_until
    if first is None or last is None or first == last:
        return False
    hour = moment.astimezone(company().tz).hour
    return first <= hour < last if first < last else hour >= first or hour < last


def last_digest(wishes: Letters, moment: datetime) -> datetime:
    """Give when somebody's daily letter was due the last time, UTC."""
    zone = company().tz
    today = moment.astimezone(zone).date()
    due = datetime.combine(today, time(wishes.digest_hour), zone).astimezone(UTC)
    if due <= moment:
        return due
    return datetime.combine(today - timedelta(days=1), time(wishes.digest_hour), zone).astimezone(
        UTC
    )


def _write_to(session: Session, user_id: int, wishes: Letters, moment: datetime) -> bool:
    until = {AT_ONCE: moment - GRACE, DAILY: last_digest(wishes, moment), NO_MAIL: moment}
    waiting = session.scalars(
        sa.select(Reader).where(Reader.user_id == user_id, Reader.mail_due_at.is_not(None))
    ).all()
    ripe = [
        reader
        for reader in waiting
        if reader.mail_due_at is not None
        and reader.mail_due_at <= until[reader.mail or wishes.mail]
    ]
    person = person_of(user_id)
    pairs = [(reader.thread_id, user_id) for reader in ripe]
    written = False
    if person is not None and person.email and ripe:
        known = {
            one.thread_id: max(one.read_number, one.mailed_number)
            for one in ripe
            if (one.mail or wishes.mail) != NO_MAIL  # it was chosen since
        }
        with acting_as(person), speaking(person.locale or company().language):
            letter = _letter(person.email, known)
        if letter is not None:
            send_letter(letter)
            written = True
    reading_state.forget_waiting_letters(session, pairs)
    return written


def _letter(address: str, known: Mapping[int, int]) -> Letter | None:
    """Give a letter to whoever acts; None where nothing that they see is new to them.

    :param known: by thread, the last message that is not new.
    """
    threads = _threads(sorted(known))
    said = _said(threads, known)
    told = [one for one in threads if one.id in said]
    if not told:
        return None
    if len(told) == 1:
        subject = texts.gettext("Discussion “%(subject)s”", subject=told[0].subject)
    else:
        subject = texts.ngettext(
            "News in %(num)s discussion", "News in %(num)s discussions", len(told)
        )
    parts = [_part(one, said[one.id]) for one in told]
    wishes = texts.gettext(
        "Which letters you get, you choose here: %(address)s",
        address=link_to("/discussions/letters"),
    )
    return Letter(to=address, subject=subject, text="\n\n".join((*parts, wishes)))


def _threads(ids: Sequence[int]) -> Sequence[AnyRow]:
    seen = sa.select(Thread.id, Thread.subject).where(Thread.id.in_(ids), visible(KIND))
    return reading().execute(seen.order_by(Thread.said_at).limit(MOST_THREADS)).all()


def _said(threads: Sequence[AnyRow], known: Mapping[int, int]) -> dict[int, list[AnyRow]]:
    """Give what others have said that is new to whoever acts, the first of each thread."""
    new = [
        sa.and_(Message.thread_id == thread.id, Message.number > known[thread.id])
        for thread in threads
    ]
    by_others = Message.author_id.is_distinct_from(current_person().id)
    said = (
        sa.select(Message.id, Message.thread_id, Message.act, Message.author_name, Message.text)
        .where(sa.or_(sa.false(), *new), by_others, Message.deleted_at.is_(None))
        .order_by(Message.thread_id, Message.number)
        .limit(MOST_TOLD)
    )
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in reading().execute(said):
        if len(found[row.thread_id]) < MOST_OF_THREAD:
            found[row.thread_id].append(row)
    return found


def _part(thread: AnyRow, said: Sequence[AnyRow]) -> str:
    lines = [str(thread.subject), *(_line(row) for row in said)]
    return "\n\n".join((*lines, link_to(f"/discussions/{thread.id}#message-{said[0].id}")))


def _line(row: AnyRow) -> str:
    name = row.author_name or "SalesMan"
    if row.act == CLOSED:
        decided = excerpt(row.text, LONGEST_TOLD)
        return texts.gettext("%(name)s closed it. Decided: %(said)s", name=name, said=decided)
    if row.act == REOPENED:
        return texts.gettext("%(name)s took it up again.", name=name)
    said = row.text if len(row.text) <= LONGEST_TOLD else excerpt(row.text, LONGEST_TOLD)
    return f"{name}: {said or texts.gettext('(files)')}"
