"""The JSON API of users, teams and roles."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from salesman_core.access.person import current_person
from salesman_core.access.routes import requires, signed_in
from salesman_core.db import reading
from salesman_core.i18n import CORE
from salesman_core.people import queries, roles, service, teams
from salesman_core.people.handing_over import ALL_KINDS
from salesman_core.people.permissions import MANAGE, ROLES, VIEW
from salesman_core.people.queries import USERS, TeamView, UserView
from salesman_core.people.schemas import (
    ChangeUserSchema,
    DeactivationSchema,
    MeSchema,
    NewUserSchema,
    RoleSchema,
    RoleWithGrantsSchema,
    TeamSchema,
    UserSchema,
)
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.lists import ListQuery
from salesman_core.rest import (
    ApiBlueprint,
    arguments,
    etag_of,
    json_response,
    page_answer,
    page_response,
    response,
    versioned,
)
from salesman_hookspecs import Scope

users_api = ApiBlueprint(CORE, __name__, collection="users")
teams_api = ApiBlueprint(CORE, __name__, collection="teams")
roles_api = ApiBlueprint(CORE, __name__, collection="roles")
me_api = ApiBlueprint(CORE, __name__, collection="me", title="Whoever asks")


@users_api.get("")
@requires(VIEW)
@list_arguments(USERS)
@page_response(UserSchema)
def list_users(query: ListQuery) -> Response:
    """List users."""
    found, next_cursor = queries.users(query)
    return page_answer([asdict(user) for user in found], next_cursor)


@users_api.post("")
@requires(MANAGE)
@arguments(NewUserSchema)
@response(UserSchema, 201)
def create_user(values: dict[str, Any]) -> Response:
    """Add a user."""
    user_id = service.add_user(
        values.pop("email"), values.pop("name"), values.pop("role_ids", ()), **values
    )
    return _user_response(user_id, 201)


@users_api.get("/<int:record_id>")
@requires(VIEW)
@response(UserSchema)
def read_user(record_id: int) -> Response:
    """Read a user."""
    return _user_response(record_id)


@users_api.patch("/<int:record_id>")
@requires(MANAGE)
@versioned(service.KIND)
@arguments(ChangeUserSchema(partial=True))
@response(UserSchema)
def change_user(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a user, deactivate or activate them."""
    service.change_user(record_id, values, version)
    return _user_response(record_id)


@users_api.post("/<int:record_id>/invite")
@requires(MANAGE)
@response(UserSchema)
def invite_user(record_id: int) -> Response:
    """Send a user the letter by which they choose a password."""
    service.invite(record_id)
    return _user_response(record_id)


@users_api.post("/<int:record_id>/deactivate")
@requires(MANAGE)
@versioned(service.KIND)
@arguments(DeactivationSchema)
@response(UserSchema)
def deactivate_user(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Keep a user from acting, and give what they own to whoever takes over."""
    successors: dict[str, int | None] = dict(values["successors"])
    if "successor_id" in values:
        successors = {ALL_KINDS: values["successor_id"], **successors}
    service.deactivate(record_id, successors, version)
    return _user_response(record_id)


def _user_response(user_id: int, status: int = 200) -> Response:
    user: UserView = queries.user(user_id)
    etag = etag_of(service.KIND, user_id, user.updated_at)
    return json_response(asdict(user), status, etag=etag)


@teams_api.get("")
@requires(VIEW)
@page_response(TeamSchema)
def list_teams() -> Response:
    """List all teams, each followed by those below it."""
    return page_answer([_team(team) for team in queries.teams()], None)


@teams_api.post("")
@requires(MANAGE)
@arguments(TeamSchema)
@response(TeamSchema, 201)
def create_team(values: dict[str, Any]) -> Response:
    """Add a team."""
    return _team_response(teams.add_team(values["name"], values.get("parent_id")), 201)


@teams_api.get("/<int:record_id>")
@requires(VIEW)
@response(TeamSchema)
def read_team(record_id: int) -> Response:
    """Read a team."""
    return _team_response(record_id)


@teams_api.patch("/<int:record_id>")
@requires(MANAGE)
@versioned(teams.KIND)
@arguments(TeamSchema(partial=True))
@response(TeamSchema)
def change_team(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a team."""
    teams.change_team(record_id, values, version)
    return _team_response(record_id)


@teams_api.delete("/<int:record_id>")
@requires(MANAGE)
@versioned(teams.KIND)
@response(None, 204)
def delete_team(record_id: int, version: int | None) -> None:
    """Delete a team: its people are in none, the teams below it move up."""
    teams.delete_team(record_id, version)


def _team_response(team_id: int, status: int = 200) -> Response:
    team = queries.team(team_id)
    version = teams.version_of(team.name, team.parent_id)
    return json_response(_team(team), status, etag=etag_of(teams.KIND, team_id, version))


def _team(team: TeamView) -> dict[str, Any]:
    return {
        "id": team.id,
        "name": team.name,
        "parent_id": team.parent_id,
        "members": team.members,
    }


@roles_api.get("")
@requires(VIEW)
@page_response(RoleSchema)
def list_roles() -> Response:
    """List all roles."""
    return page_answer([asdict(role) for role in queries.roles()], None)


@roles_api.get("/<int:record_id>")
@requires(ROLES)
@response(RoleWithGrantsSchema)
def read_role(record_id: int) -> Response:
    """Read a role with all that it grants."""
    role = asdict(queries.role(record_id)) | {"grants": queries.grants(record_id)}
    etag = etag_of(roles.KIND, record_id, roles.version_of(reading(), record_id))
    return json_response(role, etag=etag)


@me_api.get("")
@signed_in
@response(MeSchema)
def read_me() -> Response:
    """Tell whoever asks who they are, and what their token may do."""
    person = current_person()
    return json_response(
        {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "locale": person.locale,
            "team_ids": list(person.team_ids),
            "everything": person.everything,
            "permissions": {
                name: scope.name.lower()
                for name, scope in sorted(person.scopes.items())
                if scope is not Scope.NONE
            },
        }
    )
