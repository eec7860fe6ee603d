"""What may be done with users, teams and roles, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_core.access.looking import LOOK_AS
from salesman_core.access.permissions import PRESETS
from salesman_hookspecs import Permission, PresetGrant

VIEW: Final = "core.user.view"
MANAGE: Final = "core.user.manage"
ROLES: Final = "core.role.manage"
TOKENS: Final = "core.token.manage"
MAIL: Final = "core.mail.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See colleagues and teams", scoped=False),
    Permission(MANAGE, "Add, change and deactivate users and teams", scoped=False),
    Permission(ROLES, "Change roles", scoped=False),
    Permission(LOOK_AS, "Look at the CRM as somebody who holds no more", scoped=False),
    Permission(TOKENS, "Make tokens of one's own for the JSON API", scoped=False),
    Permission(MAIL, "Set up outgoing mail and see its log", scoped=False),
)

GRANTS: Final = (
    *(PresetGrant(role, VIEW) for role in PRESETS),
    PresetGrant("head", TOKENS),
)
"""Everybody needs to know their colleagues: to hand over, to mention, to filter by owner."""
