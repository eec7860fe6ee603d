"""What may be done with clients, and who may by default (``product.md``, the people)."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

RECOGNISE: Final = "core.client.recognise"
"""What one must hold to learn whose client a phone or email is, of clients one does not see."""

PERMISSIONS: Final = (
    Permission("core.client.view", "See clients and their contacts"),
    Permission(RECOGNISE, "Learn whose client a phone or email is", scoped=False),
    Permission("core.client.create", "Make clients", scoped=False),
    Permission("core.client.edit", "Change clients and their contacts"),
    Permission("core.client.assign", "Give clients to others", scoped=False),
    Permission("core.client.delete", "Put clients into the bin"),
    Permission("core.client.bulk_delete", "Put many clients into the bin at once", scoped=False),
    Permission("core.client.export", "Export clients"),
    Permission("core.client.merge", "Find doubles of clients and merge them", scoped=False),
    Permission("core.client.import", "Import clients and contacts", scoped=False),
    Permission("core.rung.manage", "Change the ladder of relationship", scoped=False),
)

_OWN, _TEAM, _ALL = Scope.OWN, Scope.TEAM, Scope.ALL

_BY_ROLE: Final[dict[str, dict[str, Scope]]] = {
    "head": {permission.name: _ALL for permission in PERMISSIONS},
    "seller": {
        "core.client.view": _OWN,
        "core.client.create": _ALL,
        "core.client.edit": _OWN,
    },
    "service": {
        "core.client.view": _TEAM,
        "core.client.create": _ALL,
        "core.client.edit": _TEAM,
    },
    "assistant": {"core.client.view": _TEAM, "core.client.edit": _TEAM},
    "lawyer": {"core.client.view": _OWN},
    "marketer": {"core.client.view": _ALL, "core.client.create": _ALL, "core.client.import": _ALL},
    "telemarketer": {
        "core.client.view": _OWN,
        RECOGNISE: _ALL,
        "core.client.create": _ALL,
        "core.client.edit": _OWN,
    },
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
