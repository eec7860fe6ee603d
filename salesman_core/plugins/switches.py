"""Switching plugins on and off at run time, and how every process follows.

A switch is a row; changing it raises the counter ``plugins``. Each request looks at the counters
(see :mod:`salesman_core.db.revisions`) and looks at the switches again only when it has moved.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session

from salesman_core.clock import now
from salesman_core.db import db, permit_changes, reading, writing
from salesman_core.db.revisions import bump, current_revisions, revisions
from salesman_core.errors import ConflictError, MissingError
from salesman_core.i18n import texts
from salesman_core.plugins import migrations
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.plugins.models import KnownPlugin, PluginGuard
from salesman_hookspecs.access import salesman_guarded_kinds

_ = texts.lazy

SUBJECT: Final = "plugins"
_FRESH: Final = 1.0


class Follower:
    """Keeps one process in step with the switches in the database."""

    def __init__(self, host: PluginHost, owners: Sequence[migrations.Owner]) -> None:
        self._host, self._owners = host, owners
        self._seen: int | None = None
        self._looked = 0.0
        self.closed_kinds: frozenset[str] = frozenset()

    def follow(self, number: int, opened: Callable[[], Session]) -> None:
        """Look at the switches again where the counter says that they changed."""
        if number == self._seen:
            return
        session = opened()
        rows = session.execute(sa.select(KnownPlugin.id, KnownPlugin.suspended)).all()
        late = migrations.behind(session.connection(), self._owners)
        self._host.set_switches(suspended=[row.id for row in rows if row.suspended], behind=late)
        self.closed_kinds = self._closed(session)
        self._seen = number

    def follow_by_time(self) -> None:
        """Look at most once a second: for workers and streams, which have no requests."""
        now = time.monotonic()
        if now - self._looked < _FRESH:
            return
        self._looked = now
        with db.reader.connect() as connection:
            session = Session(connection)
            self.follow(revisions(session).get(SUBJECT, 0), lambda: session)

    def _closed(self, session: Session) -> frozenset[str]:
        """Give the kinds that a guard keeps shut because its plugin is not active."""
        guards = session.execute(
            sa.select(PluginGuard.plugin_id, PluginGuard.kind).where(
                PluginGuard.lifted_at.is_(None)
            )
        ).all()
        return frozenset(row.kind for row in guards if not self._host.is_active(row.plugin_id))


def follow_now() -> None:
    """Take over what the database says, outside a request."""
    follower().follow(revisions(reading()).get(SUBJECT, 0), reading)


def follower() -> Follower:
    """Give the follower of the application that runs."""
    found: Follower = current_app.extensions["salesman_follower"]
    return found


def install(
    app: Flask,
    host: PluginHost,
    owners: Sequence[migrations.Owner],
    *,
    by_program: Callable[[], bool],
) -> None:
    """Let *app* follow the switches from its first request on.

    :param by_program: tells whether a program asks, many times a second perhaps, and not a person
        who looks at once for what they have just switched, wherever that was served.
    """
    app.extensions["salesman_host"] = host
    app.extensions["salesman_owners"] = owners
    app.extensions["salesman_follower"] = Follower(host, owners)

    @app.before_request
    def follow_switches() -> None:
        counters = current_revisions(lately=by_program())
        follower().follow(counters.get(SUBJECT, 0), reading)

    @app.teardown_request
    def keep_faults(_error: BaseException | None) -> None:
        permit_changes()
        keep_pending_faults(host)


def keep_pending_faults(host: PluginHost) -> None:
    """Write the faults that happened since the last time."""
    if host.dispatcher.faults.pending():
        with writing() as session:
            host.dispatcher.faults.flush(session)


def remember(host: PluginHost) -> None:
    """Note which plugins and guards this database has now met; write only what is new."""
    guards = host.contributions(salesman_guarded_kinds, inactive=True)
    wanted_guards = {(one.owner, one.value) for one in guards if one.owner in host.plugins}
    versions = {id_: host.plugins[id_].installed.version for id_ in host.order}
    with reading() as session:
        known = {row.id: row.version for row in session.execute(sa.select(KnownPlugin)).scalars()}
        kept = {
            (row.plugin_id, row.kind)
            for row in session.execute(sa.select(PluginGuard.plugin_id, PluginGuard.kind))
        }
    if versions.items() <= known.items() and wanted_guards <= kept:
        return
    with writing() as session:
        for id_, version in versions.items():
            session.merge(_seen(session, id_, version))
        session.flush()
        for plugin_id, kind in sorted(wanted_guards - kept):
            session.add(PluginGuard(plugin_id=plugin_id, kind=kind))
        bump(session, SUBJECT)


def _seen(session: Session, id_: str, version: str) -> KnownPlugin:
    row = session.get(KnownPlugin, id_)
    if row is None:
        return KnownPlugin(id=id_, version=version, suspended=False, first_seen_at=now())
    row.version = version
    return row


def suspend(id_: str) -> None:
    """Switch a plugin off in every process; its data stays.

    :raises MissingError: where no such plugin is loaded.
    """
    _switch(id_, suspended=True)


def activate(id_: str) -> None:
    """Switch a plugin on again; what happened meanwhile is delivered to it.

    Guards of it that were lifted hold again: whoever suspends it next decides anew.
    """
    _switch(id_, suspended=False)


def _switch(id_: str, *, suspended: bool) -> None:
    with writing() as session:
        row = session.get(KnownPlugin, id_)
        if row is None:
            raise MissingError(_("There is no plugin %(id)s.", id=id_))
        row.suspended = suspended
        if not suspended:
            guards = sa.update(PluginGuard).where(PluginGuard.plugin_id == id_)
            session.execute(guards.values(lifted_at=None, lifted_by=""))
        bump(session, SUBJECT)


def lift_guard(plugin_id: str, kind: str, by: str) -> None:
    """Open a kind of record to people again although the plugin that guards it is not active.

    :param by: the administrator's name, kept with the act.
    """
    if current_host().is_active(plugin_id):
        raise ConflictError(_("The plugin is active and guards its records itself."))
    with writing() as session:
        guard = session.get(PluginGuard, (plugin_id, kind))
        if guard is None:
            raise MissingError(_("There is no such guard."))
        guard.lifted_at, guard.lifted_by = now(), by
        bump(session, SUBJECT)
