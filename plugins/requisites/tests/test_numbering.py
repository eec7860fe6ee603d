"""Numbers of papers: by a pattern, each year or month anew, without a gap and without a double."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_requisites.numbering import papers, queries, service
from salesman_requisites.numbering.issuing import take_number
from salesman_requisites.numbering.papers import Paper, offer_papers
from salesman_requisites.numbering.patterns import (
    PatternError,
    Period,
    judged_pattern,
    repeats,
    written,
)
from salesman_requisites.testing import hidden, own_company
from werkzeug.test import TestResponse

from salesman_core.errors import ForbiddenError, InvalidError, MissingError, StaleError
from salesman_core.records.models import Audit
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import company, reading, today, writing

PATTERNS = [
    ("{number}", "7"),
    ("{number:04}-{MM}{YY}/{YYYY}", "0007-0326/2026"),
    ("{number:4}", "0007"),
    ("{company}-{number:03}", "РМ-007"),
    ("№ {number} от {DD}.{MM}.{YYYY}", "№ 7 от 09.03.2026"),
]


@pytest.mark.parametrize(("pattern", "number"), PATTERNS)
def test_number_is_written_by_its_pattern(pattern: str, number: str) -> None:
    assert written(judged_pattern(pattern), 7, date(2026, 3, 9), "РМ") == number


def test_number_outgrows_its_noughts() -> None:
    assert written("{number:02}", 1234, date(2026, 3, 9), "") == "1234"


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "has to stand in it"),
        ("СЧ-{YYYY}", "has to stand in it"),
        ("{number}/{number:04}", "has to stand in it"),
        ("{number}-{year}", r"\{year\} means nothing"),
        ("{number!r}", "means nothing"),
        ("{number.__class__}", "means nothing"),
        ("{number:99}", "means nothing"),
        ("{number}}", "A brace stands alone"),
        ("{number", "A brace stands alone"),
        ("{number}" + "x" * 60, "longer than 60"),
        ("x" * 101, "At most 100"),
    ],
)
def test_pattern_that_gives_no_numbers_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError) as refused:
        judged_pattern(pattern)

    assert re.search(reason, str(refused.value.reason))


@pytest.mark.parametrize(
    ("pattern", "starts", "again"),
    [
        ("{number}", "never", False),
        ("{number}", "yearly", True),
        ("{number}/{YY}", "yearly", False),
        ("{number}/{YYYY}", "monthly", True),
        ("{number}-{MM}/{YYYY}", "monthly", False),
    ],
)
def test_pattern_tells_whether_its_numbers_come_again(
    pattern: str, starts: str, *, again: bool
) -> None:
    assert repeats(pattern, starts) is again


@pytest.mark.parametrize(
    ("starts", "key"), [("never", ""), ("yearly", "2026"), ("monthly", "2026-03")]
)
def test_period_is_that_of_the_day(starts: str, key: str) -> None:
    assert Period.of(date(2026, 3, 9), starts).key == key


class UndoneError(Exception):
    """A paper is not made after all."""


def _undone(paper: str, company_id: int, day: date) -> None:
    with writing() as session:
        take_number(session, paper, company_id, day)
        raise UndoneError


Take = Callable[..., str]


@pytest.fixture
def take(app: Flask, company_id: int, paper: str) -> Take:
    """Give what takes a number for a paper of a day."""

    def take(day: date, owner: int = company_id) -> str:
        with writing() as session:
            return take_number(session, paper, owner, day).text

    return take


def test_each_year_and_each_company_counts_by_itself(take: Take) -> None:
    other = own_company(name="Other")

    taken = [
        take(date(2026, 3, 9)),
        take(date(2026, 12, 31)),
        take(date(2027, 1, 1)),
        take(date(2026, 3, 9)),
        take(date(2026, 3, 9), other),
    ]

    assert taken == [
        "0001-0326/2026",
        "0002-1226/2026",
        "0001-0127/2027",
        "0003-0326/2026",
        "0001-0326/2026",
    ]


def test_paper_that_is_not_made_after_all_gives_its_number_back(
    take: Take, company_id: int, paper: str
) -> None:
    day = date(2026, 3, 9)
    take(day)
    with pytest.raises(UndoneError):
        _undone(paper, company_id, day)

    assert take(day) == "0002-0326/2026"


def test_company_that_is_not_there_numbers_nothing(app: Flask, paper: str) -> None:
    with pytest.raises(MissingError, match="no such own company"), writing() as session:
        take_number(session, paper, 7, date(2026, 3, 9))


def test_paper_that_nobody_offers_has_no_number(app: Flask, company_id: int, paper: str) -> None:
    offer_papers("nobody.paper", lambda _session: [Paper("nobody.paper", "Nothing")])

    for kind in ("nobody.paper", "deal.letter"):
        with pytest.raises(MissingError), writing() as session:
            take_number(session, kind, company_id, date(2026, 3, 9))
    assert [one.paper for one in queries.counters(reading())] == [paper]


WRITERS = 16
EACH = 4


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.timeout(120)
def test_sixteen_who_write_at_once_leave_no_gap_and_no_double(
    app: Flask, company_id: int, paper: str
) -> None:
    day = date(2026, 3, 9)
    begin = threading.Barrier(WRITERS)
    taken: list[int] = []
    failed: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            begin.wait()
            for turn in range(EACH):
                _make_paper(app, paper, company_id, day, taken, undone=turn == writer % EACH)
        except BaseException as error:  # noqa: BLE001  # told below, in the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert sorted(taken) == list(range(1, WRITERS * (EACH - 1) + 1))


def _make_paper(
    app: Flask, paper: str, company_id: int, day: date, taken: list[int], *, undone: bool
) -> None:
    with app.app_context():
        if undone:
            with pytest.raises(UndoneError):
                _undone(paper, company_id, day)
            return
        with writing() as session:
            number = take_number(session, paper, company_id, day).number
        taken.append(number)


def test_administrator_sets_pattern_start_and_next_number_in_a_logged_act(
    app: Flask, take: Take, company_id: int, paper: str, clock: FrozenClock
) -> None:
    seen = queries.one_counter(reading(), company_id, paper)
    assert (seen.version, seen.preview) == (0, f"0001-{today(company().tz):%m%y/%Y}")

    values = {"pattern": "{company}/{number}", "starts": "never", "next": 118}
    assert service.change_counter(company_id, paper, values, 0)

    assert queries.one_counter(reading(), company_id, paper).preview == "РМ/118"
    assert take(date(2026, 3, 9)) == "РМ/118"
    entry = (
        reading()
        .execute(sa.select(Audit.label, Audit.changes).where(Audit.kind == service.KIND))
        .one()
    )
    assert entry.label == "Invoices, Ромашка"
    assert entry.changes == {
        "pattern": ["{number:04}-{MM}{YY}/{YYYY}", "{company}/{number}"],
        "starts": ["yearly", "never"],
        "next": [1, 118],
    }


def test_number_that_was_given_out_comes_again_only_on_purpose(
    take: Take, company_id: int, paper: str
) -> None:
    day = today(company().tz)
    for _number in range(3):
        take(day)

    with pytest.raises(InvalidError, match="Numbers up to 3 have been given out") as refused:
        service.change_counter(company_id, paper, {"next": 2})
    assert list(refused.value.fields) == ["next"]

    service.change_counter(company_id, paper, {"next": 2, "again": True})
    assert take(day).startswith("0002-")


@pytest.mark.parametrize("starts", ["never", "monthly"])
def test_counter_that_begins_anew_at_other_times_goes_on_counting(
    take: Take, company_id: int, paper: str, starts: str
) -> None:
    day = today(company().tz)
    service.change_counter(company_id, paper, {"pattern": "{number}"})
    taken = [take(day) for _number in range(3)]

    service.change_counter(company_id, paper, {"starts": starts})
    taken += [take(day) for _number in range(2)]
    service.change_counter(company_id, paper, {"starts": "yearly"})
    taken += [take(day)]

    assert taken == ["1", "2", "3", "4", "5", "6"]
    with pytest.raises(InvalidError):
        service.change_counter(company_id, paper, {"starts": starts, "next": 1})


def test_second_administrator_does_not_overwrite_the_first(
    app: Flask, company_id: int, paper: str
) -> None:
    service.change_counter(company_id, paper, {"pattern": "A{number}"}, 0)

    with pytest.raises(StaleError):
        service.change_counter(company_id, paper, {"pattern": "B{number}"}, 0)


def test_nobody_else_says_how_papers_are_numbered(make: Make, company_id: int, paper: str) -> None:
    with make.acting(make.user("head")), pytest.raises(ForbiddenError):
        service.change_counter(company_id, paper, {"next": 5})


def json_of(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = answer.json or {}
    return found


def test_counters_are_read_and_changed_over_the_api(
    api_for: Callable[[str], Api], company_id: int, paper: str
) -> None:
    api = api_for("administrator")
    address = f"/requisites/counters/{company_id}/{paper}"
    (listed,) = json_of(api.get("/requisites/counters"))["items"]
    assert (listed["pattern"], listed["next"]) == ("{number:04}-{MM}{YY}/{YYYY}", 1)

    changed = api.patch(address, {"pattern": "СЧ-{number}", "next": 7})
    seen = {"If-Match": f'"{service.KIND}-{company_id}-1"'}
    stale = api.patch(address, {"next": 9}, headers=seen)
    wrong = api.patch(address, {"pattern": "СЧ"})

    assert json_of(changed)["preview"] == "СЧ-7"
    assert stale.status_code == 412
    assert (wrong.status_code, list(json_of(wrong)["errors"])) == (422, ["pattern"])
    assert json_of(api.get(address))["pattern"] == "СЧ-{number}"


def test_page_of_numbers_shows_the_next_one_and_changes_the_pattern(
    browser_for: Callable[[str], Browser], company_id: int, paper: str
) -> None:
    browser = browser_for("administrator")
    address = f"/requisites/numbering/{company_id}/{paper}"
    assert address in browser.get("/requisites/numbering").text
    typed = {
        "csrf_token": hidden(browser.get(address).text, "csrf_token"),
        "pattern": "№ {number:03}",
        "starts": "yearly",
        "next": "12",
        "version": "0",
    }

    shown = browser.post("/requisites/numbering/preview", data=typed).text
    assert "№ 012" in shown
    assert "comes again in the next period" in shown
    refused = browser.post(address, data=typed | {"pattern": "№"})
    assert (refused.status_code, "has to stand in it" in refused.text) == (422, True)
    browser.post(address, data=typed)

    assert "№ 012" in browser.get("/requisites/numbering").text


def test_page_without_papers_says_what_will_stand_there(
    browser_for: Callable[[str], Browser], company_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "_offered", {})
    assert (
        "Nothing is numbered yet" in browser_for("administrator").get("/requisites/numbering").text
    )
