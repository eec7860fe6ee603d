"""What may be done with deals, and who may by default (``product.md``, the people)."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

MARGIN: Final = "core.deal.margin"
"""What one must hold to see, change and ask for what a deal costs and what is left of it."""

RATES: Final = "core.rate.manage"
"""What one must hold to enter and delete rates of currencies."""

PERMISSIONS: Final = (
    Permission("core.deal.view", "See deals"),
    Permission("core.deal.create", "Open deals", scoped=False),
    Permission("core.deal.edit", "Change and move deals"),
    Permission(MARGIN, "See and change costs and margins of deals", scoped=False),
    Permission("core.deal.close", "Close and reopen deals"),
    Permission("core.deal.freeze", "Freeze and thaw deals"),
    Permission("core.deal.assign", "Give deals to others", scoped=False),
    Permission("core.deal.delete", "Put deals into the bin"),
    Permission("core.deal.bulk_delete", "Put many deals into the bin at once", scoped=False),
    Permission("core.deal.export", "Export deals"),
    Permission("core.deal.import", "Import deals", scoped=False),
    Permission("core.pipeline.manage", "Change pipelines, stages and reasons", scoped=False),
    Permission(RATES, "Enter rates of currencies", scoped=False),
    Permission("core.report.funnel", "See the funnel"),
)

_OWN, _TEAM, _ALL = Scope.OWN, Scope.TEAM, Scope.ALL

_BY_ROLE: Final[dict[str, dict[str, Scope]]] = {
    "head": {
        "core.deal.view": _ALL,
        "core.deal.create": _ALL,
        "core.deal.edit": _ALL,
        "core.deal.close": _ALL,
        "core.deal.freeze": _ALL,
        "core.deal.assign": _ALL,
        "core.deal.delete": _ALL,
        "core.deal.bulk_delete": _ALL,
        "core.deal.export": _ALL,
        "core.deal.import": _ALL,
        "core.report.funnel": _ALL,
        MARGIN: _ALL,
    },
    "seller": {
        "core.deal.view": _OWN,
        "core.deal.create": _ALL,
        "core.deal.edit": _OWN,
        "core.deal.close": _OWN,
        "core.deal.freeze": _OWN,
        "core.report.funnel": _OWN,
        MARGIN: _ALL,
    },
    "service": {
        "core.deal.view": _TEAM,
        "core.deal.create": _ALL,
        "core.deal.edit": _OWN,
        "core.deal.close": _OWN,
        "core.deal.freeze": _OWN,
        "core.report.funnel": _OWN,
        MARGIN: _ALL,
    },
    "assistant": {"core.deal.view": _TEAM, "core.deal.edit": _TEAM},
    "lawyer": {"core.deal.view": _OWN},
    "marketer": {"core.report.funnel": _ALL, "core.deal.view": _ALL},
    "telemarketer": {"core.deal.view": _OWN, "core.deal.create": _ALL},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
