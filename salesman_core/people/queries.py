"""Every read of users, teams and roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import defer, selectinload

from salesman_core.access.looking import covers
from salesman_core.access.models import Role, RoleGrant, Team, User, UserExternalId, UserRole
from salesman_core.access.permissions import PRESETS, all_permissions, owner_title, role_name
from salesman_core.access.person import current_person, person_of
from salesman_core.access.records import visible
from salesman_core.db import reading
from salesman_core.errors import MissingError
from salesman_core.i18n import CORE, texts, texts_of
from salesman_core.jobs import JobView, job_view
from salesman_core.people.handing_over import JOB
from salesman_core.people.service import KIND
from salesman_core.records.list_fields import contains
from salesman_core.records.lists import (
    FieldKind,
    ListField,
    ListFilter,
    ListQuery,
    ListSpec,
    Page,
    select_page,
)
from salesman_core.services.models import KeptLetter
from salesman_hookspecs import Permission, Scope

_ = texts.lazy

LETTERS_SHOWN: Final = 100


def _has_role(operator: str, value: Any) -> sa.ColumnElement[bool]:
    wanted = value if operator == "in" else (value,)
    return User.id.in_(sa.select(UserRole.user_id).where(UserRole.role_id.in_(wanted)))


def _role_shown(role_id: int) -> str:
    return next((role.name for role in roles() if role.id == role_id), str(role_id))


USERS: Final = ListSpec(
    kind=KIND,
    id=User.id,
    fields=(
        ListField("name", _("Full name"), User.name, FieldKind.TEXT, norm=User.search_name),
        ListField("email", _("Email"), User.email, FieldKind.TEXT, norm=User.login),
        ListField(
            "team_id",
            _("Team"),
            User.team_id,
            FieldKind.REF,
            sortable=False,
            show=lambda team_id: team_names().get(team_id, ""),
        ),
        ListField("active", _("Active"), User.active, FieldKind.FLAG),
        ListField("invited_at", _("Invited"), User.invited_at, FieldKind.MOMENT),
        ListField("created_at", _("Added"), User.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), User.updated_at, FieldKind.MOMENT),
    ),
    search=lambda typed: sa.or_(contains(User.search_name, typed), contains(User.login, typed)),
    default_sort="name",
    filters=(ListFilter("role_id", _("Role"), FieldKind.REF, _has_role, show=_role_shown),),
)
"""How the list of users is filtered and sorted, on the page and in the JSON API."""


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as others see them.

    :param can_sign_in: whether they have a password and are active.
    """

    id: int
    name: str
    email: str | None
    team_id: int | None
    role_ids: tuple[int, ...]
    locale: str
    active: bool
    can_sign_in: bool
    invited_at: datetime | None
    created_at: datetime
    updated_at: datetime
    external_ids: Mapping[str, str]


_COLUMNS: Final = (
    User.id,
    User.name,
    User.email,
    User.team_id,
    User.locale,
    User.active,
    sa.and_(User.active, User.password_hash.is_not(None)).label("can_sign_in"),
    User.invited_at,
    User.created_at,
    User.updated_at,
)
_NAMES: Final = tuple(str(column.key) for column in _COLUMNS)


def users(query: ListQuery) -> tuple[list[UserView], str | None]:
    """Give a page of users, and where the next one begins."""
    page: Page = select_page(reading(), _COLUMNS, USERS, query, visible(KIND))
    return _views(page.dicts(_NAMES)), page.next_cursor


def user(user_id: int) -> UserView:
    """Give a user.

    :raises MissingError: where there is none that one may see.
    """
    row = (
        reading()
        .execute(sa.select(*_COLUMNS).where(User.id == user_id, _within_sight(user_id)))
        .one_or_none()
    )
    if row is None:
        raise MissingError(_("There is no such user."))
    return _views([dict(zip(_NAMES, row, strict=True))])[0]


def may_look_as(user_id: int) -> bool:
    """Tell whether whoever acts may look at the CRM as a user."""
    seen = person_of(user_id)
    return seen is not None and covers(current_person(), seen)


def handing_over(user_id: int, job_id: int) -> JobView:
    """Give the work that hands the records of somebody over who left.

    :raises MissingError: where there is none, or it ended so long ago that it has been removed.
    """
    found = job_view(job_id)
    if found is None or found.name != JOB or found.arguments.get("user_id") != user_id:
        raise MissingError(_("There is no such work any more."))
    return found


def _within_sight(user_id: int) -> sa.ColumnElement[bool]:
    """Everybody sees themselves."""
    return sa.true() if user_id == current_person().id else visible(KIND)


def _views(rows: Sequence[Mapping[str, Any]]) -> list[UserView]:
    ids = [row["id"] for row in rows]
    held: dict[int, list[int]] = {}
    for user_id, role_id in reading().execute(
        sa.select(UserRole.user_id, UserRole.role_id)
        .where(UserRole.user_id.in_(ids))
        .order_by(UserRole.role_id)
    ):
        held.setdefault(user_id, []).append(role_id)
    keys: dict[int, dict[str, str]] = {}
    for record_id, source, key in reading().execute(
        sa.select(UserExternalId.record_id, UserExternalId.source, UserExternalId.key)
        .where(UserExternalId.record_id.in_(ids))
        .order_by(UserExternalId.source)
    ):
        keys.setdefault(record_id, {})[source] = key
    return [
        UserView(
            **row,
            role_ids=tuple(held.get(row["id"], ())),
            external_ids=keys.get(row["id"], {}),
        )
        for row in rows
    ]


# -- teams


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team in the tree.

    :param depth: how many teams stand above it.
    :param members: how many active users are in it, not counting the teams below.
    """

    id: int
    name: str
    parent_id: int | None
    depth: int
    members: int


def teams() -> list[TeamView]:
    """Give all teams in the order of the tree, each followed by those below it."""
    members = (
        sa.select(sa.func.count(User.id))
        .where(User.team_id == Team.id, User.active)
        .scalar_subquery()
    )
    rows = (
        reading()
        .execute(
            sa.select(Team.id, Team.name, Team.parent_id, members.label("members")).order_by(
                Team.name
            )
        )
        .all()
    )
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return _branch(below, None, 0)


def _branch(below: Mapping[int | None, list[Any]], top: int | None, depth: int) -> list[TeamView]:
    found = []
    for row in below.get(top, ()):
        found.append(TeamView(row.id, row.name, row.parent_id, depth, row.members))
        found += _branch(below, row.id, depth + 1)
    return found


def team(team_id: int) -> TeamView:
    """Give a team.

    :raises MissingError: where there is none.
    """
    for one in teams():
        if one.id == team_id:
            return one
    raise MissingError(_("There is no such team."))


def team_names() -> dict[int, str]:
    """Give the names of all teams."""
    return {row.id: row.name for row in reading().execute(sa.select(Team.id, Team.name))}


# -- roles


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role.

    :param preset: the key of the preset that it is, or None for one that was made here.
    :param everything: whether it holds every permission, those of tomorrow included.
    :param holders: how many active users have it.
    """

    id: int
    name: str
    preset: str | None
    everything: bool
    holders: int


def roles() -> list[RoleView]:
    """Give all roles: the presets in their usual order, then those made here, by name."""
    holders = (
        sa.select(sa.func.count(UserRole.user_id))
        .join(User, User.id == UserRole.user_id)
        .where(UserRole.role_id == Role.id, User.active)
        .scalar_subquery()
    )
    rows = (
        reading()
        .execute(
            sa.select(Role.id, Role.name, Role.preset, Role.everything, holders.label("holders"))
        )
        .all()
    )
    found = [
        RoleView(row.id, role_name(row.preset, row.name), row.preset, row.everything, row.holders)
        for row in rows
    ]
    order = {preset: place for place, preset in enumerate(PRESETS)}
    return sorted(found, key=lambda role: (order.get(role.preset or "", len(order)), role.name))


def role(role_id: int) -> RoleView:
    """Give a role.

    :raises MissingError: where there is none.
    """
    for one in roles():
        if one.id == role_id:
            return one
    raise MissingError(_("There is no such role."))


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A permission in the matrix of a role.

    :param title: as people read it; its name where its plugin is away.
    :param most: how far whoever acts may grant it: no further than they hold it.
    """

    name: str
    title: str
    scoped: bool
    scope: Scope
    most: Scope


@dataclass(frozen=True, slots=True)
class GrantGroup:
    """The permissions of one owner.

    :param present: False for a plugin that is away or suspended: its grants are kept and shown.
    """

    owner: str
    title: str
    present: bool
    lines: tuple[GrantLine, ...]


def matrix(role_id: int) -> list[GrantGroup]:
    """Give all permissions with how far a role holds them, by owner, the core first."""
    everything = role(role_id).everything
    rows = reading().execute(
        sa.select(RoleGrant.permission, RoleGrant.scope).where(RoleGrant.role_id == role_id)
    )
    held = {row.permission: Scope(row.scope) for row in rows}
    groups: dict[str, list[GrantLine]] = {}
    for one in all_permissions():
        granted = held.pop(one.value.name, Scope.NONE)
        scope = Scope.ALL if everything else granted
        groups.setdefault(one.owner, []).append(_line(one.owner, one.value, scope))
    present = [
        GrantGroup(owner, owner_title(owner), present=True, lines=tuple(lines))
        for owner, lines in sorted(groups.items(), key=lambda item: (item[0] != CORE, item[0]))
    ]
    return present + _away({name: scope for name, scope in held.items() if scope})


def _line(owner: str, permission: Permission, scope: Scope) -> GrantLine:
    title = texts_of(owner).gettext(permission.title)
    most = current_person().scope(permission.name)
    return GrantLine(permission.name, title, permission.scoped, scope, most)


def _away(held: Mapping[str, Scope]) -> list[GrantGroup]:
    """Give the grants of plugins that are not here now, which nobody can judge but all are kept."""
    groups: dict[str, list[GrantLine]] = {}
    for name, scope in sorted(held.items()):
        line = GrantLine(name, name, scoped=True, scope=scope, most=Scope.NONE)
        groups.setdefault(name.partition(".")[0], []).append(line)
    return [
        GrantGroup(owner, owner, present=False, lines=tuple(lines))
        for owner, lines in groups.items()
    ]


def grants(role_id: int) -> dict[str, str]:
    """Give how far a role holds each permission, as ``{"core.deal.view": "team"}``."""
    return {
        line.name: line.scope.name.lower()
        for group in matrix(role_id)
        for line in group.lines
        if line.scope is not Scope.NONE
    }


# -- letters


def letters(limit: int = LETTERS_SHOWN) -> Sequence[KeptLetter]:
    """Give the newest letters of the log; what is secret in them is not among what is read."""
    newest = sa.select(KeptLetter).options(defer(KeptLetter.sealed), selectinload(KeptLetter.files))
    return reading().scalars(newest.order_by(KeptLetter.id.desc()).limit(limit)).all()
