"""What is said in threads: every change of a message.

Each takes the thread's row first, by raising its counters: so all messages of a thread have the
same order for everybody, and a revision that a page knows has nothing missing before it (ADR 74).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import IO, Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    KeptFile,
    MissingError,
    SentFile,
    WritingSession,
    announce,
    attach_file_again,
    attach_kept,
    audit,
    current_person,
    demand,
    demand_permission,
    detach_file,
    enqueue,
    keep_file,
    now,
    people_names,
    person_of,
    reaches,
    shown_files,
    touch_records,
    visible,
    writing,
)
from salesman_discussions import mentions, reading_state
from salesman_discussions.models import (
    KIND,
    NOTED,
    SAID,
    SIGNS,
    FormerText,
    Mention,
    Message,
    MessageFile,
    Reaction,
    Thread,
)
from salesman_discussions.permissions import VIEW, WRITE
from salesman_discussions.texts import texts

_ = texts.lazy

LONGEST: Final = 20_000
MOST_FILES: Final = 10


class Place(NamedTuple):
    """The place of something that happens in a thread."""

    number: int
    revision: int
    subject: str
    closed: bool


class Author(NamedTuple):
    """In whose name something is written: a user, or the system."""

    id: int | None
    name: str


def author_of(user_id: int | None = None) -> Author:
    """Give in whose name whoever acts writes: their own, where nothing else is said.

    :raises ForbiddenError: where a person is to write in the name of another.
    """
    person = current_person()
    if user_id is None or user_id == person.id:
        return Author(person.id, person.name)
    if person.id is not None:
        raise ForbiddenError(_("Nobody writes in the name of another."), WRITE)
    return Author(user_id, people_names().get(user_id, ""))


def post_message(thread_id: int, values: Mapping[str, Any], files: Sequence[KeptFile] = ()) -> int:
    """Say something in a thread that the person sees; give the message's id.

    :param values: ``text`` in Markdown, and ``quoted_id`` of a message of the thread, if it answers
        one. Without a text there must be a file.
    :raises ConflictError: where the thread is closed.
    :raises InvalidError: by field.
    """
    demand_permission(WRITE)
    text = judged_text(values.get("text"), needed=not files)
    with writing() as session:
        demand(KIND, thread_id, VIEW, session=session)
        return say(session, thread_id, text, quoted_id=values.get("quoted_id"), files=files)


def post_file(thread_id: int, name: str, content: IO[bytes], values: Mapping[str, Any]) -> int:
    """Say something with a file in a thread that the person sees; give the message's id.

    :param name: what the file is called.
    :param values: as for :func:`post_message`.
    :raises InvalidError: for an empty file.
    :raises TooLargeError: for one that is too large.
    """
    return post_files(thread_id, [SentFile(name, content)], values)


def post_files(thread_id: int, files: Sequence[SentFile], values: Mapping[str, Any]) -> int:
    """Say something with several files in a thread that the person sees; give the message's id.

    :param values: as for :func:`post_message`.
    :raises InvalidError: for an empty file, or too many.
    :raises TooLargeError: for one that is too large.
    """
    demand_permission(WRITE)
    demand(KIND, thread_id, VIEW)  # before a stranger's bytes are kept
    _judge_number(len(files))
    return post_message(thread_id, values, [keep_file(*one) for one in files])


def say(  # what a message is made of
    session: WritingSession,
    thread_id: int,
    text: str,
    *,
    act: str = SAID,
    quoted_id: int | None = None,
    files: Sequence[KeptFile] = (),
    author: Author | None = None,
    key: str | None = None,
) -> int:
    """Add a message to a thread, in the transaction of whoever has judged that; give its id.

    What another plugin notes names nobody: an ``@`` in it may come from whatever record.

    :param author: in whose name; that of whoever acts where nothing else is said.
    :param key: what another plugin calls it.
    """
    place = _next_place(session, thread_id)
    if place.closed and act == SAID:
        raise ConflictError(_("This discussion is closed. Take it up again to write in it."))
    _judge_number(len(files))
    named = [] if act == NOTED else mentions.named_in(text)
    author = author or author_of()
    message = Message(
        thread_id=thread_id,
        number=place.number,
        revision=place.revision,
        act=act,
        author_id=author.id,
        author_name=author.name,
        text=text,
        search_text=_searched(text, [file.name for file in files]),
        quoted_id=_quoted(session, thread_id, quoted_id),
        created_at=now(),
        key=key,
    )
    session.add(message)
    session.flush()
    for file in files:
        file_id = attach_kept(KIND, thread_id, file)
        session.add(MessageFile(message_id=message.id, file_id=file_id))
    _mention(session, message, named)
    _note_author(session, message)
    session.flush()
    enqueue(session, "discussions.tell", {"message_id": message.id})
    _announce(session, message, "posted")
    return message.id


def _note_author(session: Session, message: Message) -> None:
    """Note how far the author of a message has read; the system writes for others, too."""
    author_id, own = message.author_id, current_person().id
    if author_id is None or (author_id != own and not sees(session, message.thread_id, author_id)):
        return
    note = reading_state.note_written if message.act == NOTED else reading_state.note_said
    note(session, message.thread_id, message.number, author_id)


def judged_text(text: object, *, needed: bool = True) -> str:
    """Judge what is to be said.

    :raises InvalidError: for the field ``text``: for nothing where something is needed, and for
        more than fits.
    """
    judged = str(text or "").replace("\r\n", "\n").replace("\0", "").strip()
    if not judged and needed:
        message = _("Write something first.")
        raise InvalidError(message, {"text": message})
    if len(judged) > LONGEST:
        message = _("A message has at most %(most)s characters.", most=LONGEST)
        raise InvalidError(message, {"text": message})
    return judged


def _judge_number(files: int) -> None:
    if files > MOST_FILES:
        message = _("A message has at most %(most)s files.", most=MOST_FILES)
        raise InvalidError(message, {"file": message})


def _searched(text: str, file_names: Sequence[str]) -> str:
    return "\n".join((text, *file_names))


def _next_place(session: Session, thread_id: int) -> Place:
    """Raise both counters of a thread; whoever comes next waits until the commit."""
    return _raised(session, thread_id, last_number=Thread.last_number + 1, said_at=now())


def _next_revision(session: Session, thread_id: int) -> Place:
    """Raise the revision of a thread, for a change of one of its messages."""
    return _raised(session, thread_id)


def _raised(session: Session, thread_id: int, **values: Any) -> Place:
    raised = (
        sa.update(Thread)
        .where(Thread.id == thread_id)
        .values(revision=Thread.revision + 1, **values)
        .returning(Thread.last_number, Thread.revision, Thread.subject, Thread.closed_at)
        .execution_options(synchronize_session=False)
    )
    number, revision, subject, closed_at = session.execute(raised).one()
    touch_records(Thread, [thread_id])
    return Place(number, revision, subject, closed_at is not None)


def _quoted(session: Session, thread_id: int, quoted_id: int | None) -> int | None:
    if quoted_id is None:
        return None
    there = sa.exists().where(
        Message.id == quoted_id, Message.thread_id == thread_id, Message.deleted_at.is_(None)
    )
    if not session.scalar(sa.select(there)):
        message = _("The message that you answer is no longer there.")
        raise InvalidError(message, {"quoted_id": message})
    return quoted_id


def _mention(session: Session, message: Message, named: Sequence[mentions.Named]) -> set[int]:
    """Keep whom a message names, and ask those of them who see the thread; give who is asked."""
    people = [one.user_id for one in named if one.user_id is not None]
    of_teams = mentions.members(session, {one.team_id for one in named if one.team_id is not None})
    own = current_person().id
    asked = [id_ for id_ in dict.fromkeys((*people, *of_teams)) if id_ != own]
    seeing = {id_ for id_ in asked if sees(session, message.thread_id, id_)}
    for one in named:
        told = one.user_id is None or one.user_id == own or one.user_id in seeing
        session.add(
            Mention(
                message_id=message.id,
                typed=one.typed,
                user_id=one.user_id,
                team_id=one.team_id,
                told=told,
            )
        )
    for user_id in asked:
        if user_id not in seeing and user_id not in people:
            session.add(Mention(message_id=message.id, typed="", user_id=user_id, told=False))
    reading_state.ask(session, message.thread_id, seeing)
    return seeing


def sees(session: Session, thread_id: int, user_id: int) -> bool:
    """Tell whether somebody may see a thread."""
    person = person_of(user_id)
    return person is not None and reaches(KIND, thread_id, person=person, session=session)


def change_message(message_id: int, text: str) -> int:
    """Change what one has said; what stood there before can still be read. Give its thread.

    Whoever is named now and was not before is asked as by a new message.

    :raises ForbiddenError: for what somebody else has said.
    """
    demand_permission(WRITE)
    with writing() as session:
        message, place = _own(session, message_id)
        if place.closed:
            raise ConflictError(_("This discussion is closed. Take it up again to write in it."))
        names = _file_names(session, message_id)
        judged = judged_text(text, needed=not names)
        if judged == message.text:
            return message.thread_id
        moment = now()
        session.add(FormerText(message_id=message_id, text=message.text, until=moment))
        message.text, message.edited_at, message.revision = judged, moment, place.revision
        message.search_text = _searched(judged, names)
        asked = _mention_anew(session, message)
        if asked:
            told = {"message_id": message_id, "only": sorted(asked)}
            enqueue(session, "discussions.tell", told)
        audit(session, KIND, message.thread_id, place.subject, "message_changed", {})
        _announce(session, message, "changed")
        return message.thread_id


def _mention_anew(session: Session, message: Message) -> set[int]:
    """Keep whom a changed message names; give who is asked by it only now."""
    wanted = {(one.user_id, one.team_id): one for one in mentions.named_in(message.text)}
    held = session.scalars(sa.select(Mention).where(Mention.message_id == message.id)).all()
    kept = {(one.user_id, one.team_id): one for one in held if one.typed}
    teams = {team_id for _user_id, team_id in kept.keys() & wanted.keys() if team_id is not None}
    of_teams = set(mentions.members(session, teams))
    for row in held:
        key = row.user_id, row.team_id
        if row.typed and key in wanted:
            row.typed = wanted[key].typed
        elif row.typed or row.user_id not in of_teams:
            session.delete(row)
    asked = _mention(session, message, [one for key, one in wanted.items() if key not in kept])
    session.flush()
    return asked - of_teams - {one.user_id for one in held if one.user_id is not None}


def delete_message(message_id: int) -> int:
    """Take back what one has said, with its files; give its thread.

    An administrator takes back anybody's.
    """
    return _take_back(message_id, gone=True)


def restore_message(message_id: int) -> int:
    """Let stand again what one has taken back, with its files; give its thread."""
    return _take_back(message_id, gone=False)


def _take_back(message_id: int, *, gone: bool) -> int:
    demand_permission(WRITE)
    with writing() as session:
        message, place = _own(session, message_id, gone=not gone)
        message.deleted_at, message.revision = now() if gone else None, place.revision
        for file_id in _files_to_move(session, message_id, there=gone):
            (detach_file if gone else attach_file_again)(file_id)
        action = "deleted" if gone else "restored"
        audit(session, KIND, message.thread_id, place.subject, f"message_{action}", {})
        _announce(session, message, action)
        return message.thread_id


def react(message_id: int, sign: str) -> int:
    """Set a sign beside a message, or take one's own away again; give its thread.

    :raises InvalidError: for a sign that there is not.
    """
    demand_permission(WRITE)
    if sign not in SIGNS:
        message_ = _("There is no such sign.")
        raise InvalidError(message_, {"sign": message_})
    user_id = current_person().id
    with writing() as session:
        message, place = _held(session, message_id)
        if user_id is None:
            return message.thread_id
        held = session.get(Reaction, (message_id, user_id, sign))
        if held is not None:
            session.delete(held)
        else:
            session.add(Reaction(message_id=message_id, user_id=user_id, sign=sign, at=now()))
        message.revision = place.revision
        session.flush()
        _announce(session, message, "reacted")
        return message.thread_id


def told_of_invitation(session: Session, thread_id: int, user_ids: Collection[int]) -> None:
    """Let messages that named people who did not see the thread wait for them, now that they do."""
    untold = (
        sa.select(Mention)
        .join(Message, Message.id == Mention.message_id)
        .where(Message.thread_id == thread_id, Mention.told.is_(False))
    )
    asked = set()
    for mention in session.scalars(untold.where(Mention.user_id.in_(user_ids))):
        mention.told = True
        message = session.get_one(Message, mention.message_id)
        message.revision = _next_revision(session, thread_id).revision
        if message.act != NOTED and message.deleted_at is None:  # decisions wait by themselves
            asked.add(mention.user_id)
    reading_state.ask(session, thread_id, [id_ for id_ in asked if id_ is not None])


def show_again(session: Session, message: Message) -> None:
    """Let pages that are open fetch a message anew: something beside it has changed."""
    message.revision = _next_revision(session, message.thread_id).revision
    session.flush()


def _held(session: Session, message_id: int, *, gone: bool = False) -> tuple[Message, Place]:
    """Load a message that the person sees for a change, its thread's row taken before its own.

    :param gone: whether it is one that was taken back.
    :raises MissingError: where there is none.
    """
    seen = sa.select(Thread.id).where(visible(KIND))
    thread_id = session.scalar(
        sa.select(Message.thread_id).where(Message.id == message_id, Message.thread_id.in_(seen))
    )
    if thread_id is not None:
        place = _next_revision(session, thread_id)
        message = session.get_one(Message, message_id, populate_existing=True)
        if (message.deleted_at is not None) == gone:
            return message, place
    raise MissingError(_("There is no such message, or you may not see it."))


def _own(session: Session, message_id: int, *, gone: bool = False) -> tuple[Message, Place]:
    message, place = _held(session, message_id, gone=gone)
    person = current_person()
    if message.act != SAID:
        raise ConflictError(_("What was noted here stays written down."))
    own = person.id is not None and message.author_id == person.id
    if not own and not person.everything:
        text = _("Only %(name)s may do this.", name=message.author_name or "SalesMan")
        raise ForbiddenError(text, WRITE, record=(KIND, message.thread_id))
    return message, place


def _file_ids(session: Session, message_id: int) -> list[int]:
    files = sa.select(MessageFile.file_id).where(MessageFile.message_id == message_id)
    return list(session.scalars(files))


def _file_names(session: Session, message_id: int) -> list[str]:
    return [file.row.name for file in shown_files(_file_ids(session, message_id)).values()]


def _files_to_move(session: Session, message_id: int, *, there: bool) -> list[int]:
    """Give the files of a message that hang on its thread, or those that lie in the bin."""
    ids = _file_ids(session, message_id)
    hanging = shown_files(ids)
    return [id_ for id_ in ids if (id_ in hanging) == there]


def _announce(session: Session, message: Message, action: str) -> None:
    session.flush()
    payload = {"message_id": message.id, "number": message.number}
    announce(session, f"discussions.message.{action}", KIND, message.thread_id, payload)
