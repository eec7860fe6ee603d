"""Counters by which every process notices what another one changed.

What is kept in memory (switches of plugins, roles, settings) is read again when the counter of its
subject has moved; reading all counters is one small statement per request.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from salesman_core.db.base import Base


class Revision(Base):
    """How often a subject changed."""

    __tablename__ = "core_revision"

    subject: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


def bump(session: Session, subject: str) -> None:
    """Say, in the transaction of the change, that *subject* has changed."""
    raised = session.execute(
        sa.update(Revision)
        .where(Revision.subject == subject)
        .values(number=Revision.number + 1)
        .returning(Revision.number)
    )
    if raised.first() is None:
        session.execute(sa.insert(Revision).values(subject=subject, number=1))


def revisions(session: Session) -> Mapping[str, int]:
    """Give the counters of all subjects."""
    rows = session.execute(sa.select(Revision.subject, Revision.number)).all()
    return {row.subject: row.number for row in rows}
