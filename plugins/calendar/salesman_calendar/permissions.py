"""What may be done with activities, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "calendar.activity.view"
CREATE: Final = "calendar.activity.create"
EDIT: Final = "calendar.activity.edit"
ASSIGN: Final = "calendar.activity.assign"
DELETE: Final = "calendar.activity.delete"
BULK_DELETE: Final = "calendar.activity.bulk_delete"
EXPORT: Final = "calendar.activity.export"
MANAGE: Final = "calendar.kind.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See activities"),
    Permission(CREATE, "Plan activities", scoped=False),
    Permission(EDIT, "Change activities and say what came of them"),
    Permission(ASSIGN, "Give activities to others", scoped=False),
    Permission(DELETE, "Put activities into the bin"),
    Permission(BULK_DELETE, "Put many activities into the bin at once", scoped=False),
    Permission(EXPORT, "Export activities"),
    Permission(MANAGE, "Change the kinds of activities and their results", scoped=False),
)

_OWN: Final = {
    VIEW: Scope.OWN,
    CREATE: Scope.ALL,
    EDIT: Scope.OWN,
    ASSIGN: Scope.ALL,  # work goes from station to station: a paper is asked of the assistant
    DELETE: Scope.OWN,
}
_BY_ROLE: Final = {
    "marketer": _OWN,
    "telemarketer": _OWN,
    "seller": _OWN,
    "assistant": _OWN,
    "lawyer": _OWN,
    "service": _OWN,
    "head": {name.name: Scope.ALL for name in PERMISSIONS},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
