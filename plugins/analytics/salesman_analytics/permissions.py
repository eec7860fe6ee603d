"""Who may see reports."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "analytics.report.view"

PERMISSIONS: Final = (Permission(VIEW, "See analytics of the deals that one sees", scoped=False),)
"""Reports reach as far as the list of deals does: each figure opens its deals there."""

GRANTS: Final = tuple(
    PresetGrant(role, VIEW, Scope.ALL)
    for role in ("head", "marketer", "seller", "service", "assistant", "telemarketer")
)
