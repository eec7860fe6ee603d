"""What may be done with leads, and who may by default."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, Person, PresetGrant, Scope

VIEW: Final = "leads.lead.view"
CREATE: Final = "leads.lead.create"
EDIT: Final = "leads.lead.edit"
ASSIGN: Final = "leads.lead.assign"
QUALIFY: Final = "leads.lead.qualify"
DELETE: Final = "leads.lead.delete"
BULK_DELETE: Final = "leads.lead.bulk_delete"
EXPORT: Final = "leads.lead.export"
IMPORT: Final = "leads.lead.import"
MANAGE_RESULTS: Final = "leads.result.manage"
MANAGE_RULES: Final = "leads.rule.manage"
MANAGE_FORMS: Final = "leads.form.manage"
MANAGE_MAILBOXES: Final = "leads.mailbox.manage"
MANAGE_CHANNELS: Final = "leads.channel.manage"
REPORT: Final = "leads.channel.report"
CALL: Final = "leads.lead.call"
COUNT_CALLS: Final = "leads.call.count"
MANAGE_CALLS: Final = "leads.call.manage"

PERMISSIONS: Final = (
    Permission(VIEW, "See leads"),
    Permission(CREATE, "Enter leads", scoped=False),
    Permission(EDIT, "Work on leads and close them"),
    Permission(ASSIGN, "Give leads to others", scoped=False),
    Permission(QUALIFY, "Turn leads into clients and deals"),
    Permission(DELETE, "Put leads into the bin"),
    Permission(BULK_DELETE, "Put many leads into the bin at once", scoped=False),
    Permission(EXPORT, "Export leads"),
    Permission(IMPORT, "Import leads", scoped=False),
    Permission(MANAGE_RESULTS, "Change the results of leads", scoped=False),
    Permission(MANAGE_RULES, "Say by which rules leads are distributed", scoped=False),
    Permission(MANAGE_FORMS, "Build web forms, and say what is junk", scoped=False),
    Permission(MANAGE_MAILBOXES, "Let mailboxes be read", scoped=False),
    Permission(MANAGE_CHANNELS, "Change channels and make tagged links", scoped=False),
    Permission(REPORT, "See what channels bring", scoped=False),
    Permission(CALL, "Call leads through the queue"),
    Permission(COUNT_CALLS, "See how many leads one called", scoped=False),
    Permission(MANAGE_CALLS, "Change what may come of a call", scoped=False),
)

_BY_ROLE: Final = {
    "marketer": {
        VIEW: Scope.ALL,
        CREATE: Scope.ALL,
        EDIT: Scope.ALL,
        ASSIGN: Scope.ALL,
        IMPORT: Scope.ALL,
        MANAGE_FORMS: Scope.ALL,
        MANAGE_CHANNELS: Scope.ALL,
        REPORT: Scope.ALL,
    },
    "telemarketer": {
        VIEW: Scope.ALL,
        CREATE: Scope.ALL,
        EDIT: Scope.ALL,
        ASSIGN: Scope.ALL,
        QUALIFY: Scope.ALL,
        CALL: Scope.ALL,
        COUNT_CALLS: Scope.ALL,
    },
    "seller": {
        VIEW: Scope.OWN,
        CREATE: Scope.ALL,
        EDIT: Scope.OWN,
        QUALIFY: Scope.OWN,
        CALL: Scope.OWN,
    },
    "head": {one.name: Scope.ALL for one in PERMISSIONS if one.name != MANAGE_MAILBOXES},
}

GRANTS: Final = tuple(
    PresetGrant(role, permission, scope)
    for role, grants in _BY_ROLE.items()
    for permission, scope in grants.items()
)


def may_work(person: Person) -> bool:
    """Tell whether somebody may see leads and work on them."""
    return person.may(VIEW) and person.may(EDIT)
