"""What may be done with own companies and numbers of papers, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "requisites.company.view"
MANAGE: Final = "requisites.company.manage"
MANAGE_NUMBERS: Final = "requisites.counter.manage"
VIEW_CLIENTS: Final = "requisites.client.view"
CHANGE_CLIENTS: Final = "requisites.client.edit"

PERMISSIONS: Final = (
    Permission(VIEW, "See own companies with their banks and signers", scoped=False),
    Permission(MANAGE, "Change own companies, their banks, signers and stamps", scoped=False),
    Permission(MANAGE_NUMBERS, "Say how papers are numbered", scoped=False),
    Permission(VIEW_CLIENTS, "See what clients are in law, and their banks", scoped=False),
    Permission(CHANGE_CLIENTS, "Change what clients are in law, and their banks", scoped=False),
)

_OF_CLIENTS: Final = ("seller", "assistant", "lawyer", "service", "head")

GRANTS: Final = (
    *(PresetGrant(role, VIEW, Scope.ALL) for role in _OF_CLIENTS),
    *(
        PresetGrant(role, permission, Scope.ALL)
        for role in _OF_CLIENTS
        for permission in (VIEW_CLIENTS, CHANGE_CLIENTS)
    ),
)
