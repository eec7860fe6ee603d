"""Streams to browsers: nothing is skipped, nothing is seen that may not be, nothing is held."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from salesman_core.db import reading
from salesman_core.events import LiveChange, LiveFeed, Subscription, TooManySubscribersError
from salesman_core.events import live as live_module
from salesman_core.events.models import EVENTS

if TYPE_CHECKING:
    from conftest import Company


def everything(changes: Sequence[LiveChange]) -> Sequence[LiveChange]:
    """Accept all changes, as for an administrator."""
    return changes


def even_records(changes: Sequence[LiveChange]) -> Sequence[LiveChange]:
    """Accept some changes."""
    return [change for change in changes if change.record_id % 2 == 0]


class Browser:
    """Reads a stream in a thread, as an EventSource does."""

    def __init__(self, stream: Subscription) -> None:
        self.frames: list[bytes] = []
        self._thread = threading.Thread(target=self._read, args=(stream,))
        self._thread.start()

    def _read(self, stream: Subscription) -> None:
        for frame in stream:
            self.frames.append(frame)
        stream.close()

    @property
    def reading(self) -> bool:
        """Whether the stream has not ended."""
        return self._thread.is_alive()

    def changes(self) -> list[tuple[int, dict[str, Any]]]:
        """Give what came, as pairs of event id and data."""
        blocks = b"".join(self.frames).decode().split("\n\n")
        return [_parsed(block) for block in blocks if "data: " in block]

    def ids(self) -> list[int]:
        """Give the ids of the events that came."""
        return [id_ for id_, _ in self.changes()]

    def last_event_id(self) -> int:
        """Give what it would send when it comes back."""
        lines = b"".join(self.frames).decode().splitlines()
        return int([line for line in lines if line.startswith("id: ")][-1][4:])

    def join(self) -> None:
        """Wait for the end of the stream."""
        self._thread.join()


def _parsed(block: str) -> tuple[int, dict[str, Any]]:
    fields = dict(line.split(": ", 1) for line in block.splitlines())
    assert fields["event"] == "change"
    return int(fields["id"]), json.loads(fields["data"])


@pytest.fixture
def browse() -> Iterator[Callable[..., Browser]]:
    """Open streams; those that are left are ended with their feed."""
    opened: list[tuple[LiveFeed, Browser]] = []

    def open_stream(
        feed: LiveFeed, last_event_id: int | None = None, accept: Any = everything
    ) -> Browser:
        opened.append((feed, Browser(feed.subscribe(last_event_id, accept))))
        return opened[-1][1]

    yield open_stream
    for feed, browser in opened:
        feed.stop()
        browser.join()


def test_change_reaches_the_browser_at_once(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    browser = browse(company.feed(poll=30))
    wait(lambda: browser.frames)
    company.happen("core.deal.moved", record_id=7)
    assert wait(browser.changes) < 1.5
    data = {"type": "core.deal.moved", "kind": "deal", "id": 7, "actor_id": 5}
    assert browser.changes() == [(1, data)]


@pytest.mark.databases("postgresql")
def test_change_of_another_process_reaches_the_browser_at_once(
    make_company: Callable[[], Company],
    company: Company,
    browse: Callable[..., Browser],
    wait: Callable[..., float],
) -> None:
    browser = browse(company.feed(poll=30))
    time.sleep(0.5)
    make_company().happen("core.deal.moved")
    assert wait(lambda: browser.ids() == [1]) < 1.5


def test_change_of_which_nobody_told_is_found(
    make_company: Callable[[], Company],
    company: Company,
    browse: Callable[..., Browser],
    wait: Callable[..., float],
) -> None:
    browser = browse(company.feed(poll=0.2, listen=False))
    wait(lambda: browser.frames)
    make_company().happen("core.deal.moved")
    assert wait(lambda: browser.ids() == [1]) < 2


def test_browser_that_comes_back_gets_what_it_missed(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    for _ in range(5):
        company.happen("core.deal.moved")
    browser = browse(company.feed(), last_event_id=2)
    wait(lambda: browser.ids() == [3, 4, 5])


def test_new_browser_gets_only_what_comes_from_now_on(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    company.happen("core.deal.moved")
    browser = browse(company.feed())
    company.happen("core.deal.moved")
    wait(lambda: browser.ids() == [2])


def test_browser_that_came_back_to_a_restored_database_is_not_deaf(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    company.happen("core.deal.moved")
    browser = browse(company.feed(), last_event_id=900)
    company.happen("core.deal.moved")
    wait(lambda: browser.ids() == [2])


def test_browser_knows_where_to_go_on_before_it_has_seen_any_change(
    company: Company, browse: Callable[..., Browser]
) -> None:
    company.happen("core.deal.moved")
    browser = browse(company.feed(lifetime=0.1))
    browser.join()
    assert (browser.ids(), browser.last_event_id()) == ([], 1)


def test_browser_that_missed_more_than_is_remembered_gets_all_of_it(
    company: Company,
    browse: Callable[..., Browser],
    wait: Callable[..., float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_module, "_BATCH", 7)
    for _ in range(4):
        company.happen(*["x"] * 5)
    feed = company.feed()
    browser = browse(feed, last_event_id=0)
    wait(lambda: browser.ids() == list(range(1, 21)))
    company.happen("x")
    wait(lambda: browser.ids() == list(range(1, 22)))


def test_busy_feed_forgets_and_still_skips_nothing(
    company: Company,
    browse: Callable[..., Browser],
    wait: Callable[..., float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_module, "_KEPT", 3)
    feed = company.feed()
    first = browse(feed)
    wait(lambda: first.frames)
    company.happen(*["x"] * 9)
    wait(lambda: first.ids() == list(range(1, 10)))
    late = browse(feed, last_event_id=2)
    wait(lambda: late.ids() == list(range(3, 10)))


def test_browser_learns_nothing_of_changes_that_its_person_may_not_see(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    browser = browse(company.feed(), accept=even_records)
    for record_id in (1, 2, 3, 4, 5):
        company.happen("core.deal.moved", record_id=record_id)
    wait(lambda: [data["id"] for _, data in browser.changes()] == [2, 4])
    assert b'"id":3' not in b"".join(browser.frames)


def test_accepting_is_asked_for_many_changes_at_once_and_may_read(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    batches: list[int] = []

    def accept(changes: Sequence[LiveChange]) -> Sequence[LiveChange]:
        reading().execute(sa.select(EVENTS.c.id)).all()
        batches.append(len(changes))
        return changes

    company.happen(*["x"] * 50)
    browser = browse(company.feed(), last_event_id=0, accept=accept)
    wait(lambda: len(browser.ids()) == 50)
    assert batches == [50]


def test_stream_holds_no_connection_while_it_waits(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    def accept(changes: Sequence[LiveChange]) -> Sequence[LiveChange]:
        reading().execute(sa.select(EVENTS.c.id)).all()
        return changes

    feed = company.feed(poll=30)
    browsers = [browse(feed, accept=accept) for _ in range(5)]
    company.happen("core.deal.moved")
    wait(lambda: all(browser.ids() == [1] for browser in browsers))
    pool: Any = company.jobs.store.engine.pool
    wait(lambda: pool.checkedout() == 0)


def test_silent_stream_says_that_it_is_alive(
    company: Company, browse: Callable[..., Browser]
) -> None:
    browser = browse(company.feed(heartbeat=0.1, lifetime=0.55))
    browser.join()
    beats = [frame for frame in browser.frames if frame.startswith(b":")]
    assert 2 <= len(beats) <= 5


def test_stream_of_what_nobody_may_see_says_that_it_is_alive_and_where_it_stands(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    browser = browse(company.feed(heartbeat=0.3), accept=lambda _changes: [])
    wait(lambda: browser.frames)
    for _ in range(6):
        company.happen("core.deal.moved")
        time.sleep(0.1)
    wait(lambda: browser.last_event_id() == 6)
    assert browser.ids() == []


def test_stream_ends_after_its_lifetime(company: Company, browse: Callable[..., Browser]) -> None:
    began = time.monotonic()
    browse(company.feed(lifetime=0.3)).join()
    assert 0.3 <= time.monotonic() - began < 2


def test_stop_ends_all_streams_and_threads(
    company: Company, browse: Callable[..., Browser], wait: Callable[..., float]
) -> None:
    before = threading.active_count()
    feed = company.feed()
    browsers = [browse(feed) for _ in range(3)]
    wait(lambda: all(browser.frames for browser in browsers))
    feed.stop()
    assert wait(lambda: not any(browser.reading for browser in browsers)) < 1
    assert threading.active_count() == before


def test_no_more_streams_than_there_may_be(company: Company) -> None:
    feed = company.feed(subscribers=2)
    streams = [feed.subscribe(None, everything) for _ in range(2)]
    with pytest.raises(TooManySubscribersError):
        feed.subscribe(None, everything)
    streams[0].close()  # nothing was read of it: a browser that went away at once
    streams[0].close()
    feed.subscribe(None, everything).close()
    streams[1].close()


def test_failed_subscription_takes_no_place(company: Company) -> None:
    feed = company.feed(subscribers=1)
    with company.jobs.store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE core_event RENAME TO away"))
    with pytest.raises(sa.exc.DBAPIError):
        feed.subscribe(None, everything)
    with company.jobs.store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE away RENAME TO core_event"))
    feed.subscribe(None, everything).close()


@pytest.mark.databases("sqlite")
def test_what_the_command_line_writes_is_noticed(
    company: Company,
    database_url: str,
    browse: Callable[..., Browser],
    wait: Callable[..., float],
) -> None:
    browser = browse(company.feed())
    wait(lambda: browser.frames)
    file = sa.make_url(database_url).database
    assert file is not None
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO core_event (type, kind, record_id, payload, actor_name, at)"
            " VALUES ('core.deal.moved', 'deal', 3, '{}', '', '2026-03-02 12:00:00.000000')"
        )
    connection.close()
    assert wait(lambda: browser.ids() == [1]) < 2.5
