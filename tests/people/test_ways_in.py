"""Invitation, forgotten password, password change: links that work once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask
from freezegun import freeze_time

from salesman_core.access.models import User
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.db import reading
from salesman_core.errors import ConflictError
from salesman_core.people import service
from salesman_core.services import mail
from salesman_core.services.models import KeptLetter
from salesman_core.services.smtp import MailServer
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.mail import MailSink

if TYPE_CHECKING:
    from conftest import AddUser, Visitor

    Visit = Callable[..., Visitor]

NEW = "eleven wet umbrellas"


@pytest.fixture(autouse=True)
def _mail_server(app: Flask, mail_sink: MailSink) -> None:
    mail.change_mail(MailServer.at(mail_sink.url), "crm@example.com")


@pytest.fixture
def olga(anna: int, add_user: AddUser) -> int:
    """A seller who has not come yet."""
    return add_user("Olga", "seller", password=None)


@pytest.fixture
def post_out(app: Flask, mail_sink: MailSink) -> Callable[[], str]:
    """Send all letters that wait; give the path of the link in the last one."""

    def send() -> str:
        with app.app_context():
            waiting = sa.select(KeptLetter.id).where(KeptLetter.state == mail.WAITING)
            for letter_id in reading().scalars(waiting).all():
                mail.deliver(letter_id)
        text = mail_sink.letters[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        found = re.search(r"http://127\.0\.0\.1:8000(/sign/\S+)", text)
        assert found, text
        return found[1]

    return send


@pytest.fixture
def invited(app: Flask, olga: int, post_out: Callable[[], str]) -> str:
    """The path of Olga's invitation."""
    with app.app_context(), acting_as(SYSTEM):
        service.invite(olga)
    return post_out()


@pytest.fixture
def forgotten(sergei: int, anna: int, visit: Visit, post_out: Callable[[], str]) -> str:
    """The path of the link that Sergei got because he forgot his password."""
    visit().post("/sign/forgotten", {"login": "Sergei@example.com"})
    return post_out()


def test_invited_user_chooses_a_password_and_is_inside(invited: str, visit: Visit) -> None:
    visitor = visit()
    assert visitor.post(invited, {"password": NEW}).location == "/"
    assert visitor.is_inside
    assert visit().sign_in("olga", NEW).status_code == 302


def test_invitation_works_once(invited: str, visit: Visit) -> None:
    visit().post(invited, {"password": NEW})
    assert visit().get(invited).status_code == 404
    assert visit().post(invited, {"password": "another password here"}).status_code == 404


def test_invitation_holds_for_seven_days(invited: str, visit: Visit, clock: FrozenClock) -> None:
    clock.advance(days=6, hours=23)
    assert visit().get(invited).status_code == 200
    clock.advance(hours=1)
    assert visit().get(invited).status_code == 404


def test_weak_password_is_refused_and_the_link_stays(invited: str, visit: Visit) -> None:
    assert visit().post(invited, {"password": "olga"}).status_code == 422
    assert visit().post(invited, {"password": NEW}).status_code == 302


def test_invitation_of_a_deactivated_user_holds_no_longer(
    app: Flask, olga: int, invited: str, visit: Visit
) -> None:
    with app.app_context(), acting_as(SYSTEM):
        service.deactivate(olga)
    assert visit().get(invited).status_code == 404


def test_invitation_dies_with_the_address_it_went_to(
    app: Flask, olga: int, invited: str, visit: Visit
) -> None:
    with app.app_context(), acting_as(SYSTEM):
        service.change_user(olga, {"email": "olga.petrova@example.com"})
    assert visit().get(invited).status_code == 404


def test_link_for_one_purpose_does_not_serve_the_other(invited: str, visit: Visit) -> None:
    assert visit().get(invited.replace("/invitation/", "/password/")).status_code == 404


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("proof", ["x", "WzEsMF0.x", "%00", "a" * 3000])
def test_made_up_link_leads_nowhere(proof: str, anna: int, visit: Visit) -> None:
    assert visit().get(f"/sign/invitation/{proof}").status_code == 404


def test_user_with_a_password_is_not_invited(app: Flask, anna: int, sergei: int) -> None:
    with app.app_context(), acting_as(SYSTEM), pytest.raises(ConflictError):
        service.invite(sergei)


@pytest.mark.databases("sqlite")
def test_letter_speaks_the_language_of_its_reader(
    app: Flask, olga: int, post_out: Callable[[], str], mail_sink: MailSink
) -> None:
    with app.app_context(), acting_as(SYSTEM):
        service.change_user(olga, {"locale": "en"})
        service.invite(olga)
    post_out()
    assert mail_sink.letters[-1]["Subject"] == "Your invitation to SalesMan"


def test_forgotten_password_is_replaced(forgotten: str, visit: Visit) -> None:
    assert visit().post(forgotten, {"password": NEW}).status_code == 302
    assert visit().sign_in("sergei").status_code == 422
    assert visit().sign_in("sergei", NEW).status_code == 302


def test_link_for_a_forgotten_password_works_once_within_two_hours(
    forgotten: str, visit: Visit, clock: FrozenClock
) -> None:
    clock.advance(hours=2)
    assert visit().get(forgotten).status_code == 404
    clock.advance(hours=-1)
    visit().post(forgotten, {"password": NEW})
    assert visit().get(forgotten).status_code == 404


def test_new_password_signs_out_wherever_the_old_one_was(
    sergei: int, anna: int, visit: Visit, post_out: Callable[[], str]
) -> None:
    lost = visit("sergei")
    visit().post("/sign/forgotten", {"login": "sergei@example.com"})
    visit().post(post_out(), {"password": NEW})
    assert not lost.is_inside


@pytest.mark.databases("sqlite")
def test_stranger_cannot_find_out_who_works_here(
    sergei: int, anna: int, visit: Visit, app: Flask
) -> None:
    known = visit().post("/sign/forgotten", {"login": "sergei@example.com"}).text
    unknown = visit().post("/sign/forgotten", {"login": "nobody@example.com"}).text
    known_words, unknown_words = (re.findall(r"<p>(.*?)</p>", page) for page in (known, unknown))
    assert known_words == unknown_words
    assert known_words
    with app.app_context():
        assert list(reading().scalars(sa.select(KeptLetter.to))) == ["sergei@example.com"]


@pytest.mark.databases("sqlite")
def test_letters_to_one_account_are_limited(sergei: int, anna: int, visit: Visit) -> None:
    visitor = visit()
    with freeze_time(datetime.now(UTC)):
        codes = [
            visitor.post("/sign/forgotten", {"login": "sergei@example.com"}).status_code
            for _time in range(4)
        ]
    assert codes == [200, 200, 200, 429]


# -- changing one's own password


def change(visitor: Visitor, old: str, new: str) -> int:
    return visitor.post("/profile/password", {"old_password": old, "password": new}).status_code


def test_own_password_is_changed_with_the_old_one(sergei: int, anna: int, visit: Visit) -> None:
    assert change(visit("sergei"), "a horse of two colours", NEW) == 302
    assert visit().sign_in("sergei", NEW).status_code == 302


@pytest.mark.databases("sqlite")
def test_own_password_is_not_changed_without_the_old_one(
    sergei: int, anna: int, visit: Visit
) -> None:
    assert change(visit("sergei"), "guessed", NEW) == 422


def test_changed_password_signs_out_everywhere_else(sergei: int, anna: int, visit: Visit) -> None:
    here, there = visit("sergei"), visit("sergei")
    change(here, "a horse of two colours", NEW)
    assert here.is_inside
    assert not there.is_inside


def test_changed_password_makes_a_copied_cookie_worthless(
    sergei: int, anna: int, visit: Visit, app: Flask
) -> None:
    here, thief = visit("sergei"), visit().client
    stolen = here.client.get_cookie("salesman")
    assert stolen is not None
    thief.set_cookie("salesman", stolen.value)
    change(here, "a horse of two colours", NEW)
    assert thief.get("/profile").status_code == 302


def test_changed_password_is_kept_under_a_new_epoch(
    sergei: int, anna: int, visit: Visit, app: Flask
) -> None:
    change(visit("sergei"), "a horse of two colours", NEW)
    with app.app_context():
        assert reading().get_one(User, sergei).epoch == 1
