"""Failures of plugins: logged at once, kept for the administrator, counted by the breaker."""

from __future__ import annotations

import itertools
import threading
import time
import traceback
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
import structlog
from flask import g, has_app_context, has_request_context, request
from sqlalchemy.orm import Session

from salesman_core.clock import now
from salesman_core.plugins.models import PluginFault
from salesman_hookspecs import Person

log = structlog.get_logger(__name__)

KEPT: Final = 2000
"""So many faults are kept in the database; older ones are dropped."""

KEPT_FOR: Final = timedelta(days=30)
"""So long a fault can be looked up."""

_WAITING: Final = 500
"""So many wait in the memory of a process to be written."""

LATELY: Final = timedelta(hours=1)
"""The longest rest of a breaker: what was taken out before is called again by now."""

_LONGEST_PLACE: Final = 200


def words_of(error: BaseException) -> str:
    """Give an exception in words, also one that cannot be printed."""
    try:
        text = str(error)
    except (Exception, SystemExit):  # noqa: BLE001  # whatever a stranger's __str__ raises
        text = "it cannot be printed"
    return storable(f"{type(error).__name__}: {text}")


def storable(text: str) -> str:
    """Give a text as every database and terminal takes it."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure.

    :param reference: what a page shows instead of the error; an administrator can look it up.
    :param plugin: the plugin's id.
    :param place: the hook or callable that failed.
    :param route: the method and rule of the request in which it did; the rule, not the address,
        because an address may hold the proof of an invitation.
    :param actor_id: who acted.
    """

    reference: str
    plugin: str
    place: str
    error: str
    traceback: str
    at: datetime
    route: str = ""
    actor_id: int | None = None
    actor_name: str = ""


class FaultLog:
    """The failures of this process that are not yet in the database."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque(maxlen=_WAITING)

    def note(
        self, plugin: str, place: str, error: BaseException, *, event: str = "plugin_fault"
    ) -> Fault:
        """Log a failure and keep it for the next :meth:`flush`.

        :param event: what the line of the log is called.
        """
        actor = _whoever_acts()
        fault = Fault(
            reference=uuid.uuid4().hex[:10],
            plugin=plugin,
            place=place[:_LONGEST_PLACE],
            error=words_of(error)[:2000],
            traceback=storable("".join(traceback.format_exception(error)))[-8000:],
            at=now(),
            route=_route()[:_LONGEST_PLACE],
            actor_id=actor.id if actor else None,
            actor_name=actor.name if actor else "",
        )
        log.error(
            event,
            plugin=plugin,
            place=place,
            route=fault.route,
            reference=fault.reference,
            exception=fault.traceback,
        )
        self._waiting.append(fault)
        return fault

    def pending(self) -> bool:
        """Tell whether something waits to be written."""
        return bool(self._waiting)

    def flush(self, session: Session) -> None:
        """Write what waits, in the transaction of *session*."""
        while self._waiting:
            fault = self._waiting.popleft()
            session.add(
                PluginFault(
                    reference=fault.reference,
                    plugin_id=fault.plugin,
                    place=fault.place,
                    error=fault.error,
                    traceback=fault.traceback,
                    at=fault.at,
                    route=fault.route,
                    actor_id=fault.actor_id,
                    actor_name=fault.actor_name,
                )
            )
        session.flush()
        newest = sa.select(PluginFault.id).order_by(PluginFault.id.desc()).limit(KEPT)
        old = sa.or_(PluginFault.id.not_in(newest), PluginFault.at < now() - KEPT_FOR)
        session.execute(sa.delete(PluginFault).where(old))


def _route() -> str:
    """Give what was asked for, where somebody asked."""
    if not has_request_context():
        return ""
    return f"{request.method} {request.url_rule or 'an unknown address'}"


def _whoever_acts() -> Person | None:
    """Give whoever acts, as the room above this one keeps it; that may be nobody."""
    person: Person | None = g.get("salesman_person") if has_app_context() else None
    return person


Place = tuple[str, str]
"""A plugin's id, and the hook or callable of it."""


class TooSlowError(RuntimeError):
    """A plugin's function answered, but kept everybody waiting."""


class TakenOutError(RuntimeError):
    """A plugin's function failed so often that it is not called for a while."""


def taken_out_lately(session: Session) -> dict[str, list[str]]:
    """Give the places that any process has taken out within the last hour, by plugin.

    Each process has a breaker of its own; that it opened is kept beside the faults.
    """
    said = PluginFault.error
    opened = sa.or_(said.startswith("TakenOutError:"), said.startswith("TooSlowError:"))
    found = sa.select(PluginFault.plugin_id, PluginFault.place).distinct()
    found = found.where(opened, PluginFault.at > now() - LATELY)
    places: dict[str, list[str]] = {}
    for row in session.execute(found.order_by(PluginFault.plugin_id, PluginFault.place)):
        places.setdefault(row.plugin_id, []).append(row.place)
    return places


class Breaker:
    """Takes out a hook of a plugin that keeps failing or keeps others waiting, for a while.

    A thread cannot be stopped from outside, so the first request that meets a function which
    hangs waits for it. Nobody else does: while a call has run for longer than *slow*, and after
    it for as long as after failures, the function is not called.

    :param failures: so many within *window* seconds open it.
    :param window: seconds over which failures count.
    :param rest: seconds for which it stays open; then one call is let through. Each further rest
        is twice as long, up to *longest_rest*.
    :param slow: seconds that one call may take; a longer one opens it at once.
    :param clock: a clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        window: float = 60.0,
        rest: float = 60.0,
        longest_rest: float = 3600.0,
        slow: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures, self._window = failures, window
        self._rest, self._longest_rest = rest, longest_rest
        self.slow, self._clock = slow, clock
        self._times: dict[Place, deque[float]] = {}
        self._rests: dict[Place, float] = {}
        self._open_until: dict[Place, float] = {}
        self._trying: set[Place] = set()
        self._running: dict[Place, dict[int, float]] = {}
        self._numbers = itertools.count()
        self._guard = threading.Lock()

    def allows(self, plugin: str, place: str) -> bool:
        """Tell whether the call may be made; after a rest, one caller alone may try."""
        key, now = (plugin, place), self._clock()
        if key in self._running and self._hangs(key, now):
            return False
        if key not in self._open_until:
            return True
        with self._guard:
            if now < self._open_until.get(key, now):
                return False
            self._open_until[key] = now + self._rests[key]
            self._trying.add(key)
            return True

    def _hangs(self, key: Place, now: float) -> bool:
        with self._guard:
            return any(now - began > self.slow for began in self._running.get(key, {}).values())

    @contextmanager
    def watching(self, plugin: str, place: str) -> Iterator[Callable[[], float]]:
        """Watch how long a call takes; gives what tells the seconds so far."""
        key, number, began = (plugin, place), next(self._numbers), self._clock()
        with self._guard:
            self._running.setdefault(key, {})[number] = began
        try:
            yield lambda: self._clock() - began
        finally:
            with self._guard:
                running = self._running[key]
                del running[number]
                if not running:
                    del self._running[key]

    def failed(self, plugin: str, place: str) -> bool:
        """Count a failure; tell whether it opened the breaker."""
        now, key = self._clock(), (plugin, place)
        with self._guard:
            times = self._times.setdefault(key, deque(maxlen=self._failures))
            times.append(now)
            full = len(times) == self._failures and now - times[0] <= self._window
            if full or key in self._open_until:
                self._open(key, now)
                return True
        return False

    def was_slow(self, plugin: str, place: str) -> None:
        """Take a place out at once, because a call of it took longer than *slow*."""
        with self._guard:
            self._open((plugin, place), self._clock())

    def _open(self, key: Place, now: float) -> None:
        rest = self._rests.get(key, self._rest)
        if key in self._trying:
            self._trying.discard(key)
            rest = min(2 * rest, self._longest_rest)
        self._rests[key] = rest
        self._open_until[key] = now + rest

    def rest_of(self, plugin: str, place: str) -> float:
        """Give for how many seconds a place was taken out the last time."""
        return self._rests.get((plugin, place), 0.0)

    def worked(self, plugin: str, place: str) -> None:
        """Close the breaker after a call that went well."""
        key = (plugin, place)
        if key in self._open_until:
            with self._guard:
                self._open_until.pop(key, None)
                self._times.pop(key, None)
                self._rests.pop(key, None)
                self._trying.discard(key)

    def open_places(self) -> dict[str, list[str]]:
        """Give the places that are taken out now, by plugin."""
        now = self._clock()
        places: dict[str, list[str]] = {}
        for (plugin, place), until in sorted(self._open_until.items()):
            if until > now:
                places.setdefault(plugin, []).append(place)
        return places
