"""What may be done with documents, and who may by default.

A document is seen along with its client and its deal: whoever sees one of them sees the document.
"""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "documents.document.view"
CREATE: Final = "documents.document.create"
EDIT: Final = "documents.document.edit"
SEND: Final = "documents.document.send"
ASSIGN: Final = "documents.document.assign"
DELETE: Final = "documents.document.delete"
BULK_DELETE: Final = "documents.document.bulk_delete"
EXPORT: Final = "documents.document.export"
REROUTE: Final = "documents.approval.reroute"
MANAGE_TYPES: Final = "documents.type.manage"
MANAGE_TEMPLATES: Final = "documents.template.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See documents"),
    Permission(CREATE, "Make documents", scoped=False),
    Permission(EDIT, "Change documents and make new versions"),
    Permission(SEND, "Send documents to clients, by letter or link"),
    Permission(ASSIGN, "Give documents to others", scoped=False),
    Permission(DELETE, "Put documents into the bin"),
    Permission(BULK_DELETE, "Put many documents into the bin at once", scoped=False),
    Permission(EXPORT, "Export the list of documents"),
    Permission(REROUTE, "Choose who must approve a single document", scoped=False),
    Permission(MANAGE_TYPES, "Change types of document and their statuses", scoped=False),
    Permission(MANAGE_TEMPLATES, "Upload templates of documents", scoped=False),
)

_OWN, _TEAM, _ALL = Scope.OWN, Scope.TEAM, Scope.ALL

_BY_ROLE: Final[dict[str, dict[str, Scope]]] = {
    "seller": {VIEW: _OWN, CREATE: _ALL, EDIT: _OWN, SEND: _OWN, DELETE: _OWN},
    "assistant": {
        VIEW: _TEAM,
        CREATE: _ALL,
        EDIT: _TEAM,
        SEND: _TEAM,
        ASSIGN: _ALL,
        REROUTE: _ALL,
        DELETE: _TEAM,
        EXPORT: _TEAM,
        MANAGE_TEMPLATES: _ALL,
    },
    "lawyer": {
        VIEW: _OWN,
        CREATE: _ALL,
        EDIT: _OWN,
        SEND: _OWN,
        ASSIGN: _ALL,
        REROUTE: _ALL,
        DELETE: _OWN,
        MANAGE_TEMPLATES: _ALL,
    },
    "service": {VIEW: _OWN, CREATE: _ALL, EDIT: _OWN, SEND: _OWN, DELETE: _OWN},
    "head": {one.name: _ALL for one in PERMISSIONS},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
