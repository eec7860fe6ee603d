"""Reading what comes back: a mailbox over IMAP, a letter at a time, each once."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from salesman_core.toolkit import job_piece, mailboxes, now, plugin_settings, reading
from salesman_hookspecs import HealthCheck, Job, Schedule
from salesman_mailing.bounces.models import ReturnBox, Returned
from salesman_mailing.bounces.taking import take_in
from salesman_mailing.texts import texts

_ = texts.lazy

READ: Final = "mailing.read_returns"
FORGET: Final = "mailing.forget_returns"
AT_ONCE: Final = 200
LONGEST: Final = 600.0
KEPT: Final = timedelta(days=400)
_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID: Final = re.compile(rb"(?im)^message-id:\s*<([^<>\s]{1,200})>")


def returns_box() -> mailboxes.MailboxAccess | None:
    """Give the mailbox into which letters come back; None where none is set.

    :raises mailboxes.MailboxError: where the address of it cannot be read.
    """
    url = plugin_settings("mailing")["returns_url"]
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise mailboxes.MailboxError("host") from None  # its words may quote the password
    if parts.scheme not in mailboxes.PORTS or not parts.hostname:
        raise mailboxes.MailboxError("host")
    return mailboxes.MailboxAccess(
        parts.scheme,
        parts.hostname,
        port or mailboxes.PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX",
    )


def read_returns() -> int:
    """Take in what came back since the last time; give how many letters were read."""
    try:
        box = returns_box()
        if box is None:
            return 0
        place = f"{box.user}@{box.host}:{box.port}/{box.folder}"[:500]
    except mailboxes.MailboxError:
        return 0  # the health check says so
    try:
        with mailboxes.open_mailbox(box, read_only=True) as folder:
            count = _read(folder, place)
    except mailboxes.MailboxError as error:
        _note(place, problem=error.code)
        return 0
    _note(place, problem="")
    return count


def _read(folder: mailboxes.MailboxFolder, place: str) -> int:
    last_uid = _begin(place, folder.uid_validity)
    uids = folder.uids_after(last_uid, (now() - KEPT).date(), AT_ONCE)
    for uid in uids:
        raw = folder.letter(uid)
        with job_piece() as session:
            if raw is not None:
                take_in(session, raw, message_id_of(raw))
            moved = sa.update(ReturnBox).where(ReturnBox.place == place, ReturnBox.last_uid < uid)
            session.execute(moved.values(last_uid=uid).execution_options(synchronize_session=False))
    return len(uids)


def _begin(place: str, uid_validity: int) -> int:
    """Give how far a mailbox was read; from its beginning where its letters got new numbers."""
    with job_piece() as session:
        box = session.get(ReturnBox, place)
        if box is None:
            session.add(ReturnBox(place=place, uid_validity=uid_validity, last_uid=0))
            return 0
        if box.uid_validity != uid_validity:
            box.uid_validity, box.last_uid = uid_validity, 0
        return box.last_uid


def _note(place: str, problem: str) -> None:
    with job_piece() as session:
        values = {"checked_at": now(), "problem": problem}
        changed: Any = session.execute(
            sa.update(ReturnBox)
            .where(ReturnBox.place == place)
            .values(values)
            .execution_options(synchronize_session=False)
        )
        if not changed.rowcount:
            session.add(ReturnBox(place=place, uid_validity=0, last_uid=0, **values))


def message_id_of(raw: bytes) -> str:
    """Give by what a letter is known again."""
    found = _MESSAGE_ID.search(_HEAD.split(raw, maxsplit=1)[0])
    if found is None:
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"
    return found[1].decode("utf-8", "replace").replace("\0", "")


def forget_returns() -> int:
    """Forget what came back long ago, so that the table does not grow for ever."""
    with job_piece() as session:
        gone: Any = session.execute(sa.delete(Returned).where(Returned.at < now() - KEPT))
        return int(gone.rowcount)


def health() -> list[HealthCheck]:
    """Tell whether the mailbox into which letters come back could be read the last time."""
    name = texts.gettext("Mailbox of letters that come back")
    try:
        if returns_box() is None:
            return []
    except mailboxes.MailboxError as error:
        return [HealthCheck(name, ok=False, detail=str(mailboxes.PROBLEMS[error.code]))]
    row = reading().execute(sa.select(ReturnBox.problem).order_by(ReturnBox.checked_at.desc()))
    problem = row.scalar() or ""
    detail = str(mailboxes.PROBLEMS[problem]) if problem else ""
    return [HealthCheck(name, ok=not problem, detail=detail)]


JOBS: Final = (
    Job(
        READ,
        read_returns,
        transactional=False,
        timeout=LONGEST,
        title=_("Reading the letters that came back"),
    ),
    Job(
        "mailing.forget_returns",
        forget_returns,
        transactional=False,
        title=_("Forgetting what came back long ago"),
    ),
)
SCHEDULES: Final = (
    Schedule(READ, "*/5 * * * *", READ),
    Schedule(FORGET, "40 3 * * *", FORGET),
)
