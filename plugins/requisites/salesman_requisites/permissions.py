"""What may be done with own companies and numbers of papers, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "requisites.company.view"
MANAGE: Final = "requisites.company.manage"
MANAGE_NUMBERS: Final = "requisites.counter.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See own companies with their banks and signers", scoped=False),
    Permission(MANAGE, "Change own companies, their banks, signers and stamps", scoped=False),
    Permission(MANAGE_NUMBERS, "Say how papers are numbered", scoped=False),
)

GRANTS: Final = tuple(PresetGrant(role, VIEW, Scope.ALL) for role in ("assistant", "lawyer"))
