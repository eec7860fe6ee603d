"""Recording events in the transaction in which they happen, and handing them on after it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session, SessionTransaction

from salesman_core.db import (
    WritingSession,
    after_commit,
    at_commit,
    db,
    insert_numbered,
    reading,
    writing,
    written_json,
)
from salesman_core.events.models import EVENTS
from salesman_core.events.position import count_events, move_position
from salesman_core.jobs import Jobs, forget
from salesman_core.jobs.models import JOBS, State, in_state
from salesman_core.jobs.notify import notify
from salesman_hookspecs import Event, EventHandler, Job

log = logging.getLogger(__name__)

CHANNEL = "salesman_events"

_ORDER = 5_127_263_001
"""The number of the lock under which events are numbered: any that nobody else takes."""

_LOCK = sa.select(sa.func.pg_advisory_xact_lock(_ORDER))

_JOB_PREFIX = "on."


class Events:
    """Events of an application, which has :class:`~salesman_core.jobs.Jobs` already.

    :param app: the application; its database is set up.
    :param handlers: gives the handlers of all loaded plugins, suspended ones too, each with the
        plugin's id.
    :param wanted: tells whether a plugin's handler has anything to answer to now.
    """

    def __init__(
        self,
        app: Flask,
        *,
        handlers: Callable[[], Sequence[tuple[str, EventHandler]]],
        wanted: Callable[[str, EventHandler], bool] = lambda _plugin, _handler: True,
    ) -> None:
        self._handlers, self._wanted = handlers, wanted
        self._listeners: list[Callable[[], None]] = []
        with app.app_context():
            self._shared = db.engine.dialect.name == "postgresql"
        count_events(app)
        app.extensions["salesman_events"] = self

    def jobs(self, plugins: Container[str] | None = None) -> dict[str, Job]:
        """Give the jobs that hand events to handlers, by name: ``on.<plugin>.<handler id>``.

        :param plugins: only those of these plugins: the active ones, where it is asked what may
            run now. Jobs of the others wait until their plugin is active again.
        """
        chosen = (
            _delivery(plugin, handler)
            for plugin, handler in self._handlers()
            if plugins is None or plugin in plugins
        )
        return {job.name: job for job in chosen}

    def add_listener(self, call: Callable[[], None]) -> None:
        """Have *call* called after each commit of this process that brought events."""
        self._listeners.append(call)

    def record(self, session: WritingSession, row: Mapping[str, Any]) -> None:
        """Keep the row of an event until the transaction commits, and write it then."""
        pending: Pending | None = session.info.get("salesman_events")
        if pending is None:
            pending = session.info["salesman_events"] = Pending(session)
            # Twice, so that it comes after whatever else is done at the commit: from the
            # numbering on, no other transaction can record events until this one has ended.
            at_commit(session, lambda _: at_commit(session, lambda _: self._write(session)))
            after_commit(session, self._announce)
        pending.add(row)

    def _write(self, session: WritingSession) -> None:
        """Write the events and a job for each handler of each; their ids get commit order."""
        rows = session.info.pop("salesman_events").rows
        if not rows:
            return
        if self._shared:
            session.connection().execute(_LOCK)
            notify(session, CHANNEL)
        ids = insert_numbered(session.connection(), EVENTS, rows)
        after_commit(session, lambda: move_position(ids[-1]))
        self._hand_on(session, [(row["type"], id_) for row, id_ in zip(rows, ids, strict=True)])

    def _hand_on(self, session: WritingSession, events: Sequence[tuple[str, int]]) -> None:
        jobs: Jobs = current_app.extensions["salesman_jobs"]
        for plugin, handler in self._handlers():
            wanted = [{"event_id": id_} for type_, id_ in events if type_ in handler.types]
            if wanted and self._wanted(plugin, handler):
                jobs.put_many(session, _delivery(plugin, handler), wanted)

    def _announce(self) -> None:
        for call in self._listeners:
            call()


class Pending:
    """Rows of events that wait for the commit. A savepoint that is undone takes its own away."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: list[tuple[Mapping[str, Any], list[SessionTransaction]]] = []
        sa.event.listen(session, "after_soft_rollback", self._undo)

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """What is to be written."""
        return [row for row, _ in self._kept]

    def add(self, row: Mapping[str, Any]) -> None:
        """Keep a row for as long as the savepoints stand inside of which it came."""
        savepoints, inner = [], self._session.get_nested_transaction()
        while inner is not None:
            savepoints.append(inner)
            inner = inner.parent
        self._kept.append((row, savepoints))

    def _undo(self, _session: Session, savepoint: SessionTransaction) -> None:
        self._kept = [(row, inside) for row, inside in self._kept if savepoint not in inside]


def record_event(
    session: WritingSession,
    type: str,  # noqa: A002  # the glossary's word
    kind: str,
    record_id: int,
    payload: Mapping[str, Any],
    *,
    actor_id: int | None,
    actor_name: str = "",
    at: datetime,
) -> None:
    """Record that something happened, as part of the transaction of *session*.

    The event gets its id at the very end of the transaction, so that ids are in the order of the
    commits: whoever has read all events up to one id will never find a smaller one later.

    :param type: the event type's name, as ``core.deal.moved``.
    :param kind: the kind of record that it happened to, as ``deal``.
    :param record_id: that record's id.
    :param payload: plain values, as the type documents them.
    :param actor_id: the user who did it, or None for the system.
    :param actor_name: that user's name as it is now.
    :param at: when, with a time zone.
    :raises TypeError: where the payload holds something else than plain JSON values.
    """
    events: Events = current_app.extensions["salesman_events"]
    written_json(payload)  # a mistake is shown here, where it is made, and not at the commit
    events.record(
        session,
        {
            "type": type,
            "kind": kind,
            "record_id": record_id,
            "payload": dict(payload),
            "actor_id": actor_id,
            "actor_name": actor_name,
            "at": at,
        },
    )


def purge_events(older_than: timedelta, *, now: datetime, limit: int = 5000) -> int:
    """Remove old events, at most *limit* at a time; give how many.

    Those that a handler still waits for stay, and all after them, as those of a suspended plugin.
    """
    unfinished = in_state(State.READY, State.RUNNING, State.DEAD)
    waiting = sa.select(sa.func.min(JOBS.c.arguments["event_id"].as_integer())).where(
        unfinished, JOBS.c.name.startswith(_JOB_PREFIX, autoescape=True)
    )
    old = EVENTS.c.at < now - older_than
    with writing() as session:
        first = session.execute(waiting).scalar()
        if first is not None:
            old = sa.and_(old, EVENTS.c.id < first)
        ids = sa.select(EVENTS.c.id).where(old).order_by(EVENTS.c.id).limit(limit)
        result: Any = session.execute(EVENTS.delete().where(EVENTS.c.id.in_(ids)))
    return int(result.rowcount)


def forget_waiting(session: Session, plugin_id: str) -> None:
    """Hand no more events to a plugin that is gone for good: those that wait for it, too."""
    forget(session, f"{_JOB_PREFIX}{plugin_id}.")


def handler_of(job: str) -> tuple[str, str] | None:
    """Give the plugin and the id of the handler that jobs of a name serve, or None for others."""
    if not job.startswith(_JOB_PREFIX):
        return None
    plugin, _dot, handler = job.removeprefix(_JOB_PREFIX).partition(".")
    return plugin, handler


def _delivery(plugin: str, handler: EventHandler) -> Job:
    """Give the job that hands an event to *handler*."""

    def deliver(event_id: int) -> None:
        event = _event(event_id)
        if event is None:
            log.warning("event %s was purged before %s.%s got it", event_id, plugin, handler.id)
        else:
            handler.handle(event)

    return Job(f"{_JOB_PREFIX}{plugin}.{handler.id}", deliver)


def _event(event_id: int) -> Event | None:
    row = reading().execute(sa.select(EVENTS).where(EVENTS.c.id == event_id)).one_or_none()
    if row is None:
        return None
    return Event(row.id, row.type, row.kind, row.record_id, row.payload, row.actor_id, row.at)
