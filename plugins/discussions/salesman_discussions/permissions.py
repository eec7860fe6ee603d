"""What may be done with discussions, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "discussions.thread.view"
CREATE: Final = "discussions.thread.create"
EDIT: Final = "discussions.thread.edit"
DELETE: Final = "discussions.thread.delete"
EXPORT: Final = "discussions.thread.export"
WRITE: Final = "discussions.message.write"

PERMISSIONS: Final = (
    Permission(VIEW, "See discussions"),
    Permission(CREATE, "Open discussions", scoped=False),
    Permission(EDIT, "Invite to discussions, tie them to records, close them"),
    Permission(DELETE, "Put discussions into the bin"),
    Permission(EXPORT, "Export the list of discussions"),
    Permission(WRITE, "Write in discussions that one sees", scoped=False),
)

_OWN: Final = {
    VIEW: Scope.OWN,
    CREATE: Scope.ALL,
    EDIT: Scope.OWN,
    DELETE: Scope.OWN,
    WRITE: Scope.ALL,
}
_BY_ROLE: Final = {
    "marketer": _OWN,
    "telemarketer": _OWN,
    "seller": _OWN,
    "assistant": _OWN,
    "lawyer": _OWN,
    "service": _OWN,
    "head": {permission.name: Scope.ALL for permission in PERMISSIONS},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
