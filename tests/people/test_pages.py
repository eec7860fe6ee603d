"""The pages of administration: who sees them, what their forms do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.db import writing
from salesman_core.people import queries, roles
from salesman_core.people.teams import add_team

if TYPE_CHECKING:
    from conftest import AddUser, Visitor

    Visit = Callable[..., Visitor]

pytestmark = [pytest.mark.usefixtures("anna", "sergei"), pytest.mark.databases("sqlite")]

ADMINISTRATION = (
    "/admin/users",
    "/admin/users?active=false",
    "/admin/users?q=serg",
    "/admin/users/new",
    "/admin/users/1",
    "/admin/users/2/deactivate",
    "/admin/users/2/why",
    "/admin/users/2/why?record=user:1",
    "/admin/teams",
    "/admin/teams/1",
    "/admin/roles",
    "/admin/roles/1",
    "/admin/roles/3",
    "/admin/mail",
    "/profile",
)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("path", ADMINISTRATION)
def test_administrator_reads_every_page(path: str, language: str, app: Flask, visit: Visit) -> None:
    with app.app_context(), acting_as(SYSTEM):
        add_team("North")
    visitor = visit("anna")
    visitor.post("/profile/language", {"language": language})
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text


@pytest.mark.parametrize("path", ["/admin/users", "/admin/users/1", "/admin/teams", "/profile"])
def test_seller_sees_colleagues_and_teams(path: str, visit: Visit) -> None:
    answer = visit("sergei").get(path)
    assert answer.status_code == 200
    assert "/admin/users/new" not in answer.text


def test_menu_leads_to_users_and_teams_whoever_may_change_them(visit: Visit) -> None:
    entries = ('href="/admin/users"', 'href="/admin/teams"')
    of_administrator, of_seller = visit("anna").get("/profile"), visit("sergei").get("/profile")
    assert [entry in of_administrator.text for entry in entries] == [True, True]
    assert [entry in of_seller.text for entry in entries] == [False, False]


@pytest.mark.parametrize(
    "path", ["/admin/users/new", "/admin/users/1/deactivate", "/admin/roles", "/admin/mail"]
)
def test_seller_is_told_what_is_missing(path: str, visit: Visit) -> None:
    answer = visit("sergei").get(path)
    assert answer.status_code == 403
    assert "Anna" in answer.text


def test_user_is_added_on_the_page(visit: Visit, role_named: Callable[[str], int]) -> None:
    visitor = visit("anna")
    answer = visitor.post(
        "/admin/users/new",
        {"name": "Olga", "email": "olga@example.com", "role_ids": [str(role_named("seller"))]},
    )
    page = visitor.get(answer.location).text
    assert "olga@example.com" in page
    assert "was not invited" in page


def test_user_form_gives_back_what_was_typed(visit: Visit) -> None:
    answer = visit("anna").post("/admin/users/new", {"name": "Olga", "email": "no address"})
    assert answer.status_code == 422
    assert 'value="no address"' in answer.text


def test_invitation_link_is_shown_where_no_letter_goes(add_user: AddUser, visit: Visit) -> None:
    olga = add_user("Olga", password=None)
    page = visit("anna").post(f"/admin/users/{olga}/link").text
    assert "/sign/invitation/" in page


def test_deactivation_says_what_belongs_to_the_user(sergei: int, visit: Visit) -> None:
    page = visit("anna").get(f"/admin/users/{sergei}/deactivate").text
    assert "No records name them" in page


def test_deactivated_user_is_listed_apart(sergei: int, visit: Visit) -> None:
    visitor = visit("anna")
    visitor.post(f"/admin/users/{sergei}/deactivate")
    assert "sergei@example.com" not in visitor.get("/admin/users").text
    assert "sergei@example.com" in visitor.get("/admin/users?active=false").text
    visitor.post(f"/admin/users/{sergei}/activate")
    assert "sergei@example.com" in visitor.get("/admin/users").text


def test_matrix_is_saved(app: Flask, visit: Visit, role_named: Callable[[str], int]) -> None:
    seller = role_named("seller")
    visit("anna").post(
        f"/admin/roles/{seller}", {"grant:core.client.view": "3", "grant:core.client.edit": "0"}
    )
    with app.app_context(), acting_as(SYSTEM):
        grants = queries.grants(seller)
    assert grants["core.client.view"] == "all"
    assert "core.client.edit" not in grants


def test_role_is_copied_renamed_and_deleted(
    app: Flask, visit: Visit, role_named: Callable[[str], int]
) -> None:
    visitor = visit("anna")
    copy = visitor.post(f"/admin/roles/{role_named('seller')}/copy", {"name": "Junior"}).location
    visitor.post(f"{copy}/rename", {"name": "Trainee"})
    assert "Trainee" in visitor.get("/admin/roles").text
    visitor.post(f"{copy}/delete")
    assert "Trainee" not in visitor.get("/admin/roles").text


def test_statements_of_the_list_do_not_grow_with_its_rows(
    app: Flask,
    visit: Visit,
    add_user: AddUser,
    statements: Callable[[], object],
    role_named: Callable[[str], int],
) -> None:
    visitor = visit("anna")
    visitor.get("/admin/users")
    with statements() as few:  # type: ignore[attr-defined]  # a context manager
        visitor.get("/admin/users")
    with app.app_context(), acting_as(SYSTEM), writing():
        for number in range(20):
            roles.copy_role(role_named("seller"), f"Copy {number}")
    for number in range(5):
        add_user(f"Extra{number}", "seller")
    visitor.get("/admin/users")
    with statements() as many:  # type: ignore[attr-defined]  # a context manager
        visitor.get("/admin/users")
    assert len(many) == len(few)
