"""Taking a letter in: once, whatever happens to whoever does it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DataError

from salesman_core.toolkit import (
    KeptFile,
    SalesmanError,
    WritingSession,
    company,
    job_piece,
    judge,
    now,
    reading,
    sent_by_us,
    speaking,
)
from salesman_leads.intake import create_lead
from salesman_leads.junk.judging import Arrival, judge_suspicion
from salesman_leads.mailbox import enclosed, queries, threads
from salesman_leads.mailbox.letters import (
    UNREADABLE,
    Received,
    message_id_of,
    read_letter,
)
from salesman_leads.mailbox.models import LEAD, OWN, REFUSED, Letter, Mailbox
from salesman_leads.mailbox.models import UNREADABLE as IS_UNREADABLE
from salesman_leads.mailbox.wording import lead_in
from salesman_leads.schemas import LeadSchema
from salesman_leads.texts import texts

_SUBJECT: Final = 300
_ZONES: Final = timedelta(days=1)
"""The day of a server may be that of another zone."""
_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox has been read.

    :param since: letters from before that day are not wanted; servers know no hours.
    """

    last_uid: int
    since: date | None


def begin_reading(mailbox: Any, uid_validity: int, next_uid: int) -> Place:
    """Give how far a mailbox has been read.

    Where the server has numbered its letters anew, that is not at all; where a mailbox is opened
    for the first time and is not to bring its old letters, it is up to the last one there is.
    """
    with job_piece() as session:
        columns = (Mailbox.uid_validity, Mailbox.last_uid, Mailbox.begun_at)
        held = session.execute(
            sa.select(*columns).where(Mailbox.id == mailbox.id).with_for_update()
        ).one_or_none()
        if held is None:
            return Place(next_uid, None)  # deleted meanwhile
        last_uid, begun_at = held.last_uid, held.begun_at
        if held.uid_validity is None and not mailbox.takes_old:
            last_uid, begun_at = next_uid - 1, now()
        elif held.uid_validity != uid_validity:
            last_uid = 0
        values = {"uid_validity": uid_validity, "last_uid": last_uid, "begun_at": begun_at}
        session.execute(
            sa.update(Mailbox)
            .where(Mailbox.id == mailbox.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
    return Place(last_uid, begun_at.date() - _ZONES if begun_at else None)


def take_letter(mailbox: Any, uid_validity: int, uid: int, raw: bytes | None) -> bool:
    """Make a lead of a letter, or keep why none was made; it is read for good then.

    :param raw: None for one that is passed over, as it does not have the subject, or has gone.
    :returns: False for a double of one that was read before.
    """
    raw = None if raw is None else enclosed.as_far_as_read(raw)
    with speaking(company().language):
        try:
            return _take(mailbox, uid_validity, uid, raw)
        except (SalesmanError, DataError, UnicodeError) as error:
            _keep_refused(mailbox, uid_validity, uid, raw or b"", _reason(error))
            return True


def _reason(error: SalesmanError | DataError | UnicodeError) -> str:
    """Say why no lead could be made; what a database says is not for people."""
    if isinstance(error, SalesmanError):
        return " ".join(map(str, error.fields.values())) or str(error)
    return texts.gettext("The database could not keep what stands in it.")


def _take(mailbox: Any, uid_validity: int, uid: int, raw: bytes | None) -> bool:
    message_id = message_id_of(raw or b"")
    fresh = raw is not None and not queries.known(reading(), mailbox.id, message_id)
    prepared = _prepared(mailbox, raw) if fresh and raw is not None else None
    with job_piece() as session:
        if not _go_on(session, mailbox.id, uid_validity, uid) or raw is None:
            return True
        if prepared is None or queries.known(session, mailbox.id, message_id):
            return False
        letter = Letter(mailbox_id=mailbox.id, message_id=message_id, uid=uid, at=now())
        letter.uid_validity = uid_validity
        _make(session, letter, mailbox, prepared)
        session.add(letter)
    return True


def _go_on(session: Any, mailbox_id: int, uid_validity: int, uid: int) -> bool:
    """Note that a letter is read; give False where somebody else has done so already."""
    moved = session.execute(
        sa.update(Mailbox)
        .where(
            Mailbox.id == mailbox_id,
            Mailbox.uid_validity == uid_validity,
            Mailbox.last_uid < uid,
        )
        .values(last_uid=uid)
        .execution_options(synchronize_session=False)
    )
    return bool(moved.rowcount)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a letter brings: all that is slow has been done, as keeping its files.

    :param received: None where it becomes no lead.
    """

    made: str
    reason: str = ""
    subject: str = ""
    received: Received | None = None
    files: tuple[KeptFile, ...] = ()


def _prepared(mailbox: Any, raw: bytes) -> Prepared:
    """Say what can be made of a letter, and keep the files that the lead is to have."""
    try:
        received = read_letter(raw)
        files = enclosed.enclosed_in(received.message)
    except UNREADABLE as error:
        return Prepared(IS_UNREADABLE, type(error).__name__)
    subject = received.subject[:_SUBJECT]
    if sent_by_us(received.message_id):
        return Prepared(OWN, subject=subject)
    if received.nobody:
        return Prepared(received.nobody, subject=subject)
    choice = enclosed.chosen(files, enclosed.OF_LETTER)
    if files and _is_suspect(received, mailbox):
        choice = enclosed.chosen(files, enclosed.bounds_of_suspect())
    with job_piece():
        kept = tuple(enclosed.keep(choice.kept))
    odd = texts.gettext("Signs that cannot be kept were left out.") if received.odd else ""
    return Prepared(LEAD, odd, subject, replace(received, attached=choice.named), kept)


def _is_suspect(received: Received, mailbox: Any) -> bool:
    """Tell whether a letter may be junk as things stand; it is judged again where it is taken."""
    if threads.thread_of(reading(), received) is not None:
        return False
    return bool(judge_suspicion(_values(received, mailbox), Arrival()))


def _make(session: WritingSession, letter: Letter, mailbox: Any, prepared: Prepared) -> None:
    """Make of a letter what can be made of it."""
    letter.made, letter.reason, letter.subject = prepared.made, prepared.reason, prepared.subject
    received = prepared.received
    if received is None:
        return
    thread = threads.thread_of(session, received)
    if thread is None:
        letter.lead_id = _create(_values(received, mailbox))
    elif threads.add_answer(session, thread.lead_id, received, mailbox.user):
        letter.lead_id = thread.lead_id
        letter.reason = texts.gettext("It was added to the lead of its thread.")
    else:
        values = _values(threads.in_own_words(received), mailbox)
        letter.lead_id = _create(threads.going_on(values, thread.lead_id))
    enclosed.attach(letter.lead_id, prepared.files)


def _create(values: dict[str, Any]) -> int:
    return create_lead(values, suspicion=judge_suspicion(values, Arrival()))


def _values(received: Received, mailbox: Any) -> dict[str, Any]:
    """Give the lead that a letter brings. What it says of its source goes before the mailbox's."""
    usual = {"source": mailbox.source, "channel": mailbox.channel}
    said = lead_in(received, mailbox.user)
    values: dict[str, Any] = judge(LeadSchema(), {**usual, **said})
    return values


def _keep_refused(  # which letter of which mailbox, and why
    mailbox: Any, uid_validity: int, uid: int, raw: bytes, reason: str
) -> None:
    """Keep a letter of which no lead could be made: it stands in the list, with the reason."""
    subject = read_letter(raw).subject
    with job_piece() as session:
        if _go_on(session, mailbox.id, uid_validity, uid):
            session.add(
                Letter(
                    mailbox_id=mailbox.id,
                    message_id=message_id_of(raw),
                    uid_validity=uid_validity,
                    uid=uid,
                    subject=subject[:_SUBJECT],
                    made=REFUSED,
                    reason=reason[:_REASON],
                    at=now(),
                )
            )
