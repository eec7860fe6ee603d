"""How people say that something comes again, in a form and in words."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from salesman_calendar.series import typed
from salesman_calendar.series.rules import Rule
from werkzeug.datastructures import MultiDict

from salesman_core.testing.people import Make
from salesman_core.toolkit import speaking

pytestmark = pytest.mark.databases("sqlite")

TUESDAY = date(2026, 3, 10)
SAID = [
    ({"repeat": "DAILY"}, "FREQ=DAILY", "every day", "каждый день"),
    ({"repeat": "DAILY", "every": "21"}, "FREQ=DAILY;INTERVAL=21", "every 21 days", "21 день"),
    (
        {"repeat": "WEEKLY", "weekdays": ["TH", "MO"], "repeat_count": "5"},
        "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5",
        "every week, Mon, Thu, 5 times",
        "каждую неделю, Пн, Чт, 5 раз",
    ),
    ({"repeat": "workdays"}, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every week, Mon", "Пн, Вт"),
    ({"repeat": "weekday"}, "FREQ=MONTHLY;BYDAY=2TU", "Tue no. 2", "каждый месяц, Вт"),
    ({"repeat": "last"}, "FREQ=MONTHLY;BYMONTHDAY=-1", "on its last day", "в последний день"),
    (
        {"repeat": "YEARLY", "every": "2", "repeat_until": "31.12.2030"},
        "FREQ=YEARLY;INTERVAL=2;UNTIL=20301231",
        "every 2 years, until",
        "каждые 2 года, до",
    ),
]


@pytest.mark.parametrize(("said", "rule", "english", "russian"), SAID)
def test_form_says_a_rule_and_holds_it_again(
    app: Flask, make: Make, said: dict[str, object], rule: str, english: str, russian: str
) -> None:
    read = Rule.read(typed.recurrence_of(MultiDict(said), TUESDAY) or "")

    assert read.whole == rule
    again = {name: value for name, value in typed.held(read).items() if value}
    assert typed.recurrence_of(MultiDict(again), date(2026, 4, 1)) == rule
    for language, words in (("en", english), ("ru", russian)):
        with speaking(language):
            assert words in typed.told(read)


def test_rule_that_no_form_says_stays_as_it_is(app: Flask) -> None:
    rule = Rule.read("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1")

    held = typed.held(rule)
    assert held["repeat"] == typed.OTHERWISE
    assert typed.recurrence_of(MultiDict(held), TUESDAY) == rule.whole
    assert typed.told(rule) == rule.whole


def test_what_comes_once_says_no_rule(app: Flask) -> None:
    assert typed.recurrence_of(MultiDict({"repeat": ""}), TUESDAY) is None
    assert typed.held(None) == {"repeat": ""}
