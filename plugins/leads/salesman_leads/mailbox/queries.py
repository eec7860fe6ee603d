"""Every read of mailboxes and their letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, MissingError, visible
from salesman_leads.mailbox.models import Letter, Mailbox
from salesman_leads.models import KIND, Lead
from salesman_leads.queries import TITLE
from salesman_leads.texts import texts

_ = texts.lazy

EVERY: Final = timedelta(minutes=5)
LONGEST_REST: Final = timedelta(hours=6)
SHOWN: Final = 100
_DOUBLINGS: Final = 10

SETTINGS: Final = (
    "way",
    "host",
    "port",
    "user",
    "folder",
    "subject",
    "source",
    "channel",
    "afterwards",
    "moved_to",
    "takes_old",
    "active",
)
"""What an administrator has said of a mailbox, but for the password."""

MAILBOX: Final = (
    Mailbox.id,
    *(getattr(Mailbox, name) for name in SETTINGS),
    Mailbox.checked_at,
    Mailbox.problem,
    Mailbox.problem_words,
    Mailbox.failures,
    Mailbox.version,
)


def mailboxes(session: Session) -> Sequence[AnyRow]:
    """Give all mailboxes with how many leads came from each."""
    different = sa.func.count(sa.distinct(Letter.lead_id))  # an answer belongs to the lead before
    leads = sa.select(different).where(Letter.mailbox_id == Mailbox.id)
    return session.execute(
        sa.select(*MAILBOX, leads.scalar_subquery().label("leads")).order_by(Mailbox.id)
    ).all()


def one_mailbox(session: Session, mailbox_id: int) -> AnyRow:
    """Give a mailbox, without its password.

    :raises MissingError: where there is none.
    """
    row = session.execute(sa.select(*MAILBOX).where(Mailbox.id == mailbox_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such mailbox."))
    return row


def sealed_password(session: Session, mailbox_id: int) -> str:
    """Give the password as it is kept."""
    kept = sa.select(Mailbox.sealed_password).where(Mailbox.id == mailbox_id)
    return session.scalar(kept) or ""


def due(session: Session, moment: datetime) -> list[int]:
    """Give the active mailboxes that are to be read now; one that fails rests longer each time.

    A server that is asked with a wrong password too often locks its user out.
    """
    columns = (Mailbox.id, Mailbox.checked_at, Mailbox.failures)
    rows = session.execute(sa.select(*columns).where(Mailbox.active).order_by(Mailbox.id))
    return [
        row.id
        for row in rows
        if row.checked_at is None or row.checked_at + _rest(row.failures) <= moment
    ]


def _rest(failures: int) -> timedelta:
    """Give how long a mailbox rests; the schedule may be some seconds early."""
    longer = 1 << min(max(failures - 1, 0), _DOUBLINGS)
    return min(EVERY * longer, LONGEST_REST) - timedelta(seconds=30)


def letters(session: Session, mailbox_id: int) -> Sequence[AnyRow]:
    """Give the latest letters of a mailbox, with the title of each lead that one may see."""
    lead = sa.and_(Lead.id == Letter.lead_id, visible(KIND))
    return session.execute(
        sa.select(
            Letter.id,
            Letter.subject,
            Letter.made,
            Letter.reason,
            Letter.at,
            Lead.id.label("lead_id"),
            TITLE,
        )
        .outerjoin(Lead, lead)
        .where(Letter.mailbox_id == mailbox_id)
        .order_by(Letter.at.desc(), Letter.id.desc())
        .limit(SHOWN)
    ).all()


def unfiled(session: Session, mailbox_id: int, uid_validity: int, most: int) -> list[int]:
    """Give the numbers of letters that were read and not yet marked or moved in the mailbox."""
    return list(
        session.scalars(
            sa.select(Letter.uid)
            .where(
                Letter.mailbox_id == mailbox_id,
                Letter.uid_validity == uid_validity,
                sa.not_(Letter.filed),
            )
            .order_by(Letter.uid)
            .limit(most)
        )
    )


def known(session: Session, mailbox_id: int, message_id: str) -> bool:
    """Tell whether a letter has been read before."""
    there = sa.exists().where(Letter.mailbox_id == mailbox_id, Letter.message_id == message_id)
    return bool(session.scalar(sa.select(there)))


def troubled(session: Session) -> Sequence[AnyRow]:
    """Give the active mailboxes with what keeps each from being read, if anything does."""
    columns = (Mailbox.user, Mailbox.folder, Mailbox.problem)
    return session.execute(sa.select(*columns).where(Mailbox.active).order_by(Mailbox.id)).all()
