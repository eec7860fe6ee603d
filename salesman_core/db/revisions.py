"""Counters by which every process notices what another one changed.

What is kept in memory (switches of plugins, roles, settings) is read again when the counter of its
subject has moved; reading all counters is one small statement per request. A program that asks the
JSON API many times a second is answered with counters that were read up to a fifth of a second ago,
unless this very process has changed something since.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from flask import Flask, current_app, g
from flask.globals import app_ctx
from sqlalchemy.orm import Mapped, Session, mapped_column

from salesman_core.db.base import Base, table_of
from salesman_core.db.inserting import insert_into
from salesman_core.db.session import COUNTERS, KEPT, WritingSession, changes, reading, rows_of

_FURTHER: Final = "salesman_counters"
_STATEMENT: Final = "salesman_counters_statement"
_LATEST: Final = "salesman_counters_latest"

IN_MEMORY: Final = (_LATEST, KEPT)
"""Under what names an application keeps what it has read of its database."""

LATELY: Final = 0.2
"""Seconds for which a process may go by the counters that it read for another request."""


class Revision(Base):
    """How often a subject changed."""

    __tablename__ = "core_revision"

    subject: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


_COUNTERS: Final = sa.select(table_of(Revision).c.subject, table_of(Revision).c.number)


def bump(session: Session, subject: str) -> None:
    """Say, in the transaction of the change, that *subject* has changed."""
    first = insert_into(session, table_of(Revision)).values(subject=subject, number=1)
    session.execute(
        first.on_conflict_do_update(  # two may be the first at once
            index_elements=["subject"], set_={"number": Revision.number + 1}
        )
    )


def bump_all(session: Session) -> None:
    """Say that anything may have changed."""
    session.execute(sa.update(Revision).values(number=Revision.number + 1))


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


class _Reading(NamedTuple):
    """The counters as a process read them.

    :param at: by the clock of :func:`time.monotonic`.
    :param changes: how many this process had committed before.
    """

    counters: Mapping[str, int]
    at: float
    changes: int


def current_revisions(*, lately: bool = False) -> Mapping[str, int]:
    """Give all counters, read once per request or job.

    :param lately: whether those will do that were read in the last :data:`LATELY` seconds.
    """
    found: Mapping[str, int] | None = g.get(COUNTERS)
    if found is None:
        found = _latest() if lately else _read()
        setattr(g, COUNTERS, found)
    return found


def _latest() -> Mapping[str, int]:
    latest: _Reading | None = current_app.extensions.get(_LATEST)
    if latest is not None and latest.changes == changes() and time.monotonic() - latest.at < LATELY:
        return latest.counters
    return _read()


def _read() -> Mapping[str, int]:
    """Read them; inside a change they are not yet everybody's."""
    session, before = reading(), changes()
    counters = revisions(session, current_app)
    if not isinstance(session, WritingSession):
        current_app.extensions[_LATEST] = _Reading(counters, time.monotonic(), before)
    return counters


def kept(subject: str) -> dict[Any, Any]:
    """Give what this process keeps of *subject*: empty again whenever its counter has moved."""
    # One look-up for both: nothing is asked as often.
    context = app_ctx._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # it is a proxy
    counters = context.g.get(COUNTERS) or current_revisions()
    number = counters.get(subject, 0)
    everything: dict[str, tuple[int, dict[Any, Any]]]
    everything = context.app.extensions.setdefault(KEPT, {})
    found = everything.get(subject)
    if found is None or found[0] != number:
        found = everything[subject] = (number, {})
    return found[1]


def forget(app: Flask) -> None:
    """Keep nothing: somebody has put another state of the database in place."""
    for name in IN_MEMORY:
        app.extensions.pop(name, None)
    g.pop(COUNTERS, None)
