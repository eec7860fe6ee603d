"""Looking at the CRM as somebody else: logged, visible, and with one's hands tied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.looking import LOOK_AS, Look
from salesman_core.clients.service import create_client
from salesman_core.db import reading, refuse_changes, writing
from salesman_core.people import service
from salesman_core.people.roles import change_grants, copy_role
from salesman_core.records.models import Audit
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import api_of
from salesman_hookspecs import Scope

AddUser = Callable[..., int]
Visit = Callable[..., Any]

STOP = "Stop looking"


def acts(action: str) -> list[tuple[str, str]]:
    """Who did something, and to whom, as the audit has it."""
    found = sa.select(Audit.actor_name, Audit.label).where(Audit.action == action)
    return [tuple(row) for row in reading().execute(found.order_by(Audit.id))]


def test_looker_sees_what_the_other_sees(anna: int, sergei: int, visit: Visit) -> None:
    create_client({"name": "Of a stranger"})
    create_client({"name": "Of Sergei", "owner_id": sergei})
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/look")

    page = browser.get("/clients").text

    assert "Of Sergei" in page
    assert "Of a stranger" not in page
    assert browser.get("/admin/users/new").status_code == 403


def test_every_page_says_whose_eyes_these_are(anna: int, sergei: int, visit: Visit) -> None:
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/look")

    for path in ("/", "/clients", "/profile", "/nowhere"):
        page = browser.get(path).text
        assert "You see what Sergei sees." in page
        assert STOP in page


def test_looker_changes_nothing_and_is_told_why(anna: int, sergei: int, visit: Visit) -> None:
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/look")

    answer = browser.post("/profile/details", {"name": "Somebody else"})

    assert answer.status_code == 403
    assert "You look with the eyes of Sergei, so nothing can be changed." in answer.text
    assert service.user_named(reading(), "Sergei", create_missing=False) == sergei


def test_nothing_is_written_while_somebody_looks(app: Flask) -> None:
    """A page that changes something when it is merely read is kept from it, too."""
    with app.test_request_context("/"):
        refuse_changes(PermissionError())
        with pytest.raises(PermissionError), writing():
            pass


def test_look_ends_by_one_press(anna: int, sergei: int, visit: Visit) -> None:
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/look")

    browser.post("/look/end")

    page = browser.get("/admin/users").text
    assert STOP not in page
    assert browser.get("/admin/users/new").status_code == 200


def test_look_ends_after_an_hour(anna: int, sergei: int, visit: Visit, clock: FrozenClock) -> None:
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/look")

    clock.advance(timedelta(minutes=59))
    assert STOP in browser.get("/").text
    clock.advance(timedelta(minutes=1))
    assert STOP not in browser.get("/").text


def test_look_ends_with_the_session(
    anna: int, sergei: int, visit: Visit, clock: FrozenClock
) -> None:
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/look")
    clock.advance(timedelta(minutes=5))

    browser.post("/sign/out")

    (look,) = reading().scalars(sa.select(Look))
    assert look.until - look.since == timedelta(minutes=5)
    assert STOP not in visit("anna").get("/").text


def test_audit_says_who_looked_as_whom_from_when_until_when(
    anna: int, sergei: int, visit: Visit
) -> None:
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/look")
    browser.post("/look/end")

    assert acts("looked_as") == [("Anna", "Sergei")]
    assert acts("looked_away") == [("Anna", "Sergei")]


def test_whom_one_looked_as_reads_of_it_in_their_profile(
    anna: int, sergei: int, visit: Visit
) -> None:
    visit("anna").post(f"/admin/users/{sergei}/look")

    assert "Anna looked as Sergei" in visit("sergei").get("/profile").text


@pytest.fixture
def peeping(add_user: AddUser, role_named: Callable[[str], int]) -> int:
    """Somebody who may look as others, and holds what a head of sales holds, for all records."""
    role = copy_role(role_named("head"), "Peeping")
    change_grants(role, {LOOK_AS: Scope.ALL, "core.user.manage": Scope.ALL})
    return service.add_user("peter@example.com", "Peter", [role], password="a horse of two colours")


def test_nobody_looks_as_somebody_who_holds_more(anna: int, peeping: int, visit: Visit) -> None:
    assert visit("peter").post(f"/admin/users/{anna}/look").status_code == 403


def test_who_holds_all_that_the_other_holds_may_look(
    anna: int, sergei: int, peeping: int, visit: Visit
) -> None:
    browser = visit("peter")

    assert browser.post(f"/admin/users/{sergei}/look").status_code == 302
    assert STOP in browser.get("/").text


def test_look_is_over_once_the_other_holds_more(
    anna: int, sergei: int, peeping: int, visit: Visit
) -> None:
    browser = visit("peter")
    browser.post(f"/admin/users/{sergei}/look")

    service.change_user(sergei, {"role_ids": ["administrator"]})

    assert STOP not in browser.get("/").text


def test_look_is_over_once_the_other_is_deactivated(anna: int, sergei: int, visit: Visit) -> None:
    browser = visit("anna")
    browser.post(f"/admin/users/{sergei}/look")

    service.deactivate(sergei)

    assert STOP not in browser.get("/").text


def test_sellers_look_as_nobody(anna: int, sergei: int, visit: Visit) -> None:
    assert visit("sergei").post(f"/admin/users/{anna}/look").status_code == 403


def test_token_of_a_looker_stays_theirs(anna: int, sergei: int, visit: Visit, app: Flask) -> None:
    visit("anna").post(f"/admin/users/{sergei}/look")

    assert api_of(app, anna).get("/me").json["id"] == anna
    assert api_of(app, anna).post("/clients", {"name": "Omega"}).status_code == 201


# -- sign-ins


def test_audit_tells_of_sign_ins_and_their_end(anna: int, visit: Visit) -> None:
    browser = visit("anna")
    browser.post("/sign/out")

    assert acts("signed_in") == [("Anna", "Anna")]
    assert acts("signed_out") == [("Anna", "Anna")]


def test_audit_tells_of_refused_sign_ins_by_account(anna: int, visit: Visit) -> None:
    visit().sign_in("anna", "wrong")
    visit().sign_in("nobody", "wrong")

    assert acts("sign_in_refused") == [("", "Anna"), ("", "")]
