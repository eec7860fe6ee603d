"""What comes back is told apart, by mail systems' own formats."""

from __future__ import annotations

import pytest
from salesman_mailing.bounces.judging import Kind, judge_letter

from .letters import (
    ANNA,
    AUTOMATIC,
    CHALLENGES,
    COMPLAINTS,
    DELAYED,
    HARD,
    OTHERS,
    OURS,
    SOFT,
    plain,
    report,
    status,
)

ALL = {
    Kind.HARD: HARD,
    Kind.SOFT: SOFT,
    Kind.DELAYED: DELAYED,
    Kind.COMPLAINT: COMPLAINTS,
    Kind.CHALLENGE: CHALLENGES,
    Kind.AUTOMATIC: AUTOMATIC,
    Kind.OTHER: OTHERS,
}
CASES = [(kind, name, raw) for kind, letters in ALL.items() for name, raw in letters.items()]


@pytest.mark.parametrize(
    ("kind", "raw"), [pytest.param(kind, raw, id=name) for kind, name, raw in CASES]
)
def test_letters_that_come_back_are_told_apart(kind: Kind, raw: bytes) -> None:
    assert judge_letter(raw).kind == kind


def test_there_are_at_least_forty_of_them() -> None:
    assert len({raw for _kind, _name, raw in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(raw, id=name)
        for kind, name, raw in CASES
        if kind not in {Kind.OTHER, Kind.AUTOMATIC, Kind.CHALLENGE}
    ],
)
def test_whatever_is_about_a_letter_of_ours_names_it(raw: bytes) -> None:
    assert OURS in judge_letter(raw).letter_ids


@pytest.mark.parametrize("name", [*HARD, *SOFT])
def test_bounces_name_whom_they_are_about(name: str) -> None:
    assert judge_letter({**HARD, **SOFT}[name]).addresses == (ANNA,)


def test_answers_name_the_letter_that_they_answer() -> None:
    assert judge_letter(OTHERS["answer-of-a-person"]).letter_ids == (OURS,)


def test_what_a_stranger_quotes_is_no_letter_of_ours() -> None:
    raw = plain("From: boris@stranger.example\nSubject: x\n", f"Message-ID: <{OURS}>")
    assert judge_letter(raw).letter_ids == ()


def test_status_of_the_receiving_system_wins_over_one_that_says_nothing() -> None:
    raw = report("From: MAILER-DAEMON@x.example\n", "", status("failed", "5.0.0", "550 5.1.1 gone"))
    assert judge_letter(raw).status == "5.1.1"


@pytest.mark.timeout(10)
def test_hostile_letters_are_read_in_time() -> None:
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)
    )
    spaces = plain("From: MAILER-DAEMON@x.example\nSubject: failure notice\n", " " * 400_000 + "<")
    for raw in (nested, spaces, b"a@" * 200_000, b"<" * 400_000, b"\0" * 400_000):
        assert judge_letter(raw).kind in set(Kind)
