"""Every change of roles: copied, renamed, granted, deleted."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import Role, RoleGrant, UserRole
from salesman_core.access.permissions import permission_named
from salesman_core.access.person import SUBJECT, current_person
from salesman_core.db import writing
from salesman_core.db.revisions import bump
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.people.permissions import ROLES
from salesman_core.people.reach import demand_reach
from salesman_core.people.rules import checked_name
from salesman_core.records.changes import Changes, audit
from salesman_core.records.saving import demand_version, fingerprint
from salesman_hookspecs import Scope

_ = texts.lazy

KIND = "role"


def copy_role(role_id: int, name: str) -> int:
    """Make a role that grants what another one does, to be changed; give its id.

    :raises InvalidError: for the field ``name``.
    :raises ForbiddenError: where the other reaches further than one's own.
    """
    with writing() as session:
        source = role_for_change(session, role_id)
        if source.everything:
            raise ConflictError(_("This role holds everything and cannot be copied."))
        copy = Role(name=_free_name(session, None, name), preset=None, everything=False)
        session.add(copy)
        session.flush()
        for permission, scope in grants_of(session, role_id).items():
            session.add(RoleGrant(role_id=copy.id, permission=permission, scope=int(scope)))
        _note(session, copy, "created", {"name": (None, copy.name)})
        return copy.id


def rename_role(role_id: int, name: str, version: int | None = None) -> None:
    """Give a role that was made here another name.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises StaleError: where somebody changed the role since *version*.
    :raises ConflictError: for a preset, which has its name in every language.
    """
    with writing() as session:
        role = _made_here(role_for_change(session, role_id))
        demand_version(version_of(session, role_id), version)
        before, role.name = role.name, _free_name(session, role_id, name)
        if role.name != before:
            _note(session, role, "changed", {"name": (before, role.name)})


def delete_role(role_id: int, version: int | None = None) -> None:
    """Delete a role that was made here and that nobody has.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises StaleError: where somebody changed the role since *version*.
    :raises ConflictError: for a preset, and while somebody has it.
    """
    with writing() as session:
        role = _made_here(role_for_change(session, role_id))
        demand_version(version_of(session, role_id), version)
        holders = sa.select(sa.func.count()).where(UserRole.role_id == role_id)
        count = session.scalar(holders) or 0
        if count:
            raise ConflictError(
                texts.ngettext(
                    "%(num)s user still has this role: give them another first.",
                    "%(num)s users still have this role: give them another first.",
                    count,
                )
            )
        session.delete(role)
        _note(session, role, "deleted", {"name": (role.name, None)})


def version_of(session: Session, role_id: int) -> int:
    """Give the version of a role: another one wherever its name or what it grants differs."""
    held = {name: int(scope) for name, scope in grants_of(session, role_id).items() if scope}
    return fingerprint(session.scalar(sa.select(Role.name).where(Role.id == role_id)), held)


def change_grants(role_id: int, grants: Mapping[str, Scope], version: int | None = None) -> None:
    """Change how far a role holds some permissions; those that are not named stay as they are.

    So the grants of a plugin that is away are kept.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises StaleError: where somebody changed the role since *version*.
    :raises InvalidError: for the field of a permission that there is not, or that has no scopes.
    :raises ForbiddenError: for more than one holds oneself.
    :raises ConflictError: for the role that holds everything.
    """
    with writing() as session:
        role = role_for_change(session, role_id)
        if role.everything:
            raise ConflictError(_("This role holds everything; there is nothing to change."))
        demand_version(version_of(session, role_id), version)
        before = grants_of(session, role_id)
        changes: Changes = {}
        for permission, scope in grants.items():
            old = before.get(permission, Scope.NONE)
            if scope != old:
                _demand_grantable(permission, scope)
                changes[permission] = (old.name.lower(), scope.name.lower())
                session.merge(RoleGrant(role_id=role_id, permission=permission, scope=int(scope)))
        if changes:
            _note(session, role, "granted", changes)


def _demand_grantable(name: str, scope: Scope) -> None:
    permission = permission_named(name)
    if permission is None:
        message = _("There is no permission %(name)s.", name=name)
        raise InvalidError(message, {name: message})
    if not permission.scoped and scope not in (Scope.NONE, Scope.ALL):
        message = _("This permission is granted as a whole, or not at all.")
        raise InvalidError(message, {name: message})
    if scope > current_person().scope(name):
        message = _("Nobody can grant more than they hold: %(name)s.", name=name)
        raise ForbiddenError(message, ROLES)


def role_for_change(session: Session, role_id: int) -> Role:
    """Load a role that whoever acts may change.

    :raises MissingError: where there is none.
    :raises ForbiddenError: where it reaches further than one's own roles.
    """
    role = session.get(Role, role_id, with_for_update=True)
    if role is None:
        raise MissingError(_("There is no such role."))
    demand_reach(session, [role_id], ROLES)
    return role


def grants_of(session: Session, role_id: int) -> dict[str, Scope]:
    """Give how far a role holds each permission, those of absent plugins included."""
    rows = session.execute(
        sa.select(RoleGrant.permission, RoleGrant.scope).where(RoleGrant.role_id == role_id)
    )
    return {row.permission: Scope(row.scope) for row in rows}


def _made_here(role: Role) -> Role:
    if role.preset is not None:
        raise ConflictError(_("This role came with SalesMan: copy it, and change the copy."))
    return role


def _free_name(session: Session, role_id: int | None, typed: str) -> str:
    name = checked_name(typed)
    if session.scalar(sa.select(Role.id).where(Role.name == name, Role.id != (role_id or 0))):
        message = _("There is a role %(name)s already.", name=name)
        raise InvalidError(message, {"name": message})
    return name


def _note(session: Session, role: Role, action: str, changes: Changes) -> None:
    session.flush()
    audit(session, KIND, role.id, role.name, action, changes)
    bump(session, SUBJECT)
