"""What may be done with invoices and payments, and who may by default.

The schedule of a deal belongs to it: who sees the deal sees it, and who may change it may change
the schedule. What stands behind costs is the core's permission for costs and margins.
"""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "invoices.invoice.view"
CREATE: Final = "invoices.invoice.create"
EDIT: Final = "invoices.invoice.edit"
CANCEL: Final = "invoices.invoice.cancel"
ASSIGN: Final = "invoices.invoice.assign"
DELETE: Final = "invoices.invoice.delete"
EXPORT: Final = "invoices.invoice.export"
IMPORT: Final = "invoices.invoice.import"

SEE_PAYMENTS: Final = "invoices.payment.view"
CHANGE_PAYMENTS: Final = "invoices.payment.edit"

SEE_ACTS: Final = "invoices.act.view"
CHANGE_ACTS: Final = "invoices.act.edit"
SEND: Final = "invoices.invoice.send"
MANAGE_LETTERS: Final = "invoices.letter.manage"

COSTS: Final = "core.deal.margin"
SEE_DEAL: Final = "core.deal.view"
EDIT_DEAL: Final = "core.deal.edit"

PERMISSIONS: Final = (
    Permission(VIEW, "See invoices"),
    Permission(CREATE, "Make invoices", scoped=False),
    Permission(EDIT, "Change and issue invoices"),
    Permission(CANCEL, "Cancel issued invoices"),
    Permission(ASSIGN, "Give invoices to others", scoped=False),
    Permission(DELETE, "Put drafts of invoices into the bin"),
    Permission(EXPORT, "Export invoices"),
    Permission(IMPORT, "Import invoices and payments", scoped=False),
    Permission(SEE_PAYMENTS, "See payments"),
    Permission(CHANGE_PAYMENTS, "Enter, allot and take back payments"),
    Permission(SEE_ACTS, "See acts"),
    Permission(CHANGE_ACTS, "Make, issue and cancel acts"),
    Permission(SEND, "Send invoices and acts by email"),
    Permission(MANAGE_LETTERS, "Say what letters and reminders say", scoped=False),
)

_OWN, _TEAM, _ALL = Scope.OWN, Scope.TEAM, Scope.ALL

_BY_ROLE: Final[dict[str, dict[str, Scope]]] = {
    "seller": {
        VIEW: _OWN,
        CREATE: _ALL,
        EDIT: _OWN,
        CANCEL: _OWN,
        DELETE: _OWN,
        SEE_PAYMENTS: _OWN,
        CHANGE_PAYMENTS: _OWN,
        SEE_ACTS: _OWN,
        CHANGE_ACTS: _OWN,
        SEND: _OWN,
    },
    "assistant": {
        VIEW: _TEAM,
        CREATE: _ALL,
        EDIT: _TEAM,
        CANCEL: _TEAM,
        DELETE: _TEAM,
        EXPORT: _TEAM,
        SEE_PAYMENTS: _TEAM,
        CHANGE_PAYMENTS: _TEAM,
        SEE_ACTS: _TEAM,
        CHANGE_ACTS: _TEAM,
        SEND: _TEAM,
    },
    "service": {
        VIEW: _TEAM,
        CREATE: _ALL,
        EDIT: _OWN,
        CANCEL: _OWN,
        DELETE: _OWN,
        SEE_PAYMENTS: _TEAM,
        CHANGE_PAYMENTS: _OWN,
        SEE_ACTS: _TEAM,
        CHANGE_ACTS: _OWN,
        SEND: _OWN,
    },
    "lawyer": {VIEW: _OWN, SEE_ACTS: _OWN},
    "head": {one.name: _ALL for one in PERMISSIONS},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)
