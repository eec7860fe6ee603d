"""The two kinds of session: one that reads, one that writes.

Views and queries read through :func:`reading`; only services write, through :func:`writing`.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app, g, has_app_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from salesman_core.db.base import AnyRow, Base
from salesman_core.db.engine import make_engine, readonly

COUNTERS: Final = "salesman_revisions"
"""The name under which a request keeps the counters that it has read."""

KEPT: Final = "salesman_kept"
"""The name under which an application keeps what it has read until a counter moves."""


log = logging.getLogger(__name__)

SelectT = TypeVar("SelectT", bound=sa.Select[Any])

_READER: Final = "salesman_reader"


class ReadOnlyError(RuntimeError):
    """Something was written through the session that only reads: use ``writing()``."""


class Database(SQLAlchemy):
    """Flask-SQLAlchemy with our engines, and with a scoped session that only reads."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Any) -> sa.Engine:
        options.pop("echo_pool", None)
        return make_engine(options.pop("url"), **options)

    def point(self, app: Flask, url: str) -> None:
        """Let *app* use another database from now on: what a test kit needs, and a restore."""
        with app.app_context():
            self.leave()
        app.extensions.pop(_READER, None)
        options = dict(app.config["SQLALCHEMY_ENGINE_OPTIONS"])
        self._app_engines[app][None] = make_engine(url, **options)

    @property
    def reader(self) -> sa.Engine:
        """The engine whose transactions refuse to write."""
        found: sa.Engine | None = current_app.extensions.get(_READER)
        if found is None:
            options = dict(current_app.config["SQLALCHEMY_ENGINE_OPTIONS"])
            made = readonly(self.engine, **options)
            found = current_app.extensions.setdefault(_READER, made)
        return found

    @contextmanager
    def view(self) -> Iterator[sa.Connection]:
        """Open a transaction that reads, in which all is as it was at its first statement."""
        with self.reader.connect() as connection:
            yield connection.execution_options(isolation_level="SERIALIZABLE")

    def leave(self) -> None:
        """Close every connection of the application that is not in use: before a fork, say."""
        self.engine.dispose()
        self.reader.dispose()


class LentSession(Session):
    """A session that a stranger's function may use and not end."""

    _lent = False

    @contextmanager
    def ended_by_owner_only(self) -> Iterator[None]:
        """Refuse to end the transaction inside this block: a stranger has the session."""
        lent, self._lent = self._lent, True
        try:
            yield
        finally:
            self._lent = lent

    def open_connection(self) -> sa.Connection | None:
        """Give the connection on which a transaction has begun, None where none has."""
        return self.connection() if self.in_transaction() else None

    def close(self) -> None:
        """Close, for whoever opened the transaction."""
        self._refuse_strangers()
        super().close()

    def _refuse_strangers(self) -> None:
        if self._lent:
            message = "the transaction of a change ends where it began: raise to refuse the change"
            raise RuntimeError(message)


class ReadingSession(LentSession, FlaskSession):
    """A session that reads: a flush with something to write, or a statement that writes, raises."""

    _kept: sa.Connection | None = None

    def get_bind(self, *_args: Any, **_kwargs: Any) -> sa.Connection:
        """Give the connection that is kept, so that objects and columns are read in one view."""
        return self.kept_connection()

    def kept_connection(self) -> sa.Connection:
        """Give the connection of this session, on an engine that refuses to write.

        Nearly every read is of columns, and for these the transaction that the ORM would begin
        around them is a third of what they cost.
        """
        if self._kept is None:
            self._kept = db.reader.connect()
        return self._kept

    def open_connection(self) -> sa.Connection | None:
        """Give the connection that is kept, None where nothing has been read yet."""
        return self._kept

    def rollback(self) -> None:
        """End the view of the database; the next read begins a new one."""
        super().rollback()
        self._leave()

    def close(self) -> None:
        """Close, and give the connection back."""
        super().close()
        self._leave()

    def _leave(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()


db = Database(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": ReadingSession, "autoflush": False},
)


@sa.event.listens_for(ReadingSession, "before_flush")
def _refuse_flush(session: Session, _context: Any, _instances: Any) -> None:
    if session.new or session.dirty or session.deleted:
        message = "this session only reads: change records inside `with writing() as session:`"
        raise ReadOnlyError(message)


@sa.event.listens_for(ReadingSession, "do_orm_execute")
def _refuse_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        message = "this session only reads: change records inside `with writing() as session:`"
        raise ReadOnlyError(message)


def reading() -> Session:
    """Give the session of this request or job that reads.

    Inside ``writing()`` that is the session of the change, so that an answer which is made before
    the commit shows what was written.
    """
    return current_change() or db.session()


def rows_of(
    session: Session,
    statement: sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]],
    values: Mapping[str, Any] | None = None,
) -> Sequence[AnyRow]:
    """Give the rows of a statement that reads columns, the short way.

    What the ORM adds on the way to objects costs as much as the statement itself, and nobody
    wants it for columns. A statement that is built once, over tables and not over classes, and
    gets its *values* by name, is the fastest of all.
    """
    if isinstance(session, ReadingSession):
        return session.kept_connection().execute(statement, values).all()
    # What follows from a flush, as the words of custom fields, may read before it has ended.
    if isinstance(session, WritingSession) and not session._flushing:  # noqa: SLF001  # nothing else tells
        session.flush()
    return session.connection().execute(statement, values).all()


class WritingSession(LentSession):
    """A session inside one transaction; what is to happen with the commit is hung on to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before_commit: list[Callable[[Session], None]] = []
        self.after_commit: list[Callable[[], None]] = []
        self.touched: set[tuple[sa.Table, int]] = set()
        self.passing = False

    def commit(self) -> None:
        """Commit, for whoever opened the transaction."""
        self._refuse_strangers()
        super().commit()

    def rollback(self) -> None:
        """Roll back, for whoever opened the transaction."""
        self._refuse_strangers()
        super().rollback()


_changes = itertools.count(1)
_latest_change = 0


def changes() -> int:
    """Give how many changes this process has committed."""
    return _latest_change


@sa.event.listens_for(WritingSession, "after_commit")
def _count_change(_session: Session) -> None:
    global _latest_change  # noqa: PLW0603  # of the process, whichever thread or application it was
    _latest_change = next(_changes)


@sa.event.listens_for(WritingSession, "after_soft_rollback")
def _forget_what_never_was(_session: Session, _previous: SessionTransaction) -> None:
    """Keep nothing that may have been read inside a change that was undone."""
    if has_app_context():
        current_app.extensions.pop(KEPT, None)


_OPEN: Final = "salesman_writing"


def current_change() -> WritingSession | None:
    """Give the session of the change that is under way here, None outside of any."""
    return g.get(_OPEN) if has_app_context() else None


def set_current_change(session: WritingSession | None) -> None:
    """Say which change is under way here: for whoever lends it to strangers and takes it back."""
    if session is None:
        g.pop(_OPEN, None)
    else:
        setattr(g, _OPEN, session)


_REFUSED: Final = "salesman_changes_refused"


def refuse_changes(refusal: Exception) -> None:
    """Let nothing be changed any more in this request: ``writing()`` raises *refusal*."""
    setattr(g, _REFUSED, refusal)


def permit_changes() -> None:
    """Take back what :func:`refuse_changes` said, for what the request itself leaves behind."""
    g.pop(_REFUSED, None)


@contextmanager
def writing() -> Iterator[WritingSession]:
    """Open the transaction of a change; within another one, join that.

    Everything that belongs to a change happens in one transaction, so services may call each
    other: the outermost ``writing()`` commits, and an exception rolls all of it back.
    """
    outer = current_change()
    if outer is not None:
        yield outer
        return
    refusal: Exception | None = g.get(_REFUSED)
    if refusal is not None:
        raise refusal
    db.session.rollback()  # what is read later must see what is written now
    with WritingSession(db.engine, expire_on_commit=False) as session:
        with session.begin(), _announced(session):
            yield session
            session.flush()
            for call in session.before_commit:
                call(session)
        g.pop(COUNTERS, None)  # they may have been raised: see revisions.py
        call_what_waited(session)


def call_what_waited(session: WritingSession) -> None:
    """Do what waited for the commit; what fails cannot undo it any more, nor keep the rest."""
    for call in session.after_commit:
        try:
            call()
        except Exception:
            log.exception("a call after the commit failed: %s.%s", call.__module__, call)


@contextmanager
def _announced(session: WritingSession) -> Iterator[None]:
    set_current_change(session)
    try:
        yield
    finally:
        if current_change() is session:  # a stranger's may end when another has begun
            set_current_change(None)


@contextmanager
def own_transaction(session: WritingSession) -> Iterator[None]:
    """Let ``writing()`` inside this block join *session* (a worker's, which commits by itself)."""
    with _announced(session):
        yield
        session.flush()
        for call in session.before_commit:
            call(session)


@contextmanager
def passing_transaction(session: WritingSession) -> Iterator[None]:
    """Let ``writing()`` inside this block join *session*, nothing of which will be committed.

    What belongs to a commit is left out, and so is keeping rows from others: see :func:`holding`.
    """
    session.passing = True
    with _announced(session):
        yield


def holding(session: Session, rows: SelectT, **how: Any) -> SelectT:
    """Give a query that keeps its rows from others until the commit, where there will be one.

    :param how: as ``with_for_update()`` takes it.
    """
    if isinstance(session, WritingSession) and session.passing:
        return rows
    return rows.with_for_update(**how)


@contextmanager
def savepoint(session: WritingSession) -> Iterator[None]:
    """Undo all of a block that fails, what it hung on to the commit included, and nothing else."""
    before, after = len(session.before_commit), len(session.after_commit)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del session.before_commit[before:]
        del session.after_commit[after:]
        raise


def at_commit(session: Session, call: Callable[[Session], None]) -> None:
    """Call *call* as the last thing before the transaction of *session* commits."""
    as_writing(session).before_commit.append(call)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Call *call* once the transaction of *session* has been committed."""
    as_writing(session).after_commit.append(call)


def as_writing(session: Session) -> WritingSession:
    """Give *session* as what it is inside ``writing()``.

    :raises TypeError: for any other session.
    """
    if not isinstance(session, WritingSession):
        message = "only a session from writing() knows when it commits"
        raise TypeError(message)
    return session
