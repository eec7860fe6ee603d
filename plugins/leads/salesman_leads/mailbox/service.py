"""Every change of mailboxes: what administrators say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    BrokenSealError,
    Changes,
    InvalidError,
    MissingError,
    StaleError,
    audit,
    demand_permission,
    differences,
    mailboxes,
    now,
    reading,
    sealed,
    unsealed,
    writing,
)
from salesman_leads.mailbox import queries
from salesman_leads.mailbox.models import Letter, Mailbox
from salesman_leads.mailbox.words import MAILBOX
from salesman_leads.permissions import MANAGE_MAILBOXES
from salesman_leads.texts import texts

_ = texts.lazy

_PLACE: Final = ("way", "host", "port", "user")
"""Where a password goes: for another place it has to be entered anew."""


def add_mailbox(values: Mapping[str, Any]) -> int:
    """Add a mailbox; give its id.

    :param values: as :class:`MailboxSchema` has judged them.
    """
    demand_permission(MANAGE_MAILBOXES)
    if not values["password"]:
        raise _no_password(_("Enter the password."))
    with writing() as session:
        mailbox = Mailbox(**{name: values[name] for name in queries.SETTINGS})
        mailbox.sealed_password = sealed(values["password"], MAILBOX)
        session.add(mailbox)
        session.flush()
        told: Changes = {name: (None, values[name]) for name in queries.SETTINGS if values[name]}
        audit(session, MAILBOX, mailbox.id, mailbox.user, "created", told)
        return mailbox.id


def change_mailbox(mailbox_id: int, values: Mapping[str, Any], version: int | None = None) -> None:
    """Change a mailbox; an empty password leaves the one that there is.

    A password is not sent to another server, nor for another user, than it was entered for: who
    may change a mailbox could else have it sent to a server of their own.

    :raises InvalidError: where it would be.
    """
    demand_permission(MANAGE_MAILBOXES)
    with writing() as session:
        mailbox = _for_change(session, mailbox_id, version)
        changes = differences(mailbox, {name: values[name] for name in queries.SETTINGS})
        if values["password"]:
            mailbox.sealed_password = sealed(values["password"], MAILBOX)
        elif not changes.keys().isdisjoint(_PLACE):
            message = _("Enter the password anew: it is not sent to another server by itself.")
            raise _no_password(message)
        for name, (_old, new) in changes.items():
            setattr(mailbox, name, new)
        if not changes.keys().isdisjoint({*_PLACE, "folder"}):
            mailbox.uid_validity, mailbox.last_uid, mailbox.begun_at = None, 0, None
        if values["password"]:
            changes["password"] = (None, "new")
        if changes:
            mailbox.problem, mailbox.problem_words, mailbox.failures = "", "", 0
            mailbox.version += 1
            audit(session, MAILBOX, mailbox.id, mailbox.user, "changed", changes)


def delete_mailbox(mailbox_id: int) -> None:
    """Forget a mailbox and what was made of its letters; the leads stay."""
    demand_permission(MANAGE_MAILBOXES)
    with writing() as session:
        mailbox = _for_change(session, mailbox_id, None)
        audit(session, MAILBOX, mailbox.id, mailbox.user, "deleted", {})
        session.delete(mailbox)


def try_mailbox(mailbox_id: int) -> str:
    """Open a mailbox as it would be read; give the code of what is wrong, or an empty string.

    Nothing in it is read or changed.
    """
    demand_permission(MANAGE_MAILBOXES)
    mailbox = queries.one_mailbox(reading(), mailbox_id)
    try:
        with mailboxes.open_mailbox(access_to(mailbox), read_only=True) as folder:
            if mailbox.afterwards == mailboxes.MOVE and not folder.has(mailbox.moved_to):
                note_problem(mailbox_id, mailboxes.MailboxError("moved_to"))
                return "moved_to"
    except mailboxes.MailboxError as error:
        note_problem(mailbox_id, error)
        return error.code
    _note(mailbox_id, problem="", problem_words="", failures=0)
    return ""


def access_to(mailbox: Any) -> mailboxes.MailboxAccess:
    """Give how to get to a mailbox.

    :param mailbox: a row of :func:`queries.one_mailbox`.
    :raises mailboxes.MailboxError: where the password cannot be opened.
    """
    try:
        password = unsealed(queries.sealed_password(reading(), mailbox.id), MAILBOX)
    except BrokenSealError as error:
        raise mailboxes.MailboxError("seal") from error
    return mailboxes.MailboxAccess(
        mailbox.way, mailbox.host, mailbox.port, mailbox.user, password, mailbox.folder
    )


def note_problem(mailbox_id: int, error: mailboxes.MailboxError) -> None:
    """Keep why a mailbox could not be read."""
    failures = Mailbox.failures + 1
    _note(mailbox_id, problem=error.code, problem_words=error.said, failures=failures)


def note_read(mailbox_id: int) -> None:
    """Keep that a mailbox was read to the end."""
    _note(mailbox_id, problem="", problem_words="", failures=0)


def note_filed(mailbox_id: int, uid_validity: int, uids: list[int]) -> None:
    """Keep that letters were marked or moved in the mailbox."""
    with writing() as session:
        session.execute(
            sa.update(Letter)
            .where(
                Letter.mailbox_id == mailbox_id,
                Letter.uid_validity == uid_validity,
                Letter.uid.in_(uids),
            )
            .values(filed=True)
            .execution_options(synchronize_session=False)
        )


def _note(mailbox_id: int, **values: Any) -> None:
    """Write how reading went: no change of what an administrator said, so no version."""
    with writing() as session:
        session.execute(
            sa.update(Mailbox)
            .where(Mailbox.id == mailbox_id)
            .values(checked_at=now(), **values)
            .execution_options(synchronize_session=False)
        )


def _for_change(session: Session, mailbox_id: int, version: int | None) -> Mailbox:
    one = sa.select(Mailbox).where(Mailbox.id == mailbox_id).with_for_update()
    mailbox = session.scalars(one.execution_options(populate_existing=True)).one_or_none()
    if mailbox is None:
        raise MissingError(_("There is no such mailbox."))
    if version is not None and mailbox.version != version:
        raise StaleError(_("Somebody else has changed this mailbox since you read it."))
    return mailbox


def _no_password(message: Any) -> InvalidError:
    return InvalidError(message, {"password": message})
