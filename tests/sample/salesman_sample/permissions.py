"""What may be done with promises, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "sample.promise.view"
MAKE: Final = "sample.promise.make"
HABITS: Final = "sample.habits.view"
CHANGE_HABITS: Final = "sample.habits.edit"
SECRET: Final = "sample.secret.view"  # the name of a permission

PERMISSIONS: Final = (
    Permission(VIEW, "See promises"),
    Permission(MAKE, "Make and keep promises", scoped=False),
    Permission(SECRET, "See secret deals", scoped=False),
    Permission(HABITS, "See what clients are used to", scoped=False),
    Permission(CHANGE_HABITS, "Change what clients are used to", scoped=False),
)
GRANTS: Final = (
    PresetGrant("seller", VIEW, Scope.OWN),
    PresetGrant("seller", MAKE),
    PresetGrant("seller", HABITS),
    PresetGrant("seller", CHANGE_HABITS),
    PresetGrant("service", HABITS),
    PresetGrant("head", VIEW),
    PresetGrant("head", MAKE),
    PresetGrant("head", SECRET),
)
