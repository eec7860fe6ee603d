"""Failures of plugins: logged at once, kept for the administrator, counted by the breaker."""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from salesman_core.plugins.models import PluginFault

log = structlog.get_logger(__name__)

KEPT: Final = 500
"""So many faults are kept in the database; older ones are dropped."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure.

    :param reference: what a page shows instead of the error; an administrator can look it up.
    :param plugin: the plugin's id.
    :param place: the hook or callable that failed.
    """

    reference: str
    plugin: str
    place: str
    error: str
    traceback: str
    at: datetime


class FaultLog:
    """The failures of this process that are not yet in the database."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque(maxlen=KEPT)

    def note(self, plugin: str, place: str, error: BaseException) -> Fault:
        """Log a failure and keep it for the next :meth:`flush`."""
        fault = Fault(
            reference=uuid.uuid4().hex[:10],
            plugin=plugin,
            place=place,
            error=f"{type(error).__name__}: {error}"[:2000],
            traceback="".join(traceback.format_exception(error))[-8000:],
            at=datetime.now(UTC),
        )
        log.error(
            "plugin_fault", plugin=plugin, place=place, reference=fault.reference, exc_info=error
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
                )
            )
        session.flush()
        newest = sa.select(PluginFault.id).order_by(PluginFault.id.desc()).limit(KEPT)
        session.execute(sa.delete(PluginFault).where(PluginFault.id.not_in(newest)))


class Breaker:
    """Takes out a hook of a plugin that keeps failing, for a while.

    :param failures: so many within *window* seconds open it.
    :param window: seconds over which failures count.
    :param rest: seconds for which it stays open; then one call is let through.
    :param clock: a clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        window: float = 60.0,
        rest: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures, self._window, self._rest, self._clock = failures, window, rest, clock
        self._times: dict[tuple[str, str], deque[float]] = {}
        self._open_until: dict[tuple[str, str], float] = {}
        self._guard = threading.Lock()

    def allows(self, plugin: str, place: str) -> bool:
        """Tell whether the call may be made."""
        until = self._open_until.get((plugin, place))
        return until is None or self._clock() >= until

    def failed(self, plugin: str, place: str) -> bool:
        """Count a failure; tell whether it opened the breaker."""
        now, key = self._clock(), (plugin, place)
        with self._guard:
            times = self._times.setdefault(key, deque(maxlen=self._failures))
            times.append(now)
            full = len(times) == self._failures and now - times[0] <= self._window
            if full or key in self._open_until:
                self._open_until[key] = now + self._rest
                return True
        return False

    def worked(self, plugin: str, place: str) -> None:
        """Close the breaker after a call that went well."""
        if self._open_until and (plugin, place) in self._open_until:
            with self._guard:
                self._open_until.pop((plugin, place), None)
                self._times.pop((plugin, place), None)

    def open_places(self) -> dict[str, list[str]]:
        """Give the places that are taken out now, by plugin."""
        now = self._clock()
        places: dict[str, list[str]] = {}
        for (plugin, place), until in sorted(self._open_until.items()):
            if until > now:
                places.setdefault(plugin, []).append(place)
        return places
