"""Who may connect the company with UniSender."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission

MANAGE: Final = "unisender.account.manage"

PERMISSIONS: Final = (Permission(MANAGE, "Connect the company with UniSender", scoped=False),)
