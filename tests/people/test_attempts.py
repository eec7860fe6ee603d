"""How often somebody may try to sign in, and how long they wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from freezegun import freeze_time
from werkzeug.test import TestResponse

from salesman_core.access import attempts
from salesman_core.access.attempts import TooManyAttemptsError

if TYPE_CHECKING:
    from conftest import Visitor

    Visit = Callable[..., Visitor]

pytestmark = [pytest.mark.usefixtures("anna", "sergei"), pytest.mark.databases("sqlite")]

WRONG = "not the password at all"


def guess(visitor: Visitor, name: str = "sergei", address: str = "10.0.0.9") -> TestResponse:
    return visitor.post(
        "/sign/in",
        {"login": f"{name}@example.com", "password": WRONG},
        environ_base={"REMOTE_ADDR": address},
    )


@pytest.mark.parametrize("name", ["sergei", "nobody"])
def test_sixth_wrong_guess_within_a_minute_has_to_wait(name: str, visit: Visit) -> None:
    with freeze_time(datetime.now(UTC)):
        codes = [guess(visit(), name).status_code for _time in range(5)]
        answer = guess(visit(), name)
    assert codes == [422] * 5
    assert answer.status_code == 429
    assert re.search(r"Try again in (59|60) seconds", answer.text)


def test_wait_is_over_after_a_minute(visit: Visit) -> None:
    with freeze_time(datetime.now(UTC)) as time:
        for _time in range(6):
            guess(visit())
        time.tick(61)
        assert guess(visit()).status_code == 422


def test_right_password_makes_slips_forgotten(visit: Visit) -> None:
    visitor = visit()
    for _time in range(2):
        for _slip in range(4):
            assert visitor.sign_in("sergei", WRONG).status_code == 422
        assert visitor.sign_in("sergei").status_code == 302


def test_many_addresses_cannot_guess_one_account_faster(visit: Visit) -> None:
    visitor = visit()
    answers = [guess(visitor, address=f"10.0.0.{last}").status_code for last in range(11)]
    assert answers == [422] * 10 + [429]


def test_stranger_cannot_lock_out_whoever_is_signed_in_there(visit: Visit) -> None:
    visit("sergei")
    visitor = visit()
    answers = [guess(visitor, address=f"10.0.0.{last}").status_code for last in range(11)]
    assert answers[-1] == 429
    assert visit().sign_in("sergei").status_code == 302


def test_one_address_cannot_try_all_accounts(app: Flask) -> None:
    with app.app_context():
        for number in range(100):
            attempts.note(f"user{number}", "10.0.0.9", known_here=False)
        with pytest.raises(TooManyAttemptsError):
            attempts.note("user100", "10.0.0.9", known_here=False)
        attempts.note("user100", "10.0.0.10", known_here=False)


def test_refused_attempts_do_not_make_the_wait_longer(app: Flask) -> None:
    with app.app_context(), freeze_time(datetime.now(UTC)) as time:
        for _time in range(5):
            attempts.note("sergei", "10.0.0.9", known_here=False)
        time.tick(50)
        with pytest.raises(TooManyAttemptsError) as refusal:
            attempts.note("sergei", "10.0.0.9", known_here=False)
        assert refusal.value.wait.total_seconds() == pytest.approx(10, abs=1)
        time.tick(11)
        attempts.note("sergei", "10.0.0.9", known_here=False)
