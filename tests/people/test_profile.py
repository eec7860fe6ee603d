"""The profile: devices and tokens of one's own, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.access.sign_in import devices_of
from salesman_core.access.tokens import new_token, person_of_token, tokens_of
from salesman_core.people import queries

if TYPE_CHECKING:
    from conftest import Visitor

    Visit = Callable[..., Visitor]

pytestmark = [pytest.mark.usefixtures("anna", "sergei"), pytest.mark.databases("sqlite")]


def test_devices_are_listed_in_words(visit: Visit) -> None:
    visit("sergei", agent="Mozilla/5.0 (iPhone; CPU) AppleWebKit Version/18 Safari/604.1")
    page = visit("sergei").get("/profile").text
    assert "Safari, iPhone" in page
    assert "Firefox, Linux" in page
    assert page.count("this browser") == 1


def device_ids(app: Flask, user_id: int) -> list[int]:
    with app.test_request_context():
        return [device.id for device in devices_of(user_id)]


def test_one_device_is_signed_out(app: Flask, sergei: int, visit: Visit) -> None:
    there = visit("sergei")
    (there_id,) = device_ids(app, sergei)
    here = visit("sergei")
    assert here.post(f"/profile/devices/{there_id}/sign-out").status_code == 302
    assert here.is_inside
    assert not there.is_inside


def test_device_of_somebody_else_is_out_of_reach(app: Flask, sergei: int, visit: Visit) -> None:
    victim = visit("sergei")
    (victim_id,) = device_ids(app, sergei)
    assert visit("anna").post(f"/profile/devices/{victim_id}/sign-out").status_code == 404
    assert victim.is_inside


def test_everything_else_is_signed_out_at_once(visit: Visit) -> None:
    there, here = visit("sergei"), visit("sergei")
    here.post("/profile/devices/sign-out-others")
    assert here.is_inside
    assert not there.is_inside


def test_new_token_is_shown_once(app: Flask, anna: int, visit: Visit) -> None:
    visitor = visit("anna")
    answer = visitor.post("/profile/tokens", {"name": "site", "expires": "30"})
    found = re.search(r'value="(sm_[^"]+)"', answer.text)
    assert found
    assert answer.headers["Cache-Control"] == "no-store"
    assert found[1] not in visitor.get("/profile").text
    with app.test_request_context():
        person = person_of_token(found[1])
        assert person is not None
        assert person.id == anna


def test_seller_makes_no_tokens_until_a_role_says_so(visit: Visit) -> None:
    assert visit("sergei").post("/profile/tokens", {"name": "site"}).status_code == 403


def test_token_is_revoked_on_the_page(app: Flask, anna: int, visit: Visit) -> None:
    with app.app_context():
        new_token(anna, "site")
        (kept,) = tokens_of(anna)
    visit("anna").post(f"/profile/tokens/{kept.id}/revoke")
    with app.app_context():
        assert tokens_of(anna) == []


def test_own_name_and_language_are_changed(app: Flask, sergei: int, visit: Visit) -> None:
    visitor = visit("sergei")
    visitor.post("/profile/details", {"name": "Sergei Ivanov", "locale": "ru"})
    with app.app_context(), acting_as(SYSTEM):
        found = queries.user(sergei)
    assert (found.name, found.locale) == ("Sergei Ivanov", "ru")


def test_profile_form_changes_nothing_that_is_not_on_it(
    app: Flask, sergei: int, visit: Visit
) -> None:
    visit("sergei").post(
        "/profile/details", {"name": "Sergei", "email": "me@evil.example", "role_ids": "1"}
    )
    assert visit().sign_in("sergei").status_code == 302


def test_token_whose_expiry_is_no_choice_is_not_made(anna: int, visit: Visit) -> None:
    answer = visit("anna").post("/profile/tokens", {"name": "site", "expires": "soon"})

    assert answer.status_code == 422
    assert "Choose when it expires." in answer.text
