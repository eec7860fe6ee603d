"""The JSON API of users, teams and roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from salesman_core.access.tokens import new_token
from salesman_core.db import writing
from salesman_core.people import service
from salesman_core.people.roles import change_grants, copy_role, rename_role
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import browser_of
from salesman_hookspecs import Scope

if TYPE_CHECKING:
    from conftest import AddUser

Ask = Callable[..., TestResponse]


@pytest.fixture
def as_user(app: Flask) -> Callable[..., Ask]:
    """Give what asks the API with a user's token."""

    def make(user_id: int, permissions: list[str] | None = None) -> Ask:
        token = new_token(user_id, "for a test", permissions)

        def ask(method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            options = {} if json is None else {"json": json}
            return browser_of(app).open(
                f"/api/v1{path}",
                method=method,
                headers={"Authorization": f"Bearer {token}", "If-Match": "*"} | sent,
                **options,
            )

        return ask

    return make


@pytest.fixture
def ask(anna: int, as_user: Callable[..., Ask]) -> Ask:
    """Ask as an administrator."""
    return as_user(anna)


def names(answer: TestResponse) -> list[str]:
    return [item["name"] for item in answer.json["items"]]


def test_users_are_listed_searched_and_sorted(ask: Ask, sergei: int, add_user: AddUser) -> None:
    add_user("Zoya")
    assert names(ask("GET", "/users")) == ["Anna", "Sergei", "Zoya"]
    assert names(ask("GET", "/users?sort=-name&limit=2")) == ["Zoya", "Sergei"]
    assert names(ask("GET", "/users?q=SERG")) == ["Sergei"]


def test_users_are_filtered_by_role(
    ask: Ask, sergei: int, role_named: Callable[[str], int]
) -> None:
    assert names(ask("GET", f"/users?role_id={role_named('seller')}")) == ["Sergei"]


def test_list_goes_on_where_it_stopped(ask: Ask, sergei: int) -> None:
    first = ask("GET", "/users?limit=1").json
    assert names(ask("GET", f"/users?limit=1&cursor={first['next']}")) == ["Sergei"]


def test_user_has_no_secret_in_it(ask: Ask, sergei: int) -> None:
    assert set(ask("GET", f"/users/{sergei}").json) == {
        *("id", "name", "email", "team_id", "role_ids", "locale", "active", "can_sign_in"),
        *("invited_at", "external_ids", "created_at", "updated_at"),
    }


def test_user_is_made(ask: Ask, role_named: Callable[[str], int]) -> None:
    answer = ask(
        "POST",
        "/users",
        {
            "name": "Olga",
            "email": "olga@example.com",
            "role_ids": [role_named("seller")],
            "external_ids": {"erp": "17"},
        },
    )
    assert answer.status_code == 201
    assert answer.json["can_sign_in"] is False
    assert answer.json["external_ids"] == {"erp": "17"}


def test_user_with_a_taken_address_is_refused_by_field(ask: Ask, sergei: int) -> None:
    answer = ask("POST", "/users", {"name": "Olga", "email": "sergei@example.com"})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["email"]


def test_user_is_changed_and_deactivated(ask: Ask, sergei: int) -> None:
    answer = ask("PATCH", f"/users/{sergei}", {"name": "Serge", "active": False})
    assert (answer.json["name"], answer.json["active"]) == ("Serge", False)


def test_user_is_not_changed_unseen(ask: Ask, sergei: int, clock: FrozenClock) -> None:
    etag = ask("GET", f"/users/{sergei}").headers["ETag"]
    clock.advance(seconds=1)
    first = ask("PATCH", f"/users/{sergei}", {"name": "Serge"}, If_Match=etag)
    second = ask("PATCH", f"/users/{sergei}", {"name": "Sergius"}, If_Match=etag)
    assert (first.status_code, second.status_code) == (200, 412)


def test_last_administrator_stays(ask: Ask, anna: int) -> None:
    assert ask("PATCH", f"/users/{anna}", {"role_ids": []}).status_code == 409


def test_seller_sees_colleagues_and_changes_none(
    sergei: int, anna: int, as_user: Callable[..., Ask]
) -> None:
    ask = as_user(sergei)
    assert names(ask("GET", "/users")) == ["Anna", "Sergei"]
    assert ask("PATCH", f"/users/{anna}", {"name": "Nobody"}).status_code == 403
    assert ask("POST", "/teams", {"name": "Mine"}).status_code == 403
    assert ask("GET", "/roles/1").status_code == 403


def test_token_narrowed_to_one_permission_does_no_more(
    anna: int, as_user: Callable[..., Ask]
) -> None:
    ask = as_user(anna, ["core.user.view"])
    assert ask("GET", "/users").status_code == 200
    assert ask("PATCH", f"/users/{anna}", {"name": "Nobody"}).status_code == 403


def test_teams_are_made_moved_and_deleted(ask: Ask) -> None:
    sales = ask("POST", "/teams", {"name": "Sales"}).json["id"]
    north = ask("POST", "/teams", {"name": "North", "parent_id": sales}).json
    assert north["parent_id"] == sales
    assert ask("PATCH", f"/teams/{sales}", {"parent_id": north["id"]}).status_code == 422
    assert ask("DELETE", f"/teams/{sales}").status_code == 204
    assert ask("GET", f"/teams/{north['id']}").json["parent_id"] is None


def test_role_is_read_with_its_grants(ask: Ask, role_named: Callable[[str], int]) -> None:
    role = ask("GET", f"/roles/{role_named('seller')}").json
    assert (role["preset"], role["grants"]["core.client.view"]) == ("seller", "own")


def test_whoever_asks_learns_what_they_may(sergei: int, as_user: Callable[..., Ask]) -> None:
    me = as_user(sergei)("GET", "/me").json
    assert (me["id"], me["name"], me["everything"]) == (sergei, "Sergei", False)
    assert me["permissions"]["core.client.view"] == "own"


def test_nobody_asks_without_a_token(app: Flask) -> None:
    for path in ("users", "teams", "roles", "me"):
        assert browser_of(app).get(f"/api/v1/{path}").status_code == 401


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("path", ["users", "teams", "roles"])
def test_id_that_no_table_could_hold_is_not_found(path: str, ask: Ask) -> None:
    assert ask("GET", f"/{path}/{10**30}").status_code == 404


def test_user_of_a_file_has_no_address(ask: Ask, app: Flask) -> None:
    with writing() as session:
        made = service.user_named(session, "Corliss Cosme", create_missing=True)
    assert ask("GET", f"/users/{made}").json["email"] is None


def test_description_of_the_api_is_valid(app: Flask, ask: Ask) -> None:
    document = ask("GET", "/core/openapi.json").json
    validate(document)
    assert {"/api/v1/users", "/api/v1/teams", "/api/v1/roles", "/api/v1/me"} <= set(
        document["paths"]
    )


def test_change_of_a_team_that_somebody_else_changed_meanwhile_is_refused(ask: Ask) -> None:
    team = ask("POST", "/teams", {"name": "North"})
    address, etag = f"/teams/{team.json['id']}", team.headers["ETag"]
    first = ask("PATCH", address, {"name": "The north"}, If_Match=etag)
    second = ask("PATCH", address, {"name": "Northerners"}, If_Match=etag)
    assert (first.status_code, second.status_code) == (200, 412)
    assert ask("GET", address).json["name"] == "The north"


def test_team_that_somebody_changed_meanwhile_is_not_deleted(ask: Ask) -> None:
    team = ask("POST", "/teams", {"name": "North"})
    address = f"/teams/{team.json['id']}"
    ask("PATCH", address, {"name": "The north"})

    refused = ask("DELETE", address, If_Match=team.headers["ETag"])

    assert refused.status_code == 412
    assert ask("GET", address).json["name"] == "The north"


def test_role_has_another_etag_wherever_something_of_it_differs(
    ask: Ask, role_named: Callable[[str], int]
) -> None:
    role = copy_role(role_named("seller"), "Junior seller")
    tags = [ask("GET", f"/roles/{role}").headers["ETag"]]
    rename_role(role, "Young seller")
    tags.append(ask("GET", f"/roles/{role}").headers["ETag"])
    change_grants(role, {"core.client.delete": Scope.OWN})
    tags.append(ask("GET", f"/roles/{role}").headers["ETag"])

    assert len(set(tags)) == 3
    assert ask("GET", f"/roles/{role}").headers["ETag"] == tags[-1]
