"""What a stranger's function may leave behind in our transactions: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import cast

from flask import has_app_context
from sqlalchemy.orm import Session, SessionTransaction

from salesman_core.db import (
    LentSession,
    WritingSession,
    current_change,
    db,
    savepoint,
    set_current_change,
    spoilt,
)
from salesman_hookspecs import Phase


class OpenTransactionError(RuntimeError):
    """A function ended and left its transaction open: use ``with writing() as session:``."""


class BrokenTransactionError(RuntimeError):
    """A function swallowed an error of the database, after which no statement works any more."""


def isolated(phase: Phase) -> AbstractContextManager[None]:
    """Give what keeps a function's failure out of the transaction in which it is called."""
    if not has_app_context() or phase is Phase.BOOT:
        return nullcontext()
    change = current_change()
    if change is None:
        return _read()
    return _written(change) if phase is Phase.WRITE else _read_while_writing(change)


def written_so_far() -> None:
    """Send what the core has changed up to here, so that its mistakes are not the plugin's."""
    session = current_change()
    if session is not None:
        session.flush()


@contextmanager
def _written(session: WritingSession) -> Iterator[None]:
    """Undo all that a failing function wrote; it cannot end the transaction of the change."""
    with session.ended_by_owner_only(), savepoint(session):
        try:
            yield
        finally:
            _take_back(session)
        _refuse_spoilt(session)  # a savepoint cannot be released then, only gone back to


@contextmanager
def _read_while_writing(session: WritingSession) -> Iterator[None]:
    """Read inside a change; no flush comes before it, which a savepoint of the session brings."""
    outer = session.get_nested_transaction()
    with session.ended_by_owner_only(), session.connection().begin_nested():
        try:
            yield
        finally:
            _end_savepoints(session, outer)
            _take_back(session)
        _refuse_spoilt(session)


@contextmanager
def _read() -> Iterator[None]:
    """End the reading transaction that a failing function spoilt, so that the next can read."""
    session = cast("LentSession", db.session())
    try:
        with session.ended_by_owner_only():
            try:
                yield
            finally:
                _take_back(None)
        _refuse_spoilt(session)
    except (Exception, SystemExit):
        db.session.rollback()  # one bad statement poisons a PostgreSQL transaction
        raise


def _end_savepoints(session: Session, outer: SessionTransaction | None) -> None:
    """Go back before what was opened inside and not ended: the session would look for it later.

    :param outer: the savepoint that was open before.
    """
    while (inner := session.get_nested_transaction()) is not None and inner is not outer:
        inner.rollback()


def _take_back(session: WritingSession | None) -> None:
    """Refuse a transaction that was opened inside and not ended.

    :param session: the one that was open before.
    """
    opened = current_change()
    if opened is session:
        return
    if opened is not None:
        opened.close()
    set_current_change(session)
    message = "a transaction was left open: use `with writing() as session:`"
    raise OpenTransactionError(message)


def _refuse_spoilt(session: LentSession) -> None:
    """Refuse a transaction in which PostgreSQL takes no further statement."""
    connection = session.open_connection()
    if connection is not None and spoilt(connection):
        message = "an error of the database was swallowed"
        raise BrokenTransactionError(message)
