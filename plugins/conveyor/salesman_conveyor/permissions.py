"""What may be done on the conveyor, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "conveyor.handover.view"
GIVE: Final = "conveyor.handover.give"
TAKE: Final = "conveyor.handover.take"
STEER: Final = "conveyor.handover.steer"
FIGURES: Final = "conveyor.line.view"
MANAGE: Final = "conveyor.station.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See handovers"),
    Permission(GIVE, "Hand clients and deals over to a station"),
    Permission(TAKE, "Take up what is handed over, or return it", scoped=False),
    Permission(STEER, "Act on handovers for others", scoped=False),
    Permission(FIGURES, "See the figures of the conveyor", scoped=False),
    Permission(MANAGE, "Change stations, their people and rules", scoped=False),
)
"""``GIVE`` reaches as far as a client or deal does: one's own, one's team's, all."""

_OWN: Final = {VIEW: Scope.OWN, GIVE: Scope.OWN, TAKE: Scope.ALL}
_TEAM: Final = {VIEW: Scope.TEAM, GIVE: Scope.TEAM, TAKE: Scope.ALL}

_BY_ROLE: Final = {
    "marketer": _OWN,
    "telemarketer": _OWN,
    "seller": _OWN,
    "assistant": _TEAM,
    "lawyer": _OWN,
    "service": _TEAM,
    "head": {one.name: Scope.ALL for one in PERMISSIONS if one.name != MANAGE},
}
"""Stations are an administrator's, who may do everything."""

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
