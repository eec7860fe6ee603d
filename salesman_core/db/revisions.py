"""Counters by which every process notices what another one changed.

What is kept in memory (switches of plugins, roles, settings) is read again when the counter of its
subject has moved; reading all counters is one small statement per request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, Session, mapped_column

from salesman_core.db.base import Base, table_of
from salesman_core.db.session import rows_of

_FURTHER: Final = "salesman_counters"
_STATEMENT: Final = "salesman_counters_statement"


class Revision(Base):
    """How often a subject changed."""

    __tablename__ = "core_revision"

    subject: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


_COUNTERS: Final = sa.select(table_of(Revision).c.subject, table_of(Revision).c.number)


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


def also_count(app: Flask, subject: str, number: sa.Select[Any]) -> None:
    """Let requests of *app* read another number together with the counters.

    :param number: a statement that gives one row with one number, or with nothing for 0.
    """
    further: dict[str, sa.Select[str, Any]] = app.extensions.setdefault(_FURTHER, {})
    further[subject] = sa.select(sa.literal(subject), sa.func.coalesce(number.scalar_subquery(), 0))
    app.extensions[_STATEMENT] = sa.union_all(_COUNTERS, *further.values())


def revisions(session: Session, app: Flask | None = None) -> Mapping[str, int]:
    """Give the counters of all subjects.

    :param app: with what :func:`also_count` has added to them there.
    """
    statement = _COUNTERS if app is None else app.extensions.get(_STATEMENT, _COUNTERS)
    return {row[0]: row[1] for row in rows_of(session, statement)}
