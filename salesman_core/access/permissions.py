"""Which permissions there are, and what the preset roles get of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import Role, RoleGrant, SeededGrants
from salesman_core.access.person import SUBJECT
from salesman_core.db import reading, writing
from salesman_core.db.revisions import bump
from salesman_core.i18n import CORE, texts, texts_of
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import PluginHost, current_host
from salesman_hookspecs import Permission, PresetGrant
from salesman_hookspecs.access import salesman_permissions, salesman_preset_grants

_ = texts.lazy

PRESETS: Final = {
    "administrator": _("Administrator"),
    "head": _("Head of sales"),
    "seller": _("Seller"),
    "assistant": _("Sales assistant"),
    "marketer": _("Marketer"),
    "telemarketer": _("Telemarketer"),
    "lawyer": _("Lawyer"),
    "service": _("Service manager"),
}
"""The eight business roles (``product.md``, the people), by their key."""


def role_name(preset: str | None, name: str) -> str:
    """Give a role's name: a preset's in the reader's language."""
    return str(PRESETS[preset]) if preset in PRESETS else name


def all_permissions() -> list[Contribution[Permission]]:
    """Give every permission of the core and of active plugins."""
    return current_host().contributions(salesman_permissions)


def permission_named(name: str) -> Permission | None:
    """Give a permission by its name."""
    return next((one.value for one in all_permissions() if one.value.name == name), None)


def permission_title(name: str) -> str:
    """Give a permission as the matrix of roles calls it; its name where its plugin is away."""
    for one in all_permissions():
        if one.value.name == name:
            return texts_of(one.owner).gettext(one.value.title)
    return name


def refuse_foreign_permissions(host: PluginHost) -> None:
    """Fail plugins whose permissions do not begin with their id."""
    for one in host.contributions(salesman_permissions, inactive=True):
        if not one.value.name.startswith(f"{one.owner}."):
            message = f"permission {one.value.name!r} must begin with {one.owner!r} and a dot"
            fault = host.dispatcher.faults.note(
                one.owner, "salesman_permissions", ValueError(message)
            )
            host.fail(one.owner, fault)


def seed_presets(host: PluginHost) -> None:
    """Make the preset roles, and give them the grants of owners that are new here.

    A permission is granted to presets once, when it is first seen; what an administrator changes
    afterwards stays.
    """
    grants = host.contributions(salesman_preset_grants, inactive=True)
    wanted = {(one.owner, one.value.permission) for one in grants}
    session = reading()
    kept = {
        (row.owner, row.permission)
        for row in session.execute(sa.select(SeededGrants.owner, SeededGrants.permission))
    }
    presets = set(session.scalars(sa.select(Role.preset)))
    if wanted <= kept and set(PRESETS) <= presets:
        return
    with writing() as session:
        roles = _preset_roles(session)
        new = [one for one in grants if (one.owner, one.value.permission) not in kept]
        _grant(session, roles, (one.value for one in new))
        for owner, permission in sorted(wanted - kept):
            session.add(SeededGrants(owner=owner, permission=permission))
        bump(session, SUBJECT)


def _preset_roles(session: Session) -> dict[str, int]:
    known = {role.preset: role for role in session.scalars(sa.select(Role)) if role.preset}
    for preset, title in PRESETS.items():
        if preset not in known:
            known[preset] = Role(
                preset=preset, name=str(title), everything=preset == "administrator"
            )
            session.add(known[preset])
    session.flush()
    return {preset: role.id for preset, role in known.items()}


def _grant(session: Session, roles: dict[str, int], grants: Iterable[PresetGrant]) -> None:
    for grant in grants:
        if grant.role not in roles:
            message = f"there is no preset role {grant.role!r}: {', '.join(sorted(roles))}"
            raise ValueError(message)
        session.merge(
            RoleGrant(
                role_id=roles[grant.role], permission=grant.permission, scope=int(grant.scope)
            )
        )


def owner_title(owner: str) -> str:
    """Give the title under which an owner's permissions stand in the matrix."""
    if owner == CORE:
        return str(_("Clients, deals and roles"))
    manifest = current_host().plugins[owner].manifest
    return texts_of(owner).gettext(manifest.title) if manifest else owner
