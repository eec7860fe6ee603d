"""What is sent several times in the same moment: one lead, and what repeats it is kept apart."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.models import Lead
from salesman_leads.testing import hidden

from salesman_core.services.company import change_company
from salesman_core.toolkit import reading

ByStranger = Callable[..., Any]

TIMES = 5
WISH = "We would like to buy three boilers."
SAME_PEOPLE = "The same people sent the same text shortly before."
AGAIN_AND_AGAIN = "The same text came several times shortly before."

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def send_at_once(app: Flask, who: Any, answers: list[dict[str, str]]) -> None:
    """Send answers in the same moment, each in a thread of its own."""
    stamp = hidden(who.open().text, "stamp")
    who.clock.advance(seconds=30)
    together = threading.Barrier(len(answers))

    def send(fields: dict[str, str]) -> int:
        browser = app.test_client()
        together.wait(30)
        answer = browser.post(
            who.path,
            data={"stamp": stamp, **fields},
            headers={"Origin": "http://localhost"},
            environ_base={"REMOTE_ADDR": who.ip},
        )
        return answer.status_code

    reading().rollback()
    with ThreadPoolExecutor(len(answers)) as threads:
        codes = list(threads.map(send, answers))
    reading().rollback()
    assert codes == [303] * len(answers)


def suspicions() -> Counter[str]:
    return Counter(reading().scalars(sa.select(Lead.suspicion)))


@pytest.mark.parametrize("way", [{"phone": "8 916 123-45-67"}, {"email": "anna@example.com"}])
def test_answer_that_is_sent_many_times_at_once_is_one_genuine_lead(
    app: Flask, stranger: ByStranger, way: dict[str, str]
) -> None:
    change_company({"language": "en"})

    send_at_once(app, stranger(), [{"name": "Anna", "text": WISH, **way}] * TIMES)

    found = suspicions()
    assert (found[""], found.total()) == (1, TIMES)
    assert all(reason.startswith(SAME_PEOPLE) for reason in found if reason)


def test_same_text_of_many_at_once_is_counted_as_one_after_the_other(
    app: Flask, stranger: ByStranger
) -> None:
    change_company({"language": "en"})
    answers = [
        {"name": f"Anna {number}", "email": f"a{number}@example.com", "text": WISH}
        for number in range(TIMES)
    ]

    send_at_once(app, stranger(), answers)

    assert suspicions() == {"": 3, AGAIN_AND_AGAIN: 2}


def test_different_people_at_once_are_all_genuine(app: Flask, stranger: ByStranger) -> None:
    answers = [
        {"name": f"Anna {number}", "phone": f"8 916 123-45-6{number}", "text": f"{WISH} {number}"}
        for number in range(TIMES)
    ]

    send_at_once(app, stranger(), answers)

    assert suspicions() == {"": TIMES}
