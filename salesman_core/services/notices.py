"""Notices: what ended or happened while somebody was elsewhere, told to that person alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from salesman_core.access.person import current_person
from salesman_core.clock import now
from salesman_core.db import AnyRow, WritingSession, reading, writing
from salesman_core.services.models import Notice
from salesman_hookspecs import Text

SHOWN: Final = 100
"""So many are shown, the newest first."""
LONGEST: Final = 300


def notify(session: WritingSession, user_id: int | None, text: Text, address: str = "") -> None:
    """Tell a person something, in the transaction in which it comes true.

    :param user_id: None for whoever has left, or never was a person: nobody is told.
    :param text: in the language that is spoken now: speak theirs.
    :param address: the path of the page that shows more, or an empty string.
    """
    if user_id is None:
        return
    told = str(text)[:LONGEST]
    session.add(Notice(user_id=user_id, text=told, address=address, created_at=now()))


def own_notices() -> Sequence[AnyRow]:
    """Give what whoever acts was told lately, the newest first."""
    columns = (Notice.id, Notice.text, Notice.address, Notice.created_at, Notice.read_at)
    own = sa.select(*columns).where(Notice.user_id == current_person().id)
    return reading().execute(own.order_by(Notice.id.desc()).limit(SHOWN)).all()


def count_unread() -> int:
    """Count what whoever acts was told and has not read."""
    own = sa.select(sa.func.count(Notice.id)).where(
        Notice.user_id == current_person().id, Notice.read_at.is_(None)
    )
    return int(reading().scalar(own) or 0)


def note_read(until_id: int) -> None:
    """Note that whoever acts has read all notices up to one."""
    with writing() as session:
        own = sa.update(Notice).where(
            Notice.user_id == current_person().id, Notice.id <= until_id, Notice.read_at.is_(None)
        )
        session.execute(own.values(read_at=now()))


def forget_notices(before: datetime) -> int:
    """Forget notices of long ago; give how many went."""
    with writing() as session:
        old = sa.delete(Notice).where(Notice.created_at < before)
        return int(getattr(session.execute(old), "rowcount", 0))
