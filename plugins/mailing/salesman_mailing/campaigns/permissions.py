"""What may be done with campaigns, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "mailing.campaign.view"
CREATE: Final = "mailing.campaign.create"
EDIT: Final = "mailing.campaign.edit"
DELETE: Final = "mailing.campaign.delete"
SEND: Final = "mailing.campaign.send"
EXPORT: Final = "mailing.campaign.export"
MEND: Final = "mailing.address.mend"

PERMISSIONS: Final = (
    Permission(VIEW, "See campaigns and what came of them"),
    Permission(CREATE, "Make campaigns", scoped=False),
    Permission(EDIT, "Change campaigns"),
    Permission(DELETE, "Put campaigns into the bin"),
    Permission(SEND, "Send, pause and stop campaigns"),
    Permission(EXPORT, "Export the list of campaigns"),
    Permission(MEND, "Say that an address works again to which letters came back", scoped=False),
)

_BY_ROLE: Final = {
    "marketer": {one.name: Scope.ALL for one in PERMISSIONS},
    "head": {one.name: Scope.ALL for one in PERMISSIONS},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
