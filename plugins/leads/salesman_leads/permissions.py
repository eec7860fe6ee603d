"""What may be done with leads, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "leads.lead.view"
CREATE: Final = "leads.lead.create"
EDIT: Final = "leads.lead.edit"
ASSIGN: Final = "leads.lead.assign"
QUALIFY: Final = "leads.lead.qualify"
DELETE: Final = "leads.lead.delete"
BULK_DELETE: Final = "leads.lead.bulk_delete"
EXPORT: Final = "leads.lead.export"

PERMISSIONS: Final = (
    Permission(VIEW, "See leads"),
    Permission(CREATE, "Enter leads", scoped=False),
    Permission(EDIT, "Work on leads and close them"),
    Permission(ASSIGN, "Give leads to others", scoped=False),
    Permission(QUALIFY, "Turn leads into clients and deals"),
    Permission(DELETE, "Put leads into the bin"),
    Permission(BULK_DELETE, "Put many leads into the bin at once", scoped=False),
    Permission(EXPORT, "Export leads"),
)

_BY_ROLE: Final = {
    "marketer": {VIEW: Scope.ALL, CREATE: Scope.ALL, EDIT: Scope.ALL, ASSIGN: Scope.ALL},
    "telemarketer": {
        VIEW: Scope.ALL,
        CREATE: Scope.ALL,
        EDIT: Scope.ALL,
        ASSIGN: Scope.ALL,
        QUALIFY: Scope.ALL,
    },
    "seller": {VIEW: Scope.OWN, CREATE: Scope.ALL, EDIT: Scope.OWN, QUALIFY: Scope.OWN},
    "head": {name.name: Scope.ALL for name in PERMISSIONS},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
