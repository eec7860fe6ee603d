"""Every change of a thread: it is opened, tied, shared, closed and taken up again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    ConflictError,
    ForbiddenError,
    InvalidError,
    KeptFile,
    MissingError,
    User,
    WritingSession,
    announce,
    audit,
    company,
    current_person,
    demand,
    demand_permission,
    differences,
    for_change,
    from_bin,
    locked,
    notify,
    now,
    one_of,
    person_of,
    reading,
    record_type,
    seen_users,
    speaking,
    touch,
    writing,
)
from salesman_discussions import mentions, messages, reading_state, ties
from salesman_discussions.markdown import excerpt
from salesman_discussions.models import (
    CLOSED,
    KIND,
    REOPENED,
    Thread,
    ThreadParticipant,
    ThreadTie,
)
from salesman_discussions.permissions import CREATE, DELETE, EDIT, VIEW
from salesman_discussions.texts import texts
from salesman_hookspecs import Scope

_ = texts.lazy

LONGEST_SUBJECT: Final = 300
LONGEST_DECISION: Final = 5_000
MOST_PARTICIPANTS: Final = 200
_SUBJECT_OF_TEXT: Final = 100

Values = Mapping[str, Any]


def judge_opening(values: Values) -> None:
    """Refuse a discussion that cannot be opened, before the files that came with it are kept.

    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    text = messages.judged_text(values.get("text"), needed=False)
    judged_subject(values.get("subject"), text)
    session = reading()
    ties.judged(session, values)
    _judge_guests(session, sorted(_invited(session, values, text) - {current_person().id}))


def open_thread(values: Values, files: Sequence[KeptFile] = ()) -> int:
    """Open a discussion; give its id.

    Whom its first message names is invited: so a colleague learns of it by one field.

    :param values: ``subject``, without which it is called by the beginning of the text; ``text``;
        ``private``; ``participant_ids``; and what it is about: ``client_id``, ``deal_id``,
        ``about_kind`` and ``about_id``.
    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    text = messages.judged_text(values.get("text"), needed=False)
    with writing() as session:
        thread, new = begin(
            session,
            {**values, "subject": judged_subject(values.get("subject"), text)},
            ties.judged(session, values),
            _invited(session, values, text),
        )
        if text or files:
            messages.say(session, thread.id, text, files=files)
        else:
            tell_invited(session, thread, new)
        return thread.id


def begin(
    session: WritingSession,
    values: Values,
    records: Sequence[ties.Record],
    invited: Collection[int],
    *,
    owner_id: int | None = None,
) -> tuple[Thread, list[int]]:
    """Make a thread in which nothing is said yet; give it, and whom it invites.

    :param values: ``subject``, judged, ``private`` and ``key``.
    :param owner_id: whose it is; that of whoever acts where nothing else is said.
    """
    thread = _new(session, values, owner_id or current_person().id)
    session.add_all(ThreadTie(record_id=thread.id, **ties.columns_of(record)) for record in records)
    new = let_in(session, thread, invited)
    told: Changes = {"subject": (None, thread.subject)}
    told |= {"private": (None, True)} if thread.private else {}
    told |= {"participants": (None, sorted(new))} if new else {}
    _keep(session, thread, "created", told | _tie_changes(records, added=True))
    return thread, new


def _new(session: Session, values: Values, owner_id: int | None) -> Thread:
    moment = now()
    thread = Thread(
        subject=values["subject"],
        search_subject=values["subject"],
        owner_id=owner_id,
        private=bool(values.get("private")),
        said_at=moment,
        created_at=moment,
        updated_at=moment,
        key=values.get("key"),
    )
    session.add(thread)
    session.flush()
    if owner_id is not None:
        reading_state.let_follow(session, thread.id, [owner_id])
    return thread


def judged_subject(subject: object, text: str = "") -> str:
    """Judge the subject of a thread; where there is none, the beginning of the text is it."""
    judged = " ".join(str(subject or "").replace("\0", "").split())
    judged = judged or excerpt(text, _SUBJECT_OF_TEXT)
    if not judged:
        message = _("Say what it is about.")
        raise InvalidError(message, {"text": message})
    if len(judged) > LONGEST_SUBJECT:
        message = _("At most %(most)s characters fit here.", most=LONGEST_SUBJECT)
        raise InvalidError(message, {"subject": message})
    return judged


def _invited(session: Session, values: Values, text: str) -> set[int]:
    """Give whom a new discussion invites: who was chosen, and whom its first message names."""
    return {*(values.get("participant_ids") or ()), *_people_named(session, text)}


def _people_named(session: Session, text: str) -> set[int]:
    named = mentions.named_in(text)
    people = {one.user_id for one in named if one.user_id is not None}
    teams = {one.team_id for one in named if one.team_id is not None}
    return people | set(mentions.members(session, teams))


def change_thread(thread_id: int, values: Values, version: int | None = None) -> bool:
    """Change the subject of a thread, or who sees it; give whether anything changed.

    :param values: ``subject``, ``private``. Only whoever opened it makes a thread private, or open
        to others again.
    """
    with writing() as session:
        thread: Thread = for_change(session, KIND, thread_id, EDIT, version)
        wanted: dict[str, Any] = {}
        if "subject" in values:
            wanted["subject"] = judged_subject(values["subject"])
        if "private" in values and values["private"] != thread.private:
            _demand_opener(thread, EDIT)
            wanted["private"] = values["private"]
        changes = differences(thread, wanted)
        if not changes:
            return False
        for name, value in wanted.items():
            setattr(thread, name, value)
        thread.search_subject = thread.subject
        _keep(session, thread, "changed", changes)
        return True


def _demand_opener(thread: Thread, permission: str) -> None:
    person = current_person()
    own = person.id is not None and thread.owner_id == person.id
    if not own and not person.everything:
        message = _("Only whoever opened the discussion may do this.")
        raise ForbiddenError(message, permission, record=(KIND, thread.id))


def tie(thread_id: int, values: Values) -> bool:
    """Tie a thread to records that the person sees; give whether that is new.

    From then on everybody sees it who sees one of them, unless it is private.

    :param values: ``client_id``, ``deal_id``, ``about_kind`` with ``about_id``: at least one.
    """
    with writing() as session:
        thread: Thread = for_change(session, KIND, thread_id, EDIT)
        records = ties.judged(session, values)
        if not records:
            message = _("Choose a record.")
            raise InvalidError(message, {"client_id": message})
        return _tie(session, thread, records)


def _tie(session: Session, thread: Thread, records: Sequence[ties.Record]) -> bool:
    held = _tied(session, thread.id)
    new = [record for record in records if record not in held]
    if len(held) + len(new) > ties.MOST:
        message = _("A discussion is about at most %(most)s records.", most=ties.MOST)
        raise InvalidError(message, {"client_id": message})
    session.add_all(ThreadTie(record_id=thread.id, **ties.columns_of(record)) for record in new)
    if new:
        _keep(session, thread, "changed", _tie_changes(new, added=True))
    return bool(new)


def _tied(session: Session, thread_id: int) -> set[ties.Record]:
    rows = session.scalars(sa.select(ThreadTie).where(ThreadTie.record_id == thread_id))
    return {ties.record_of(row) for row in rows}


def untie(thread_id: int, tie_id: int) -> ties.Record:
    """Let a thread no longer be about a record; give which.

    :raises MissingError: where it is not about it, or the person does not see the record.
    """
    with writing() as session:
        thread: Thread = for_change(session, KIND, thread_id, EDIT)
        seen = {one.id: one for one in ties.ties_of(session, [thread_id]).get(thread_id, [])}
        if tie_id not in seen:
            raise MissingError(_("The discussion is not about this record."))
        record = seen[tie_id].kind, seen[tie_id].record.id
        gone = sa.delete(ThreadTie).where(ThreadTie.record_id == thread_id, ties.to_record(*record))
        session.execute(gone)
        _keep(session, thread, "changed", _tie_changes([record], added=False))
        return record


def _tie_changes(records: Sequence[ties.Record], *, added: bool) -> Changes:
    """Give ties as the audit keeps them: ids by a name for each kind."""
    by_kind: dict[str, list[int]] = {}
    for kind, id_ in records:
        by_kind.setdefault(ties_field(kind), []).append(id_)
    return {name: (None, ids) if added else (ids, None) for name, ids in by_kind.items()}


def ties_field(kind: str) -> str:
    """Give the name under which the audit keeps the records of a kind."""
    return f"about:{kind}"


def invite(thread_id: int, user_ids: Collection[int]) -> list[int]:
    """Invite people into a thread: from then on they see it; give those who are new.

    :raises InvalidError: for users that there are not, or who are no longer active.
    """
    with writing() as session:
        thread: Thread = for_change(session, KIND, thread_id, EDIT)
        new = admit(session, thread, user_ids)
        reading_state.let_letters_tell(session, thread_id, new)
        tell_invited(session, thread, new)
        return new


def admit(session: WritingSession, thread: Thread, user_ids: Collection[int]) -> list[int]:
    """Let people take part in a thread in which something was said; give who is new."""
    before = _participants(session, thread.id)
    new = let_in(session, thread, user_ids)
    if new:
        session.flush()
        messages.told_of_invitation(session, thread.id, new)
        changes: Changes = {"participants": (sorted(before), sorted(before | {*new}))}
        _keep(session, thread, "changed", changes)
    return new


def _participants(session: Session, thread_id: int) -> set[int]:
    held = sa.select(ThreadParticipant.user_id).where(ThreadParticipant.record_id == thread_id)
    return set(session.scalars(held))


def let_in(session: Session, thread: Thread, user_ids: Collection[int]) -> list[int]:
    """Add people to those who take part in a thread; give who is new.

    :raises InvalidError: for users that there are not, or who are no longer active.
    """
    before = _participants(session, thread.id)
    new = sorted({*user_ids} - before - {thread.owner_id, current_person().id})
    _judge_guests(session, new, len(before))
    by_id, moment = current_person().id, now()
    for user_id in new:
        session.add(
            ThreadParticipant(record_id=thread.id, user_id=user_id, since=moment, by_id=by_id)
        )
    session.flush()
    reading_state.let_follow(session, thread.id, new)
    return new


def _judge_guests(session: Session, user_ids: Sequence[int], already: int = 0) -> None:
    """Refuse more people than may take part beside those who do, and users that there are not."""
    if already + len(user_ids) > MOST_PARTICIPANTS:
        message = _("At most %(most)s people take part.", most=MOST_PARTICIPANTS)
        raise InvalidError(message, {"participant_ids": message})
    known = sa.select(User.id).where(one_of(User.id, user_ids), User.active, seen_users())
    missing = set(user_ids) - set(session.scalars(known)) if user_ids else set()
    if missing:
        message = _("There is no active user %(id)s.", id=min(missing))
        raise InvalidError(message, {"participant_ids": message})


def tell_invited(
    session: WritingSession, thread: Thread, user_ids: Sequence[int], by_name: str = ""
) -> None:
    """Tell people that they are invited.

    :param by_name: by whom; by whoever acts where nothing else is said.
    """
    told = {"name": by_name or current_person().name, "subject": thread.subject}
    for person in filter(None, map(person_of, user_ids)):
        with speaking(person.locale or company().language):
            text = texts.gettext("%(name)s invites you to the discussion “%(subject)s”", **told)
        notify(session, person.id, text, f"/discussions/{thread.id}")


def take_out(thread_id: int, user_id: int) -> None:
    """Take somebody out of a thread. Whoever was invited may leave by themselves."""
    with writing() as session:
        permission = VIEW if user_id == current_person().id else EDIT
        thread: Thread = for_change(session, KIND, thread_id, permission)
        part = session.get(ThreadParticipant, {"record_id": thread_id, "user_id": user_id})
        if part is None:
            raise MissingError(_("They take no part in this discussion."))
        before = _participants(session, thread_id)
        session.delete(part)
        reader = reading_state.reader_of(session, thread_id, user_id)
        reader.follows, reader.waiting_since, reader.mail_due_at = False, None, None
        changes: Changes = {"participants": (sorted(before), sorted(before - {user_id}))}
        _keep(session, thread, "changed", changes)


def close_thread(thread_id: int, decision: str, version: int | None = None) -> None:
    """Close a thread, and write down what was decided.

    :raises ConflictError: where it is closed already.
    :raises InvalidError: for the field ``decision``, for none and for too long a one.
    """
    judged = decision.replace("\r\n", "\n").replace("\0", "").strip()
    if not judged:
        message = _("Write down what was decided.")
        raise InvalidError(message, {"decision": message})
    if len(judged) > LONGEST_DECISION:
        message = _("At most %(most)s characters fit here.", most=LONGEST_DECISION)
        raise InvalidError(message, {"decision": message})
    with writing() as session:
        thread: Thread = for_change(session, KIND, thread_id, EDIT, version)
        if thread.closed_at is not None:
            raise ConflictError(_("This discussion is closed already."))
        thread.closed_at, thread.closed_by_id = now(), current_person().id
        thread.decision = judged
        changes: Changes = {"decision": (None, judged)}
        _keep(session, thread, "closed", changes)
        messages.say(session, thread_id, judged, act=CLOSED)
        reading_state.note_answered(session, thread_id)


def reopen_thread(thread_id: int, version: int | None = None) -> None:
    """Take a closed thread up again; the decision stays written in it.

    :raises ConflictError: where it is open.
    """
    with writing() as session:
        thread: Thread = for_change(session, KIND, thread_id, EDIT, version)
        if thread.closed_at is None:
            raise ConflictError(_("This discussion is open."))
        take_up(session, thread)


def take_up(session: WritingSession, thread: Thread, author: messages.Author | None = None) -> None:
    """Take a closed thread up again, once that is judged.

    :param author: who does; whoever acts where nothing else is said.
    """
    changes: Changes = {"decision": (thread.decision, None)}
    thread.closed_at = thread.closed_by_id = None
    thread.decision = ""
    _keep(session, thread, "reopened", changes)
    messages.say(session, thread.id, "", act=REOPENED, author=author)


def delete_thread(thread_id: int, version: int | None = None) -> None:
    """Put a thread into the bin: one's own, or with a wider reach than *own* anybody's."""
    with writing() as session:
        thread: Thread = for_change(session, KIND, thread_id, DELETE, version)
        _demand_deleting(thread)
        thread.deleted_at = now()
        _keep(session, thread, "deleted", {})


def restore_thread(thread_id: int) -> None:
    """Take a thread out of the bin again."""
    demand_permission(DELETE)
    with writing() as session:
        thread: Thread = from_bin(session, KIND, thread_id, DELETE)
        _demand_deleting(thread)
        _keep(session, thread, "restored", {})


def _demand_deleting(thread: Thread) -> None:
    """Let a participant, who may do all else, not take the whole discussion away."""
    if current_person().scope(DELETE) is Scope.OWN:
        _demand_opener(thread, DELETE)


def follow_record(record: ties.Record, values: Values) -> int:
    """Let the threads about a record be about what it has become, too; give how many are.

    :param values: ``client_id`` and ``deal_id``, as far as there are any.
    """
    with writing() as session:
        demand(*record, record_type(record[0]).view_permission, session=session)
        records = ties.judged(session, values)
        about = sa.select(ThreadTie.record_id).where(ties.to_record(*record)).distinct()
        followed = 0
        for thread_id in sorted(session.scalars(about)):
            thread = locked(session, Thread, thread_id)
            followed += _tie(session, thread, records)
        return followed


def _keep(session: Session, thread: Thread, action: str, changes: Changes) -> None:
    touch(thread)
    session.flush()
    audit(session, KIND, thread.id, thread.subject, action, changes)
    payload = {"fields": sorted(changes)} if action == "changed" else {}
    announce(session, f"discussions.thread.{action}", KIND, thread.id, payload)
