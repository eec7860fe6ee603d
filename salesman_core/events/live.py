"""Telling browsers what changes while they look: server-sent events (HTML standard, 9.2)."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa
from flask import Flask

from salesman_core.db import db
from salesman_core.events.models import EVENTS
from salesman_core.events.recording import CHANNEL, Events
from salesman_core.jobs.notify import listen

log = logging.getLogger(__name__)

_BATCH = 500
_KEPT = 1000
_RETRY_AFTER = 2000
"""Milliseconds after which a browser comes back."""


class TooManySubscribersError(RuntimeError):
    """This process has no thread left for another stream; a browser tries again by itself."""


@dataclass(frozen=True, slots=True)
class LiveChange:
    """What a browser may learn of an event: enough to fetch the rest, with its own rights."""

    id: int
    type: str
    kind: str
    record_id: int
    actor_id: int | None


Accept = Callable[[Sequence[LiveChange]], Sequence[LiveChange]]
"""Gives those of some changes that a subscriber may know of."""

_COLUMNS = (EVENTS.c.id, EVENTS.c.type, EVENTS.c.kind, EVENTS.c.record_id, EVENTS.c.actor_id)


class LiveFeed:
    """The changes of all processes, for the streams of this one.

    One thread looks for new events, when it is told of some or by itself now and then, and all
    streams are served from what it found. It starts with the first subscriber.

    :param subscribers: streams at a time; each takes a thread of the server.
    :param heartbeat: seconds of silence after which a stream says that it is alive.
    :param lifetime: seconds after which a stream ends, so that the browser comes back, perhaps to
        another process.
    :param poll: seconds between two looks where nobody tells; five times that where somebody does.
    :param listen: False to do without LISTEN and NOTIFY on PostgreSQL, as behind a pooler.
    """

    def __init__(
        self,
        app: Flask,
        events: Events,
        *,
        subscribers: int = 200,
        heartbeat: float = 15.0,
        lifetime: float = 60.0,
        poll: float = 1.0,
        listen: bool = True,
    ) -> None:
        self.app = app
        self.heartbeat, self.lifetime = heartbeat, lifetime
        with app.app_context():
            self._engine, self._reader = db.engine, db.reader
        self._listens = listen and self._engine.dialect.name == "postgresql"
        self._poll = poll * 5 if self._listens else poll
        self._places = threading.BoundedSemaphore(subscribers)
        self._news = threading.Condition()
        self._recent: deque[LiveChange] = deque(maxlen=_KEPT)
        self._recent_after = self._position = 0
        self._heard = threading.Event()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        events.add_listener(self._heard.set)

    def subscribe(self, last_event_id: int | None, accept: Accept) -> Subscription:
        """Give a stream of frames for one browser; close it at the end, as WSGI servers do.

        :param last_event_id: what the browser sends as ``Last-Event-ID``; it gets all that came
            after that. None for what comes from now on.
        :param accept: called with changes, in an application context, for those to be sent.
        :raises TooManySubscribersError: where there are as many streams as there may be.
        """
        if not self._places.acquire(blocking=False):
            raise TooManySubscribersError("there are as many live streams as there may be")
        try:
            self._start()
            latest = self._latest()
        except BaseException:
            self._places.release()
            raise
        position = latest if last_event_id is None else min(last_event_id, latest)
        return Subscription(self, position, accept, self._places.release)

    def changes_after(self, position: int, timeout: float) -> Sequence[LiveChange]:
        """Give the next changes after *position*, none where none came within *timeout* seconds."""
        with self._news:
            self._news.wait_for(lambda: self.stopped or self._position > position, timeout)
            if self.stopped or self._position <= position:
                return []
            if position >= self._recent_after:
                return [change for change in self._recent if change.id > position]
        return self._fetch(position)

    @property
    def stopped(self) -> bool:
        """Whether all streams are to end."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End all streams, and the threads."""
        self._stopped.set()
        self._heard.set()
        with self._news:
            self._news.notify_all()
            threads, self._threads = self._threads, []
        for thread in threads:
            thread.join()

    def _start(self) -> None:
        with self._news:
            if self._threads or self.stopped:
                return
            self._recent_after = self._position = self._latest()
            loops = [self._watch, self._listen] if self._listens else [self._watch]
            for loop in loops:
                thread = threading.Thread(target=loop, name=f"live{loop.__name__}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _watch(self) -> None:
        while not self.stopped:
            self._heard.clear()
            try:
                self._take_in()
            except Exception:
                log.exception("the live feed goes on after an error")
            self._heard.wait(self._poll)

    def _take_in(self) -> None:
        while changes := self._fetch(self._position):
            with self._news:
                for change in changes:
                    if len(self._recent) == _KEPT:
                        self._recent_after = self._recent[0].id
                    self._recent.append(change)
                self._position = changes[-1].id
                self._news.notify_all()

    def _listen(self) -> None:
        while not self.stopped:
            try:
                listen(self._engine, CHANNEL, self._heard.set, self._stopped)
            except Exception:
                log.exception("the live feed goes on after an error")
                self._stopped.wait(1.0)

    def _fetch(self, position: int) -> list[LiveChange]:
        later = sa.select(*_COLUMNS).where(EVENTS.c.id > position).order_by(EVENTS.c.id)
        with self._reader.connect() as connection:
            return [LiveChange(*row) for row in connection.execute(later.limit(_BATCH))]

    def _latest(self) -> int:
        with self._reader.connect() as connection:
            return connection.execute(sa.select(sa.func.max(EVENTS.c.id))).scalar() or 0


class Subscription(Iterator[bytes]):
    """The stream of one browser. It holds no database session while it waits."""

    def __init__(
        self, feed: LiveFeed, position: int, accept: Accept, leave: Callable[[], None]
    ) -> None:
        self._feed = feed
        self._position = position
        self._accept = accept
        self._leave: Callable[[], None] | None = leave
        self._frames = self._stream()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return next(self._frames)

    def close(self) -> None:
        """Make room for another subscriber, whether or not anything was ever read."""
        self._frames.close()
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def _stream(self) -> Generator[bytes]:
        ends = time.monotonic() + self._feed.lifetime
        yield f"retry: {_RETRY_AFTER}\nid: {self._position}\n\n".encode()
        spoke = time.monotonic()
        while not self._feed.stopped and (now := time.monotonic()) < ends:
            silence_ends = spoke + self._feed.heartbeat
            frames = self._next_frames(min(ends, silence_ends) - now)
            if frames or time.monotonic() >= silence_ends:
                yield frames or self._heartbeat()
                spoke = time.monotonic()

    def _next_frames(self, timeout: float) -> bytes:
        changes = self._feed.changes_after(self._position, timeout)
        if not changes:
            return b""
        with self._feed.app.app_context():
            visible = self._accept(changes)
        self._position = changes[-1].id
        return b"".join(_frame(change) for change in visible)

    def _heartbeat(self) -> bytes:
        """Say that the stream lives, and where it stands: without data no event is seen in it."""
        return f": \nid: {self._position}\n\n".encode()


def _frame(change: LiveChange) -> bytes:
    data = {
        "type": change.type,
        "kind": change.kind,
        "id": change.record_id,
        "actor_id": change.actor_id,
    }
    text = json.dumps(data, separators=(",", ":"))  # one line: a frame ends at an empty one
    return f"id: {change.id}\nevent: change\ndata: {text}\n\n".encode()
