"""Telling those whom a handover concerns, each in their language."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from salesman_core.toolkit import User, WritingSession, company, current_person, notify, speaking
from salesman_hookspecs import Text


def tell(session: WritingSession, user_ids: Iterable[int | None], text: Text, address: str) -> None:
    """Tell some people what happened, but for whoever did it."""
    concerned = {one for one in user_ids if one is not None} - {current_person().id}
    people = sa.select(User.id, User.locale).where(User.id.in_(concerned), User.active)
    for row in session.execute(people.order_by(User.id)).all():
        with speaking(row.locale or company().language):
            notify(session, row.id, text, address)
