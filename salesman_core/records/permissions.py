"""What may be done with notes and files; reading them goes with the record that they hang on."""

from __future__ import annotations

from typing import Final

from salesman_core.records.files import ATTACH
from salesman_core.records.notes import WRITE
from salesman_hookspecs import Permission, PresetGrant

PERMISSIONS: Final = (
    Permission(WRITE, "Write notes on what one sees", scoped=False),
    Permission(ATTACH, "Attach files to what one sees", scoped=False),
)

_ROLES: Final = (
    "head",
    "seller",
    "service",
    "assistant",
    "lawyer",
    "marketer",
    "telemarketer",
)

GRANTS: Final = tuple(
    PresetGrant(role, permission.name) for role in _ROLES for permission in PERMISSIONS
)
