"""Notices: what ended while somebody was elsewhere is told to that person alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clients.doubles import begin_finding
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.jobs.port import jobs
from salesman_core.people.service import change_user
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import AT_ONCE, begin_run, undo_run
from salesman_core.services.notices import (
    SHOWN,
    count_unread,
    forget_notices,
    notify,
    own_notices,
)
from salesman_core.testing.people import Make, apart

BrowserFor = Callable[[str], FlaskClient]


def tell(user_id: int | None, text: str = "It is done.", address: str = "/deals") -> None:
    with writing() as session:
        notify(session, user_id, text, address)


def told(make: Make, user_id: int) -> list[tuple[str, str]]:
    reading().rollback()
    with make.acting(user_id):
        return [(one.text, one.address) for one in own_notices()]


def test_notice_is_told_to_its_person_alone(make: Make, browser_for: BrowserFor) -> None:
    tell(make.user_of("head"))
    assert "It is done." in browser_for("head").get("/notices").text
    assert "It is done." not in browser_for("administrator").get("/notices").text


def test_notice_says_its_day_and_hour(make: Make, browser_for: BrowserFor) -> None:
    tell(make.user_of("head"))
    page = browser_for("head").get("/notices").text
    assert re.search(r">today, \d{1,2}:\d\d(\s[AP]M)?</time>", page)


def test_notice_for_nobody_is_told_to_nobody(make: Make) -> None:
    tell(None)
    assert told(make, make.user_of("administrator")) == []


def test_bell_counts_what_was_not_read(make: Make, browser_for: BrowserFor) -> None:
    head, browser = make.user_of("head"), browser_for("head")
    assert 'data-counts=""></span>' in browser.get("/").text
    tell(head)
    tell(head)
    assert 'data-counts="">2</span>' in browser.get("/").text
    assert browser.get("/live/numbers").json["notices"] == "2"


def test_what_was_looked_at_is_read_and_what_came_since_is_not(
    make: Make, browser_for: BrowserFor
) -> None:
    head, browser = make.user_of("head"), browser_for("head")
    tell(head)
    with make.acting(head):
        shown = own_notices()[0].id
    tell(head, "And this, too.")
    browser.post("/notices/read", data={"until": shown})
    reading().rollback()
    with make.acting(head):
        assert [(one.text, one.read_at is None) for one in own_notices()] == [
            ("And this, too.", True),
            ("It is done.", False),
        ]


def test_nobody_marks_a_strangers_notice_as_read(make: Make, browser_for: BrowserFor) -> None:
    head = make.user_of("head")
    tell(head)
    browser_for("administrator").post("/notices/read", data={"until": 9})
    reading().rollback()
    with make.acting(head):
        assert count_unread() == 1


def test_page_shows_the_newest_of_many(make: Make, browser_for: BrowserFor) -> None:
    head = make.user_of("head")
    for number in range(SHOWN + 1):
        tell(head, f"Number {number}.")
    page = browser_for("head").get("/notices").text
    assert "Number 1." in page
    assert "Number 0." not in page


def test_long_text_is_cut(make: Make) -> None:
    head = make.user_of("head")
    tell(head, "x" * 1000)
    assert told(make, head) == [("x" * 300, "/deals")]


def test_old_notices_are_forgotten(make: Make) -> None:
    head = make.user_of("head")
    tell(head, "Old.")
    between = now()
    tell(head, "New.")
    assert forget_notices(between) == 1
    assert told(make, head) == [("New.", "/deals")]


# -- what tells them


def assigned(make: Make, author: int, number: int) -> int:
    ids, seller = [make.client() for _number in range(number)], make.user()
    with make.acting(author):
        return begin_run("client", "core.assign", {"owner_id": seller}, chosen_by_ids(ids))


def test_run_in_the_background_tells_its_end_with_a_way_to_it(
    make: Make, browser_for: BrowserFor
) -> None:
    head = make.user_of("head")
    run = assigned(make, head, AT_ONCE + 1)
    assert told(make, head) == []
    jobs().drain()
    reading().rollback()
    [(text, address)] = told(make, head)
    assert text == f"Give to: done {AT_ONCE + 1}, unchanged 0, refused 0."
    assert address == f"/lists/runs/{run}"
    assert browser_for("head").get(address).status_code == 200


def test_run_that_one_waits_for_tells_nothing(make: Make) -> None:
    head = make.user_of("head")
    assigned(make, head, 2)
    assert told(make, head) == []


def test_undoing_in_the_background_tells_its_end(make: Make) -> None:
    head = make.user_of("head")
    run = assigned(make, head, AT_ONCE + 1)
    jobs().drain()
    reading().rollback()
    with make.acting(head):
        undo_run(run)
    jobs().drain()
    assert told(make, head)[0][0].startswith("Undo: ")


def test_end_is_told_in_the_language_of_whoever_began(make: Make) -> None:
    head = make.user_of("head")
    change_user(head, {"locale": "ru"})
    assigned(make, head, AT_ONCE + 1)
    jobs().drain()
    assert "отказов: 0" in told(make, head)[0][0]


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en", "The search for doubles has ended."), ("ru", "Поиск дублей закончен.")],
)
def test_search_for_doubles_tells_its_end(
    make: Make, browser_for: BrowserFor, locale: str, text: str
) -> None:
    head = make.user_of("head")
    change_user(head, {"locale": locale})
    with make.acting(head):
        begin_finding()
    jobs().drain()
    [(said, address)] = told(make, head)
    assert said == text
    assert browser_for("head").get(address).status_code == 200


def test_search_for_doubles_that_nobody_began_tells_nobody(make: Make, app: Flask) -> None:
    begin_finding()
    apart(jobs().drain)
    assert told(make, make.user_of("head")) == []
