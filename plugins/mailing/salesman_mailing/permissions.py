"""What may be done with groups and consents, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "mailing.group.view"
CREATE: Final = "mailing.group.create"
EDIT: Final = "mailing.group.edit"
DELETE: Final = "mailing.group.delete"
EXPORT: Final = "mailing.group.export"
SEE_CONSENT: Final = "mailing.consent.view"
RECORD_CONSENT: Final = "mailing.consent.record"
MANAGE_PURPOSES: Final = "mailing.purpose.manage"
MANAGE_LINKS: Final = "mailing.link.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See groups and who is in them"),
    Permission(CREATE, "Make groups", scoped=False),
    Permission(EDIT, "Change groups: members, filters, who is kept out"),
    Permission(DELETE, "Put groups into the bin"),
    Permission(EXPORT, "Export the list of groups"),
    Permission(SEE_CONSENT, "See who agreed to be written to", scoped=False),
    Permission(RECORD_CONSENT, "Note who agreed to be written to and who did not", scoped=False),
    Permission(MANAGE_PURPOSES, "Change what people are written to for", scoped=False),
    Permission(MANAGE_LINKS, "Link groups with lists of mailing services", scoped=False),
)

_ASKED: Final = {SEE_CONSENT: Scope.ALL, RECORD_CONSENT: Scope.ALL}
"""Whoever has somebody on the line notes what they said."""

_BY_ROLE: Final = {
    "marketer": {one.name: Scope.ALL for one in PERMISSIONS if one.name != MANAGE_PURPOSES},
    "telemarketer": _ASKED,
    "seller": _ASKED,
    "assistant": _ASKED,
    "service": _ASKED,
    "head": {one.name: Scope.ALL for one in PERMISSIONS},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
