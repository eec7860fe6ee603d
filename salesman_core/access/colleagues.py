"""Whom a person may choose: the active users, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from salesman_core.access.models import Role, RoleGrant, Team, User, UserRole
from salesman_core.access.person import current_person
from salesman_core.access.records import record_type, unlimited, visible
from salesman_core.db import AnyRow, reading
from salesman_hookspecs import Scope

_KIND = "user"


def seen_users() -> sa.ColumnElement[bool]:
    """Give the SQL of the users whom the person may know of: everybody knows themselves."""
    return sa.or_(User.id == current_person().id, visible(_KIND))


def colleagues(permission: str = "", also: Iterable[int | None] = ()) -> list[tuple[int, str]]:
    """Give the active users whom the person may know of, as pairs of id and name.

    :param permission: who lacks it gets themselves alone: they can give a record to nobody else.
    :param also: users who may be chosen all the same, active or not: those whom a record that the
        person sees names already.
    """
    person = current_person()
    within = sa.and_(User.active, seen_users())
    if permission and not person.may(permission):
        within = sa.and_(User.active, User.id == person.id)
    held = [id_ for id_ in also if id_ is not None]
    people = sa.select(User.id, User.name).order_by(User.search_name, User.id)
    found = reading().execute(people.where(sa.or_(within, User.id.in_(held)) if held else within))
    return [(row.id, row.name) for row in found]


def holders(permission: str) -> sa.Select[int]:
    """Give the query of the ids of the users one of whose roles names a permission.

    Who may do everything is not among them, unless another role of theirs names it.
    """
    named = sa.and_(UserRole.role_id == RoleGrant.role_id, RoleGrant.permission == permission)
    return sa.select(UserRole.user_id).join(RoleGrant, named).where(RoleGrant.scope > Scope.NONE)


def scopes_of_users(*permissions: str) -> dict[int, Mapping[str, Scope]]:
    """Give how far some permissions reach for each active user who holds all of them.

    Two statements, however many users there are. Who may do everything is among them.
    """
    granted = (
        sa.select(UserRole.user_id, RoleGrant.permission, sa.func.max(RoleGrant.scope))
        .join(RoleGrant, RoleGrant.role_id == UserRole.role_id)
        .join(User, sa.and_(User.id == UserRole.user_id, User.active))
        .where(RoleGrant.permission.in_(permissions), RoleGrant.scope > Scope.NONE)
        .group_by(UserRole.user_id, RoleGrant.permission)
    )
    found: dict[int, dict[str, Scope]] = {}
    for user_id, permission, scope in reading().execute(granted):
        found.setdefault(user_id, {})[permission] = Scope(scope)
    everything = (
        sa.select(UserRole.user_id)
        .join(Role, sa.and_(Role.id == UserRole.role_id, Role.everything))
        .join(User, sa.and_(User.id == UserRole.user_id, User.active))
    )
    for user_id in reading().scalars(everything):
        found[user_id] = dict.fromkeys(permissions, Scope.ALL)
    return {id_: scopes for id_, scopes in found.items() if len(scopes) == len(permissions)}


def whose_business(permission: str) -> Sequence[AnyRow]:
    """Give the active users whose business a permission is: id, name, email and locale of each.

    Those are its holders; where there is nobody, those who may do everything.
    """
    everything = sa.select(UserRole.user_id).join(Role, Role.id == UserRole.role_id)
    for people in holders(permission), everything.where(Role.everything):
        columns = (User.id, User.name, User.email, User.locale)
        named = sa.select(*columns).where(User.active, User.id.in_(people)).order_by(User.id)
        if found := reading().execute(named).all():
            return found
    return []


def known_teams() -> list[tuple[int, str]]:
    """Give the teams whom the person may know of: all, or their own and those below it."""
    teams = sa.select(Team.id, Team.name).order_by(Team.name, Team.id)
    if not unlimited(_KIND, record_type(_KIND).view_permission):
        teams = teams.where(Team.id.in_(current_person().team_ids))
    return [(row.id, row.name) for row in reading().execute(teams)]


def known_roles() -> list[tuple[int, str]]:
    """Give the roles that people may have, as pairs of id and name: whom something is opened to."""
    roles = sa.select(Role.id, Role.name).order_by(Role.name, Role.id)
    return [(row.id, row.name) for row in reading().execute(roles)]


def users_of_role(role_id: int) -> list[int]:
    """Give the ids of the active users who have a role."""
    people = sa.select(User.id).join(UserRole, UserRole.user_id == User.id)
    active = people.where(UserRole.role_id == role_id, User.active)
    return list(reading().scalars(active.order_by(User.id)))


def roles_of(user_id: int | None) -> frozenset[int]:
    """Give the ids of a user's roles; none for the system."""
    if user_id is None:
        return frozenset()
    roles = sa.select(UserRole.role_id).where(UserRole.user_id == user_id)
    return frozenset(reading().scalars(roles))


def has_role(user_id: Any, role_id: Any) -> sa.ColumnElement[bool]:
    """Give the SQL of whether a user has a role, each given as a column or a number."""
    return sa.exists().where(UserRole.user_id == user_id, UserRole.role_id == role_id)
