"""Signing in, staying in, being signed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from salesman_core.access import passwords
from salesman_core.access.models import SignedIn, User
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.db import reading, writing
from salesman_core.people import service
from salesman_core.testing.clock import FrozenClock

if TYPE_CHECKING:
    from conftest import AddUser, Visitor

    Visit = Callable[..., Visitor]

pytestmark = pytest.mark.usefixtures("anna", "sergei")

WRONG = "not the password at all"


@pytest.fixture
def kept(app: Flask) -> Callable[[Any], list[Any]]:
    """Read a column."""

    def read(column: Any) -> list[Any]:
        with app.app_context():
            return list(reading().scalars(sa.select(column)))

    return read


def test_right_password_lets_in(visit: Visit) -> None:
    visitor = visit()
    assert not visitor.is_inside
    assert visitor.sign_in("sergei").location == "/"
    assert visitor.is_inside


def test_email_signs_in_in_any_case(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_in("SERGEI")
    assert visitor.is_inside


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", ["sergei", "nobody", "\0", "x" * 5000])
def test_refusal_does_not_tell_whether_there_is_such_a_user(name: str, visit: Visit) -> None:
    answer = visit().sign_in(name, WRONG)
    assert answer.status_code == 422
    assert "do not belong together" in answer.text


def test_deactivated_user_is_refused_like_a_stranger(app: Flask, sergei: int, visit: Visit) -> None:
    with app.app_context(), acting_as(SYSTEM):
        service.deactivate(sergei)
    assert "do not belong together" in visit().sign_in("sergei").text


def test_user_without_password_is_refused(add_user: AddUser, visit: Visit) -> None:
    add_user("Olga", "seller", password=None)
    assert visit().sign_in("olga", "").status_code == 422


@pytest.mark.databases("sqlite")
def test_typed_password_never_comes_back_in_the_page(visit: Visit) -> None:
    assert WRONG not in visit().sign_in("sergei", WRONG).text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil",
    ],
)
def test_sign_in_leads_to_no_other_site(target: str, visit: Visit) -> None:
    assert visit().sign_in("sergei", next=target).location == "/"


@pytest.mark.databases("sqlite")
def test_sign_in_leads_back_to_the_page_that_was_asked_for(visit: Visit) -> None:
    answer = visit().sign_in("sergei", next="/admin/users?q=ann")
    assert answer.location == "/admin/users?q=ann"


@pytest.mark.databases("sqlite")
def test_page_of_a_stranger_leads_to_sign_in_and_back(visit: Visit) -> None:
    assert visit().get("/profile").location == "/sign/in?next=/profile"


@pytest.mark.databases("sqlite")
def test_cookie_is_out_of_reach_of_scripts_and_other_sites(visit: Visit) -> None:
    (cookie,) = [
        value
        for value in visit().sign_in("sergei").headers.getlist("Set-Cookie")
        if value.startswith("salesman=")
    ]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


@pytest.mark.databases("sqlite")
class TestSecure:
    @pytest.fixture
    def app_settings(self) -> dict[str, Any]:
        return {"secure_cookies": True}

    def test_cookie_is_sent_over_https_alone(self, visit: Visit) -> None:
        visitor = visit()
        answer = visitor.client.get("/sign/forgotten", base_url="https://localhost")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-salesman=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_cookie_says_nothing_of_who_is_signed_in(
    visit: Visit, kept: Callable[[Any], list[Any]]
) -> None:
    visitor = visit("sergei")
    with visitor.client.session_transaction() as session:
        secret = session["_user_id"]
        assert "ergei" not in str(dict(session))
    assert len(secret) >= 43
    assert kept(SignedIn.hash) != [secret]


def test_session_from_before_sign_in_is_worth_nothing_after(visit: Visit) -> None:
    visitor = visit()
    visitor.get("/sign/in")
    with visitor.client.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = session.get("csrf_token")
    visitor.sign_in("sergei")
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before


def test_signing_in_again_leaves_one_device(visit: Visit, kept: Callable[[Any], list[Any]]) -> None:
    visitor = visit("sergei")
    visitor.sign_in("sergei")
    assert len(kept(SignedIn.id)) == 1


def test_signing_out_ends_the_session_on_the_server_too(visit: Visit, app: Flask) -> None:
    visitor, thief = visit("sergei"), visit().client
    stolen = visitor.client.get_cookie("salesman")
    assert stolen is not None
    thief.set_cookie("salesman", stolen.value)
    assert thief.get("/profile").status_code == 200
    visitor.post("/sign/out")
    assert not visitor.is_inside
    assert thief.get("/profile").status_code == 302


@pytest.mark.databases("sqlite")
def test_signing_out_needs_a_proof_that_the_form_is_ours(visit: Visit) -> None:
    visitor = visit("sergei")
    assert visitor.client.post("/sign/out").status_code == 400
    assert visitor.is_inside


@pytest.mark.parametrize(("stay", "idle"), [("true", 14 * 24), ("", 12)])
def test_browser_that_is_left_alone_is_signed_out(
    stay: str, idle: int, visit: Visit, clock: FrozenClock
) -> None:
    visitor = visit()
    visitor.sign_in("sergei", stay=stay)
    clock.advance(hours=idle - 1)
    assert visitor.is_inside
    clock.advance(hours=idle - 1)
    assert visitor.is_inside
    clock.advance(hours=idle)
    assert not visitor.is_inside


def test_nobody_stays_signed_in_for_more_than_ninety_days(visit: Visit, clock: FrozenClock) -> None:
    visitor = visit("sergei")
    for _week in range(12):
        clock.advance(days=7)
        assert visitor.is_inside
    clock.advance(days=6)
    assert not visitor.is_inside


def test_last_seen_is_written_at_most_every_five_minutes(
    visit: Visit, clock: FrozenClock, kept: Callable[[Any], list[Any]]
) -> None:
    begin, visitor = clock.now(), visit("sergei")
    clock.advance(minutes=4)
    visitor.get("/profile")
    assert kept(SignedIn.seen_at) == [begin]
    clock.advance(minutes=1)
    visitor.get("/profile")
    assert kept(SignedIn.seen_at) == [clock.now()]


@pytest.mark.databases("sqlite")
def test_cookie_lets_nobody_into_the_api(visit: Visit) -> None:
    assert visit("anna").get("/api/v1/users").status_code == 401


def test_raised_epoch_signs_out_everywhere(app: Flask, visit: Visit) -> None:
    visitor = visit("sergei")
    with app.app_context(), writing() as session:
        session.execute(sa.update(User).values(epoch=User.epoch + 1))
    assert not visitor.is_inside


def test_password_kept_with_old_parameters_is_kept_anew_at_sign_in(
    visit: Visit, kept: Callable[[Any], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stronger = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", stronger)
    visit("sergei")
    assert sum("t=2" in hashed for hashed in kept(User.password_hash)) == 1
