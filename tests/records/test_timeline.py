"""The story of a record: what all sources tell, merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from salesman_core.errors import InvalidError, MissingError
from salesman_core.records.notes import write_note
from salesman_core.records.timeline import Story, story
from salesman_core.testing.clock import MONDAY_MORNING, FrozenClock
from salesman_core.testing.people import Make, browser_of
from salesman_hookspecs import RecordType, TimelineEntry, TimelineQuery, TimelineSource

Telling = Callable[..., Flask]
Statements = Callable[[], AbstractContextManager[list[str]]]


def source(id_: str, *minutes: int, title: str = "") -> TimelineSource:
    """A source with an entry so many minutes after Monday morning, for each of *minutes*."""

    def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
        every = [
            TimelineEntry(
                at=MONDAY_MORNING + timedelta(minutes=minute),
                kind="tale",
                text=f"{id_} {minute} {number}",
                icon="note",
                id=number,
            )
            for number, minute in enumerate(minutes, 1)
        ]
        old = [one for one in every if query.before is None or one.at <= query.before]
        return sorted(old, key=lambda one: (one.at, one.id), reverse=True)[: query.limit]

    return TimelineSource(id_, title or id_.title(), entries)


def broken(error: BaseException) -> TimelineSource:
    def entries(_query: TimelineQuery) -> Sequence[TimelineEntry]:
        raise error

    return TimelineSource("broken", "Broken tales", entries)


def gives(value: object) -> TimelineSource:
    return TimelineSource("odd", "Odd tales", lambda _query: [value])  # type: ignore[list-item]


def tales(found: Story) -> list[str]:
    return [str(entry.text) for entry in found.entries if entry.source.startswith("tales.")]


def all_pages(client: int, limit: int) -> list[str]:
    told, after = [], ""
    while True:
        page = story("client", client, after=after, limit=limit)
        told += tales(page)
        if page.next is None:
            return told
        after = page.next


def test_sources_are_merged_newest_first(telling: Telling) -> None:
    make = Make(telling(source("a", 1, 5), source("b", 3, 9)))
    assert tales(story("client", make.client())) == ["b 9 2", "a 5 2", "b 3 1", "a 1 1"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_hold_every_entry_once(telling: Telling, limit: int) -> None:
    make = Make(telling(source("a", 1, 2, 2, 2, 7), source("b", 2, 2, 3, 7)))
    told = all_pages(make.client(), limit)
    assert told == tales(story("client", make.client(), limit=100))
    assert len(told) == len(set(told)) == 9


def test_many_entries_of_one_moment_are_all_told(telling: Telling) -> None:
    make = Make(telling(source("a", *[4] * 57)))
    assert len(set(all_pages(make.client(), 10))) == 57


def test_failing_source_drops_out_with_a_reference(telling: Telling) -> None:
    make = Make(telling(source("a", 1), broken(RuntimeError("no tale"))))
    found = story("client", make.client())
    assert tales(found) == ["a 1 1"]
    ((title, reference),) = [(one.title, one.reference) for one in found.outages]
    assert title == "Broken tales"
    assert reference


@pytest.mark.parametrize(
    "value",
    [
        "a string",
        None,
        TimelineEntry(MONDAY_MORNING.replace(tzinfo=None), "tale", "no zone", "note"),
        TimelineEntry(MONDAY_MORNING, "tale", "no such icon", "no-such-icon-at-all"),
        TimelineEntry(MONDAY_MORNING, "tale", "bad address", "note", url="javascript:alert(1)"),
        TimelineEntry(MONDAY_MORNING, "tale", Markup("<div>left open"), "note"),
        TimelineEntry(MONDAY_MORNING, "tale", "x" * 600_000, "note"),
    ],
)
def test_unfit_entry_is_its_sources_failure_alone(telling: Telling, value: object) -> None:
    make = Make(telling(source("a", 1), gives(value)))
    found = story("client", make.client())
    assert tales(found) == ["a 1 1"]
    assert [one.title for one in found.outages] == ["Odd tales"]


def test_source_that_exits_takes_no_page_down(telling: Telling) -> None:
    make = Make(telling(source("a", 1), broken(SystemExit())))
    assert tales(story("client", make.client())) == ["a 1 1"]


def test_story_is_filtered_by_source(telling: Telling) -> None:
    make = Make(telling(source("a", 1), source("b", 2)))
    assert tales(story("client", make.client(), source="tales.b")) == ["b 2 1"]


def test_source_tells_of_the_kinds_that_fit(telling: Telling) -> None:
    told = TimelineSource("a", "A", source("a", 1).entries, kinds=(), fits=_is_a_client)
    make = Make(telling(told))
    assert tales(story("client", make.client())) == ["a 1 1"]
    assert tales(story("deal", make.deal())) == []


def test_source_that_cannot_say_of_what_it_tells_is_left_out(telling: Telling) -> None:
    told = TimelineSource("a", "A", source("a", 1).entries, kinds=(), fits=_fails)
    make = Make(telling(told, source("b", 1)))
    assert tales(story("client", make.client())) == ["b 1 1"]


def _fails(_type: RecordType) -> bool:
    raise ValueError


def _is_a_client(type_: RecordType) -> bool:
    return type_.kind == "client"


def test_text_of_a_plugin_is_escaped_and_its_markup_is_not(telling: Telling) -> None:
    entries = [
        TimelineEntry(MONDAY_MORNING, "tale", "<b>plain</b>", "note", id=1),
        TimelineEntry(MONDAY_MORNING, "tale", Markup("<b>bold</b>"), "note", id=2),
    ]
    app = telling(TimelineSource("a", "A", lambda _query: entries))
    make = Make(app)
    client = make.client()
    page = browser_of(app, make.user("head")).get(f"/records/client/{client}/story").text
    assert "&lt;b&gt;plain&lt;/b&gt;" in page
    assert "<b>bold</b>" in page


def test_story_of_a_record_that_one_does_not_see_is_missing(make: Make) -> None:
    client = make.client()
    with make.acting(make.user("seller")), pytest.raises(MissingError):
        story("client", client)


@pytest.mark.parametrize("after", ["nonsense", "a~b~c", "2026-03-02T09:00:00~a~1"])
def test_place_that_is_none_is_refused(make: Make, after: str) -> None:
    with pytest.raises(InvalidError):
        story("client", make.client(), after=after)


def test_page_asks_for_the_next_one_as_it_is_scrolled(
    make: Make, browser_for: Callable[[str], FlaskClient]
) -> None:
    client = make.client()
    for number in range(25):
        write_note("client", client, f"Note {number}")
    page = browser_for("head").get(f"/records/client/{client}/story").text
    assert page.count("Note ") == 20
    assert 'hx-trigger="click, revealed"' in page
    assert "after=" in page


def test_statements_do_not_grow_with_the_story(make: Make, statements: Statements) -> None:
    client = make.client()

    def sent() -> int:
        with statements() as found:
            story("client", client)
        return len(found)

    write_note("client", client, "First")
    few = sent()
    for number in range(15):
        write_note("client", client, f"Note {number}")
    assert sent() == few


def test_moment_of_an_entry_is_kept_to_the_microsecond(
    telling: Telling, clock: FrozenClock
) -> None:
    moments = [MONDAY_MORNING + timedelta(microseconds=number) for number in range(3)]
    entries = [
        TimelineEntry(moment, "tale", f"at {number}", "note")
        for number, moment in enumerate(moments)
    ][::-1]
    old = TimelineSource(
        "a",
        "A",
        lambda query: [one for one in entries if query.before is None or one.at <= query.before][
            : query.limit
        ],
    )
    make = Make(telling(old))
    assert all_pages(make.client(), 1) == ["at 2", "at 1", "at 0"]
