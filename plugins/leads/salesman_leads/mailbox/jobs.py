"""What mailboxes do by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesman_core.toolkit import MissingError, enqueue, job_piece, mailboxes, now, reading, writing
from salesman_leads.mailbox import queries, service, taking
from salesman_leads.mailbox.letters import subject_in

AT_ONCE: Final = 50
"""Letters that one run reads; where there are more, another run goes on."""

MOST_BYTES: Final = 100_000_000
"""Of letters that one run reads: it goes no further behind the one with which they are more."""

LONGEST: Final = 600.0
"""Seconds after which a run that hangs on a slow server is taken over."""

READ: Final = "leads.read_mailbox"


def look_into_mailboxes() -> int:
    """Put the mailboxes that are due in the queue; give how many."""
    with writing() as session:
        mailbox_ids = queries.due(session, now())
        for mailbox_id in mailbox_ids:
            ask_to_read(session, mailbox_id)
    return len(mailbox_ids)


def ask_to_read(session: Any, mailbox_id: int) -> None:
    """Put a mailbox in the queue, unless it waits there or is being read."""
    key = f"leads.mailbox:{mailbox_id}"
    enqueue(session, READ, {"mailbox_id": mailbox_id}, key=key, unique=key)


def read_mailbox(mailbox_id: int) -> int:
    """Take in the new letters of a mailbox; give how many were looked at.

    The network is asked between transactions, never in one. Each letter is one piece, which also
    moves on the mark of how far the mailbox has been read: a worker that dies takes none twice.
    """
    try:
        mailbox = queries.one_mailbox(reading(), mailbox_id)
    except MissingError:
        return 0  # deleted meanwhile
    if not mailbox.active:
        return 0
    try:
        with mailboxes.open_mailbox(service.access_to(mailbox)) as folder:
            looked_at, more = _take_in(mailbox, folder)
    except mailboxes.MailboxError as error:
        with job_piece():
            service.note_problem(mailbox_id, error)
        return 0
    with job_piece() as session:
        service.note_read(mailbox_id)
        if more:
            key = f"leads.mailbox:{mailbox_id}"
            enqueue(session, READ, {"mailbox_id": mailbox_id}, key=key)
    return looked_at


def _take_in(mailbox: Any, folder: mailboxes.MailboxFolder) -> tuple[int, bool]:
    """Give how many letters were looked at, and whether there may be more."""
    validity = folder.uid_validity
    place = taking.begin_reading(mailbox, validity, folder.next_uid)
    uids = folder.uids_after(place.last_uid, place.since, AT_ONCE)
    doubles, looked_at, read = [], 0, 0
    for uid, raw in _wanted(mailbox, folder, uids):
        looked_at, read = looked_at + 1, read + len(raw or b"")
        if not taking.take_letter(mailbox, validity, uid, raw):
            doubles.append(uid)
        if read > MOST_BYTES:
            break
    done = queries.unfiled(reading(), mailbox.id, validity, 2 * AT_ONCE)
    folder.file([*done, *doubles], mailbox.afterwards, mailbox.moved_to)
    with job_piece():
        service.note_filed(mailbox.id, validity, done)
    return looked_at, looked_at < len(uids) or len(uids) == AT_ONCE


def _wanted(
    mailbox: Any, folder: mailboxes.MailboxFolder, uids: list[int]
) -> Iterator[tuple[int, bytes | None]]:
    """Give the letters with the subject that is asked for; None in place of the others."""
    for uid in uids:
        wanted = not mailbox.subject
        if not wanted:
            subject = subject_in(folder.head(uid) or b"")
            wanted = mailbox.subject.casefold() in subject.casefold()
        yield uid, folder.letter(uid) if wanted else None
