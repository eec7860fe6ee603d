"""What may be done with plans, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "plans.plan.view"
EDIT: Final = "plans.plan.edit"
EXPORT: Final = "plans.plan.export"
MANAGE: Final = "plans.basis.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See plans and how far they are"),
    Permission(EDIT, "Set plans"),
    Permission(EXPORT, "Export plans"),
    Permission(MANAGE, "Set the accounting basis and the limits of colours", scoped=False),
)

_BY_ROLE: Final = {
    "head": {one.name: Scope.ALL for one in PERMISSIONS},
    "seller": {VIEW: Scope.OWN},
    "service": {VIEW: Scope.OWN},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
