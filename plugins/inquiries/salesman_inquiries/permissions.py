"""What may be done with inquiries, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "inquiries.inquiry.view"
CREATE: Final = "inquiries.inquiry.create"
EDIT: Final = "inquiries.inquiry.edit"
ASSIGN: Final = "inquiries.inquiry.assign"
DELETE: Final = "inquiries.inquiry.delete"
BULK_DELETE: Final = "inquiries.inquiry.bulk_delete"
EXPORT: Final = "inquiries.inquiry.export"
COUNTED: Final = "inquiries.call.counted"
FIGURES: Final = "inquiries.call.figures"
MANAGE: Final = "inquiries.choices.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See inquiries"),
    Permission(CREATE, "Note inquiries", scoped=False),
    Permission(EDIT, "Work on inquiries and make something of them"),
    Permission(ASSIGN, "Give inquiries to others", scoped=False),
    Permission(DELETE, "Put inquiries into the bin"),
    Permission(BULK_DELETE, "Put many inquiries into the bin at once", scoped=False),
    Permission(EXPORT, "Export inquiries"),
    Permission(COUNTED, "Have one's calls counted", scoped=False),
    Permission(FIGURES, "See the figures of calls"),
    Permission(MANAGE, "Change the channels and results of inquiries", scoped=False),
)
"""Calls are a figure of those alone whose roles say so, which sellers' do not (``product.md``,
rule 3)."""

_OWN: Final = {VIEW: Scope.OWN, CREATE: Scope.ALL, EDIT: Scope.OWN, DELETE: Scope.OWN}

_BY_ROLE: Final = {
    "marketer": {VIEW: Scope.ALL, FIGURES: Scope.ALL},
    "telemarketer": {
        VIEW: Scope.ALL,
        CREATE: Scope.ALL,
        EDIT: Scope.ALL,
        ASSIGN: Scope.ALL,
        DELETE: Scope.OWN,
        COUNTED: Scope.ALL,
        FIGURES: Scope.OWN,
    },
    "seller": _OWN,
    "assistant": _OWN,
    "service": _OWN,
    "head": {one.name: Scope.ALL for one in PERMISSIONS if one.name != COUNTED},
}
"""A lawyer takes no inquiries; an administrator may do everything."""

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
