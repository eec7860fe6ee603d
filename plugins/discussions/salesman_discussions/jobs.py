"""Who is told of what is said: in the application, and by letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Letter,
    User,
    acting_as,
    company,
    current_person,
    job_piece,
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
    NOTED,
    NOTHING,
    REOPENED,
    Mention,
    Message,
    Question,
    Reader,
    Thread,
)
from salesman_discussions.queries import Letters
from salesman_discussions.texts import texts

GRACE: Final = timedelta(minutes=1)
"""Whoever reads a message so soon gets no letter about it."""
MOST_OF_THREAD: Final = 20
LONGEST_TOLD: Final = 1_000
MOST_THREADS: Final = 25
"""So many threads does one letter tell of; the next one, a minute later, tells of those left."""


def tell(message_id: int, only: Sequence[int] | None = None) -> int:
    """Tell those who follow a thread of a new message; give how many were told.

    Whoever has more unread there was told of the first, and hears of this one only if it names
    them. Everybody is judged now: who does not see the thread any more hears nothing.

    :param only: whom it names only now; nobody else is told then.
    """
    with writing() as session:
        message = session.get(Message, message_id)
        if message is None or message.deleted_at is not None:
            return 0
        thread = session.get_one(Thread, message.thread_id)
        named = _named(session, message_id)
        followers = [
            reader
            for reader in _followers(session, message, only)
            if reader.level == EVERYTHING or reader.user_id in named
        ]
        wishes = queries.letters_of(session, [reader.user_id for reader in followers])
        told = {
            reader: _told(session, reader, thread, message, named=reader.user_id in named)
            for reader in followers
        }
        for reader, text in told.items():
            if (reader.mail or wishes[reader.user_id].mail) != NO_MAIL:
                reader.mail_due_at = reader.mail_due_at or message.created_at
            if only is not None:
                reading_state.note_named_anew(reader, message.number)
            if text:
                page = f"/discussions/{thread.id}#message-{message.id}"
                notify(session, reader.user_id, text, page)
        return sum(bool(text) for text in told.values())


def _named(session: Session, message_id: int) -> set[int | None]:
    """Give whom a message waits for: people, and those of teams, who see it."""
    people = sa.select(Mention.user_id).where(Mention.message_id == message_id, Mention.told)
    teams = sa.select(Mention.team_id).where(Mention.message_id == message_id)
    of_teams = sa.select(User.id).where(User.team_id.in_(teams))
    return {*session.scalars(people), *session.scalars(of_teams)}


def _followers(session: Session, message: Message, only: Sequence[int] | None) -> Sequence[Reader]:
    """Give who is to hear of a message; a decision that is asked for wakes everybody."""
    asked = sa.select(Question.user_id).where(Question.message_id == message.id)
    following = sa.select(Reader).where(
        Reader.thread_id == message.thread_id,
        Reader.follows,
        sa.or_(Reader.level != NOTHING, Reader.user_id.in_(asked)),
        Reader.user_id.is_distinct_from(message.author_id),
    )
    if only is None:
        following = following.where(Reader.read_number < message.number)
    else:
        following = following.where(Reader.user_id.in_(only))
    return session.scalars(following.order_by(Reader.user_id)).all()


def _told(
    session: Session, reader: Reader, thread: Thread, message: Message, *, named: bool
) -> str:
    """Give what somebody is told at the bell; an empty text for nothing."""
    person = person_of(reader.user_id)
    if person is None or not reaches(KIND, thread.id, person=person, session=session):
        return ""
    if not named and _said_by_others(session, reader, message):
        return ""
    with speaking(person.locale or company().language):
        return _notice(thread, message, named=named)


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
    if named and message.act == NOTED:
        return texts.gettext("%(name)s asks for your decision in “%(subject)s”", **told)
    if named:
        return texts.gettext("%(name)s asks you in “%(subject)s”", **told)
    return texts.gettext("%(name)s wrote in “%(subject)s”", **told)


def send_letters() -> int:
    """Send letters about what people have not read; give how many went out.

    A person gets one letter for all that waits, at once or at their hour of the day, and none in
    their quiet hours: it goes out afterwards.
    """
    sent, moment = 0, now()
    due = reading().scalars(
        sa.select(Reader.user_id)
        .where(Reader.mail_due_at <= moment - GRACE)
        .distinct()
        .order_by(Reader.user_id)
    )
    user_ids = due.all()
    wishes = queries.letters_of(reading(), user_ids)
    for user_id in user_ids:
        if not is_quiet(wishes[user_id], moment):
            with job_piece() as session:  # what fails for one keeps nobody else's back
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
    due = {
        reader: reader.mail_due_at
        for reader in reading_state.waiting_for_letters(session, user_id)
        if reader.mail_due_at and reader.mail_due_at <= until[reader.mail or wishes.mail]
    }
    ripe = sorted(due, key=lambda one: due[one])[:MOST_THREADS]
    last = queries.last_numbers(session, [reader.thread_id for reader in ripe])
    new = {
        one.thread_id: New(max(one.read_number, one.mailed_number), last[one.thread_id])
        for one in ripe
        if (one.mail or wishes.mail) != NO_MAIL  # it was chosen since
    }
    letter = _letter_to(user_id, new)
    if letter is not None:
        send_letter(letter)
    reading_state.note_mailed(session, user_id, last)
    return letter is not None


class New(NamedTuple):
    """Which messages of a thread are new to somebody: those behind one, up to another."""

    behind: int
    until: int


def _letter_to(user_id: int, new: Mapping[int, New]) -> Letter | None:
    person = person_of(user_id)
    if person is None or not person.email or not new:
        return None
    with acting_as(person), speaking(person.locale or company().language):
        return _letter(person.email, new)


def _letter(address: str, new: Mapping[int, New]) -> Letter | None:
    """Give a letter to whoever acts; None where nothing that they see is new to them.

    :param new: by thread.
    """
    threads = _threads(sorted(new))
    said = _said({one.id: new[one.id] for one in threads})
    told = [one for one in threads if one.id in said]
    if not told:
        return None
    if len(told) == 1 and not told[0].private:
        subject = texts.gettext("Discussion “%(subject)s”", subject=told[0].subject)
    else:
        subject = texts.ngettext(
            "News in %(num)s discussion", "News in %(num)s discussions", len(told)
        )
    parts = {_place(one): _part(one, said[one.id]) for one in told}
    wishes = texts.gettext(
        "Which letters you get, you choose here: %(address)s",
        address=link_to("/discussions/letters"),
    )
    secrets = {_place(one): parts[_place(one)] for one in told if one.private}
    shown = [place if place in secrets else part for place, part in parts.items()]
    text = "\n\n".join((*shown, wishes))
    return Letter(to=address, subject=subject, text=text, secrets=secrets)


def _place(thread: AnyRow) -> str:
    """Give what stands for a private thread in the log of letters, which others read."""
    return texts.gettext("[private discussion %(id)s]", id=thread.id)


def _threads(ids: Sequence[int]) -> Sequence[AnyRow]:
    seen = sa.select(Thread.id, Thread.subject, Thread.private).where(
        Thread.id.in_(ids), visible(KIND)
    )
    return reading().execute(seen.order_by(Thread.said_at, Thread.id)).all()


def _said(new: Mapping[int, New]) -> dict[int, list[AnyRow]]:
    """Give what others have said that is new to whoever acts, by thread.

    Of one in which much was said: what names them, and the latest beside it.
    """
    news = [
        sa.and_(Message.thread_id == thread_id, Message.number.between(behind + 1, until))
        for thread_id, (behind, until) in new.items()
    ]
    by_others = Message.author_id.is_distinct_from(current_person().id)
    first = (sa.case((Message.id.in_(_naming_one()), 0), else_=1), Message.number.desc())
    place = sa.func.row_number().over(partition_by=Message.thread_id, order_by=first)
    ranked = (
        sa.select(
            Message.id,
            Message.thread_id,
            Message.number,
            Message.act,
            Message.author_name,
            Message.text,
            place.label("place"),
        )
        .where(sa.or_(sa.false(), *news), by_others, Message.deleted_at.is_(None))
        .subquery()
    )
    told = sa.select(ranked).where(ranked.c.place <= MOST_OF_THREAD)
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in reading().execute(told.order_by(ranked.c.thread_id, ranked.c.number)):
        found[row.thread_id].append(row)
    return found


def _naming_one() -> sa.Select[int]:
    """Give the SQL of the messages that name whoever acts, or their team."""
    own = current_person().id
    team = sa.select(User.team_id).where(User.id == own).scalar_subquery()
    return sa.select(Mention.message_id).where(
        sa.or_(sa.and_(Mention.user_id == own, Mention.told), Mention.team_id == team)
    )


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
